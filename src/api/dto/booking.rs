//! The body of a booking.

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Ends, Switch, Whole, Words};
use crate::api::problem::Problem;
use crate::desk::Past;
use crate::domain::{Dated, Minutes, ProviderId, Request, RequestId, ServiceId, Text};

/// What `POST /appointments` takes; the first four fields are the original program's.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with id, preferred_range and duration")]
pub(in crate::api) struct BookingBody<'a> {
    #[serde(borrow)]
    id: Words<'a>,
    #[serde(borrow)]
    preferred_range: Ends<'a>,
    duration: Option<Whole>,
    #[serde(borrow)]
    preferred_provider: Option<Words<'a>>,
    #[serde(borrow)]
    date: Option<Words<'a>>,
    #[serde(borrow)]
    client: Option<Words<'a>>,
    #[serde(borrow)]
    service: Option<Words<'a>>,
    #[serde(borrow)]
    note: Option<Words<'a>>,
    allow_past: Option<Switch>,
}

impl BookingBody<'_> {
    /// The request and the service whose duration counts because the body names none.
    pub(in crate::api) fn duration_to_look_up(&self) -> Result<Option<(RequestId, ServiceId)>, Problem> {
        match (&self.duration, &self.service) {
            (None, Some(service)) => {
                Ok(Some((self.id.read("id", RequestId::new)?, service.read("service", ServiceId::new)?)))
            }
            _ => Ok(None),
        }
    }

    /// The request; `usual` is the duration that was looked up, used where the body names none.
    ///
    /// A body without a date is the original program's: it means today, and any minute of it.
    pub(in crate::api) fn into_request(
        self,
        today: NaiveDate,
        usual: Option<Minutes>,
    ) -> Result<(Request, Past), Problem> {
        let duration = self.duration.map(Whole::minutes).transpose()?.or(usual);
        let gone_by_is_fine = self.date.is_none() || self.allow_past == Some(Switch::On);
        let past = if gone_by_is_fine { Past::Allow } else { Past::Refuse };
        let request = Request {
            id: self.id.read("id", RequestId::new)?,
            day: self.date.as_ref().map_or(Ok(today), |date| date.date("date"))?,
            dated: if self.date.is_some() { Dated::Named } else { Dated::Implied },
            range: self.preferred_range.range("preferred_range")?,
            duration: duration.ok_or_else(|| Problem::Missing("duration".into()))?,
            preferred_provider: self
                .preferred_provider
                .map(|id| id.read("preferred_provider", ProviderId::new))
                .transpose()?,
            client: self.client.map(|name| name.read("client", |name| Text::name("client", name))).transpose()?,
            service: self.service.map(|id| id.read("service", ServiceId::new)).transpose()?,
            note: self.note.map(|note| note.read("note", |note| Text::note("note", note))).transpose()?,
        };
        Ok((request.validated().map_err(Problem::Impossible)?, past))
    }
}
