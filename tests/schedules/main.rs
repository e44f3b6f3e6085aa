//! Schedules explored: what workers, journal and whoever asks can do to each other, one step at a time.
//!
//! Every lock, atomic, task and thread of scheduler and desk is one of shuttle's, which chooses at each step
//! who goes on; it also sees when nobody can. `SLOTDESK_SCHEDULES` says how many schedules each test explores
//! with each of two ways to choose: at random, and by priorities that change a few times (PCT), which finds
//! rare orders sooner. A failure prints its schedule, for `shuttle::replay`.
//!
//! `cargo test --features schedules --test schedules`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod desk;
mod scheduler;
#[path = "../support/mod.rs"]
mod support;

use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, Runner};

/// Changes of priority in one schedule: most races need no more.
const DEPTH: usize = 4;
/// What a task of a debug build needs for its stack, in bytes.
const STACK: usize = 1 << 20;
const SEED: u64 = 0x5107_de5c;

/// Explores schedules of `test`, `usual` of them unless the environment says otherwise.
fn explore(name: &str, usual: usize, test: fn()) {
    let schedules = support::figures::bound("SLOTDESK_SCHEDULES", usual as u64);
    let schedules = usize::try_from(schedules).expect("a number of schedules");
    let mut config = Config::new();
    config.stack_size = STACK;
    config.silence_warnings = true;
    let random = RandomScheduler::new_from_seed(SEED, schedules);
    let explored = Runner::new(random, config.clone()).run(test);
    let pct = PctScheduler::new_from_seed(SEED, DEPTH, schedules);
    let explored = explored + Runner::new(pct, config).run(test);
    support::figures::report(name, &format!("{explored} schedules explored"));
}
