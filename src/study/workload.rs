//! Workload files: JSON Lines, one day of requests a line (the format that the reference decisions use).

use std::collections::HashSet;
use std::io::{self, BufRead};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::{
    Dated, Demand, Hours, Minutes, Provider, ProviderId, RangeSet, Request, RequestId, ServiceId, TimeRange, Weekly,
};

/// Every day of a workload is a day without a date; this one stands for it.
pub(super) const DATE: NaiveDate = NaiveDate::MIN;

/// Why a workload file cannot be used; a sentence with the line.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The file cannot be read.
    #[error("line {line} cannot be read: {source}")]
    Unreadable {
        /// The line, counted from 1.
        line: usize,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not an instance.
    #[error("line {line} is not a workload instance: {source}")]
    Malformed {
        /// The line, counted from 1.
        line: usize,
        /// What was wrong.
        source: serde_json::Error,
    },
    /// A line is an instance that contradicts itself.
    #[error("line {line}, instance {instance}: {detail}")]
    Inconsistent {
        /// The line, counted from 1.
        line: usize,
        /// The name of the instance.
        instance: String,
        /// What was wrong.
        detail: String,
    },
}

/// One day of requests with everything needed to decide them.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Unique in its file; what comes before the last `/#` names its group.
    pub name: String,
    /// The catalogue: durations and their shares of demand.
    pub services: Vec<(Minutes, f64)>,
    /// Regular starts lie on minutes divisible by this.
    pub start_grid: Minutes,
    /// The providers as listed.
    pub providers: Vec<Arc<Provider>>,
    /// Earlier requests of the same clientele.
    pub history: Demand,
    /// What happens on the day, in order.
    pub happenings: Vec<Happening>,
    /// Most requests that anyone knowing the whole day could accept, where that is known.
    pub optimum: Option<Optimum>,
}

/// One thing that happens on a day.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Somebody asks for an appointment.
    Book(Arc<Request>),
    /// Somebody calls theirs off.
    Cancel(RequestId),
}

/// What could be reached on a day.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Optimum {
    /// Requests accepted.
    pub accepted: u32,
    /// Whether that many really can be; else it is only known that no more can.
    #[serde(default = "yes")]
    pub proved: bool,
}

fn yes() -> bool {
    true
}

/// The instances of a workload file, one by one; blank lines are skipped.
#[derive(Debug)]
pub struct Workloads<R> {
    lines: io::Lines<R>,
    line: usize,
}

impl<R: BufRead> Workloads<R> {
    /// Reads a workload file.
    pub fn new(reader: R) -> Self {
        Self { lines: reader.lines(), line: 0 }
    }
}

impl<R: BufRead> Iterator for Workloads<R> {
    type Item = Result<Instance, StudyError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line += 1;
            let line = self.line;
            match self.lines.next()? {
                Err(source) => return Some(Err(StudyError::Unreadable { line, source })),
                Ok(text) if text.trim().is_empty() => {}
                Ok(text) => return Some(read(line, &text)),
            }
        }
    }
}

fn read(line: usize, text: &str) -> Result<Instance, StudyError> {
    let written: Written = serde_json::from_str(text).map_err(|source| StudyError::Malformed { line, source })?;
    let name = written.name.clone();
    written.checked().map_err(|detail| StudyError::Inconsistent { line, instance: name, detail })
}

#[derive(Deserialize)]
struct Written {
    name: String,
    services: Vec<WrittenService>,
    start_grid: Minutes,
    providers: Vec<WrittenProvider>,
    history: Vec<WrittenWish>,
    events: Vec<WrittenEvent>,
    optimum: Option<Optimum>,
}

#[derive(Deserialize)]
struct WrittenService {
    duration: Minutes,
    share: f64,
}

#[derive(Deserialize)]
struct WrittenProvider {
    id: ProviderId,
    availability: Vec<TimeRange>,
    max_daily_appointments: u32,
}

#[derive(Deserialize)]
struct WrittenWish {
    preferred_range: TimeRange,
    duration: Minutes,
}

