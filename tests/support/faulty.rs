//! A store that fails when it is told to, before a commit or after it.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::Mutex;
use slotdesk::domain::{Appointment, Demand, Event, ProviderId, RequestId};
use slotdesk::store::{Archive, Commit, Reader, Roster, Store, StoreError, StoredDay, Verdict};

/// A store in front of another one; a commit that is to fail stores nothing, and one whose answer is lost is stored.
#[derive(Debug)]
pub(crate) struct FaultyStore<S> {
    inner: S,
    faults: Faults,
}

/// Tells a [`FaultyStore`] and its readers when to fail; clones steer the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    commits: Calls,
    reads: Calls,
    /// The commits that take effect and fail all the same.
    unanswered: Option<(Numbers, StoreError)>,
}

/// The calls of one kind.
#[derive(Debug, Default)]
struct Calls {
    made: u64,
    failing: Option<(Numbers, StoreError)>,
}

/// A range of calls by their number.
type Numbers = (Bound<u64>, Bound<u64>);

impl Calls {
    fn fail(&mut self, calls: impl RangeBounds<u64>, error: StoreError) {
        self.failing = Some(((calls.start_bound().cloned(), calls.end_bound().cloned()), error));
    }

    fn next(&mut self) -> Result<(), StoreError> {
        self.made += 1;
        match &self.failing {
            Some((calls, error)) if calls.contains(&self.made) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

impl<S> FaultyStore<S> {
    /// A store that works like `inner` until it is told to fail.
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, faults: Faults::default() }
    }

    /// What steers it.
    pub(crate) fn faults(&self) -> Faults {
        self.faults.clone()
    }
}

impl Faults {
    /// Lets the given calls of `commit` fail, counted from 1 since the store was made: `3..=3` is the third
    /// alone, `3..` all from then on. Replaces what was said before.
    pub(crate) fn fail_commits(&self, calls: impl RangeBounds<u64>, error: StoreError) {
        self.0.lock().commits.fail(calls, error);
    }

    /// Lets the given calls of `commit` take effect and fail all the same, as when the disk or the server goes
    /// away at the very end; counted as in [`Self::fail_commits`].
    pub(crate) fn lose_answers(&self, calls: impl RangeBounds<u64>, error: StoreError) {
        self.0.lock().unanswered = Some(((calls.start_bound().cloned(), calls.end_bound().cloned()), error));
    }

    /// [`Self::fail_commits`] for the questions to all readers, counted together.
    pub(crate) fn fail_reads(&self, calls: impl RangeBounds<u64>, error: StoreError) {
        self.0.lock().reads.fail(calls, error);
    }

    /// Lets everything work again.
    pub(crate) fn heal(&self) {
        let mut plan = self.0.lock();
        plan.commits.failing = None;
        plan.reads.failing = None;
        plan.unanswered = None;
    }

    /// How often `commit` was called so far, failures included.
    pub(crate) fn commits(&self) -> u64 {
        self.0.lock().commits.made
    }

    /// How many questions were asked so far, failures included.
    pub(crate) fn reads(&self) -> u64 {
        self.0.lock().reads.made
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        let lost = {
            let mut plan = self.faults.0.lock();
            plan.commits.next()?;
            let made = plan.commits.made;
            plan.unanswered.as_ref().filter(|(calls, _)| calls.contains(&made)).map(|(_, error)| error.clone())
        };
        let verdicts = self.inner.commit(batch)?;
        lost.map_or(Ok(verdicts), Err)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        Ok(Box::new(FaultyReader { inner: self.inner.reader()?, faults: self.faults.clone() }))
    }

    fn close(self: Box<Self>) -> Result<(), StoreError> {
        Box::new(self.inner).close()
    }
}

/// A reader of a [`FaultyStore`].
struct FaultyReader {
    inner: Box<dyn Reader>,
    faults: Faults,
}

impl FaultyReader {
    /// The reader behind this one, unless this question is to fail.
    fn ask(&mut self) -> Result<&mut dyn Reader, StoreError> {
        self.faults.0.lock().reads.next()?;
        Ok(&mut *self.inner)
    }
}

impl Reader for FaultyReader {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        self.ask()?.roster()
    }

    fn day(&mut self, day: NaiveDate) -> Result<StoredDay, StoreError> {
        self.ask()?.day(day)
    }

    fn busy_days(
        &mut self,
        provider: &ProviderId,
        from: NaiveDate,
        to: Option<NaiveDate>,
    ) -> Result<Vec<NaiveDate>, StoreError> {
        self.ask()?.busy_days(provider, from, to)
    }

    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, StoreError> {
        self.ask()?.appointment(id)
    }

    fn answer(&mut self, id: &RequestId) -> Result<Option<Event>, StoreError> {
        self.ask()?.answer(id)
    }

    fn events_after(&mut self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask()?.events_after(after, limit)
    }

    fn events_before(&mut self, before: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask()?.events_before(before, limit)
    }

    fn last_event(&mut self) -> Result<u64, StoreError> {
        self.ask()?.last_event()
    }

    fn demand(&mut self, since: DateTime<Utc>) -> Result<Demand, StoreError> {
        self.ask()?.demand(since)
    }

    fn archive(&mut self) -> Result<Box<dyn Archive + '_>, StoreError> {
        self.ask()?.archive()
    }
}
