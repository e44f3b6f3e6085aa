//! The bodies that change one appointment.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Ends, Switch, Whole, Words};
use crate::api::problem::Problem;
use crate::desk::{Destination, Past};
use crate::domain::{Appointment, Cancellation, Cause, Invalid, ProviderId, Status, Text};

/// What `DELETE /appointments/{id}` may take.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object with reason")]
pub(in crate::api) struct CancelBody<'a> {
    #[serde(borrow)]
    reason: Option<Words<'a>>,
}

/// What `PATCH /appointments/{id}` takes.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with status")]
pub(in crate::api) struct StatusBody<'a> {
    #[serde(borrow)]
    status: Words<'a>,
}

/// What `POST /appointments/{id}/move` takes; what is left out stays as it is.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with preferred_range")]
pub(in crate::api) struct MoveBody<'a> {
    #[serde(borrow)]
    preferred_range: Ends<'a>,
    duration: Option<Whole>,
    #[serde(borrow)]
    preferred_provider: Option<Words<'a>>,
    #[serde(borrow)]
    date: Option<Words<'a>>,
    allow_past: Option<Switch>,
}

impl CancelBody<'_> {
    /// Why the appointment is called off; who sends it is the client.
    pub(in crate::api) fn into_cancellation(self) -> Result<Cancellation, Problem> {
        let note = self.reason.map(|reason| reason.read("reason", |text| Text::note("reason", text))).transpose()?;
        Ok(Cancellation { cause: Cause::Client, note })
    }
}

impl StatusBody<'_> {
    /// The status asked for.
    pub(in crate::api) fn into_status(self) -> Result<Status, Problem> {
        Status::BY_HAND.into_iter().find(|status| status.key() == self.status.0).ok_or_else(|| {
            let keys = Status::BY_HAND.map(|status| status.key()).join(", ");
            let expected = format!("one of {keys} (to cancel, send DELETE)");
            Problem::Impossible(Invalid::new("status", &self.status.0, expected))
        })
    }
}

impl MoveBody<'_> {
    /// Where `appointment` is to go.
    pub(in crate::api) fn into_destination(self, appointment: &Appointment) -> Result<(Destination, Past), Problem> {
        let day = |date: &Words<'_>| -> Result<NaiveDate, Problem> { date.date("date") };
        let provider = match &self.preferred_provider {
            Some(id) => id.read("preferred_provider", ProviderId::new)?,
            None => appointment.provider.clone(),
        };
        let to = Destination {
            provider: Some(provider),
            day: self.date.as_ref().map_or(Ok(appointment.day), day)?,
            range: self.preferred_range.range("preferred_range")?,
            duration: self.duration.map_or(Ok(appointment.slot.minutes()), Whole::minutes)?,
        };
        if to.duration.get() > to.range.len() {
            let expected = format!("at most the {} minutes of {}", to.range.len(), to.range);
            return Err(Problem::Impossible(Invalid::new("duration", to.duration.get(), expected)));
        }
        let past = if self.allow_past == Some(Switch::On) { Past::Allow } else { Past::Refuse };
        Ok((to, past))
    }
}
