//! The desk itself: the one way into a book.
//!
//! ```text
//! submit ─▶ queue ─▶ worker ─▶ scheduler (a provider's lock) ─▶ inbox ─▶ journal ─▶ store
//!                                                                          ├─▶ reply
//!                                                                          └─▶ feed
//! ```
//!
//! Workers decide on days in memory and never wait for the store. The journal makes what they decided
//! durable, many decisions in one transaction, and only then lets replies and events out. What the
//! store refuses as stale is decided again; what it cannot take is answered with an error, and the
//! days concerned are forgotten, so that memory never keeps what the book does not have. Whatever was
//! decided before that, and may rest on it, is sent back and decided again.

mod clock;
mod command;
mod core;
mod days;
mod decide;
mod error;
mod feed;
mod gathering;
mod handle;
mod identity;
mod inbox;
mod job;
mod journal;
mod preview;
mod readers;
mod register;
mod repeat;
mod roster;
mod setbacks;
mod snapshot;
mod undo;
mod workers;

pub use clock::{Calendar, Clock, ManualClock, SystemClock};
pub use command::{Answer, Command, Destination, Past};
pub use error::DeskError;
pub use feed::{Feed, Feedback};
pub use handle::{Desk, Options, Pulse};
pub use preview::HoursPreview;
pub use snapshot::{DayContents, DaySnapshot, ProviderRow};
