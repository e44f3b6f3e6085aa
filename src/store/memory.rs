//! A book that lives as long as its process: for tests, demos and measurements.

mod book;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::RwLock;

use self::book::Book;
use super::{Archive, Commit, Entry, Latency, Reader, Roster, Store, StoreError, StoredDay, Verdict};
use crate::domain::{Appointment, Demand, Event, ProviderId, RequestId};

/// A book in memory; clones are handles of the same book.
///
/// ```
/// # use slotdesk::store::{MemoryStore, Store};
/// let mut store = MemoryStore::new();
/// let mut seen_by_the_test = store.reader()?;
/// store.commit(&[])?;
/// assert_eq!(seen_by_the_test.last_event()?, 0);
/// # Ok::<(), slotdesk::store::StoreError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    // An archive keeps its own reference, and a commit meanwhile goes on with a copy.
    book: Arc<RwLock<Arc<Book>>>,
}

impl MemoryStore {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        let mut shared = self.book.write();
        let book = Arc::make_mut(&mut shared);
        Ok(batch.iter().map(|commit| book.take(commit)).collect())
    }

    fn latency(&self) -> Latency {
        Latency::None
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(self.clone()))
    }
}

impl Reader for MemoryStore {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        Ok(self.book.read().roster())
    }

    fn day(&mut self, day: NaiveDate) -> Result<StoredDay, StoreError> {
        Ok(self.book.read().day(day))
    }

    fn busy_days(
        &mut self,
        provider: &ProviderId,
        from: NaiveDate,
        to: Option<NaiveDate>,
    ) -> Result<Vec<NaiveDate>, StoreError> {
        Ok(self.book.read().busy_days(provider, from, to))
    }

    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, StoreError> {
        Ok(self.book.read().appointment(id))
    }

    fn answer(&mut self, id: &RequestId) -> Result<Option<Event>, StoreError> {
        Ok(self.book.read().answer(id))
    }

    fn events_after(&mut self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.book.read().events_after(after).take(limit).collect())
    }

    fn events_before(&mut self, before: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(self.book.read().events_before(before).take(limit).collect())
    }

    fn last_event(&mut self) -> Result<u64, StoreError> {
        Ok(self.book.read().last_event())
    }

    fn demand(&mut self, since: DateTime<Utc>) -> Result<Demand, StoreError> {
        Ok(self.book.read().demand(since))
    }

    fn archive(&mut self) -> Result<Box<dyn Archive + '_>, StoreError> {
        Ok(Box::new(Frozen(Arc::clone(&self.book.read()))))
    }
}

/// A book that later commits do not reach.
struct Frozen(Arc<Book>);

impl Archive for Frozen {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        Ok(self.0.roster())
    }

    fn entries_after(&mut self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        Ok(self.0.entries_after(after).take(limit).collect())
    }

    fn appointments_after(
        &mut self,
        after: Option<&RequestId>,
        limit: usize,
    ) -> Result<Vec<Arc<Appointment>>, StoreError> {
        Ok(self.0.appointments_after(after).take(limit).collect())
    }

    fn revisions(&mut self) -> Result<Vec<(ProviderId, NaiveDate, u64)>, StoreError> {
        Ok(self.0.revisions())
    }

    fn integrity(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}
