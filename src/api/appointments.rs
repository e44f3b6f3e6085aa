//! Appointments over HTTP: book, list, show, move, set the status, cancel.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::access::Caller;
use super::body::{JsonBytes, MaybeJson};
use super::dto::{AppointmentView, BookingBody, CancelBody, MoveBody, Scheduled, SlotView, StatusBody, date, json};
use super::problem::Problem;
use super::routes::App;
use crate::desk::{Answer, Command, DeskError};
use crate::domain::{Appointment, Minutes, RequestId, ServiceId};

/// The day that a list is about.
#[derive(Debug, Deserialize)]
pub(super) struct DayQuery {
    /// As `YYYY-MM-DD`; today where it is left out.
    pub(super) date: Option<String>,
}

/// `POST /appointments`
pub(super) async fn book(State(app): State<Arc<App>>, caller: Caller, body: JsonBytes) -> Result<Response, Problem> {
    let body: BookingBody<'_> = body.parse()?;
    let usual = match body.duration_to_look_up()? {
        Some((id, service)) => Some(usual_duration(&app, &id, service).await?),
        None => None,
    };
    let (request, past) = body.into_request(app.desk.calendar().today(), usual)?;
    let answer = submit(&app, caller, Command::Book { request, past }).await?;
    if let Some(refusal) = answer.refusal() {
        return Err(Problem::Refused(refusal.clone()));
    }
    // A request is never without an event: it was placed or refused, now or before.
    let appointment = answer.appointment().ok_or(Problem::Defect)?;
    Ok(json(StatusCode::OK, &SlotView::new(appointment)))
}

/// The duration of a request that names none: the service's, or the one it had when the request was answered.
///
/// The body of a repetition says the same as the first one did, whatever has become of the service since.
async fn usual_duration(app: &App, id: &RequestId, service: ServiceId) -> Result<Minutes, Problem> {
    if let Some(event) = app.desk.answer(id).await?
        && let Some(first) = event.draft.answered()
    {
        return Ok(first.duration);
    }
    let today = app.desk.day(app.desk.calendar().today()).await?;
    match today.catalogue.get(&service) {
        Some(found) => Ok(found.duration),
        None => Err(DeskError::UnknownService(service).into()),
    }
}

/// `GET /appointments`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<DayQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    let Some(asked) = query.date else {
        let today = app.desk.day(app.desk.calendar().today()).await?;
        let live = today.appointments().into_iter().filter(|one| one.is_live());
        return Ok(json(StatusCode::OK, &Scheduled { scheduled: live.map(|one| SlotView::new(one)).collect() }));
    };
    let day = app.desk.day(date("date", &asked)?).await?;
    let all = day.appointments().into_iter().map(|one| AppointmentView::new(one)).collect();
    Ok(json(StatusCode::OK, &Scheduled { scheduled: all }))
}

/// `GET /appointments/{id}`
pub(super) async fn show(
    State(app): State<Arc<App>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let appointment = find(&app, appointment_id(path)?).await?;
    Ok(json(StatusCode::OK, &AppointmentView::new(&appointment)))
}

/// `PATCH /appointments/{id}`
pub(super) async fn set_status(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    body: JsonBytes,
) -> Result<Response, Problem> {
    let appointment = appointment_id(path)?;
    let status = body.parse::<StatusBody<'_>>()?.into_status()?;
    changed(&app, caller, appointment.clone(), Command::SetStatus { appointment, status }).await
}

/// `POST /appointments/{id}/move`
pub(super) async fn move_to(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    body: JsonBytes,
) -> Result<Response, Problem> {
    let appointment = appointment_id(path)?;
    let body: MoveBody<'_> = body.parse()?;
    let (to, past) = body.into_destination(&*find(&app, appointment.clone()).await?)?;
    changed(&app, caller, appointment.clone(), Command::Move { appointment, to, past }).await
}

/// `DELETE /appointments/{id}`
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    body: MaybeJson,
) -> Result<Response, Problem> {
    let appointment = appointment_id(path)?;
    let cancellation = body.parse::<CancelBody<'_>>()?.unwrap_or_default().into_cancellation()?;
    let command = Command::Cancel { appointment: appointment.clone(), cancellation };
    match changed(&app, caller, appointment.clone(), command).await {
        // Deleting twice is the same as deleting once; the first reason stays.
        Err(Problem::Desk(DeskError::IsCancelled(_))) => {
            Ok(json(StatusCode::OK, &AppointmentView::new(&*find(&app, appointment).await?)))
        }
        other => other,
    }
}

/// Has a change of one appointment decided and answers with what it has become.
async fn changed(app: &App, caller: Caller, id: RequestId, command: Command) -> Result<Response, Problem> {
    let answer = submit(app, caller, command).await?;
    match answer.appointment() {
        Some(appointment) => Ok(json(StatusCode::OK, &AppointmentView::new(appointment))),
        None => Ok(json(StatusCode::OK, &AppointmentView::new(&*find(app, id).await?))),
    }
}

async fn find(app: &App, id: RequestId) -> Result<Arc<Appointment>, Problem> {
    app.desk.appointment(&id).await?.ok_or_else(|| DeskError::UnknownAppointment(id).into())
}

fn appointment_id(path: Result<Path<String>, PathRejection>) -> Result<RequestId, Problem> {
    let Path(id) = path?;
    RequestId::new(&id).map_err(Problem::Impossible)
}

/// Has a command decided; a full queue is an error at once, so that clients and not memory wait.
pub(super) async fn submit(app: &App, caller: Caller, command: Command) -> Result<Answer, Problem> {
    Ok(app.desk.try_submit(command, caller.actor()).await?)
}
