//! The reading ends of the book, shared by all who load something.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::store::{Reader, Store, StoreError};

/// Readers that work at once: screens, workers and HTTP clients rarely load at the same moment.
const READERS: usize = 3;

/// A small pool of readers. Reading blocks, so it happens on the runtime's blocking threads.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Box<dyn Reader>>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn new(store: &dyn Store) -> Result<Self, StoreError> {
        let idle = (0..READERS).map(|_| store.reader()).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { idle: Arc::new(Mutex::new(idle)), permits: Arc::new(Semaphore::new(READERS)) })
    }

    /// Runs `read` on a free reader.
    pub(super) async fn read<R: Send + 'static>(
        &self,
        read: impl FnOnce(&mut dyn Reader) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let lost = || StoreError::Failing { detail: "a reader stopped unexpectedly".to_owned() };
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| lost())?;
        let idle = Arc::clone(&self.idle);
        let task = tokio::task::spawn_blocking(move || {
            let reader = idle.lock().pop();
            let Some(mut reader) = reader else { return Err(lost()) };
            // What was read last is no reason to have one reader less from then on.
            let result = catch_unwind(AssertUnwindSafe(|| read(&mut *reader)));
            idle.lock().push(reader);
            drop(permit);
            result.unwrap_or_else(|_| Err(lost()))
        });
        task.await.map_err(|_| lost())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[tokio::test]
    async fn a_read_that_panics_is_an_error_and_costs_no_reader() {
        let readers = Readers::new(&MemoryStore::new()).unwrap();
        for _ in 0..=READERS {
            let broken = readers.read(|_| -> Result<(), _> { panic!("a defect in a reader") }).await;
            assert!(broken.is_err());
        }
        assert_eq!(readers.read(|reader| reader.last_event()).await.unwrap(), 0);
    }
}
