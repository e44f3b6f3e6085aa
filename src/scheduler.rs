//! The scheduler: who takes a request, and where in the day. Pure and synchronous.
//!
//! No input, no output, no clock: the desk, the tests, the benches and the study call it alike.
//!
//! A [`Day`] holds a [`ProviderDay`] per provider, each behind its own lock. [`Day::book`] asks the providers
//! in the order of their available slots and lets the [`policy`] choose the start; [`Day::propose`] explains
//! what it would do. What touches several provider-days at once goes through [`Locked`]: moves
//! ([`Day::relocate`]), changes of a provider's record ([`change_provider`]) and edits that name their
//! outcome ([`apply_edits`]).

mod change;
mod day;
mod edits;
pub mod explain;
mod gaps;
pub mod gauge;
mod locked;
mod openings;
pub mod policy;
mod popularity;
mod priority;
mod provider_day;
mod releases;
mod rules;
mod seat;
mod tournament;

pub use change::{ProviderChange, change_provider};
pub use day::{Day, Move, NotMoved};
pub use edits::{Obstacle, apply_edits};
pub use explain::{Candidate, Cost, Explanation, Proposal};
pub use gauge::{Fragmentation, Yardstick};
pub use locked::Locked;
pub use openings::{Opening, Openings};
pub use policy::{Policy, ProviderOrder};
pub use popularity::{Popularity, Window};
pub use provider_day::{Fates, ProviderDay};
pub use rules::{Dice, Rules};
pub use seat::Touched;
