//! Scenarios: a desk, its clients, and a day that is played on it.
//!
//! A scenario is a TOML file; `assets/demo/clinic.toml` is the one that plays by default, and its
//! header explains every key. Unknown keys are errors, so that a typing error is found before the
//! audience finds it.
//!
//! ```toml
//! title = "Two chairs"
//! weekday = "fri"                  # the first Friday from today on is played
//! start = "08:50"                  # when the clock starts
//! clients = ["Ada Lovelace", "Grace Hopper"]
//!
//! [[services]]
//! id = "cut"
//! name = "Cut"
//! minutes = 30
//!
//! [[providers]]
//! id = "mia"
//! name = "Mia"
//! limit = 12                       # appointments a day
//! hours = { workdays = ["09:00-12:00", "13:00-18:00"] }
//!
//! [[script]]
//! at = "08:55"
//! book = { client = "Ada Lovelace", service = "cut", between = "09:00-11:00", with = "mia" }
//! caption = { title = "The phone", text = "Ada wants Mia, before eleven." }
//! ```

mod check;
mod error;
mod file;
#[cfg(test)]
mod tests;
mod value;

use std::fs::File as Disk;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Speed;
use crate::desk::Command;
use crate::domain::{Hours, HoursChange, Minute, Provider, Service, Text, Weekly};
use error::Place;

pub use error::ScenarioError;
pub(super) use file::{Booking, Burst, CallOff, File, Flow, Ill, Rebook, Relocate};
#[cfg(test)]
pub(super) use value::Share;
pub(super) use value::Spread;

/// Largest scenario file that is read, in bytes; a file larger than a book of captions is something else.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// A scenario that comes with the program.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    text: &'static str,
}

/// The scenarios that come with the program; the first one plays by default.
pub const BUILT_IN: [BuiltIn; 3] = [
    BuiltIn {
        name: "clinic",
        about: "six providers, a phone rush, and a doctor who falls ill at 11:00",
        text: include_str!("../../assets/demo/clinic.toml"),
    },
    BuiltIn {
        name: "salon",
        about: "a Saturday of walk-ins at four chairs, and a bride who comes early",
        text: include_str!("../../assets/demo/salon.toml"),
    },
    BuiltIn {
        name: "workshop",
        about: "a bicycle workshop on the first warm day, with a broken lift",
        text: include_str!("../../assets/demo/workshop.toml"),
    },
];

/// A scenario that was read and checked.
#[derive(Debug, Clone)]
pub struct Scenario {
    file: File,
}

impl Scenario {
    /// The scenario with this name, or else the one in the file at this path.
    pub fn load(name_or_path: &str) -> Result<Self, ScenarioError> {
        if let Some(built_in) = BUILT_IN.iter().find(|built_in| built_in.name == name_or_path) {
            return Self::parse(built_in.name, built_in.text);
        }
        Self::parse(name_or_path, &read(Path::new(name_or_path))?)
    }

    /// Reads a scenario; errors call the text `file`.
    pub fn parse(file: &str, text: &str) -> Result<Self, ScenarioError> {
        let place = Place { file, text };
        let file: File = toml::from_str(text).map_err(|error| place.malformed(&error))?;
        check::check(&file).map_err(|(offset, invalid)| place.invalid(offset, invalid))?;
        Ok(Self { file })
    }

    /// What it is called on screen.
    pub fn title(&self) -> &Text {
        &self.file.title.0
    }

    /// How fast it plays unless somebody says otherwise.
    pub fn speed(&self) -> Speed {
        self.file.speed
    }

    /// The day that is played: the first one from `today` on that has the scenario's weekday.
    pub fn day(&self, today: NaiveDate) -> NaiveDate {
        let ahead = self.file.weekday.0.days_since(today.weekday());
        // Only the last week of the year 262142 has no such day after it.
        today.checked_add_days(Days::new(ahead.into())).unwrap_or(today)
    }

    /// The moment at which the clock of the demo starts, at a desk in `zone`.
    pub fn begins(&self, today: NaiveDate, zone: Tz) -> DateTime<Utc> {
        let midnight = self.day(today).and_time(chrono::NaiveTime::MIN);
        let local = midnight + TimeDelta::minutes(self.file.start.get().into());
        // A start that the clocks skip in spring is put off until there is such a time again.
        let mut later = (0..=24).map(|hours| local + TimeDelta::hours(hours));
        let begins = later.find_map(|local| zone.from_local_datetime(&local).earliest());
        begins.map_or_else(|| local.and_utc(), |zoned| zoned.to_utc())
    }

    /// Adds the scenario's services and providers; their hours hold from a day on.
    pub fn roster(&self, from: NaiveDate) -> Vec<Command> {
        let services = self.file.services.iter().map(|offer| {
            let offer = offer.get_ref();
            let name = offer.name.0.clone();
            Command::AddService(Service { id: offer.id.clone(), name, duration: offer.minutes, colour: offer.colour })
        });
        let providers = self.file.providers.iter().map(|staff| {
            let staff = staff.get_ref();
            let never = Hours::always(Weekly::EveryDay(crate::domain::RangeSet::default()));
            Command::AddProvider(Provider {
                id: staff.id.clone(),
                name: staff.name.0.clone(),
                hours: never.changed(&HoursChange::From { day: from, weekly: staff.hours.pattern() }),
                max_daily_appointments: staff.limit.0,
                services: staff.services.clone(),
                retired_from: None,
                revision: 1,
            })
        });
        services.chain(providers).collect()
    }

    /// What the file says.
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// When the clock starts.
    pub(super) fn start(&self) -> Minute {
        self.file.start
    }
}

impl Default for Scenario {
    /// The scenario that plays unless another one is named: the clinic.
    fn default() -> Self {
        let [clinic, ..] = BUILT_IN;
        // Every built-in scenario is parsed by a test, and its text cannot change after that.
        Self::parse(clinic.name, clinic.text).unwrap_or_else(|error| unreachable!("{error}"))
    }
}

/// The text of a file, unless it is too large to be a scenario.
fn read(path: &Path) -> Result<String, ScenarioError> {
    let unreadable = |detail: String| ScenarioError::Unreadable { path: path.to_owned(), detail };
    let disk = match Disk::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let known = BUILT_IN.map(|built_in| built_in.name).join(", ");
            return Err(ScenarioError::Unknown { path: path.to_owned(), known });
        }
        opened => opened.map_err(|error| unreadable(error.to_string()))?,
    };
    let mut text = String::new();
    // One byte more than allowed shows that there is more, whatever the file's length claims to be.
    disk.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).map_err(|error| unreadable(error.to_string()))?;
    if text.len() as u64 > FILE_BYTES_MAX {
        return Err(unreadable(format!("it is larger than the {FILE_BYTES_MAX} bytes of a scenario")));
    }
    Ok(text)
}
