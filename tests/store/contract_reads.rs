//! What a reader sees.

use std::sync::Arc;

use slotdesk::domain::*;
use slotdesk::store::{Commit, Store};

use crate::fixture::*;

/// One commit of every action, in an order in which all can be stored.
fn one_of_everything() -> Vec<Commit> {
    let chen = provider("chen");
    let id = || provider_id("chen");
    let renamed = revised(&chen, |chen| chen.name = Text::name("name", "Dr Chen \u{1b}[2J").unwrap());
    let limited = revised(&renamed, |chen| chen.max_daily_appointments = 3);
    let change = HoursChange::From { day: day(MONDAY), weekly: every_day("08:00", "12:00") };
    let shorter = revised(&limited, |chen| chen.hours = chen.hours.changed(&change));
    let left = revised(&shorter, |chen| chen.retired_from = Some(day("2027-01-01")));
    let edits = |before: &Arc<Provider>, after: &Arc<Provider>| {
        provider_edit(Edit::changed(Arc::clone(before), Arc::clone(after)))
    };
    let guard =
        |revision, provider_revision| slotdesk::store::Guard { provider_revision, ..guard("chen", MONDAY, revision) };
    let asked = Request {
        dated: Dated::Implied,
        preferred_provider: Some(id()),
        client: Text::name("client", "Ada \u{202e}").ok(),
        service: ServiceId::new("cut").ok(),
        note: Text::note("note", "two\nlines \"quoted\" \\ 𝄞").ok(),
        ..(*request("r1", MONDAY)).clone()
    };
    let first =
        Arc::new(Appointment { request: Arc::new(asked), ..(*appointment("r1", "chen", MONDAY, "09:00")).clone() });
    let over =
        Appointment { overbooking: Overbooking::Deliberate, ..(*appointment("r2", "chen", MONDAY, "09:15")).clone() };
    let moved = Arc::new(Appointment { slot: range("11:00", "11:45"), ..(*first).clone() });
    let arrived = Arc::new(moved.with_status(Status::Arrived));
    let gone = cancelled(&arrived);
    let mut by_name = adds(&chen);
    Arc::make_mut(&mut by_name.draft).actor = Actor { channel: Channel::Http, name: Text::name("name", "ada").ok() };
    let r1 = || request_id("r1");
    vec![
        by_name,
        commit(Action::ServiceAdded(ServiceId::new("cut").unwrap()), service_edit(Edit::added(service("cut", 30))), []),
        commit(
            Action::ServiceChanged(ServiceId::new("cut").unwrap()),
            service_edit(Edit::changed(service("cut", 30), service("cut", 40))),
            [],
        ),
        books(&first, 0),
        books(&Arc::new(over), 1),
        refuses("r3", TUESDAY),
        changes(Action::Moved(r1()), [(&first, &moved)], [guard(2, 1)]),
        changes(Action::StatusSet(r1(), Status::Arrived), [(&moved, &arrived)], [guard(3, 1)]),
        changes(Action::Cancelled(r1()), [(&arrived, &gone)], [guard(4, 1)]),
        changes(Action::Undone(9), [(&gone, &arrived)], [guard(5, 1)]),
        commit(Action::ProviderChanged(id()), edits(&chen, &renamed), []),
        commit(Action::LimitChanged(id()), edits(&renamed, &limited), []),
        commit(Action::HoursChanged { provider: id(), change }, edits(&limited, &shorter), [guard(6, 3)]),
        commit(Action::ProviderRetired(id()), edits(&shorter, &left), [guard(7, 4)]),
    ]
}

pub(crate) fn every_action_is_read_back_as_it_was_written(store: &mut dyn Store) {
    let all = one_of_everything();
    store_all(store, all.iter().cloned());
    let mut reader = store.reader().unwrap();
    let events = reader.events_after(0, usize::MAX).unwrap();
    assert_eq!(events.len(), all.len());
    for (event, commit) in events.iter().zip(&all) {
        assert_eq!(event.draft, *commit.draft);
    }
    let entries = reader.archive().unwrap().entries_after(0, usize::MAX).unwrap();
    for (entry, commit) in entries.iter().zip(&all) {
        let guarded: Vec<_> = commit.guards.iter().map(|guard| (guard.provider.clone(), guard.day)).collect();
        assert_eq!(entry.touched, guarded, "{:?}", commit.draft.action);
    }
    let last = events.last().unwrap().draft.edits.providers[0].after.clone();
    assert_eq!(reader.roster().unwrap().providers, Vec::from_iter(last));
    assert_eq!(reader.roster().unwrap().services, [service("cut", 40)]);
    assert_eq!(reader.day(day(MONDAY)).unwrap().revisions, [(provider_id("chen"), 8)]);
}

