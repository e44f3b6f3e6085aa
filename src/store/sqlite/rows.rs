//! Rows as values of the domain.

use std::fmt::Display;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;

use super::fault::Fault;
use crate::domain::{
    Appointment, Cancellation, Draft, Event, Minutes, Overbooking, Provider, ProviderId, Request, RequestId, Status,
};
use crate::store::Entry;
use crate::store::judge::Place;
use crate::store::record::{Answer, Asked, Body, Unreadable, day_of, range_of, touched};

/// The columns that [`Logged::read`] expects.
pub(super) const EVENT_COLUMNS: &str = "number, at, nanos, request, range_start, range_end, duration, body";

/// The columns and tables that [`appointment`] expects.
pub(super) const APPOINTMENTS: &str = "SELECT e.request, e.range_start, e.range_end, e.duration, e.body, \
     p.id, a.day, a.start, a.finish, a.status, a.cancellation, a.overbooked \
     FROM appointment a JOIN event e ON e.number = a.number JOIN provider p ON p.key = a.provider";

/// A stored count or revision.
pub(super) fn unsigned(number: i64) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| Unreadable("a count is negative").into())
}

/// A count or revision as it is stored.
pub(super) fn signed(number: u64) -> Result<i64, Fault> {
    // Reached by nothing but a forged commit; nothing of it is stored.
    i64::try_from(number).map_err(|_| Fault::Unreadable(format!("{number} is more than a book can count")))
}

/// A JSON column; `what` names it in errors.
pub(super) fn json<T: DeserializeOwned>(what: impl Display, text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Unreadable(format!("{what}: {error}")))
}

/// A row of the log whose body has not been taken apart.
pub(super) struct Logged {
    pub(super) number: i64,
    at: DateTime<Utc>,
    asked: Option<Asked>,
    body: Body,
}

impl Logged {
    pub(super) fn read(row: &Row<'_>) -> Result<Self, Fault> {
        let number: i64 = row.get(0)?;
        let at = u32::try_from(row.get::<_, i64>(2)?).ok().zip(row.get(1).ok());
        let at = at.and_then(|(nanos, seconds)| DateTime::from_timestamp(seconds, nanos));
        let at = at.ok_or_else(|| Fault::Unreadable(format!("event {number} has no valid time")))?;
        let asked = match row.get_ref(3)?.as_str_or_null().map_err(rusqlite::Error::from)? {
            Some(id) => Some(asked(id, row, 4)?),
            None => None,
        };
        let text = row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?;
        let body = json(format_args!("event {number}"), text)?;
        Ok(Self { number, at, asked, body })
    }

    /// The event, with the requests of other events looked up.
    pub(super) fn event(self, connection: &Connection) -> Result<Event, Fault> {
        let number = unsigned(self.number)?;
        let draft = self.body.draft(self.at, self.asked, |id| request(connection, id))?;
        Ok(Event { number, draft })
    }

    /// The event and every provider-day it touched.
    pub(super) fn entry(self, connection: &Connection) -> Result<Entry, Fault> {
        let guarded = self.body.guarded()?;
        let event = self.event(connection)?;
        let touched = touched(&event.draft, guarded);
        Ok(Entry { event, touched })
    }

    /// The request that was accepted by this event, if one was.
    pub(super) fn accepted(self, connection: &Connection) -> Result<Option<Arc<Request>>, Fault> {
        let Draft { action, edits, .. } = self.event(connection)?.draft;
        if matches!(action, crate::domain::Action::Refused { .. }) {
            return Ok(None);
        }
        let first = edits.appointments.into_iter().next().and_then(|edit| edit.after);
        Ok(first.map(|appointment| Arc::clone(&appointment.request)))
    }
}

/// The event that answered a request.
pub(super) fn answer(connection: &Connection, id: &RequestId) -> Result<Option<Logged>, Fault> {
    let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE request = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(Logged::read).transpose()
}

