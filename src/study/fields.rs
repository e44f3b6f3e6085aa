//! How the values of files that people write are read, and what is said of those that are wrong.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use crate::domain::{Invalid, Minutes};

/// An identifier in its place; the complaint about it does not repeat the field, which the path names.
pub(super) struct Named<T>(pub(super) T);

impl<'de, T: FromStr<Err = Invalid>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

/// What is wrong, for a reader who has been told the field.
struct Nameless(Invalid);

impl fmt::Display for Nameless {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not valid, expected {}", self.0.value, self.0.expected)
    }
}

pub(super) fn text<'de, D: Deserializer<'de>, T: FromStr<Err = Invalid>>(deserializer: D) -> Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|invalid| de::Error::custom(Nameless(invalid)))
}

pub(super) fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Minutes, D::Error> {
    let number = i64::deserialize(deserializer)?;
    Minutes::new(number).map_err(|invalid| de::Error::custom(Nameless(invalid)))
}

/// A complaint of serde without the names that Rust has for what was expected.
pub(super) fn in_plain_words(message: &str) -> String {
    let plain = [
        ("i64", "a whole number"),
        ("u32", "a whole number from 0"),
        ("u64", "a whole number from 0"),
        ("f64", "a number"),
    ];
    let Some((wrong, expected)) = message.rsplit_once(", expected ") else { return message.to_owned() };
    match plain.iter().find(|(rust, _)| *rust == expected) {
        Some((_, plain)) => format!("{wrong}, expected {plain}"),
        None => message.to_owned(),
    }
}