pub(crate) fn the_log_is_paged_in_both_directions(store: &mut dyn Store) {
    store_all(store, (0..7).map(|n| refuses(&format!("r{n}"), MONDAY)));
    let mut reader = store.reader().unwrap();
    let numbers = |events: Vec<Event>| events.iter().map(|event| event.number).collect::<Vec<_>>();
    assert_eq!(numbers(reader.events_after(0, 3).unwrap()), [1, 2, 3]);
    assert_eq!(numbers(reader.events_after(5, 3).unwrap()), [6, 7]);
    assert_eq!(numbers(reader.events_after(7, 3).unwrap()), Vec::<u64>::new());
    assert_eq!(numbers(reader.events_after(u64::MAX, 3).unwrap()), Vec::<u64>::new());
    assert_eq!(numbers(reader.events_before(u64::MAX, 3).unwrap()), [7, 6, 5]);
    assert_eq!(numbers(reader.events_before(3, 3).unwrap()), [2, 1]);
    assert_eq!(numbers(reader.events_before(1, 3).unwrap()), Vec::<u64>::new());
    assert_eq!(numbers(reader.events_before(0, 3).unwrap()), Vec::<u64>::new());
    assert_eq!(numbers(reader.events_before(3, 0).unwrap()), Vec::<u64>::new());
}

pub(crate) fn a_day_is_ordered_and_carries_its_revisions(store: &mut dyn Store) {
    store_all(store, [adds(&provider("p10")), adds(&provider("p2")), adds(&provider("idle"))]);
    let gone = appointment("c", "p2", MONDAY, "09:00");
    store_all(
        store,
        [
            books(&appointment("d", "p10", MONDAY, "09:00"), 0),
            books(&gone, 0),
            books(&appointment("a", "p2", MONDAY, "10:00"), 1),
            books(&appointment("b", "p10", TUESDAY, "09:00"), 0),
            changes(Action::Cancelled(request_id("c")), [(&gone, &cancelled(&gone))], [guard("p2", MONDAY, 2)]),
        ],
    );
    let monday = store.reader().unwrap().day(day(MONDAY)).unwrap();
    let ids: Vec<_> = monday.appointments.iter().map(|one| one.id().as_str()).collect();
    assert_eq!(ids, ["c", "d", "a"]);
    assert_eq!(monday.appointments[0], cancelled(&gone));
    assert_eq!(monday.as_of, 8);
    assert_eq!(monday.revisions, [(provider_id("p10"), 1), (provider_id("p2"), 3)]);
}

