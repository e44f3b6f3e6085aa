//! What can be wrong with tokens.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::{Secret, TokenName};
use crate::domain::Invalid;

/// Why tokens cannot be used or changed; a sentence for whoever keeps the book.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// Tokens lie beside a book file, and that is no file.
    #[error("tokens are kept beside a book file, and {} is none", path.display())]
    NoPlace {
        /// What was named as the book.
        path: PathBuf,
    },
    /// A name that no token can have.
    #[error(transparent)]
    Name(#[from] Invalid),
    /// There is a token of that name already.
    #[error("there is already a token {name}; revoke it first, or choose another name")]
    Exists {
        /// The name.
        name: TokenName,
    },
    /// There is no token of that name.
    #[error("there is no token {name}; \"slotdesk token list\" names those there are")]
    Unknown {
        /// The name.
        name: TokenName,
    },
    /// The file with the tokens is not as this program writes it.
    #[error("the tokens in {} are damaged: {detail}; restore the file, or delete it and add every token anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit, without the value.
        detail: String,
    },
    /// The file with the tokens cannot be read.
    #[error("the tokens in {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the tokens cannot be written.
    #[error("the tokens in {} cannot be written: {source}; nothing was changed", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file with the tokens was changed, but the change may be gone after a power failure.
    #[error("the tokens in {} are changed, but the disk did not confirm it: {source}; if the power fails now, look at them \
        again with \"slotdesk token list\"", path.display())]
    Unconfirmed {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Other machines would reach the API, and nobody could be let in.
    #[error(
        "other machines can reach {address}, and there is no token yet that would let anybody in; add one with \
         \"slotdesk token add NAME --scope read|book|admin\" for the same book, or set {}",
        TokenName::ENVIRONMENT
    )]
    Unguarded {
        /// Where the API was to listen.
        address: SocketAddr,
    },
    /// A secret that could be guessed, or that no client could send.
    #[error(
        "the environment variable {} needs at least {} letters, digits or signs, without spaces; what is in it is not shown",
        TokenName::ENVIRONMENT,
        Secret::CHARACTERS_MIN
    )]
    WeakSecret,
}
