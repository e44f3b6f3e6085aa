//! The same names, for exploring schedules.

use std::time::Instant;

pub(crate) use shuttle::future::{JoinHandle as TaskHandle, spawn};
pub(crate) use shuttle::sync::atomic;
pub(crate) use shuttle::thread;
pub(crate) use shuttle_parking_lot_impl::{Mutex, MutexGuard, RwLock};

/// Runs what may block as a task of its own: every task has its own stack, so it may.
pub(crate) fn spawn_blocking<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> TaskHandle<R> {
    spawn(async move { work() })
}

/// Stands for the one runtime there is.
#[derive(Debug, Clone)]
pub(crate) struct Handle;

impl Handle {
    pub(crate) fn current() -> Self {
        Self
    }

    #[expect(clippy::unused_self, reason = "the signature is tokio's")]
    pub(crate) fn spawn<F>(&self, task: F) -> TaskHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        spawn(task)
    }
}

/// What a wait up to a moment ends with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Late;

impl Late {
    #[expect(clippy::unused_self, reason = "the signature is parking_lot's")]
    pub(crate) fn timed_out(self) -> bool {
        true
    }
}

/// Waits and wakes; whoever is woken looks again, so waking more of them than asked for is allowed.
#[derive(Debug, Default)]
pub(crate) struct Condvar {
    woken: shuttle::sync::Mutex<u64>,
    changed: shuttle::sync::Condvar,
}

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Lets the guard go, waits to be woken, and takes it again.
    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let seen = *self.count();
        MutexGuard::unlocked(guard, || {
            let mut count = self.count();
            while *count == seen {
                count = self.changed.wait(count).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
        });
    }

    /// [`Self::wait`] up to a moment, which is always over: time does not pass here.
    #[expect(clippy::unused_self, reason = "the signature is parking_lot's")]
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _until: Instant) -> Late {
        MutexGuard::unlocked(guard, shuttle::thread::yield_now);
        Late
    }

    pub(crate) fn notify_one(&self) {
        self.notify_all();
    }

    pub(crate) fn notify_all(&self) {
        *self.count() += 1;
        self.changed.notify_all();
    }

    fn count(&self) -> shuttle::sync::MutexGuard<'_, u64> {
        self.woken.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
