//! Text from outside: bounded, stored as it was meant, shown without harm.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use super::Invalid;

/// Most bytes one grapheme may take on average before text counts as hostile (stacked marks).
const BYTES_PER_GRAPHEME_MAX: usize = 32;

/// Free text of bounded length: a name or a note, kept exactly as it was given.
///
/// It may hold any character; use [`printable`] wherever it is shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(Arc<str>);

impl Text {
    /// Longest name of a provider, client or service, in graphemes.
    pub const NAME_MAX: usize = 100;
    /// Longest note or reason, in graphemes.
    pub const NOTE_MAX: usize = 2_000;

    /// A name: one to [`Self::NAME_MAX`] graphemes.
    pub fn name(field: &'static str, text: &str) -> Result<Self, Invalid> {
        Self::bounded(field, text, Self::NAME_MAX)
    }

    /// A note: one to [`Self::NOTE_MAX`] graphemes.
    pub fn note(field: &'static str, text: &str) -> Result<Self, Invalid> {
        Self::bounded(field, text, Self::NOTE_MAX)
    }

    fn bounded(field: &'static str, text: &str, most: usize) -> Result<Self, Invalid> {
        let expected = || format!("1 to {most} characters that can be read");
        if text.trim().is_empty() || text.len() > most * BYTES_PER_GRAPHEME_MAX {
            return Err(Invalid::new(field, text, expected()));
        }
        if text.len() > most && text.graphemes(true).count() > most {
            return Err(Invalid::new(field, text, expected()));
        }
        Ok(Self(text.into()))
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&printable(&self.0))
    }
}

/// The text with everything that could steer a terminal or reorder a line made visible.
///
/// Control characters become their picture (`␛`), bidirectional overrides and isolates, zero-width
/// and other invisible format characters become `�`; line breaks and tabs become a space. The joiner and the
/// non-joiner (U+200D, U+200C) pass on purpose: emoji are made with them, and words of Persian and many
/// Indian languages are spelt with them.
///
/// ```
/// # use slotdesk::domain::printable;
/// assert_eq!(printable("Ada\u{1b}[2J\u{202e}\nL."), "Ada␛[2J� L.");
/// ```
pub fn printable(text: &str) -> String {
    text.chars().map(printable_character).collect()
}

/// At most the first `most` characters of what [`printable`] makes of the text; `…` stands for the rest.
///
/// ```
/// # use slotdesk::domain::excerpt;
/// assert_eq!(excerpt("Ada\u{1b}[2J", 5), "Ada␛[…");
/// assert_eq!(excerpt("Ada", 3), "Ada");
/// ```
pub fn excerpt(text: &str, most: usize) -> String {
    let mut characters = text.chars().map(printable_character);
    let mut shown: String = characters.by_ref().take(most).collect();
    shown.extend(characters.next().map(|_| '…'));
    shown
}

fn printable_character(c: char) -> char {
    match c {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        // U+2400.. are the pictures of the 32 control characters, in their order.
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('�'),
        '\u{7f}' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '�',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_bounded_by_grapheme_not_by_byte() {
        let family = "👩‍👩‍👧‍👦";
        assert!(Text::name("name", &family.repeat(100)).is_ok());
        assert!(Text::name("name", &family.repeat(101)).is_err());
        assert!(Text::name("name", "   ").is_err());
    }

    #[test]
    fn stacked_marks_do_not_pass_as_one_character() {
        let zalgo = format!("a{}", "\u{301}".repeat(5_000));
        assert!(Text::name("name", &zalgo).is_err());
    }

    #[test]
    fn what_is_stored_is_what_was_meant_and_what_is_shown_is_harmless() {
        let text = Text::name("name", "a\u{202e}b\u{9b}31m").unwrap();
        assert_eq!(text.as_str(), "a\u{202e}b\u{9b}31m");
        assert_eq!(text.to_string(), "a�b�31m");
        let joined = "👩\u{200d}👧 می\u{200c}خواهم";
        assert_eq!(printable(joined), joined);
    }
}
