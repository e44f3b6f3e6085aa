//! What `slotdesk token` can be asked.

use clap::builder::PossibleValue;
use clap::{Subcommand, ValueEnum};

use crate::access::Scope;

pub(super) const ABOUT: &str = "\
Say who may use the HTTP API of a book from other machines

On 127.0.0.1 and ::1 the API is open; on any other address it lets nobody in without a token. Tokens are kept in \
a file beside the book, as hashes, and a desk that is running takes changes over at once. Each one has a scope: \
read sees everything, book books too, admin adds providers and changes hours too. Clients send it in a header:

  Authorization: Bearer slotdesk_\u{2026}

What is done with a token stands in the log under its name.";

pub(super) const EXAMPLES: &str = "\
Examples:
  slotdesk token add front-desk --scope book
  slotdesk token add website --scope read --book clinic.db
  slotdesk token list
  slotdesk token revoke website";

/// What to do with tokens.
#[derive(Debug, Clone, Subcommand)]
pub enum Token {
    /// Add a token and print its secret, which is not shown again
    Add {
        /// Who it is for: 1 to 40 letters, digits, dots, dashes and underscores
        name: String,
        /// How much it allows
        #[arg(long, value_enum)]
        scope: Scope,
    },
    /// List the tokens: name, scope and when it was added (never the secret)
    List,
    /// Let whoever has a token in no more
    Revoke {
        /// The name of the token
        name: String,
    },
}

impl ValueEnum for Scope {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Read => "See everything",
            Self::Book => "Book, move and cancel appointments too",
            Self::Admin => "Add providers and change their hours too",
        };
        Some(PossibleValue::new(self.key()).help(help))
    }
}
