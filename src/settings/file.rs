//! The settings file.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::key::KEYS;
use super::value::Value;
use super::{Folders, Place, Settings, SettingsError, keymap, names, suggestion};

/// Largest settings file; whatever is larger was named by mistake.
const BYTES_MAX: u64 = 1024 * 1024;

/// The text of the settings file; none if no file was named and there is none at the usual place.
pub(super) fn read(named: Option<&Path>, folders: &Folders) -> Result<Option<(PathBuf, String)>, SettingsError> {
    let path = named.map_or_else(|| folders.settings(), Path::to_owned);
    let mut bytes = Vec::new();
    let outcome = File::open(&path).and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    match outcome {
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SettingsError::Unreadable { path, source }),
        Ok(length) if length as u64 > BYTES_MAX => return Err(SettingsError::TooLarge { path, most: BYTES_MAX }),
        Ok(_) => {}
    }
    match String::from_utf8(bytes) {
        // Some editors put a byte order mark first.
        Ok(text) => Ok(Some((path, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))),
        Err(error) => {
            let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
            Err(SettingsError::NotText { place: Place::File { path, line } })
        }
    }
}

/// Changes the settings as the text of a file says.
pub(super) fn apply(settings: &mut Settings, path: &Path, text: &str) -> Result<(), SettingsError> {
    let place = |at: usize| Place::File { path: path.to_owned(), line: line_of(text.as_bytes(), at) };
    let table = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        SettingsError::Syntax { place: place(at), detail: error.message().to_owned() }
    })?;
    let mut entries: Vec<_> = table.get_ref().iter().collect();
    // In the order of the file, so that the first error is the topmost one.
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let at = key.span().start;
        let name = key.get_ref().as_ref();
        if name == "keymap" {
            settings.keymap = keymap::read(value, text, place)?;
            continue;
        }
        let Some(found) = KEYS.iter().find(|key| key.name == name) else {
            let (name, help) = (quoted(name), suggestion::help(name, &names()));
            return Err(SettingsError::Unknown { place: place(at), name, help });
        };
        found.apply(settings, &Value::Toml(value.get_ref()), || place(at))?;
    }
    Ok(())
}

/// A name from a file as it may be shown.
fn quoted(name: &str) -> String {
    crate::domain::Invalid::new("", name, "").value
}

/// The line, from 1, that the byte at `at` is on.
fn line_of(text: &[u8], at: usize) -> usize {
    1 + text.iter().take(at).filter(|byte| **byte == b'\n').count()
}
