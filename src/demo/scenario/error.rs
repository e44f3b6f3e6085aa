//! Why a scenario cannot be played.

use std::path::PathBuf;

use crate::domain::{Invalid, excerpt, printable};

/// Longest piece of a faulty line that an error repeats, in characters.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// Characters of a faulty line that are shown before its fault.
const SHOWN_BEFORE: usize = 30;

/// Why a scenario cannot be played; a sentence for whoever wrote or named it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// It is neither the name of a built-in scenario nor a file.
    #[error("{} is neither a file nor one of the built-in scenarios ({known})", shown(&.path.to_string_lossy()))]
    Unknown {
        /// What was named.
        path: PathBuf,
        /// The built-in ones.
        known: String,
    },
    /// The file cannot be read.
    #[error("{} cannot be read: {detail}", shown(&.path.to_string_lossy()))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file is not TOML, or has a key or a type that scenarios do not have.
    #[error("{file}, line {line} (`{shown}`): {detail}")]
    Malformed {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What stands there.
        shown: String,
        /// What was expected.
        detail: String,
    },
    /// A value breaks a rule.
    #[error("{file}, line {line}: {invalid}")]
    Invalid {
        /// The file.
        file: String,
        /// The line on which the value's table begins, from 1.
        line: usize,
        /// What is wrong with it.
        invalid: Invalid,
    },
}

/// The file, and where in it something is wrong.
pub(super) struct Place<'a> {
    /// The file as its user knows it.
    pub(super) file: &'a str,
    /// What it holds.
    pub(super) text: &'a str,
}

impl Place<'_> {
    /// The error for what the parser found.
    pub(super) fn malformed(&self, error: &toml::de::Error) -> ScenarioError {
        let offset = error.span().map_or(0, |span| span.start.min(self.text.len()));
        let detail = in_words(&printable(error.message().trim()));
        ScenarioError::Malformed { file: shown(self.file), line: self.line(offset), shown: self.around(offset), detail }
    }

    /// The error for a value in the table that begins at this byte.
    pub(super) fn invalid(&self, offset: usize, invalid: Invalid) -> ScenarioError {
        ScenarioError::Invalid { file: shown(self.file), line: self.line(offset), invalid }
    }

    /// The line of a byte as far as it matters: from a little before that byte on, so that a key is seen
    /// with its value however long the line is.
    fn around(&self, offset: usize) -> String {
        let line = self.text.lines().nth(self.line(offset) - 1).unwrap_or_default();
        let column = offset - self.text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let skipped = line.get(..column).map_or(0, |before| before.chars().count().saturating_sub(SHOWN_BEFORE));
        let rest: String = line.chars().skip(skipped).collect();
        let rest = shown(rest.trim());
        if skipped > 0 { format!("…{rest}") } else { rest }
    }

    /// The line of a byte, from 1.
    fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }
}

/// A message of the parser without the names that only programmers have for numbers.
fn in_words(message: &str) -> String {
    let words = [("i64", "a whole number"), ("u32", "a whole number"), ("u8", "a whole number"), ("f64", "a number")];
    words.into_iter().fold(message.to_owned(), |message, (jargon, words)| {
        message.replace(&format!("expected {jargon}"), &format!("expected {words}"))
    })
}

fn shown(text: &str) -> String {
    excerpt(text, SHOWN_CHARACTERS_MAX)
}
