//! Whatever is thrown at them, the stores say and hold the same.

use std::sync::Arc;

use proptest::prelude::*;
use slotdesk::domain::*;
use slotdesk::store::{Commit, Guard, MemoryStore, SqliteStore, Store, Violation, audit};

use crate::fixture::*;

const PROVIDERS: [&str; 3] = ["chen", "patel", "roy"];
const DAYS: [&str; 2] = [MONDAY, TUESDAY];

/// A change in small numbers, made concrete on the state that the memory store has.
#[derive(Debug, Clone)]
struct Wish {
    kind: u8,
    id: u8,
    provider: usize,
    day: usize,
    start: u16,
    /// Added to the revision that the day has.
    off: u64,
}

fn wishes() -> impl Strategy<Value = Vec<Vec<Wish>>> {
    let off = prop_oneof![4 => Just(0), 4 => Just(1), 1 => Just(2)];
    let wish = (0u8..9, 0u8..12, 0usize..3, 0usize..2, 0u16..16, off)
        .prop_map(|(kind, id, provider, day, start, off)| Wish { kind, id, provider, day, start, off });
    prop::collection::vec(prop::collection::vec(wish, 1..5), 1..12)
}

fn concrete(wish: &Wish, position: usize, store: &MemoryStore) -> Commit {
    let mut reader = store.reader().unwrap();
    let id = format!("r{}", wish.id);
    let name = PROVIDERS[wish.provider];
    let on = DAYS[wish.day];
    let record = reader.roster().unwrap().providers.iter().find(|one| one.id.as_str() == name).cloned();
    let provider_revision = record.as_ref().map_or(1, |record| record.revision);
    let mut guard = |provider: &ProviderId, on| {
        let revisions = reader.day(on).unwrap().revisions;
        let revision = revisions.iter().find(|(id, _)| id == provider).map_or(0, |(_, revision)| *revision);
        // Within a batch the later commits are decided on what the earlier ones will leave.
        let revision = revision + wish.off.saturating_sub(1) * 7 + position as u64 * u64::from(wish.off == 1);
        Guard { provider: provider.clone(), provider_revision, day: on, revision }
    };
    let slot = TimeRange::starting(Minute::new(540 + wish.start * 15).unwrap(), Minutes::new(30).unwrap()).unwrap();
    let wished = Arc::new(Appointment { slot, ..(*appointment(&id, name, on, "09:00")).clone() });
    let own = guard(&wished.provider, wished.day);
    match wish.kind {
        0 | 1 => commit(Action::Booked(request_id(&id)), appointment_edits([Edit::added(wished)]), [own]),
        2 => {
            let over = Arc::new(Appointment { overbooking: Overbooking::Deliberate, ..(*wished).clone() });
            commit(Action::Overbooked(request_id(&id)), appointment_edits([Edit::added(over)]), [own])
        }
        3 => refuses(&id, on),
        4 => {
            let new = match &record {
                Some(record) => revised(record, |one| one.max_daily_appointments = u32::from(wish.start)),
                None => provider(name),
            };
            commit(
                Action::ProviderChanged(new.id.clone()),
                provider_edit(Edit { before: record, after: Some(new) }),
                [own],
            )
        }
        5 if wish.id == 0 => commit(Action::Undone(1), provider_edit(Edit { before: record, after: None }), []),
        kind => {
            let current = store.clone().reader().unwrap().appointment(&request_id(&id)).unwrap();
            let Some(before) = current else { return refuses(&id, on) };
            let after = match kind {
                5 | 6 => Some(Arc::new(Appointment { slot, provider: wished.provider.clone(), ..(*before).clone() })),
                7 => Some(cancelled(&before)),
                _ => Some(Arc::new(before.with_status(Status::Done))),
            };
            let mut guards = vec![guard(&before.provider, before.day)];
            guards.extend(after.iter().map(|after| guard(&after.provider, after.day)));
            guards.dedup();
            let edits = appointment_edits([Edit { before: Some(before), after }]);
            commit(Action::Moved(request_id(&id)), edits, guards)
        }
    }
}

fn states(store: &dyn Store) -> String {
    let mut reader = store.reader().unwrap();
    let days = DAYS.map(|on| reader.day(day(on)).unwrap());
    let busy = PROVIDERS.map(|id| reader.busy_days(&provider_id(id), day(MONDAY), None).unwrap());
    let demand = reader.demand(at(0)).unwrap().for_duration(30);
    let roster = reader.roster().unwrap();
    let mut archive = reader.archive().unwrap();
    let entries = archive.entries_after(0, usize::MAX).unwrap();
    let appointments = archive.appointments_after(None, usize::MAX).unwrap();
    let revisions = archive.revisions().unwrap();
    assert_eq!(archive.integrity().unwrap(), Vec::<String>::new());
    format!("{days:#?}{busy:#?}{demand}{roster:#?}{entries:#?}{appointments:#?}{revisions:#?}")
}

/// Rules that no store enforces, because the scheduler does.
fn is_for_the_scheduler(violation: &Violation) -> bool {
    matches!(violation, Violation::OutsideHours { .. } | Violation::OverLimit { .. } | Violation::NotAsAsked { .. })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn random_commits_leave_the_same_book_in_every_store(batches in wishes()) {
        let folder = tempfile::tempdir().unwrap();
        let mut sqlite = SqliteStore::open(&folder.path().join("desk.db")).unwrap();
        let mut memory = MemoryStore::new();
        for id in PROVIDERS {
            store_all(&mut memory, [adds(&provider(id))]);
            store_all(&mut sqlite, [adds(&provider(id))]);
        }
        for batch in batches {
            let batch: Vec<Commit> =
                batch.iter().enumerate().map(|(position, wish)| concrete(wish, position, &memory)).collect();
            prop_assert_eq!(memory.commit(&batch).unwrap(), sqlite.commit(&batch).unwrap());
        }
        prop_assert_eq!(states(&memory), states(&sqlite));
        for store in [&memory as &dyn Store, &sqlite] {
            let found = audit(&mut *store.reader().unwrap()).unwrap();
            let found: Vec<_> = found.iter().filter(|violation| !is_for_the_scheduler(violation)).collect();
            prop_assert!(found.is_empty(), "{:?}", found);
        }
    }
}
