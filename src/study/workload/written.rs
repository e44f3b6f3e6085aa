//! The lines of a workload file as they are written, before they are checked.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Deserialize;

use super::{DATE, Happening, Optimum};
use crate::domain::{
    Dated, Demand, Hours, Invalid, Minute, Minutes, ProviderId, RangeSet, Request, RequestId, ServiceId, TimeRange,
    Weekly, printable,
};
use crate::scheduler::Yardstick;
use crate::study::fields::{Named, minutes, text};

/// Longest name of an instance, in characters.
const NAME_CHARACTERS_MAX: usize = 200;
/// How far shares may be from 1 in sum: they are often rounded to two digits.
const ROUNDING: f64 = 0.05;

#[derive(Deserialize)]
#[serde(expecting = "an object with one day of requests")]
pub(super) struct Instance {
    name: String,
    services: Vec<Service>,
    #[serde(deserialize_with = "minutes")]
    start_grid: Minutes,
    providers: Vec<Provider>,
    history: Vec<Wish>,
    events: Vec<Event>,
    optimum: Option<Optimum>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with id, duration and share")]
struct Service {
    /// Nothing refers to it.
    #[serde(rename = "id")]
    _id: Option<String>,
    #[serde(deserialize_with = "minutes")]
    duration: Minutes,
    share: f64,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with id, availability and max_daily_appointments")]
struct Provider {
    #[serde(deserialize_with = "text")]
    id: ProviderId,
    availability: Vec<Range>,
    max_daily_appointments: u32,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with preferred_range and duration")]
struct Wish {
    preferred_range: Range,
    #[serde(deserialize_with = "minutes")]
    duration: Minutes,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with id, preferred_range and duration")]
struct Booking {
    #[serde(deserialize_with = "text")]
    id: RequestId,
    preferred_range: Range,
    #[serde(deserialize_with = "minutes")]
    duration: Minutes,
    #[serde(default)]
    preferred_provider: Option<Named<ProviderId>>,
    #[serde(default)]
    service: Option<Named<ServiceId>>,
}

/// One event; an enum would not say what is expected of one that is none.
#[derive(Deserialize)]
#[serde(expecting = "an object with either book or cancel")]
struct Event {
    book: Option<Booking>,
    cancel: Option<Named<RequestId>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with start and end")]
struct Range {
    #[serde(deserialize_with = "text")]
    start: Minute,
    #[serde(deserialize_with = "text")]
    end: Minute,
}

impl Instance {
    /// The instance, if nothing in it contradicts anything else.
    pub(super) fn checked(self) -> Result<super::Instance, Invalid> {
        check_name(&self.name)?;
        let yardstick = checked_services(&self.services)?;
        let mut known = HashSet::new();
        let mut providers = Vec::with_capacity(self.providers.len());
        for (provider, at) in self.providers.into_iter().zip(0..) {
            let within = |invalid: Invalid| invalid.within(&format!("providers[{at}]"));
            if !known.insert(provider.id.clone()) {
                return Err(within(Invalid::new("id", &provider.id, "an id that no other provider has")));
            }
            providers.push(Arc::new(provider.checked().map_err(within)?));
        }
        let mut asked = HashSet::new();
        let mut happenings = Vec::with_capacity(self.events.len());
        for (event, at) in self.events.into_iter().zip(0..) {
            happenings.push(match event {
                Event { book: None, cancel: Some(Named(id)) } => Happening::Cancel(id),
                Event { book: Some(booking), cancel: None } => {
                    let within = |invalid: Invalid| invalid.within(&format!("events[{at}].book"));
                    let request = booking.checked(&known).map_err(within)?;
                    if !asked.insert(request.id.clone()) {
                        return Err(within(Invalid::new("id", &request.id, "an id that no other request has")));
                    }
                    Happening::Book { request: Arc::new(request), earliest: Minute::MIDNIGHT }
                }
                Event { book, .. } => {
                    let given = if book.is_some() { "both" } else { "neither" };
                    return Err(Invalid::new(format!("events[{at}]"), given, "either book or cancel"));
                }
            });
        }
        let mut history = Demand::default();
        for (wish, at) in self.history.iter().zip(0..) {
            let range = wish.preferred_range.checked("preferred_range");
            history.add_many(range.map_err(|invalid| invalid.within(&format!("history[{at}]")))?, wish.duration, 1);
        }
        let (name, start_grid, optimum) = (self.name, self.start_grid, self.optimum);
        let (date, skipped) = (DATE, RangeSet::default());
        Ok(super::Instance { name, date, skipped, yardstick, start_grid, providers, history, happenings, optimum })
    }
}

/// Names are shown in tables and errors, so they have to be fit for a terminal.
fn check_name(name: &str) -> Result<(), Invalid> {
    if name.trim().is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || printable(name) != name {
        let expected = format!("1 to {NAME_CHARACTERS_MAX} printable characters");
        return Err(Invalid::new("name", name, expected));
    }
    Ok(())
}

fn checked_services(services: &[Service]) -> Result<Arc<Yardstick>, Invalid> {
    if services.is_empty() {
        return Err(Invalid::new("services", "[]", "at least one service"));
    }
    for (service, at) in services.iter().zip(0..) {
        if !(0.0..=1.0).contains(&service.share) {
            let expected = "a share of requests, 0 to 1";
            return Err(Invalid::new(format!("services[{at}].share"), service.share, expected));
        }
    }
    let whole: f64 = services.iter().map(|service| service.share).sum();
    if (whole - 1.0).abs() > ROUNDING {
        return Err(Invalid::new(
            "services",
            format!("shares of {whole} in sum"),
            "shares of 1 in sum, up to rounding",
        ));
    }
    let weights: Vec<(u16, f64)> = services.iter().map(|service| (service.duration.get(), service.share)).collect();
    Ok(Arc::new(Yardstick::weighted(&weights)))
}

impl Provider {
    fn checked(self) -> Result<crate::domain::Provider, Invalid> {
        let mut windows: Vec<TimeRange> = Vec::with_capacity(self.availability.len());
        for (range, at) in self.availability.iter().zip(0..) {
            let field = format!("availability[{at}]");
            let window = range.checked(&field)?;
            if let Some(before) = windows.last().filter(|before| window.start() <= before.end()) {
                let expected = format!("a time after {}, where the window before ends", before.end());
                return Err(Invalid::new("start", window.start(), expected).within(&field));
            }
            windows.push(window);
        }
        let hours = Hours::always(Weekly::EveryDay(RangeSet::new(windows)));
        crate::domain::Provider::new(self.id, hours, self.max_daily_appointments)
    }
}

impl Range {
    fn checked(&self, field: &str) -> Result<TimeRange, Invalid> {
        TimeRange::new(self.start, self.end).map_err(|invalid| invalid.within(field))
    }
}

impl Booking {
    fn checked(self, known: &HashSet<ProviderId>) -> Result<Request, Invalid> {
        let preferred_provider = self.preferred_provider.map(|Named(id)| id);
        if let Some(stranger) = preferred_provider.as_ref().filter(|id| !known.contains(*id)) {
            return Err(Invalid::new("preferred_provider", stranger, "a provider of this instance"));
        }
        Ok(Request {
            id: self.id,
            day: DATE,
            dated: Dated::Implied,
            range: self.preferred_range.checked("preferred_range")?,
            duration: self.duration,
            preferred_provider,
            client: None,
            service: self.service.map(|Named(id)| id),
            note: None,
        })
    }
}