#[derive(Deserialize)]
struct WrittenRequest {
    id: RequestId,
    preferred_range: TimeRange,
    duration: Minutes,
    preferred_provider: Option<ProviderId>,
    service: Option<ServiceId>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenEvent {
    Book(WrittenRequest),
    Cancel(RequestId),
}

impl Written {
    fn checked(self) -> Result<Instance, String> {
        let whole: f64 = self.services.iter().map(|service| service.share).sum();
        let is_share = |share: f64| share >= 0.0 && share.is_finite();
        if whole <= 0.0 || !self.services.iter().all(|service| is_share(service.share)) {
            return Err("services: expected at least one, with shares of 0 or more that are not all 0".to_owned());
        }
        let providers = self.providers.into_iter().map(WrittenProvider::checked).collect::<Result<Vec<_>, _>>()?;
        let mut known = HashSet::new();
        if let Some(twice) = providers.iter().find(|provider| !known.insert(&provider.id)) {
            return Err(format!("providers: {} is listed twice", twice.id));
        }
        let mut asked = HashSet::new();
        let mut happenings = Vec::with_capacity(self.events.len());
        for event in self.events {
            happenings.push(match event {
                WrittenEvent::Cancel(id) => Happening::Cancel(id),
                WrittenEvent::Book(request) => {
                    if !asked.insert(request.id.clone()) {
                        return Err(format!("events: {} is booked twice", request.id));
                    }
                    if request.preferred_provider.as_ref().is_some_and(|preferred| !known.contains(preferred)) {
                        return Err(format!("events: {} prefers a provider that is not listed", request.id));
                    }
                    Happening::Book(Arc::new(request.into()))
                }
            });
        }
        let mut history = Demand::default();
        for wish in &self.history {
            history.add_many(wish.preferred_range, wish.duration, 1);
        }
        Ok(Instance {
            name: self.name,
            services: self.services.iter().map(|service| (service.duration, service.share)).collect(),
            start_grid: self.start_grid,
            providers,
            history,
            happenings,
            optimum: self.optimum,
        })
    }
}

impl WrittenProvider {
    fn checked(self) -> Result<Arc<Provider>, String> {
        let windows = RangeSet::new(self.availability.iter().copied());
        // What merging changes was out of order, overlapping or touching.
        if windows.as_slice() != self.availability {
            return Err(format!("availability of {}: expected sorted windows that do not touch", self.id));
        }
        let hours = Hours::always(Weekly::EveryDay(windows));
        Provider::new(self.id, hours, self.max_daily_appointments).map(Arc::new).map_err(|error| error.to_string())
    }
}

impl From<WrittenRequest> for Request {
    fn from(written: WrittenRequest) -> Self {
        Self {
            id: written.id,
            day: DATE,
            dated: Dated::Implied,
            range: written.preferred_range,
            duration: written.duration,
            preferred_provider: written.preferred_provider,
            client: None,
            service: written.service,
            note: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"name":"a/#0","services":[{"id":"s","duration":30,"share":1}],"start_grid":5,
        "providers":[{"id":"p","availability":[{"start":"09:00","end":"12:00"}],"max_daily_appointments":4}],
        "history":[],"events":[{"cancel":"r"}]}"#;

    fn read_one(text: &str) -> Result<Instance, String> {
        read(7, text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_instance_is_read() {
        let instance = read_one(GOOD).unwrap();
        assert_eq!((instance.name.as_str(), instance.providers.len()), ("a/#0", 1));
    }

    #[test]
    fn what_contradicts_itself_is_named_with_its_line() {
        let touching = r#"{"start":"09:00","end":"12:00"},{"start":"12:00","end":"13:00"}"#;
        let bad = GOOD.replace(r#"{"start":"09:00","end":"12:00"}"#, touching);
        let expected = "line 7, instance a/#0: availability of p: expected sorted windows that do not touch";
        assert_eq!(read_one(&bad).unwrap_err(), expected);
        let bad = GOOD.replace("30", "0");
        assert!(read_one(&bad).unwrap_err().starts_with("line 7 is not a workload instance: "));
    }
}
