//! A value as it was found: typed in TOML, or text from the environment and flags.

use std::ops::RangeInclusive;

use toml::de::DeValue;

use super::suggestion;

/// A value as it was found.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Text of which the key knows the type.
    Typed(&'a str),
    /// A value with a type of its own.
    Toml(&'a DeValue<'a>),
}

/// What would have been allowed, as the end of a sentence.
pub(super) type Expected = String;

impl Value<'_> {
    /// The value as text.
    pub(super) fn text(&self) -> Result<&str, Expected> {
        match self {
            Self::Typed(text) => Ok(text),
            Self::Toml(DeValue::String(text)) => Ok(text),
            Self::Toml(_) => Err("text in quotes".into()),
        }
    }

    /// The value as a whole number in a range.
    pub(super) fn whole(&self, allowed: RangeInclusive<i64>) -> Result<i64, Expected> {
        let number = match self {
            Self::Typed(text) => text.trim().parse().ok(),
            Self::Toml(DeValue::Integer(number)) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            Self::Toml(_) => None,
        };
        let expected = || format!("a whole number from {} to {}", allowed.start(), allowed.end());
        number.filter(|number| allowed.contains(number)).ok_or_else(expected)
    }

    /// The value as a list of texts: in TOML a list, elsewhere separated by commas.
    pub(super) fn list(&self) -> Result<Vec<&str>, ()> {
        match self {
            Self::Typed(text) => Ok(text.split(',').map(str::trim).collect()),
            Self::Toml(DeValue::Array(items)) => items.iter().map(|item| item.get_ref().as_str().ok_or(())).collect(),
            Self::Toml(_) => Err(()),
        }
    }

    /// The value as true or false.
    pub(super) fn switch(&self) -> Result<bool, Expected> {
        match self {
            Self::Toml(DeValue::Boolean(on)) => Ok(*on),
            Self::Typed("true" | "yes" | "on" | "1") => Ok(true),
            Self::Typed("false" | "no" | "off" | "0") => Ok(false),
            _ => Err("true or false".into()),
        }
    }

    /// The value as what one of some names stands for.
    pub(super) fn choice<T: Copy>(&self, allowed: &[(&str, T)]) -> Result<T, Expected> {
        let text = self.text().unwrap_or_default();
        let found = allowed.iter().find(|(name, _)| *name == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let names: Vec<&str> = allowed.iter().map(|(name, _)| *name).collect();
            suggestion::one_of(text, &names)
        })
    }

    /// The value as it is shown in an error.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Typed(text) => (*text).to_owned(),
            Self::Toml(value) => toml_shown(value),
        }
    }
}

fn toml_shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(when) => when.to_string(),
        DeValue::Array(items) => {
            format!("[{}]", items.iter().map(|item| toml_shown(item.get_ref())).collect::<Vec<_>>().join(", "))
        }
        DeValue::Table(_) => "{…}".into(),
    }
}
