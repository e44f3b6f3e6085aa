//! The one table of settings.

use std::path::PathBuf;

use chrono_tz::Tz;
use tracing::Level;

use super::value::{Expected, Value};
use super::{Place, Settings, SettingsError, suggestion};
use crate::domain::{Invalid, Minutes};
use crate::scheduler::policy::POLICIES;
use crate::tui::theme::{ColourDepth, Glyphs, ThemeName};

/// Longest host name there can be.
const HOST_CHARACTERS_MAX: usize = 253;

type Read = fn(&mut Settings, &Value<'_>) -> Result<(), Expected>;

/// One setting.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name in the file.
    pub(super) name: &'static str,
    /// Its name in the environment.
    pub(super) variable: &'static str,
    read: Read,
}

/// Every setting but the keymap, which is a table of its own.
pub(super) const KEYS: &[Key] = &[
    Key { name: "book", variable: "SLOTDESK_BOOK", read: book },
    Key { name: "listen", variable: "SLOTDESK_LISTEN", read: listen },
    Key { name: "hosts", variable: "SLOTDESK_HOSTS", read: hosts },
    Key { name: "log", variable: "SLOTDESK_LOG", read: log },
    Key { name: "log_level", variable: "SLOTDESK_LOG_LEVEL", read: log_level },
    Key { name: "workers", variable: "SLOTDESK_WORKERS", read: workers },
    Key { name: "queue_length", variable: "SLOTDESK_QUEUE_LENGTH", read: queue_length },
    Key { name: "time_zone", variable: "SLOTDESK_TIMEZONE", read: time_zone },
    Key { name: "start_grid", variable: "SLOTDESK_START_GRID", read: start_grid },
    Key { name: "policy", variable: "SLOTDESK_POLICY", read: policy },
    Key { name: "theme", variable: "SLOTDESK_THEME", read: theme },
    Key { name: "colour", variable: "SLOTDESK_COLOUR", read: colour },
    Key { name: "glyphs", variable: "SLOTDESK_GLYPHS", read: glyphs },
    Key { name: "mouse", variable: "SLOTDESK_MOUSE", read: mouse },
    Key { name: "popularity_days", variable: "SLOTDESK_POPULARITY_DAYS", read: popularity_days },
];

/// The names of all settings in a file, the keymap included.
pub fn names() -> Vec<&'static str> {
    KEYS.iter().map(|key| key.name).chain(["keymap"]).collect()
}

impl Key {
    /// Reads the value into the settings.
    pub(super) fn apply(
        &self,
        settings: &mut Settings,
        value: &Value<'_>,
        place: impl FnOnce() -> Place,
    ) -> Result<(), SettingsError> {
        if self.name == "book" && value.text().is_ok_and(is_postgres) {
            // Not the general error: it would show the password in the address.
            return Err(SettingsError::NoPostgres { place: place() });
        }
        (self.read)(settings, value).map_err(|expected| wrong(place(), self.name, value, expected))
    }
}

/// The error for a value that is not allowed; what is shown of the value is printable and short.
pub(super) fn wrong(place: Place, key: &str, value: &Value<'_>, expected: Expected) -> SettingsError {
    let Invalid { value, .. } = Invalid::new(key.to_owned(), value.shown(), "");
    SettingsError::Wrong { place, key: key.into(), value, expected }
}

fn is_postgres(book: &str) -> bool {
    let lower = book.trim_start().to_ascii_lowercase();
    lower.starts_with("postgres://") || lower.starts_with("postgresql://")
}

fn book(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.book = path(value)?.ok_or("the path of a book file")?;
    Ok(())
}

fn log(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.log = Some(path(value)?.ok_or("the path of a log file")?);
    Ok(())
}

/// A path; none if there can be no file of that name.
fn path(value: &Value<'_>) -> Result<Option<PathBuf>, Expected> {
    let text = value.text()?;
    if text.is_empty() || text.contains('\0') {
        return Ok(None);
    }
    // A shell does this for flags; in the file nobody else would.
    Ok(Some(match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }))
}

fn log_level(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.log_level = value.choice(&[
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ])?;
    Ok(())
}

fn hosts(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    let expected = || Expected::from("host names without ports, as in desk.example");
    let names = value.list().map_err(|()| expected())?;
    let is_name = |name: &&str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        (1..=HOST_CHARACTERS_MAX).contains(&name.len()) && name.chars().all(fits)
    };
    if !names.iter().all(is_name) {
        return Err(expected());
    }
    settings.hosts = names.into_iter().map(str::to_ascii_lowercase).collect();
    Ok(())
}

fn listen(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    let expected = || Expected::from("an address and a port, as in 127.0.0.1:5000 or [::1]:5000");
    let text = value.text().map_err(|_| expected())?.trim();
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    settings.listen = Some(named.as_deref().unwrap_or(text).parse().map_err(|_| expected())?);
    Ok(())
}

fn workers(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.workers = count(value, Settings::WORKERS_MAX)?;
    Ok(())
}

fn queue_length(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.queue_length = count(value, 100_000)?;
    Ok(())
}

fn count(value: &Value<'_>, most: usize) -> Result<usize, Expected> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    value.whole(1..=most).map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}

fn time_zone(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    let text = value.text().unwrap_or_default();
    settings.time_zone = text.parse().map_err(|_| {
        let names: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone: &Tz| zone.name()).collect();
        match suggestion::meant(text, names) {
            Some(meant) => format!("an IANA time zone; did you mean {meant}?"),
            None => "an IANA time zone, as in Europe/Berlin".into(),
        }
    })?;
    Ok(())
}

fn start_grid(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    let minutes = value.whole(1..=1440)?;
    settings.start_grid = Minutes::new(minutes).map_err(|error| error.expected.into_owned())?;
    Ok(())
}

fn policy(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.policy = value.choice(&POLICIES.map(|policy| (policy.name(), policy)))?;
    Ok(())
}

fn theme(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.theme = value.choice(&ThemeName::ALL.map(|(theme, name)| (name, theme)))?;
    Ok(())
}

fn colour(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.colour = value.choice(&[
        ("auto", None),
        ("none", Some(ColourDepth::None)),
        ("16", Some(ColourDepth::Ansi16)),
        ("256", Some(ColourDepth::Ansi256)),
        ("true", Some(ColourDepth::True)),
    ])?;
    Ok(())
}

fn glyphs(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.glyphs =
        value.choice(&[("auto", None), ("unicode", Some(Glyphs::Unicode)), ("ascii", Some(Glyphs::Ascii))])?;
    Ok(())
}

fn mouse(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.mouse = value.switch()?;
    Ok(())
}

fn popularity_days(settings: &mut Settings, value: &Value<'_>) -> Result<(), Expected> {
    settings.popularity_days = u16::try_from(value.whole(0..=366)?).unwrap_or(u16::MAX);
    Ok(())
}
