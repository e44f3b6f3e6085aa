//! Who may use a book from outside: tokens with a scope, kept beside the book.
//!
//! A token is a random secret that is shown once; what is kept is its hash, with a name and a [`Scope`], in
//! a [`TokenFile`] that only its owner can read. A running server looks secrets up in its [`Tokens`], which
//! notice by themselves when the file was changed. [`exposed`] names the files of a book that others on the
//! machine can read.

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
pub use token::{Token, TokenName};
pub use tokens::{Holder, Tokens};

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
