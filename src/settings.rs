//! Settings: the file gives way to the environment, and both give way to flags.
//!
//! Every setting is one line of the table in `settings/key.rs`; the file `assets/settings.toml`
//! documents them all and holds the defaults.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use tracing::Level;

use crate::access::{Secret, TokenName};
use crate::domain::Minutes;
use crate::scheduler::policy::{POLICIES, Policy};
use crate::tui::Keymap;
use crate::tui::theme::{ColourDepth, Glyphs, ThemeName};

mod error;
mod file;
mod folders;
mod key;
mod keymap;
mod log;
mod suggestion;
mod terminal;
mod value;

pub use error::{Place, SettingsError};
pub use folders::Folders;
pub use key::names;
pub use log::Log;

use value::Value;

/// The documented default settings, as `slotdesk settings` prints them.
pub const DOCUMENTED: &str = include_str!("../assets/settings.toml");

/// Everything that can be chosen about a desk.
#[derive(Clone)]
pub struct Settings {
    /// The file of the book.
    pub book: PathBuf,
    /// Where the API listens; none for a desk without one.
    pub listen: Option<SocketAddr>,
    /// Host names that the API answers to besides `localhost`, in lower case.
    pub hosts: Vec<String>,
    /// A token of scope `admin`; the environment alone can give it.
    pub token: Option<Secret>,
    /// The file that the log is appended to; none for the standard error, or on a desk for none.
    pub log: Option<PathBuf>,
    /// How much is logged.
    pub log_level: Level,
    /// Workers that decide requests, 1 to 64.
    pub workers: usize,
    /// Commands that may wait for a worker, 1 to 100,000.
    pub queue_length: usize,
    /// Where "today" and "now" are.
    pub time_zone: Tz,
    /// Regular starts lie on minutes divisible by this.
    pub start_grid: Minutes,
    /// How slots are chosen.
    pub policy: &'static dyn Policy,
    /// The colours of the screen.
    pub theme: ThemeName,
    /// How many colours the terminal shows; none to find out.
    pub colour: Option<ColourDepth>,
    /// Which characters the terminal shows; none to find out.
    pub glyphs: Option<Glyphs>,
    /// Whether the mouse is listened to; switched off, the terminal's own selection works.
    pub mouse: bool,
    /// Days of requests from which popular times are learned, 0 to 366.
    pub popularity_days: u16,
    /// What the keys do.
    pub keymap: Keymap,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Settings");
        shown.field("book", &self.book).field("listen", &self.listen).field("workers", &self.workers);
        shown.field("time_zone", &self.time_zone).field("policy", &self.policy.name()).finish_non_exhaustive()
    }
}

/// Where settings come from, lowest first.
#[derive(Debug, Default)]
pub struct Sources {
    /// The settings file that was named; it has to exist.
    pub file: Option<PathBuf>,
    /// The environment, by name.
    pub environment: BTreeMap<String, OsString>,
    /// Flags: the key, the flag as it is typed, its value.
    pub flags: Vec<(&'static str, &'static str, String)>,
}

/// What the machine says about itself.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Processors that may be used.
    pub processors: usize,
    /// The IANA name of its time zone, if it tells.
    pub time_zone: Option<String>,
}

impl Machine {
    /// This machine, as whoever started the program sees it: `TZ` is their zone, where it names one.
    pub fn this(environment: &BTreeMap<String, OsString>) -> Self {
        Self {
            processors: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            time_zone: zone_of(environment).or_else(|| iana_time_zone::get_timezone().ok()),
        }
    }
}

/// The IANA zone that `TZ` names, as `Area/City` or `:Area/City`; rules and files, which it may hold as
/// well, have no name that could be stored.
fn zone_of(environment: &BTreeMap<String, OsString>) -> Option<String> {
    let text = environment.get("TZ")?.to_str()?;
    let name = text.strip_prefix(':').unwrap_or(text);
    name.parse::<Tz>().ok().map(|zone| zone.name().to_owned())
}

impl Settings {
    /// Most workers: more only wait for each other.
    const WORKERS_MAX: usize = 64;
    /// Workers that a machine of any size starts with at most; deciding is quick, storing is shared.
    const USUAL_WORKERS_MAX: usize = 8;

    /// What holds where nothing is chosen.
    pub fn usual(folders: &Folders, machine: &Machine) -> Self {
        Self {
            book: folders.book(),
            listen: None,
            hosts: Vec::new(),
            token: None,
            log: None,
            log_level: Level::INFO,
            workers: machine.processors.clamp(1, Self::USUAL_WORKERS_MAX),
            queue_length: 1024,
            time_zone: machine.time_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC),
            start_grid: Minutes::new(5).unwrap_or_else(|_| unreachable!("5 minutes are a duration")),
            policy: POLICIES[0],
            theme: ThemeName::default(),
            colour: None,
            glyphs: None,
            mouse: true,
            popularity_days: 28,
            keymap: Keymap::default(),
        }
    }

    /// The usual settings, changed by the file, the environment and the flags, in this order.
    ///
    /// The first value that is wrong is an error that says where it is and what is allowed.
    pub fn load(folders: &Folders, machine: &Machine, sources: &Sources) -> Result<Self, SettingsError> {
        let mut settings = Self::usual(folders, machine);
        if let Some((path, text)) = file::read(sources.file.as_deref(), folders)? {
            file::apply(&mut settings, &path, &text)?;
        }
        for key in key::KEYS {
            let Some(text) = sources.environment.get(key.variable).filter(|text| !text.is_empty()) else { continue };
            let place = || Place::Variable(key.variable);
            let Some(text) = text.to_str() else {
                let lossy = text.to_string_lossy();
                return Err(key::wrong(place(), key.name, &Value::Typed(&lossy), "UTF-8 text".into()));
            };
            key.apply(&mut settings, &Value::Typed(text), place)?;
        }
        let token = sources.environment.get(TokenName::ENVIRONMENT).filter(|text| !text.is_empty());
        settings.token = token.map(|text| Secret::chosen(&text.to_string_lossy())).transpose()?;
        for (name, flag, text) in &sources.flags {
            let Some(key) = key::KEYS.iter().find(|key| key.name == *name) else { continue };
            key.apply(&mut settings, &Value::Typed(text), || Place::Flag(flag))?;
        }
        Ok(settings)
    }
}

#[cfg(test)]
mod tests;
