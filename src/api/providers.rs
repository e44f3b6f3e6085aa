//! Providers over HTTP: add, list, change the hours.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::access::Caller;
use super::appointments::{DayQuery, submit};
use super::body::JsonBytes;
use super::dto::{HoursBody, ProviderBody, ProviderView, date, json};
use super::problem::Problem;
use super::routes::App;
use crate::desk::Command;
use crate::domain::ProviderId;

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Serialize)]
struct Providers<'a> {
    providers: Vec<ProviderView<'a>>,
}

/// `POST /providers`
pub(super) async fn add(State(app): State<Arc<App>>, caller: Caller, body: JsonBytes) -> Result<Response, Problem> {
    let provider = body.parse::<ProviderBody<'_>>()?.into_provider()?;
    submit(&app, caller, Command::AddProvider(provider)).await?;
    Ok(json(StatusCode::OK, &Message { message: "Provider added successfully." }))
}

/// `PUT /providers/{id}/availability`
pub(super) async fn change_hours(
    State(app): State<Arc<App>>,
    caller: Caller,
    path: Result<Path<String>, PathRejection>,
    body: JsonBytes,
) -> Result<Response, Problem> {
    let Path(id) = path?;
    let provider = ProviderId::new(&id).map_err(Problem::Impossible)?;
    let change = body.parse::<HoursBody<'_>>()?.into_change(app.desk.calendar().today())?;
    submit(&app, caller, Command::ChangeHours { provider, change }).await?;
    Ok(json(StatusCode::OK, &Message { message: "Availability updated, affected appointments cancelled." }))
}

/// `GET /providers`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: Result<Query<DayQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    let day = query.date.map_or(Ok(app.desk.calendar().today()), |asked| date("date", &asked))?;
    let day = app.desk.day(day).await?;
    Ok(json(StatusCode::OK, &Providers { providers: day.rows().map(|row| ProviderView::new(row)).collect() }))
}
