//! Made-up days: a description of a desk and its clients becomes a workload file, the same one for the same seed.
//!
//! The description is a TOML file; only `name`, `services` and `providers` have to be in it:
//!
//! ```toml
//! name = "salon"            # the group of the days: salon/#0, salon/#1 …
//! seed = 1                  # another number makes other days of the same kind
//! days = 100                # 1 to 10000
//! start_grid = 5            # regular starts lie on minutes divisible by this
//! load = 1.0                # minutes asked for ÷ minutes of the day's hours, 0 to 10
//! # demand = 1500           # instead of load: minutes asked for a day, whoever is there, 1 to 1000000
//! prefer = 0.0              # share of requests that only one provider will do for
//! cancel = 0.0              # share of requests that are called off later in the day
//! history = 5               # earlier days that teach which times are popular, 0 to 60
//! align = 15                # ranges begin on minutes divisible by this
//! peaks = ["17:00-19:00"]   # when everybody wants to come …
//! peak_share = 0.4          # … and the share of requests that lie around such a time
//!
//! [[services]]
//! minutes = 30
//! share = 0.7               # of the requests; shares are weighed against each other
//!
//! [[services]]
//! minutes = 75
//! share = 0.3
//!
//! [[ranges]]                # how many minutes clients leave open; the whole day where no [[ranges]] is given
//! minutes = [60, 180]       # from … to, but never less than the service takes
//! share = 0.6
//!
//! [[ranges]]
//! minutes = [1440, 1440]    # any time of the day
//! share = 0.4
//!
//! [[providers]]
//! count = 3
//! hours = ["09:00-12:00", "13:00-18:00"]
//! limit = 12                # most appointments a day
//!
//! [[providers]]
//! hours = ["09:00-13:00"]
//! limit = 6
//! works = 0.6               # share of the days on which they are there: part-time staff
//! ```
//!
//! Ranges lie between the first and the last minute of anybody's hours, whoever is there; where no minute that is
//! divisible by `align` leaves room for a range, it begins with the first. On a day on which nobody is there, nobody is
//! accepted. Who wants one provider in particular wants one who is there.
//!
//! With `load`, somebody more brings clients of their own. With `demand`, the clients stay as they are: make two files
//! that differ in one `count`, and a study of each tells what one more provider would have changed. The others are
//! there on the same days, and whoever wants one of them still does, unless they now want the new one.

mod check;
mod day;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::fields::{in_plain_words, minutes, text};
use super::file::StudyError;
use crate::domain::{Invalid, Minutes, TimeRange, excerpt, printable};

/// Longest name of a field that an error repeats, in characters; our own are shorter.
const FIELD_CHARACTERS_MAX: usize = 100;
/// Largest description that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What the days are like; read and checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthesis {
    name: String,
    #[serde(default = "one")]
    seed: u64,
    #[serde(default = "hundred")]
    days: u32,
    #[serde(default = "five_minutes", deserialize_with = "minutes")]
    start_grid: Minutes,
    load: Option<f64>,
    demand: Option<u32>,
    #[serde(default)]
    prefer: f64,
    #[serde(default)]
    cancel: f64,
    #[serde(default = "five")]
    history: u32,
    #[serde(default = "quarter", deserialize_with = "minutes")]
    align: Minutes,
    #[serde(default)]
    peaks: Vec<Span>,
    #[serde(default)]
    peak_share: f64,
    services: Vec<Service>,
    #[serde(default)]
    ranges: Vec<Width>,
    providers: Vec<Staff>,
}

/// A service and how often it is asked for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    #[serde(deserialize_with = "minutes")]
    minutes: Minutes,
    share: f64,
}

/// How wide ranges are, and how many of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Width {
    minutes: [Length; 2],
    share: f64,
}

/// A number of minutes in a list.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Length(#[serde(deserialize_with = "minutes")] Minutes);

/// Providers who work alike.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Staff {
    #[serde(default = "one_provider")]
    count: u32,
    hours: Vec<Span>,
    limit: u32,
    #[serde(default = "whole")]
    works: f64,
}

/// A range as it is typed: 09:00-12:00.
#[derive(Debug, Clone, Copy)]
struct Span(TimeRange);

impl FromStr for Span {
    type Err = Invalid;

    fn from_str(typed: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("range", typed, "two times with a hyphen, as in 09:00-12:00");
        let (start, end) = typed.split_once('-').ok_or_else(invalid)?;
        TimeRange::parse(start.trim(), end.trim()).map(Self).map_err(|_| invalid())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer)
    }
}

const fn one() -> u64 {
    1
}

const fn one_provider() -> u32 {
    1
}

const fn five() -> u32 {
    5
}

const fn hundred() -> u32 {
    100
}

const fn whole() -> f64 {
    1.0
}

fn five_minutes() -> Minutes {
    Minutes::new(5).unwrap_or_else(|_| unreachable!("5 minutes are a duration"))
}

fn quarter() -> Minutes {
    Minutes::new(15).unwrap_or_else(|_| unreachable!("15 minutes are a duration"))
}

impl Synthesis {
    /// Reads a description from a file.
    pub fn load(path: &Path) -> Result<Self, StudyError> {
        let unreadable = |source| StudyError::Unreadable { path: path.to_owned(), source };
        let mut text = String::new();
        let file = File::open(path).map_err(unreadable)?;
        // One byte more than allowed shows that there is more, whatever the file's length claims to be.
        file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(unreadable)?;
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(unreadable(std::io::ErrorKind::FileTooLarge.into()));
        }
        Self::parse(&text).map_err(|detail| StudyError::Synthesis { path: path.to_owned(), detail })
    }

    /// Reads a description; the error says what is wrong where.
    ///
    /// ```
    /// # use slotdesk::study::Synthesis;
    /// let error = Synthesis::parse("name = \"a\"\nload = 11.0\nservices = []\nproviders = []").unwrap_err();
    /// assert_eq!(error, "load: \"11\" is not valid, expected a number from 0 to 10");
    /// ```
    pub fn parse(text: &str) -> Result<Self, String> {
        let failed = |field: &str, error: &toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            format!("line {line}{field}: {}", printable(&in_plain_words(error.message())))
        };
        let toml = toml::Deserializer::parse(text).map_err(|error| failed("", &error))?;
        let synthesis: Self = serde_path_to_error::deserialize(toml).map_err(|error| {
            let path = excerpt(&error.path().to_string(), FIELD_CHARACTERS_MAX);
            failed(&if path == "." { String::new() } else { format!(", {path}") }, error.inner())
        })?;
        synthesis.checked().map_err(|invalid| invalid.to_string())
    }

    /// The minutes asked for on a day with this many minutes on offer.
    fn asked_for(&self, offered: f64) -> f64 {
        self.demand.map_or_else(|| offered * self.load.unwrap_or(1.0), f64::from)
    }

    /// The lines of the workload file, one day each, with their ends.
    pub fn lines(&self) -> impl Iterator<Item = serde_json::Result<Vec<u8>>> + '_ {
        (0..self.days).map(|number| {
            let mut line = serde_json::to_vec(&day::Day::of(self, number))?;
            line.push(b'\n');
            Ok(line)
        })
    }
}

#[cfg(test)]
mod tests;
