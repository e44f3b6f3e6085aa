//! What is wrong with a setting, and where.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::access::AccessError;
use crate::tui::KeymapError;

/// Where a setting was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a settings file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// In the environment, under this name.
    Variable(&'static str),
    /// On the command line, with this flag.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "the environment variable {name}"),
            Self::Flag(flag) => f.write_str(flag),
        }
    }
}

/// Why the settings cannot be used; a sentence for whoever wrote them.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("the settings file {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is far too large for settings.
    #[error("{} is larger than {most} bytes; that is no settings file", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Most bytes.
        most: u64,
    },
    /// The file is not text.
    #[error("{place}: this is not UTF-8 text; save the file as UTF-8")]
    NotText {
        /// Where the first wrong byte is.
        place: Place,
    },
    /// The file is not TOML.
    #[error("{place}: {detail}")]
    Syntax {
        /// Where.
        place: Place,
        /// What does not fit.
        detail: String,
    },
    /// Nothing is called that.
    #[error("{place}: there is no setting {name}; {help}")]
    Unknown {
        /// Where.
        place: Place,
        /// The name used.
        name: String,
        /// The name that was probably meant, or all there are.
        help: String,
    },
    /// A value is not allowed.
    #[error("{place}: {key}: {value} is not valid, expected {expected}")]
    Wrong {
        /// Where.
        place: Place,
        /// The setting.
        key: String,
        /// The value used, quoted and made printable.
        value: String,
        /// What is allowed, as the end of a sentence.
        expected: String,
    },
    /// Keys that cannot be bound like that.
    #[error("{place}: {error}")]
    Keymap {
        /// Where.
        place: Place,
        /// What is wrong.
        error: KeymapError,
    },
    /// A book behind a database server.
    #[error("{place}: this slotdesk has no PostgreSQL in it; give the path of a book file")]
    NoPostgres {
        /// Where.
        place: Place,
    },
    /// The log cannot be opened.
    #[error("the log {} cannot be written: {detail}", path.display())]
    Log {
        /// The file.
        path: PathBuf,
        /// Why not.
        detail: String,
    },
    /// The token of the environment cannot be used.
    #[error(transparent)]
    Token(#[from] AccessError),
    /// The system does not say where a user's files belong.
    #[error("no home folder is known; set HOME, or name the book with --book and the settings with --settings")]
    NoHome,
}
