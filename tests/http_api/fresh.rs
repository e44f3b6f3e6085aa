//! What a desk for a test is made of.

use slotdesk::desk::Options;
use slotdesk::domain::Minutes;
use slotdesk::scheduler::policy;
use slotdesk::store::{MemoryStore, Store};

/// An empty book in memory.
pub(crate) fn store() -> Box<dyn Store> {
    Box::new(MemoryStore::new())
}

/// The usual options, with two workers and a fixed seed.
pub(crate) fn options() -> Options {
    Options {
        workers: 2,
        queue_length: 256,
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::POLICIES[0],
        popularity_days: 28,
        seed: 7,
    }
}