pub(crate) fn busy_days_are_those_with_live_appointments(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen")), adds(&provider("roy"))]);
    let gone = appointment("r2", "chen", TUESDAY, "09:00");
    store_all(
        store,
        [
            books(&appointment("r1", "chen", MONDAY, "09:00"), 0),
            books(&appointment("r3", "chen", MONDAY, "10:00"), 1),
            books(&gone, 0),
            changes(Action::Cancelled(request_id("r2")), [(&gone, &cancelled(&gone))], [guard("chen", TUESDAY, 1)]),
            books(&appointment("r4", "chen", "2026-12-24", "09:00"), 0),
            books(&appointment("r5", "roy", "2026-12-01", "09:00"), 0),
        ],
    );
    let mut reader = store.reader().unwrap();
    let mut busy = |from: &str, to: Option<&str>| {
        let days = reader.busy_days(&provider_id("chen"), day(from), to.map(day)).unwrap();
        days.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(busy(MONDAY, None), [MONDAY, "2026-12-24"]);
    assert_eq!(busy(TUESDAY, None), ["2026-12-24"]);
    assert_eq!(busy("2020-01-01", Some(MONDAY)), [MONDAY]);
    assert_eq!(busy(MONDAY, Some("2026-12-24")), [MONDAY, "2026-12-24"]);
    assert!(busy(TUESDAY, Some(MONDAY)).is_empty());
    assert!(reader.busy_days(&provider_id("nobody"), day(MONDAY), None).unwrap().is_empty());
}

pub(crate) fn demand_counts_answers_from_a_moment_on(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen"))]);
    // The clock was set back between the second and the third.
    let seconds = [10, 30, 20, 25, 40];
    let asked = seconds.iter().enumerate().map(|(n, second)| decided(*second, refuses(&format!("r{n}"), MONDAY)));
    store_all(store, asked);
    store_all(store, [decided(50, books(&appointment("r9", "chen", MONDAY, "09:00"), 0))]);
    let mut reader = store.reader().unwrap();
    let mut since = |second| {
        let demand = reader.demand(second).unwrap();
        let all = demand.for_duration(30);
        assert_eq!(
            demand.iter().map(|(range, _, times)| (range, times)).collect::<Vec<_>>(),
            match all {
                0 => vec![],
                times => vec![(range("09:00", "17:00"), times)],
            }
        );
        all
    };
    let nanosecond = chrono::TimeDelta::nanoseconds(1);
    assert_eq!(since(at(0)), 6);
    assert_eq!(since(at(10)), 6);
    assert_eq!(since(at(10) + nanosecond), 5);
    assert_eq!(since(at(20)), 5);
    assert_eq!(since(at(21)), 4);
    assert_eq!(since(at(26)), 3);
    assert_eq!(since(at(30)), 3);
    assert_eq!(since(at(31)), 2);
    assert_eq!(since(at(50)), 1);
    assert_eq!(since(at(50) + nanosecond), 0);
}

pub(crate) fn an_answer_is_found_by_its_request(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen")), refuses("r1", MONDAY)]);
    store_all(store, [books(&appointment("r2", "chen", MONDAY, "09:00"), 0)]);
    let mut reader = store.reader().unwrap();
    let refused = reader.answer(&request_id("r1")).unwrap().unwrap();
    assert_eq!(refused.draft, *refuses("r1", MONDAY).draft);
    assert_eq!(reader.answer(&request_id("r2")).unwrap().unwrap().number, 3);
    assert_eq!(reader.answer(&request_id("r3")).unwrap(), None);
    assert_eq!(reader.appointment(&request_id("r1")).unwrap(), None);
}

pub(crate) fn readers_see_one_state(store: &mut dyn Store) {
    let mut early = store.reader().unwrap();
    assert_eq!(early.roster().unwrap().as_of, 0);
    store_all(store, [adds(&provider("chen")), books(&appointment("r1", "chen", MONDAY, "09:00"), 0)]);
    let mut late = store.reader().unwrap();
    for reader in [&mut early, &mut late] {
        assert_eq!(reader.last_event().unwrap(), 2);
        assert_eq!(reader.roster().unwrap().as_of, 2);
        assert_eq!(reader.day(day(MONDAY)).unwrap().as_of, 2);
        assert_eq!(reader.day(day(MONDAY)).unwrap().appointments.len(), 1);
    }
}

pub(crate) fn an_archive_does_not_move(store: &mut dyn Store) {
    store_all(store, [adds(&provider("chen")), books(&appointment("b", "chen", MONDAY, "09:00"), 0)]);
    let mut reader = store.reader().unwrap();
    let mut archive = reader.archive().unwrap();
    store_all(store, [books(&appointment("a", "chen", MONDAY, "10:00"), 1)]);
    assert_eq!(archive.roster().unwrap().as_of, 2);
    assert_eq!(archive.entries_after(0, 9).unwrap().len(), 2);
    assert_eq!(archive.appointments_after(None, 9).unwrap().len(), 1);
    assert_eq!(archive.revisions().unwrap(), [(provider_id("chen"), day(MONDAY), 1)]);
    assert_eq!(archive.integrity().unwrap(), Vec::<String>::new());
    drop(archive);
    let mut archive = reader.archive().unwrap();
    let ids = |found: Vec<Arc<Appointment>>| found.iter().map(|one| one.id().to_string()).collect::<Vec<_>>();
    assert_eq!(ids(archive.appointments_after(None, 1).unwrap()), ["a"]);
    assert_eq!(ids(archive.appointments_after(Some(&request_id("a")), 9).unwrap()), ["b"]);
    assert_eq!(ids(archive.appointments_after(Some(&request_id("b")), 9).unwrap()), Vec::<String>::new());
}

pub(crate) fn an_empty_book_has_nothing(store: &mut dyn Store) {
    let mut reader = store.reader().unwrap();
    let roster = reader.roster().unwrap();
    assert_eq!((roster.as_of, roster.providers.len(), roster.services.len()), (0, 0, 0));
    let monday = reader.day(day(MONDAY)).unwrap();
    assert_eq!((monday.as_of, monday.appointments.len(), monday.revisions.len()), (0, 0, 0));
    assert_eq!(reader.last_event().unwrap(), 0);
    assert_eq!(reader.demand(chrono::DateTime::UNIX_EPOCH).unwrap(), Demand::default());
    assert_eq!(reader.events_before(u64::MAX, 1).unwrap(), []);
}
