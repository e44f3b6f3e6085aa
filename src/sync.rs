//! The locks, threads and tasks of the scheduler and the desk.
//!
//! With the feature `schedules` they are those of [shuttle](https://docs.rs/shuttle), which runs everything
//! on one thread and decides at each of them who goes on: `tests/schedules/` explores how workers and
//! journal can get in each other's way. Such a build is of no other use, and nothing but tests asks for it.
//!
//! What never blocks a thread stays as it is: tokio's and flume's queues, the atomic counters of the
//! popularity. Their operations are single steps to whoever explores.

#[cfg(feature = "schedules")]
mod explored;

#[cfg(feature = "schedules")]
pub(crate) use explored::{
    Condvar, Handle, Mutex, MutexGuard, RwLock, TaskHandle, atomic, spawn, spawn_blocking, thread,
};

#[cfg(not(feature = "schedules"))]
pub(crate) use {
    parking_lot::{Condvar, Mutex, MutexGuard, RwLock},
    std::sync::atomic,
    std::thread,
    tokio::runtime::Handle,
    tokio::task::{JoinHandle as TaskHandle, spawn, spawn_blocking},
};