/// The request with this identifier, which an event names.
fn request(connection: &Connection, id: &RequestId) -> Result<Arc<Request>, Fault> {
    let sql = "SELECT range_start, range_end, duration, body FROM event WHERE request = ?1";
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_row([id.as_str()], |row| Ok(request_of(id.as_str(), row, 0, 3))).optional()?;
    found.unwrap_or_else(|| Err(Fault::Unreadable(format!("request {id} is in no event"))))
}

/// A provider, as it stands in the book.
pub(super) fn provider(connection: &Connection, id: &ProviderId) -> Result<Option<Arc<Provider>>, Fault> {
    let mut statement = connection.prepare_cached("SELECT body FROM provider WHERE id = ?1")?;
    let body: Option<String> = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
    body.map(|body| json(format_args!("provider {id}"), &body)).transpose()
}

/// The appointment of a request, if it has one.
pub(super) fn appointment_of(connection: &Connection, id: &RequestId) -> Result<Option<Arc<Appointment>>, Fault> {
    let mut statement = connection.prepare_cached(&format!("{APPOINTMENTS} WHERE e.request = ?1"))?;
    let mut rows = statement.query([id.as_str()])?;
    rows.next()?.map(appointment).transpose()
}

/// An appointment from a row of [`APPOINTMENTS`].
pub(super) fn appointment(row: &Row<'_>) -> Result<Arc<Appointment>, Fault> {
    let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
    let id = text(0)?;
    let bad = |what| Fault::Unreadable(format!("appointment {id}: {what}"));
    let cancellation = row.get_ref(10)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    Ok(Arc::new(Appointment {
        request: request_of(id, row, 1, 4)?,
        provider: ProviderId::new(text(5)?).map_err(|error| bad(error.to_string()))?,
        day: day_of(row.get(6)?).ok_or_else(|| bad("its day is not a date".into()))?,
        slot: range_of(row.get(7)?, row.get(8)?).ok_or_else(|| bad("its slot is not a range".into()))?,
        status: status(text(9)?, cancellation)?.ok_or_else(|| bad("its status is unknown".into()))?,
        overbooking: if row.get::<_, i64>(11)? == 0 { Overbooking::None } else { Overbooking::Deliberate },
    }))
}

/// The identifier, day and slot of an appointment.
pub(super) fn place(row: &Row<'_>) -> Result<Place, Fault> {
    let id = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
    let at = day_of(row.get(1)?).zip(range_of(row.get(2)?, row.get(3)?));
    let (day, slot) = at.ok_or_else(|| Fault::Unreadable(format!("appointment {id}: its day or slot is not valid")))?;
    Ok(Place { id: RequestId::new(id).map_err(|error| Fault::Unreadable(error.to_string()))?, day, slot })
}

fn status(key: &str, cancellation: Option<&str>) -> Result<Option<Status>, Fault> {
    match cancellation {
        Some(text) => Ok(Some(Status::Cancelled(json::<Cancellation>("a cancellation", text)?))),
        None => Ok(Status::BY_HAND.into_iter().find(|status| status.key() == key)),
    }
}

fn request_of(id: &str, row: &Row<'_>, range: usize, body: usize) -> Result<Arc<Request>, Fault> {
    let asked = asked(id, row, range)?;
    let text = row.get_ref(body)?.as_str().map_err(rusqlite::Error::from)?;
    let answer: Answer = json(format_args!("the event that answered {id}"), text)?;
    Ok(Arc::new(answer.request(asked)?))
}

fn asked(id: &str, row: &Row<'_>, first: usize) -> Result<Asked, Fault> {
    let range = range_of(row.get(first)?, row.get(first + 1)?);
    let duration = Minutes::new(row.get(first + 2)?).ok();
    let id = RequestId::new(id).ok();
    let all = id.zip(range).zip(duration);
    let ((id, range), duration) = all.ok_or(Unreadable("a request's id, range or duration is not valid"))?;
    Ok(Asked { id, range, duration })
}
