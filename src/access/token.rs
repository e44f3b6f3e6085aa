//! One token as it is kept.

use std::fmt;
use std::iter;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Scope;
use super::secret::SecretHash;
use crate::domain::Invalid;

/// What is kept of a token: everything but its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Who it was given to; no two tokens of a book have the same name.
    pub name: TokenName,
    /// How much it allows.
    pub scope: Scope,
    /// When it was added.
    pub created: DateTime<Utc>,
    pub(super) sha256: SecretHash,
}

/// The name of a token: 1 to 40 of `a`–`z`, `A`–`Z`, `0`–`9`, `.`, `-` and `_`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TokenName(String);

impl TokenName {
    /// Most characters.
    pub const CHARACTERS_MAX: usize = 40;
    /// The name of whoever comes with the token of the environment; no token of a file may have it.
    pub const ENVIRONMENT: &str = "SLOTDESK_TOKEN";

    /// The name, if it is short and plain enough to stand in a log and on a command line.
    pub fn new(name: &str) -> Result<Self, Invalid> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let fits = (1..=Self::CHARACTERS_MAX).contains(&name.len()) && name.chars().all(plain);
        if fits && name != Self::ENVIRONMENT {
            return Ok(Self(name.to_owned()));
        }
        Err(Invalid::new("name", name, "1 to 40 letters, digits, dots, dashes and underscores, as in front-desk"))
    }

    /// The name as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TokenName {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        Self::new(&name)
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Tokens as a table for people: name, scope and when each was added (UTC).
pub fn table(tokens: &[Token]) -> String {
    let width = tokens.iter().map(|token| token.name.as_str().len()).max().unwrap_or_default().max(4);
    let line = |token: &Token| {
        let Token { name, scope, created, .. } = token;
        format!("{name:width$}  {:5}  {}\n", scope.key(), created.format("%Y-%m-%d %H:%M UTC"))
    };
    iter::once(format!("{:width$}  SCOPE  ADDED\n", "NAME")).chain(tokens.iter().map(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_plain() {
        for name in ["a", "front-desk", "Booking.page_2", &"x".repeat(40)] {
            assert_eq!(TokenName::new(name).unwrap().as_str(), name);
        }
        for name in ["", " ", "a b", "ä", "a\n", "a\u{1b}[2J", TokenName::ENVIRONMENT, &"x".repeat(41)] {
            let error = TokenName::new(name).unwrap_err().to_string();
            assert!(error.contains("expected 1 to 40 letters") && !error.contains('\u{1b}'), "{error}");
        }
    }
}
