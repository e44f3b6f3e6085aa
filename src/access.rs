//! Who may use a book from outside: tokens with a scope, kept beside the book.
//!
//! A token is a random secret that is shown once; what is kept is its hash, with a name and a [`Scope`], in
//! a [`TokenFile`] that only its owner can read. A running server looks secrets up in its [`Tokens`], which
//! notice by themselves when the file was changed. [`exposed`] names the files of a book that others on the
//! machine can read.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

mod error;
mod file;
mod privacy;
mod scope;
mod secret;
mod token;
mod tokens;

pub use error::AccessError;
pub use file::TokenFile;
pub use privacy::{Exposed, exposed};
pub use scope::Scope;
pub use secret::Secret;
pub use token::{Token, TokenName, table};
pub use tokens::{Holder, Tokens};

/// Whether a server that listens there can be reached by other machines, so that it asks for tokens.
pub fn needs_tokens(listening: IpAddr) -> bool {
    !listening.to_canonical().is_loopback()
}

/// Who gets into the HTTP API, and under which names it is reached.
///
/// The default knows nobody: a server on a loopback address is open, any other lets nobody in.
#[derive(Debug, Default)]
pub struct Access {
    /// The tokens that are known.
    pub tokens: Tokens,
    /// Host names that the API answers to besides `localhost`, in lower case.
    pub hosts: Vec<String>,
}

impl Access {
    /// Who gets in at an address: whoever has a token of the book, if there is one, or that of the environment.
    ///
    /// Fails if the tokens cannot be read, and if nobody has one where other machines can reach the address.
    pub fn at(
        address: SocketAddr,
        book: Option<&Path>,
        environment: Option<&Secret>,
        hosts: Vec<String>,
    ) -> Result<Self, AccessError> {
        // What has no place for tokens is no book either; whoever opens it says so.
        let file = book.and_then(|book| TokenFile::beside(book).ok());
        let tokens = Tokens::open(file, environment)?;
        if needs_tokens(address.ip()) && tokens.is_empty() {
            return Err(AccessError::Unguarded { address });
        }
        Ok(Self { tokens, hosts })
    }
}
