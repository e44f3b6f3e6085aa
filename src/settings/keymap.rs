//! The part of a settings file that says which keys do what.

use toml::Spanned;
use toml::de::DeValue;

use super::key::wrong;
use super::value::Value;
use super::{Place, SettingsError};
use crate::domain::printable;
use crate::tui::{Keymap, KeymapError};

/// Reads the `[keymap]` table of a file; `place` tells the line of a byte.
///
/// Each line is read alone first, so that an error can say which one is wrong; only then do all of
/// them together show whether two actions want the same key.
pub(super) fn read(
    table: &Spanned<DeValue<'_>>,
    text: &str,
    place: impl Fn(usize) -> Place,
) -> Result<Keymap, SettingsError> {
    let begins = table.span().start;
    let DeValue::Table(entries) = table.get_ref() else {
        let expected = "a table of actions, each with a key or a list of keys".into();
        return Err(wrong(place(begins), "keymap", &Value::Toml(table.get_ref()), expected));
    };
    let mut whole = String::new();
    for (action, keys) in entries {
        if !is_keys(keys.get_ref()) {
            let (name, at) = (printable(action.get_ref()), place(action.span().start));
            let expected = "a key or a list of keys, each in quotes".into();
            return Err(wrong(at, &format!("keymap.{name}"), &Value::Toml(keys.get_ref()), expected));
        }
        let line = text.get(action.span().start..keys.span().end).unwrap_or_default();
        match Keymap::from_toml(line) {
            // Whoever has the key may give it away on another line.
            Ok(_) | Err(KeymapError::Taken { .. }) => {}
            Err(error) => return Err(SettingsError::Keymap { place: place(action.span().start), error }),
        }
        whole.push_str(line);
        whole.push('\n');
    }
    Keymap::from_toml(&whole).map_err(|error| SettingsError::Keymap { place: place(begins), error })
}

fn is_keys(value: &DeValue<'_>) -> bool {
    match value {
        DeValue::String(_) => true,
        DeValue::Array(items) => items.iter().all(|item| item.get_ref().is_str()),
        _ => false,
    }
}
