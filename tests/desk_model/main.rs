//! Long random scripts of every command at a whole desk, against a model that knows nothing but minutes.
//!
//! A script is made from a seed, so a failing one can be played again by the command that the failure ends
//! with. `SLOTDESK_MODEL_CASES` and `SLOTDESK_MODEL_STEPS` (at most 200) make the test longer,
//! `SLOTDESK_MODEL_SEED` starts elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod judge;
mod model;
mod run;
mod script;
#[path = "../support/mod.rs"]
mod support;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use run::{Kind, play};
use script::{Script, a_script};
use slotdesk::desk::{Command, Past};
use slotdesk::domain::{HoursChange, Minute, Minutes, Request, TimeRange, Weekly};
use slotdesk::store::MemoryStore;
use support::figures::bound;
use support::{actor, add, book, monday, open, provider, provider_id, range, ranges, request_with};

const STEPS: u64 = 60;
const STEPS_MAX: u64 = model::UNDO_DEPTH;

fn steps() -> u64 {
    bound("SLOTDESK_MODEL_STEPS", STEPS).clamp(1, STEPS_MAX)
}

/// Plays the script of a seed; the shortest script that still fails, and why.
fn attempt(kind: Kind, seed: u64) -> Result<(), (String, Script)> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: 1, failure_persistence: None, max_shrink_iters: 3_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let script = a_script(usize::try_from(steps()).unwrap());
    match runner.run(&script, |script| play(kind, &script).map_err(TestCaseError::fail)) {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, script)) => Err((why.message().to_owned(), script)),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

fn explore(kind: Kind, seeds: std::ops::Range<u64>) {
    for seed in seeds {
        if let Err((why, script)) = attempt(kind, seed) {
            let steps = steps();
            let length = if steps == STEPS { String::new() } else { format!("SLOTDESK_MODEL_STEPS={steps} ") };
            panic!(
                "the desk is not as the model says, on {kind:?}: {why}\nthe script:{script:?}\n\
                 play it again: {length}SLOTDESK_MODEL_SEED={seed} cargo test --test desk_model replay"
            );
        }
    }
}

fn explore_many(test: &str, kind: Kind, usual: u64) {
    let (first, cases) = (bound("SLOTDESK_MODEL_SEED", 1), bound("SLOTDESK_MODEL_CASES", usual));
    explore(kind, first..first + cases);
    support::figures::report(test, &format!("{cases} scripts of up to {} lines on {kind:?}", steps()));
}

#[test]
fn rules_1_to_6_hold_minute_by_minute_whatever_is_done() {
    explore_many("rules_1_to_6_hold_minute_by_minute_whatever_is_done", Kind::Memory, 40);
}

#[test]
fn rules_1_to_6_hold_minute_by_minute_in_sqlite() {
    explore_many("rules_1_to_6_hold_minute_by_minute_in_sqlite", Kind::Sqlite, 8);
}

#[test]
fn rules_1_to_6_hold_minute_by_minute_while_the_store_fails_now_and_then() {
    explore_many("rules_1_to_6_hold_minute_by_minute_while_the_store_fails_now_and_then", Kind::Faulty, 40);
}

/// The one script of `SLOTDESK_MODEL_SEED`, on every store; that of the first seed without it.
#[test]
fn replay() {
    let seed = bound("SLOTDESK_MODEL_SEED", 0);
    for kind in Kind::ALL {
        explore(kind, seed..seed + 1);
    }
}

/// The original program forgot what it had kept and booked it over.
#[tokio::test]
async fn rule_4_after_a_change_of_hours_nobody_gets_the_minutes_of_what_was_kept() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[("09:00", "17:00")], 500)).await;
    book(&desk, request_with("chen", "kept", "09:30", "10:00", 30)).await.unwrap();
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("09:00", "10:30")])) };
    let change = Command::ChangeHours { provider: provider_id("chen"), change };
    desk.submit(change, actor()).await.unwrap();
    for at in (0..1440).step_by(5) {
        let slot = TimeRange::starting(Minute::new(at).unwrap(), Minutes::new(5).unwrap()).unwrap();
        let wish = Request { range: slot, ..request_with("chen", &format!("r{at}"), "09:00", "10:00", 5) };
        let booked = desk.submit(Command::Book { request: wish, past: Past::Allow }, actor()).await.unwrap();
        let kept = range("09:30", "10:00");
        let within = range("09:00", "10:30").contains(slot) && !slot.overlaps(kept);
        assert_eq!(booked.refusal().is_none(), within, "{slot}");
    }
}
