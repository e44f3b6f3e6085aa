//! Records of a stored book that something has damaged.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use rusqlite::Connection;
use slotdesk::domain::*;
use slotdesk::store::{Commit, Guard, Reader, SqliteStore, Store, StoreError, Verdict, audit};

use crate::fuzzing::{Target, check_sentence};

const WORDS: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1",
    "1440",
    "1441",
    "65535",
    "65536",
    "20261123",
    "20260230",
    "9223372036854775807",
    "18446744073709551615",
    "\"\"",
    "\"chen\"",
    "\"r1\"",
    "\"ghost\"",
    "[]",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "[960,990]",
    "[990,960]",
    "\"booked\"",
    "\"overbooked\"",
    "\"cancelled\"",
    "{\"undone\":1}",
    "{\"moved\":\"r1\"}",
    "{\"refused\":{\"blocked\":[]}}",
    "\"action\":",
    "\"actor\":",
    "\"request\":",
    "\"appointments\":",
    "\"providers\":",
    "\"services\":",
    "\"guarded\":",
    "\"slot\":",
    "\"status\":",
    "\"day\":",
    "\"dated\":\"implied\"",
    "\"before\":",
    "\"after\":",
    "\"\\u001b[2J\"",
    "\u{202e}",
    "\"retired_from\":",
    "\"2026-02-30\"",
    "\"-262143-01-01\"",
    "\"revision\":",
];

/// A book of one provider and one appointment, without the triggers that keep its records as they are.
struct Victim {
    store: SqliteStore,
    raw: Connection,
    sound: Vec<(i64, String)>,
    provider: String,
}

impl Victim {
    fn new(path: &Path) -> Self {
        let mut store = SqliteStore::open(path).unwrap();
        let day: NaiveDate = "2026-11-23".parse().unwrap();
        let hours = Hours::always(Weekly::EveryDay(RangeSet::new([TimeRange::DAY])));
        let chen = Arc::new(Provider::new(ProviderId::new("chen").unwrap(), hours, 8).unwrap());
        let request = Arc::new(Request {
            id: RequestId::new("r1").unwrap(),
            day,
            dated: Dated::Named,
            range: TimeRange::DAY,
            duration: Minutes::new(30).unwrap(),
            preferred_provider: None,
            client: None,
            service: None,
            note: None,
        });
        let slot = TimeRange::parse("16:00", "16:30").unwrap();
        let overbooking = Overbooking::None;
        let booked = Appointment { provider: chen.id.clone(), day, slot, status: Status::Booked, overbooking, request };
        let booked = Arc::new(booked);
        let cancelled = booked.with_status(Status::Cancelled(Cancellation { cause: Cause::Client, note: None }));
        let added = Edits { providers: vec![Edit::added(Arc::clone(&chen))], ..Edits::default() };
        let of_appointment = |edit| Edits { appointments: [edit].into_iter().collect(), ..Edits::default() };
        for (action, edits, revision) in [
            (Action::ProviderAdded(chen.id.clone()), added, None),
            (Action::Booked(booked.id().clone()), of_appointment(Edit::added(Arc::clone(&booked))), Some(0)),
            (
                Action::Cancelled(booked.id().clone()),
                of_appointment(Edit::changed(Arc::clone(&booked), Arc::new(cancelled))),
                Some(1),
            ),
        ] {
            let at = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
            let draft = Arc::new(Draft { at, actor: Channel::Desk.into(), action, edits });
            let guard = |revision| Guard { provider: chen.id.clone(), provider_revision: 1, day, revision };
            let commit = Commit { draft, guards: revision.map(guard).into_iter().collect() };
            assert!(matches!(store.commit(&[commit]).unwrap()[..], [Verdict::Committed(_)]));
        }
        let raw = Connection::open(path).unwrap();
        for trigger in ["event_is_fixed", "provider_revision"] {
            raw.execute_batch(&format!("DROP TRIGGER {trigger}")).unwrap();
        }
        let text = |sql: &str| raw.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let provider = text("SELECT body FROM provider");
        let body = |number: i64| (number, text(&format!("SELECT body FROM event WHERE number = {number}")));
        let sound = (1..=3).map(body).collect();
        Self { store, raw, sound, provider }
    }

    /// Puts the text where a record of that kind belongs.
    fn damage(&self, text: &str) {
        self.raw.execute("UPDATE provider SET body = ?1", [&self.provider]).unwrap();
        for (number, body) in &self.sound {
            self.set(*number, body);
        }
        if text.contains("max_daily_appointments") && !text.contains("action") {
            self.raw.execute("UPDATE provider SET body = ?1", [text]).unwrap();
        } else {
            let number = if text.contains("booked") { 2 } else { 1 + i64::from(text.contains("cancelled")) * 2 };
            self.set(number, text);
        }
    }

    fn set(&self, number: i64, body: &str) {
        self.raw.execute("UPDATE event SET body = ?1 WHERE number = ?2", rusqlite::params![body, number]).unwrap();
    }
}

#[test]
fn fuzz_stored_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let victim = Victim::new(&path);
    victim.raw.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let mut reader = victim.store.reader().unwrap();
    let sound = audit(&mut *reader).unwrap();
    assert_eq!(sound.len(), 2, "nothing but the two triggers is missed: {sound:?}");
    Target::new("record", WORDS).run_text("fuzz_stored_records", 800, |text| {
        victim.damage(text);
        // The desk itself has noticed at the first one that somebody else writes to its book.
        check(&mut *SqliteStore::open_reader(&path).unwrap());
    });
    victim.damage(&victim.sound[0].1);
    assert_eq!(audit(&mut *reader).unwrap(), sound, "the sound records again");
}

/// Every way of reading ends well or with a sentence, and the audit reads to the end.
fn check(reader: &mut dyn Reader) {
    let id = RequestId::new("r1").unwrap();
    told(reader.events_after(0, 10));
    told(reader.events_before(u64::MAX, 10));
    told(reader.answer(&id));
    told(reader.appointment(&id));
    told(reader.roster());
    told(reader.day("2026-11-23".parse().unwrap()));
    told(reader.busy_days(&ProviderId::new("chen").unwrap(), NaiveDate::MIN, None));
    for violation in audit(reader).expect("damage is a finding, not a failure") {
        check_sentence(&violation.to_string(), 2_000);
    }
}

fn told<T>(outcome: Result<T, StoreError>) {
    match outcome {
        Ok(_) => {}
        Err(StoreError::Damaged { detail, .. }) => check_sentence(&detail, 301),
        Err(other) => panic!("damage is reported as something else: {other}"),
    }
}
