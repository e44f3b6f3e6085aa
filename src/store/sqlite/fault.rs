//! What can go wrong inside the SQLite store, and how it is said at the desk.

use std::path::Path;

use rusqlite::{Error, ErrorCode, ffi};

use crate::domain::excerpt;
use crate::store::StoreError;
use crate::store::record::Unreadable;

/// What the trigger `event_answers_once` says.
const ANSWERED_BEFORE: &str = "the request was answered before";

/// Longest complaint about a damaged row that is repeated, in characters.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// Why a statement failed, or what it found.
#[derive(Debug)]
pub(super) enum Fault {
    /// SQLite said no.
    Sql(Error),
    /// A row holds what no desk can have written.
    Unreadable(String),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Sql(error)
    }
}

impl From<Unreadable> for Fault {
    fn from(what: Unreadable) -> Self {
        Self::Unreadable(what.0.to_owned())
    }
}

impl Fault {
    /// Whether a rule in the schema refused a row.
    pub(super) fn is_constraint(&self) -> bool {
        self.code() == Some(ErrorCode::ConstraintViolation)
    }

    /// Whether an event was refused because its request has another one.
    pub(super) fn is_duplicate(error: &Error) -> bool {
        let Error::SqliteFailure(failure, Some(message)) = error else { return false };
        failure.extended_code == ffi::SQLITE_CONSTRAINT_TRIGGER && message == ANSWERED_BEFORE
    }

    /// Whether the disk did not do what it was asked to.
    pub(super) fn is_of_the_disk(&self) -> bool {
        matches!(self.code(), Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly))
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Sql(error) => error.sqlite_error_code(),
            Self::Unreadable(_) => None,
        }
    }

    /// The sentence for the person at the desk.
    pub(super) fn explain(self, path: &Path) -> StoreError {
        let path = path.to_path_buf();
        let code = self.code();
        match (self, code) {
            (Self::Unreadable(detail), _) => {
                StoreError::Damaged { path, detail: excerpt(&detail, SHOWN_CHARACTERS_MAX) }
            }
            (Self::Sql(_), Some(ErrorCode::DiskFull)) => StoreError::Full { path },
            (Self::Sql(error), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)) => {
                StoreError::Damaged { path, detail: detail(&error) }
            }
            (Self::Sql(error), Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied)) => {
                StoreError::NotWritable { path, detail: detail(&error) }
            }
            (Self::Sql(_), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)) => {
                StoreError::Failing { detail: format!("another program keeps {} locked", path.display()) }
            }
            // A column of another type, a text that is not UTF-8, a row too few: our own rows are not like that.
            (Self::Sql(error), None) => StoreError::Damaged { path, detail: detail(&error) },
            (Self::Sql(error), Some(_)) => {
                StoreError::Failing { detail: format!("{}: {}", path.display(), detail(&error)) }
            }
        }
    }
}

fn detail(error: &Error) -> String {
    match error {
        Error::SqliteFailure(failure, _) if failure.code == ErrorCode::SystemIoFailure => match failure.extended_code {
            ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ => "the disk could not be read".to_owned(),
            ffi::SQLITE_IOERR_WRITE => "the disk refused a write".to_owned(),
            ffi::SQLITE_IOERR_FSYNC => "the disk did not confirm what was written".to_owned(),
            other => format!("the disk failed ({})", ffi::code_to_str(other)),
        },
        Error::SqliteFailure(failure, message) => {
            let general = || ffi::code_to_str(failure.extended_code).to_owned();
            message.clone().unwrap_or_else(general)
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_row_is_quoted_without_harm_and_not_whole() {
        let fault = Fault::Unreadable(format!("unknown variant `\u{1b}[2J{}`", "x".repeat(10_000)));
        let sentence = fault.explain(Path::new("desk.db")).to_string();
        assert!(sentence.contains("`␛[2Jxxx") && sentence.contains('…'), "{sentence}");
        assert!(sentence.len() < 400, "{sentence}");
    }
}
