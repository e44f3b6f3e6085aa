//! The port to what is durable, in the words of the domain.
//!
//! A [`Store`] belongs to the journal's thread: it takes batches of decided changes and makes each
//! batch durable in one transaction. [`Reader`]s see committed states only and never wait for a
//! commit. Every store passes the same contract (`tests/store_contract.rs`).
//!
//! A store is the second guard of the rules: it refuses a change that was decided on a stale
//! provider-day, that would double-book, or whose request was answered before, on its own.

pub mod audit;
mod judge;
pub mod memory;
mod record;
pub mod sqlite;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use smallvec::SmallVec;

use crate::domain::{Appointment, Demand, Draft, Event, Provider, ProviderId, RequestId, Service};

pub use audit::{Violation, audit, audit_in};
pub use memory::MemoryStore;
pub use sqlite::{COMPANIONS, Copied, CopyError, Existing, Restored, SqliteStore, belongs_to_book, sync_folder};

/// A decided change on its way into the store.
///
/// Stores take it at its word where the scheduler knows better (hours, limits, preferences) and refuse it
/// as stale unless
///
/// * every edit's image before is the record as stored, and names each record once;
/// * every provider-day of an edited appointment, before and after, is guarded;
/// * a provider's revision grows with each change of its record, undone ones included;
/// * a provider that is taken out has no appointments, cancelled ones included; its days begin anew;
/// * an appointment that is put in answers the change's own request, or one that was accepted before;
/// * no two live appointments of a provider overlap, deliberate overbookings aside.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The change.
    pub draft: Arc<Draft>,
    /// The provider-days it was decided on, each one once.
    pub guards: SmallVec<[Guard; 1]>,
}

/// A provider-day as it was when a change was decided on it.
///
/// The commit is stale unless the store has exactly these revisions; it leaves the day at
/// `revision + 1`. A provider-day that was never changed has revision 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guard {
    /// Whose day.
    pub provider: ProviderId,
    /// The revision of the provider's record that was in force.
    pub provider_revision: u64,
    /// Which day.
    pub day: NaiveDate,
    /// The revision of that provider's day before the change.
    pub revision: u64,
}

/// What became of one commit of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is durable, as the event with this number.
    Committed(u64),
    /// It was decided on a state that is no longer true; nothing of it was stored.
    Stale,
    /// Its request was answered before; nothing of it was stored.
    Answered,
}

/// The writing end of a book; owned by one thread.
pub trait Store: Send {
    /// Makes the batch durable in one transaction and numbers its events in order, without gaps.
    ///
    /// Each commit is stored wholly or not at all; one that is stale or answered does not keep the
    /// others out. On an error nothing of the batch is stored, and the store may be used again.
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError>;

    /// How long a commit may take.
    fn latency(&self) -> Latency {
        Latency::Some
    }

    /// Another reader of the same book.
    fn reader(&self) -> Result<Box<dyn Reader>, StoreError>;

    /// Lets the book go. An error says where what was committed is, if it is not in the book.
    fn close(self: Box<Self>) -> Result<(), StoreError> {
        Ok(())
    }
}

/// How long a store makes its callers wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// No longer than a look-up: it may be called from where others wait for their turn.
    None,
    /// As long as a disk or a network takes.
    Some,
}

/// A reading end of a book; sees committed changes only. Each call sees one consistent state.
pub trait Reader: Send {
    /// All providers (retired ones too, by id) and services.
    fn roster(&mut self) -> Result<Roster, StoreError>;

    /// Everything on one day, cancelled appointments included, ordered by start and id.
    fn day(&mut self, day: NaiveDate) -> Result<StoredDay, StoreError>;

    /// The days from `from` to `to` (both included) on which a provider has live appointments, ascending.
    fn busy_days(
        &mut self,
        provider: &ProviderId,
        from: NaiveDate,
        to: Option<NaiveDate>,
    ) -> Result<Vec<NaiveDate>, StoreError>;

    /// An appointment as it is now.
    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, StoreError>;

    /// The event that answered a request: booked, overbooked or refused.
    fn answer(&mut self, id: &RequestId) -> Result<Option<Event>, StoreError>;

    /// Up to `limit` events after number `after`, in order.
    fn events_after(&mut self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// Up to `limit` events before number `before`, newest first.
    fn events_before(&mut self, before: u64, limit: usize) -> Result<Vec<Event>, StoreError>;

    /// The number of the newest event, 0 for none.
    fn last_event(&mut self) -> Result<u64, StoreError>;

    /// The requests answered at or after `since`, accepted and refused.
    fn demand(&mut self, since: DateTime<Utc>) -> Result<Demand, StoreError>;

    /// The whole book as it is now, for an audit or a copy; later commits do not show in it.
    fn archive(&mut self) -> Result<Box<dyn Archive + '_>, StoreError>;
}

/// A whole book at one point of the log, read page by page; commits go on meanwhile.
pub trait Archive {
    /// All providers (retired ones too, by id) and services, and the newest event.
    fn roster(&mut self) -> Result<Roster, StoreError>;

