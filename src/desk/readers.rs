//! The reading ends of the book, shared by all who load something.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::store::{Reader, Store, StoreError};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Mutex, spawn_blocking};

/// Readers for screens and HTTP clients, who rarely load at the same moment.
const LOOKING: usize = 3;
/// Readers for workers, which read only what is not in memory.
const DECIDING: usize = 2;

/// The readers of a desk: those who only look never stand in the way of a decision.
pub(super) struct Readers {
    looking: Pool,
    deciding: Pool,
    failing: Arc<AtomicBool>,
}

/// A small pool of readers. Reading blocks, so it happens on the runtime's blocking threads.
struct Pool {
    idle: Arc<Mutex<Vec<Box<dyn Reader>>>>,
    permits: Arc<Semaphore>,
    /// Whether the last read failed, of all pools.
    failing: Arc<AtomicBool>,
}

impl Readers {
    pub(super) fn new(store: &dyn Store) -> Result<Self, StoreError> {
        let failing = Arc::default();
        Ok(Self {
            looking: Pool::new(store, LOOKING, &failing)?,
            deciding: Pool::new(store, DECIDING, &failing)?,
            failing,
        })
    }

    /// Whether what was read last could not be.
    pub(super) fn are_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Takes note that the store works: something was decided on what could be read, and stored.
    pub(super) fn recover(&self) {
        self.failing.store(false, Ordering::Relaxed);
    }

    /// Runs `read` on a free reader, for somebody who wants to see something.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.looking.read(read).await
    }

    /// Runs `read` on a free reader, for a decision.
    pub(super) async fn read_to_decide<R: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.deciding.read(read).await
    }
}

impl Pool {
    fn new(store: &dyn Store, readers: usize, failing: &Arc<AtomicBool>) -> Result<Self, StoreError> {
        let idle = (0..readers).map(|_| store.reader()).collect::<Result<Vec<_>, _>>()?;
        let (idle, permits) = (Arc::new(Mutex::new(idle)), Arc::new(Semaphore::new(readers)));
        Ok(Self { idle, permits, failing: Arc::clone(failing) })
    }

    async fn read<R: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let lost = || StoreError::Failing { detail: "a reader stopped unexpectedly".to_owned() };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| lost())?;
        let (idle, failing) = (Arc::clone(&self.idle), Arc::clone(&self.failing));
        let task = spawn_blocking(move || {
            let reader = idle.lock().pop();
            let Some(mut reader) = reader else { return Err(lost()) };
            // What was read last is no reason to have one reader less from then on.
            let result = catch_unwind(AssertUnwindSafe(|| read(&mut *reader)));
            idle.lock().push(reader);
            drop(permit);
            let result = result.unwrap_or_else(|_| Err(lost()));
            note(&failing, result.as_ref().err());
            result
        });
        task.await.map_err(|_| lost())?
    }
}

/// Takes note of whether a read failed; said when it begins and when it ends.
fn note(failing: &AtomicBool, error: Option<&StoreError>) {
    let failed = failing.swap(error.is_some(), Ordering::Relaxed);
    match error {
        Some(error) if !failed => tracing::error!(%error, "the book cannot be read"),
        None if failed => tracing::info!("the book can be read again"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn it_is_known_whether_the_last_read_failed() {
        let readers = Readers::new(&MemoryStore::new()).unwrap();
        assert!(!readers.are_failing());
        for _ in 0..2 {
            let fails = |_: &mut dyn Reader| Err::<u64, _>(StoreError::Failing { detail: "no disk".into() });
            assert!(readers.read(fails).await.is_err());
            assert!(readers.are_failing());
            readers.read_to_decide(|reader| reader.last_event()).await.unwrap();
            assert!(!readers.are_failing());
        }
    }

    #[tokio::test]
    async fn a_read_that_panics_is_an_error_and_costs_no_reader() {
        let readers = Readers::new(&MemoryStore::new()).unwrap();
        for _ in 0..=LOOKING {
            let broken = readers.read(|_| -> Result<(), _> { panic!("a defect in a reader") }).await;
            assert!(broken.is_err());
        }
        assert_eq!(readers.read(|reader| reader.last_event()).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn a_decision_does_not_wait_for_those_who_look() {
        let readers = Arc::new(Readers::new(&MemoryStore::new()).unwrap());
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        let looks: Vec<_> = (0..2 * LOOKING)
            .map(|_| {
                let (readers, held) = (Arc::clone(&readers), Arc::clone(&held));
                tokio::spawn(async move { readers.read(move |_| Ok(held.lock().unwrap().recv().is_err())).await })
            })
            .collect();
        // The looks are under way before the decision asks.
        tokio::task::yield_now().await;
        let decided = readers.read_to_decide(|reader| reader.last_event());
        let decided = tokio::time::timeout(std::time::Duration::from_secs(20), decided).await;
        drop(release);
        assert_eq!(decided.expect("a decision at once").unwrap(), 0);
        for look in looks {
            assert!(look.await.unwrap().unwrap());
        }
    }
}
