//! What every store promises, run over each of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test does not expect ends it"
)]

#[path = "store/fixture.rs"]
mod fixture;

#[path = "store/contract_commits.rs"]
mod commits;
#[path = "store/contract_random.rs"]
mod random;
#[path = "store/contract_reads.rs"]
mod reads;

use slotdesk::store::{MemoryStore, SqliteStore, Store};
use tempfile::TempDir;

/// An empty book, which is gone with this.
struct Opened {
    store: Box<dyn Store>,
    _folder: Option<TempDir>,
}

fn memory() -> Opened {
    Opened { store: Box::new(MemoryStore::new()), _folder: None }
}

fn sqlite() -> Opened {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("desk.db")).unwrap();
    Opened { store: Box::new(store), _folder: Some(folder) }
}

/// Runs every listed function of the contract on every store.
macro_rules! contract {
    ($($module:ident: $($rule:ident)*;)*) => {
        contract!(@on memory $($module: $($rule)*;)*);
        contract!(@on sqlite $($module: $($rule)*;)*);
    };
    (@on $store:ident $($module:ident: $($rule:ident)*;)*) => {
        mod $store {
            $($(#[test]
            fn $rule() {
                super::$module::$rule(&mut *super::$store().store);
            })*)*
        }
    };
}

contract! {
    commits:
        events_are_numbered_from_1_without_gaps
        commits_of_one_batch_may_build_on_each_other
        a_commit_on_a_stale_day_is_refused_and_does_not_keep_the_others_out
        a_commit_on_a_stale_provider_record_is_refused
        a_request_is_answered_once_even_within_a_batch
        answered_comes_before_stale
        nothing_of_a_refused_commit_is_stored
        live_appointments_of_one_provider_never_overlap
        a_deliberate_overbooking_may_overlap
        a_cancelled_appointment_gives_its_minutes_free
        appointments_can_change_places_in_one_change
        what_was_changed_since_cannot_be_changed_on_an_old_image
        a_change_needs_a_guard_for_every_day_it_touches
        malformed_commits_are_refused
        other_hours_leave_nothing_outside_them_that_is_still_to_come
        a_provider_leaves_the_book_only_with_nobody_booked
        a_service_can_be_taken_out_again
        an_appointment_can_be_taken_out_and_put_back;
    reads:
        every_action_is_read_back_as_it_was_written
        the_log_is_paged_in_both_directions
        a_day_is_ordered_and_carries_its_revisions
        busy_days_are_those_with_live_appointments
        demand_counts_answers_from_a_moment_on
        an_answer_is_found_by_its_request
        readers_see_one_state
        an_archive_does_not_move
        an_empty_book_has_nothing;
}
