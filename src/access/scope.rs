//! How much a token allows.

use serde::{Deserialize, Serialize};

/// How much a token allows; each scope includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// To see everything.
    Read,
    /// To book, move and cancel appointments, and to set their status.
    Book,
    /// To add providers and to change their hours.
    Admin,
}

impl Scope {
    /// Every scope, from the least to the most.
    pub const ALL: [Self; 3] = [Self::Read, Self::Book, Self::Admin];

    /// The scope as it is typed and written: `read`, `book`, `admin`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Book => "book",
            Self::Admin => "admin",
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}
