//! The one error of the domain's border.

use std::borrow::Cow;

use super::text::excerpt;

/// Longest piece of a refused value that an error repeats, in characters.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// A value from outside that breaks a rule: which field, what it held, what was expected.
///
/// Its `Display` is a sentence for whoever typed or sent the value; the value in it is shortened and
/// free of control characters, so that it can be shown anywhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {value} is not valid, expected {expected}")]
pub struct Invalid {
    /// The field as the sender knows it, with a path where it is nested: `availability[1].start`.
    pub field: Cow<'static, str>,
    /// The refused value, quoted and made printable.
    pub value: String,
    /// What would have been accepted, as the end of a sentence.
    pub expected: Cow<'static, str>,
}

impl Invalid {
    /// An error for `value` in `field`.
    pub fn new(
        field: impl Into<Cow<'static, str>>,
        value: impl std::fmt::Display,
        expected: impl Into<Cow<'static, str>>,
    ) -> Self {
        let shown = excerpt(&value.to_string(), SHOWN_CHARACTERS_MAX);
        Self { field: field.into(), value: format!("\"{shown}\""), expected: expected.into() }
    }

    /// The same error, reported under a field that contains the first one.
    #[must_use]
    pub fn within(mut self, outer: &str) -> Self {
        let joint = if self.field.starts_with('[') { "" } else { "." };
        self.field = format!("{outer}{joint}{}", self.field).into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_field_value_and_expectation_without_raw_control_characters() {
        let error = Invalid::new("start", "\u{1b}[31m9", "HH:MM").within("preferred_range");
        assert_eq!(error.to_string(), "preferred_range.start: \"␛[31m9\" is not valid, expected HH:MM");
    }

    #[test]
    fn shortens_a_long_value() {
        let error = Invalid::new("id", "x".repeat(10_000), "at most 64 characters");
        assert!(error.value.chars().count() < 70);
    }
}
