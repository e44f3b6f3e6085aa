//! A store for tests that fails when it is told to.

use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use parking_lot::Mutex;

use super::{Commit, Reader, Store, StoreError, Verdict};

/// A store in front of another one; a commit that is to fail stores nothing.
///
/// ```
/// # use slotdesk::store::{FaultyStore, MemoryStore, Store, StoreError};
/// let mut store = FaultyStore::new(MemoryStore::new());
/// let faults = store.faults();
/// faults.fail_commits(2..=2, StoreError::Full { path: "desk.db".into() });
/// assert!(store.commit(&[]).is_ok());
/// assert!(store.commit(&[]).is_err());
/// assert!(store.commit(&[]).is_ok());
/// assert_eq!(faults.commits(), 3);
/// ```
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    faults: Faults,
}

/// Tells a [`FaultyStore`] when to fail; clones steer the same one.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    commits: u64,
    failing: Option<(Calls, StoreError)>,
}

/// A range of calls by their number.
type Calls = (Bound<u64>, Bound<u64>);

impl<S> FaultyStore<S> {
    /// A store that works like `inner` until it is told to fail.
    pub fn new(inner: S) -> Self {
        Self { inner, faults: Faults::default() }
    }

    /// What steers it.
    pub fn faults(&self) -> Faults {
        self.faults.clone()
    }
}

impl Faults {
    /// Lets the given calls of `commit` fail, counted from 1 since the store was made: `3..=3` is the third
    /// alone, `3..` all from then on. Replaces what was said before.
    pub fn fail_commits(&self, calls: impl RangeBounds<u64>, error: StoreError) {
        let calls = (calls.start_bound().cloned(), calls.end_bound().cloned());
        self.0.lock().failing = Some((calls, error));
    }

    /// Lets everything work again.
    pub fn heal(&self) {
        self.0.lock().failing = None;
    }

    /// How often `commit` was called so far, failures included.
    pub fn commits(&self) -> u64 {
        self.0.lock().commits
    }

    fn next(&self) -> Result<(), StoreError> {
        let mut plan = self.0.lock();
        plan.commits += 1;
        match &plan.failing {
            Some((calls, error)) if calls.contains(&plan.commits) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.faults.next()?;
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}
