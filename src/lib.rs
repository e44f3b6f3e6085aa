//! Slotdesk: the appointment desk of a clinic, salon or workshop, run from the keyboard.
//!
//! # The house
//!
//! Each room knows only the rooms below it; `tests/architecture.rs` sees to that.
//!
//! | room | what it is for |
//! |---|---|
//! | `main` | parses, wires, runs; the only place that names a concrete store |
//! | [`cli`], [`settings`] | what is typed at the shell, and file < environment < flags |
//! | [`tui`], [`api`] | the screen (message → update → view) and the HTTP routes |
//! | [`demo`], [`study`] | a scripted day played on a real desk; policies on recorded days |
//! | [`access`] | who may use a book from outside: tokens beside the book, their scopes |
//! | [`desk`] | the one way into a book: commands, queue, workers, journal, undo, snapshots, events |
//! | [`store`] | the port to what is durable; `SQLite`, memory; the audit behind `slotdesk check` |
//! | [`scheduler`] | provider-days, placement policies, provider order, explanations: pure |
//! | [`domain`] | the words of the trade as types: pure, validated at the border |
//! | `sync` | the locks, threads and tasks of scheduler and desk, exchanged when schedules are explored |
//!
//! # How a booking walks through it
//!
//! ```text
//!  keys ─┐                                              ┌─ reply to who asked
//!  HTTP  ├─ Command ─▶ queue ─▶ worker ─▶ scheduler ────┤
//!  demo ─┘            bounded    pool    provider lock  └─▶ inbox ─▶ journal ─▶ store ─▶ Event ─▶ screens, SSE, log
//!                                                           bounded   one thread, many decisions a transaction
//! ```
//!
//! 1. Somebody makes a [`domain::Request`]: the form of [`tui`], a body of [`api`], a cue of [`demo`]. What
//!    is not valid never becomes one; it becomes a [`domain::Invalid`] that names the field.
//! 2. [`desk::Desk::submit`] puts it into the bounded queue as a [`desk::Command`].
//! 3. A worker takes it. Has its identifier been used, the answer of then is given again. Otherwise the
//!    worker reserves a place in the journal's inbox, so that nothing later has to wait under a lock.
//! 4. [`scheduler::Day::book`] finds the provider and the start, and applies the decision under that one
//!    provider's lock. Still under it the decision goes into the inbox, which makes the order of the
//!    journal the order of the provider-day's revisions.
//! 5. The journal's thread takes all that gathered and hands it to [`store::Store::commit`]: one
//!    transaction. The store checks on its own what the scheduler promised: revisions, overlaps,
//!    identifiers.
//! 6. Committed: the event gets its number, the answer goes to who asked, and the event to every
//!    [`desk::Feed`]. Only now does any screen show a booking. Stale: the day is loaded again and the
//!    command decided again. Failed: the answer is the error, and what was decided is forgotten.
//! 7. A screen applies the event to its [`desk::DaySnapshot`] and draws; it never holds a lock and never
//!    asks the store.
//!
//! # A desk in a few lines
//!
//! ```
//! use std::sync::Arc;
//!
//! use slotdesk::desk::{Calendar, Command, Desk, Options, Past, SystemClock};
//! use slotdesk::domain::*;
//! use slotdesk::{scheduler::policy, store::MemoryStore};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # tokio::runtime::Runtime::new()?.block_on(async {
//! let calendar = Calendar::new(Arc::new(SystemClock), chrono_tz::Europe::Berlin);
//! let options = Options {
//!     workers: 2,
//!     queue_length: 64,
//!     start_grid: Minutes::new(5)?,
//!     policy: policy::named("least-fragmentation")?,
//!     popularity_days: 28,
//!     seed: 1,
//! };
//! let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options)?;
//! let hours = Hours::always(Weekly::EveryDay(RangeSet::new([TimeRange::parse("09:00", "17:00")?])));
//! let chen = Provider::new(ProviderId::new("chen")?, hours, 8)?;
//! desk.submit(Command::AddProvider(chen), Channel::Desk.into()).await?;
//!
//! let request = Request {
//!     id: desk.new_request_id(),
//!     day: desk.calendar().today(),
//!     dated: Dated::Implied,
//!     range: TimeRange::parse("09:30", "11:30")?,
//!     duration: Minutes::new(30)?,
//!     preferred_provider: None,
//!     client: Some(Text::name("client", "Ada Lovelace")?),
//!     service: None,
//!     note: None,
//! };
//! let answer = desk.submit(Command::Book { request, past: Past::Refuse }, Channel::Desk.into()).await?;
//! assert_eq!(answer.appointment().map(|booked| booked.slot.len()), Some(30));
//! desk.close().await?;
//! # Ok(())
//! # })
//! # }
//! ```

#[cfg(not(unix))]
compile_error!("slotdesk needs a Unix: its signals, its terminal and the modes of its files are those of one");

pub mod access;
pub mod api;
pub mod cli;
pub mod demo;
pub mod desk;
pub mod domain;
pub mod scheduler;
pub mod settings;
pub mod store;
pub mod study;
mod sync;
pub mod tui;

#[cfg(test)]
#[path = "../tests/support/figures.rs"]
mod figures;
#[cfg(test)]
#[path = "../tests/support/fuzzing.rs"]
mod fuzzing;
