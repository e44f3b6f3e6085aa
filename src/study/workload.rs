//! Workload files: JSON Lines, one day of requests a line (the format that the reference decisions use).

mod unread;
mod written;

use std::io::{BufRead, Read};
use std::sync::Arc;

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::error::Category;
use serde_path_to_error::Track;

use super::fields::in_plain_words;
pub use unread::UnreadKeys;

use crate::domain::{Appointment, Demand, Invalid, Minute, Minutes, Provider, RangeSet, Request, RequestId, excerpt};
use crate::scheduler::Yardstick;

/// Every day of a workload is a day without a date; this one stands for it.
pub(super) const DATE: NaiveDate = NaiveDate::MIN;

/// Longest line that is read, in bytes: a day of a hundred thousand requests is shorter.
const LINE_BYTES_MAX: usize = 16 << 20;
/// Longest complaint of a line that is repeated, in characters.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// Why a line of a workload file is not an instance; says where in it, what stands there and what should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, {detail}")]
pub struct LineError {
    /// The line, counted from 1.
    pub line: usize,
    /// The field, its value and what was expected; printable.
    pub detail: String,
}

/// One day of requests with everything needed to decide them.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Unique in its file; what comes before the last `/#` names its group.
    pub name: String,
    /// Which day it is.
    pub date: NaiveDate,
    /// Minutes that the clocks skip on it; nobody has hours in them.
    pub skipped: RangeSet,
    /// The catalogue at the beginning, as the measure of free time.
    pub yardstick: Arc<Yardstick>,
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

impl Instance {
    /// The group that the instance belongs to: its name up to the last `/#`, or all of it.
    pub fn group(&self) -> &str {
        self.name.rsplit_once("/#").map_or(&self.name, |(group, _)| group)
    }
}

/// One thing that happens on a day.
#[derive(Debug, Clone)]
pub enum Happening {
    /// Somebody asks for an appointment.
    Book {
        /// What they ask for.
        request: Arc<Request>,
        /// Minutes before this one have gone by.
        earliest: Minute,
    },
    /// Somebody calls theirs off.
    Cancel(RequestId),
    /// An appointment comes from another day, to exactly this place or to none; nobody asks for a time.
    Arrive(Arc<Appointment>),
    /// A provider's record changes, or the provider joins.
    Provider(Arc<Provider>),
    /// The catalogue changes; free time is measured by this one from here on.
    Catalogue(Arc<Yardstick>),
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
    reader: R,
    line: usize,
    unread: UnreadKeys,
}

impl<R: BufRead> Workloads<R> {
    /// Reads a workload file.
    pub fn new(reader: R) -> Self {
        Self { reader, line: 0, unread: UnreadKeys::default() }
    }

    /// The line of the instance that came last, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What stood in the lines so far and means nothing here.
    pub fn into_unread(self) -> UnreadKeys {
        self.unread
    }

    /// The next line, none after the last one.
    fn next_line(&mut self) -> Result<Option<Vec<u8>>, String> {
        let mut line = Vec::new();
        let limit = LINE_BYTES_MAX as u64 + 1;
        self.reader.by_ref().take(limit).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if line.len() > LINE_BYTES_MAX {
            return Err(format!("which is longer than the {LINE_BYTES_MAX} bytes of an instance"));
        }
        Ok((!line.is_empty()).then_some(line))
    }
}

impl<R: BufRead> Iterator for Workloads<R> {
    type Item = Result<Instance, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.line += 1;
            let line = self.line;
            match self.next_line() {
                Err(detail) => return Some(Err(LineError { line, detail })),
                Ok(text) => {
                    let text = text?;
                    // Some editors put a byte order mark first.
                    let text = text.strip_prefix("\u{feff}".as_bytes()).filter(|_| line == 1).unwrap_or(&text);
                    if !text.trim_ascii().is_empty() {
                        return Some(read(line, text.trim_ascii(), &mut self.unread));
                    }
                }
            }
        }
    }
}

fn read(line: usize, text: &[u8], unread: &mut UnreadKeys) -> Result<Instance, LineError> {
    let failed = |detail: String| LineError { line, detail: excerpt(&detail, SHOWN_CHARACTERS_MAX) };
    let mut json = serde_json::Deserializer::from_slice(text);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut json, &mut track);
    let written: Result<written::Instance, _> = serde_ignored::deserialize(tracked, |key| unread.note(line, &key));
    let written = written.map_err(|error| failed(complaint(&serde_path_to_error::Error::new(track.path(), error))))?;
    json.end().map_err(|error| failed(without_place(&error)))?;
    written.checked().map_err(|invalid: Invalid| failed(invalid.to_string()))
}

/// The field and what is wrong with it.
fn complaint(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    let path = error.path().to_string();
    let wrong = in_plain_words(&without_place(error.inner()));
    match error.inner().classify() {
        Category::Data if path != "." => format!("{path}: {wrong}"),
        // In a line that is no whole JSON there are no fields.
        Category::Eof => format!("{wrong}; a line has to hold a whole day"),
        _ => wrong,
    }
}

/// The message with the column alone: to the parser every line is the first.
fn without_place(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match whole.strip_suffix(&place) {
        Some(message) if error.is_data() => message.to_owned(),
        Some(message) => format!("column {}: {message}", error.column()),
        None => whole,
    }
}

#[cfg(test)]
mod tests;