    /// Up to `limit` entries of the log after event number `after`, in order.
    fn entries_after(&mut self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError>;

    /// Up to `limit` appointments with identifiers after `after`, cancelled ones too, by identifier.
    fn appointments_after(
        &mut self,
        after: Option<&RequestId>,
        limit: usize,
    ) -> Result<Vec<Arc<Appointment>>, StoreError>;

    /// The revision of every provider-day that was ever changed, by provider and day.
    fn revisions(&mut self) -> Result<Vec<(ProviderId, NaiveDate, u64)>, StoreError>;

    /// What is wrong with the way the book is stored, one sentence each; empty for a sound one.
    fn integrity(&mut self) -> Result<Vec<String>, StoreError>;
}

/// An event with every provider-day whose revision it raised, its guards, by provider and day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The event.
    pub event: Event,
    /// The provider-days it was decided on.
    pub touched: Vec<(ProviderId, NaiveDate)>,
}

/// Who works here and what is on offer, at one point of the log.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The newest event it includes.
    pub as_of: u64,
    /// All providers, by id.
    pub providers: Vec<Arc<Provider>>,
    /// All services, by id.
    pub services: Vec<Arc<Service>>,
}

/// One day as stored, at one point of the log.
#[derive(Debug, Clone, Default)]
pub struct StoredDay {
    /// The newest event it includes.
    pub as_of: u64,
    /// The appointments, cancelled ones too, by start and id.
    pub appointments: Vec<Arc<Appointment>>,
    /// The revision of every provider's day that was ever changed.
    pub revisions: Vec<(ProviderId, u64)>,
}

/// Why a book could not be opened, read or written; a sentence for the person at the desk.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Another process has the book.
    #[error("{} is in use by {holder}; close that desk or choose another book with --book", path.display())]
    InUse {
        /// The book.
        path: PathBuf,
        /// Who holds it, with a process number where known.
        holder: String,
    },
    /// The file is something else.
    #[error("{} is not a slotdesk book ({detail}); it was left as it is", path.display())]
    NotABook {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        detail: String,
    },
    /// A newer slotdesk wrote the book.
    #[error("{} was written by a newer slotdesk (book version {found}, this program reads up to {supported}); update slotdesk", path.display())]
    Newer {
        /// The book.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version this program knows.
        supported: i64,
    },
    /// The book or its folder cannot be written.
    #[error("{} cannot be written: {detail}", path.display())]
    NotWritable {
        /// The book.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The disk is full.
    #[error("the disk that holds {} is full; free some space, the desk goes on by itself", path.display())]
    Full {
        /// The book.
        path: PathBuf,
    },
    /// The book is not there, but its log is.
    #[error("{} is missing, and {} holds changes that belong to it; put the book back, or put a backup in its place \
        with \"slotdesk restore\"; nothing was changed", path.display(), log.display())]
    Missing {
        /// The book.
        path: PathBuf,
        /// Its log.
        log: PathBuf,
    },
    /// The book has nothing in it, but its log has.
    #[error("{} is empty, and {} holds changes that belong to it; put the book back, or put a backup in its place \
        with \"slotdesk restore\"; nothing was changed", path.display(), log.display())]
    Emptied {
        /// The book.
        path: PathBuf,
        /// Its log.
        log: PathBuf,
    },
    /// A change of the book was broken off, and nobody has undone it yet.
    #[error("{} holds half a change, and {} what was there before it; start the desk once, which puts the book in \
        order; nothing was changed", path.display(), journal.display())]
    Unfinished {
        /// The book.
        path: PathBuf,
        /// What undoes the change.
        journal: PathBuf,
    },
    /// The book was not under its name when it was closed, or overwritten, and stands under another one now.
    #[error("{} was moved, deleted, replaced or overwritten while the desk was open; everything that the desk had stored is in {}: \
        \"slotdesk restore --from\" puts it in place", path.display(), copy.display())]
    Rescued {
        /// The book.
        path: PathBuf,
        /// A whole copy of it.
        copy: PathBuf,
    },
    /// The book was not under its name when it was closed, or overwritten, and no copy of it could be made.
    #[error("{} was moved, deleted, replaced or overwritten while the desk was open, and could not be copied: {detail}; \
        what the desk had stored is in the file that was moved, if it is still somewhere, and the newest of it in the log \
        that was left beside it", path.display())]
    Lost {
        /// The book.
        path: PathBuf,
        /// Why there is no copy.
        detail: String,
    },
    /// The book is damaged.
    #[error("{} is damaged: {detail}; nothing was changed", path.display())]
    Damaged {
        /// The book.
        path: PathBuf,
        /// What does not hold.
        detail: String,
    },
    /// Anything else that keeps the store from working.
    #[error("the book cannot be reached: {detail}")]
    Failing {
        /// What the store said.
        detail: String,
    },
}
