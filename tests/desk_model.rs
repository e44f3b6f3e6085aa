//! Random days at a whole desk, against a model that knows nothing but minutes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use slotdesk::desk::{Answer, Command, Desk, DeskError, Destination, Past};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, SqliteStore, Store, audit};
use support::*;

const PROVIDERS: [&str; 3] = ["abel", "chen", "roy"];
const DAYS: u64 = 3;
const LIMIT: usize = 5;

fn date(number: u8) -> NaiveDate {
    monday() + Days::new(u64::from(number) % DAYS)
}

/// What somebody does, in numbers that each command reads in its own way.
type Choice = (u8, u8, u8, u8);

/// A provider's minutes on one day.
#[derive(Clone)]
struct OpenMinutes {
    open: [bool; 1440],
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    provider: String,
    day: NaiveDate,
    minutes: std::ops::Range<usize>,
    pending: bool,
}

/// The minute grid: who is open when, and who sits where.
struct Model {
    open: BTreeMap<(String, NaiveDate), OpenMinutes>,
    placed: BTreeMap<String, Placed>,
}

fn minutes_of(range: TimeRange) -> std::ops::Range<usize> {
    usize::from(range.start().get())..usize::from(range.end().get())
}

fn opened(hours: &[TimeRange]) -> OpenMinutes {
    let mut open = [false; 1440];
    for range in hours {
        open[minutes_of(*range)].fill(true);
    }
    OpenMinutes { open }
}

fn usual() -> Vec<TimeRange> {
    vec![range("09:00", "12:00"), range("13:00", "15:00")]
}

impl Model {
    fn new() -> Self {
        let days = || (0..DAYS).map(|day| monday() + Days::new(day));
        let all = PROVIDERS.iter().flat_map(|id| days().map(|day| (((*id).to_owned(), day), opened(&usual()))));
        Self { open: all.collect(), placed: BTreeMap::new() }
    }

    fn on(&self, provider: &str, day: NaiveDate) -> impl Iterator<Item = (&String, &Placed)> {
        self.placed.iter().filter(move |(_, one)| one.provider == provider && one.day == day)
    }

    /// Whether nobody but `but` has one of these minutes, and all of them are open.
    fn is_free(&self, provider: &str, day: NaiveDate, minutes: &std::ops::Range<usize>, but: &str) -> bool {
        let open = &self.open[&(provider.to_owned(), day)].open;
        let taken = |(id, one): (&String, &Placed)| {
            id != but && one.minutes.start < minutes.end && minutes.start < one.minutes.end
        };
        open[minutes.clone()].iter().all(|open| *open) && !self.on(provider, day).any(taken)
    }

    /// Whether an appointment of that length fits at any minute of the range.
    fn has_room(&self, provider: &str, day: NaiveDate, (range, duration): (TimeRange, Minutes), but: &str) -> bool {
        let (within, duration) = (minutes_of(range), usize::from(duration.get()));
        let others = self.on(provider, day).filter(|(id, _)| *id != but).count();
        let starts = within.start..=within.end.saturating_sub(duration);
        others < LIMIT && starts.into_iter().any(|at| self.is_free(provider, day, &(at..at + duration), but))
    }

    /// Takes over an appointment after checking that its minutes were free.
    fn place(&mut self, one: &Appointment) {
        let (id, provider) = (one.id().to_string(), one.provider.to_string());
        let minutes = minutes_of(one.slot);
        assert!(self.is_free(&provider, one.day, &minutes, &id), "{one:?} gets minutes that are not free");
        assert!(self.on(&provider, one.day).filter(|(other, _)| **other != id).count() < LIMIT);
        self.placed.insert(id, Placed { provider, day: one.day, minutes, pending: one.status.is_pending() });
    }

    /// Opens other minutes from a day on; the identifiers of what has no place any more.
    fn reopen(&mut self, provider: &str, from: NaiveDate, hours: &[TimeRange]) -> Vec<String> {
        let days = self.open.iter_mut().filter(|((id, day), _)| id == provider && *day >= from);
        days.for_each(|(_, minutes)| *minutes = opened(hours));
        let open = &self.open;
        let fits = |one: &Placed| {
            let open = &open[&(one.provider.clone(), one.day)].open;
            open[one.minutes.clone()].iter().all(|open| *open)
        };
        let moved = |one: &Placed| one.provider == provider && one.day >= from && one.pending;
        let gone: Vec<String> =
            self.placed.iter().filter(|(_, one)| moved(one) && !fits(one)).map(|(id, _)| id.clone()).collect();
        self.placed.retain(|id, _| !gone.contains(id));
        gone
    }

    fn timetable(&self, day: NaiveDate) -> Vec<String> {
        let on_day = self.placed.iter().filter(|(_, one)| one.day == day);
        let mut all: Vec<_> = on_day.map(|(id, one)| (one.minutes.clone(), one.provider.clone(), id.clone())).collect();
        all.sort_by_key(|(minutes, provider, id)| (minutes.start, provider.clone(), minutes.end, id.clone()));
        let time = |minute: usize| format!("{:02}:{:02}", minute / 60, minute % 60);
        all.iter().map(|(at, provider, id)| format!("{}–{} {provider} {id}", time(at.start), time(at.end))).collect()
    }
}

/// A desk and the model of it.
struct Pair {
    desk: Desk,
    model: Model,
    made: u8,
}

impl Pair {
    async fn new(store: impl Store + 'static) -> Self {
        let desk = open(store);
        for id in PROVIDERS {
            let hours = Hours::always(Weekly::EveryDay(usual().into_iter().collect()));
            let limit = u32::try_from(LIMIT).unwrap();
            let new = Provider::new(provider_id(id), hours, limit).unwrap();
            // Over HTTP, so that an undo at the desk leaves the providers alone.
            desk.submit(Command::AddProvider(new), Channel::Http.into()).await.unwrap();
        }
        Self { desk, model: Model::new(), made: 0 }
    }

    async fn give(&self, command: Command) -> Result<Answer, DeskError> {
        self.desk.submit(command, actor()).await
    }

    async fn take_turn(&mut self, (kind, a, b, c): Choice) {
        match kind % 8 {
            0..=2 => self.book(a, b, c).await,
            3 => self.change_hours(a, b, c).await,
            4 => self.relocate(a, b, c).await,
            5 => self.cancel(a).await,
            6 => self.arrive(a).await,
            _ => self.undo().await,
        }
        for day in 0..3 {
            assert_eq!(timetable(&self.desk, date(day)).await, self.model.timetable(date(day)));
        }
    }

    async fn book(&mut self, a: u8, b: u8, c: u8) {
        self.made += 1;
        let (start, length) = (8 + u16::from(a) % 8, 1 + u16::from(b) % 3);
        let (asked, duration) = (hours_from(start, length), 15 + 15 * i64::from(c % 4));
        let preferred = PROVIDERS.get(usize::from(b) % 5).map(|id| provider_id(id));
        let wish = Request {
            day: date(c / 4),
            range: asked,
            preferred_provider: preferred.clone(),
            ..request(&format!("r{:03}", self.made), "09:00", "10:00", duration)
        };
        let day = wish.day;
        let answer = self.give(Command::Book { request: wish, past: Past::Allow }).await.unwrap();
        if let Some(placed) = answer.appointment() {
            assert!(asked.contains(placed.slot) && preferred.is_none_or(|wanted| wanted == placed.provider));
            self.model.place(placed);
            return;
        }
        let wanted = (asked, Minutes::new(duration).unwrap());
        for id in PROVIDERS.into_iter().filter(|id| preferred.as_ref().is_none_or(|wanted| wanted.as_str() == *id)) {
            assert!(!self.model.has_room(id, day, wanted, ""), "{id} has room, but {:?}", answer.refusal());
        }
    }

    async fn change_hours(&mut self, a: u8, b: u8, c: u8) {
        let (provider, from) = (PROVIDERS[usize::from(a) % 3], date(b));
        let hours: Vec<TimeRange> = match c % 4 {
            0 => Vec::new(),
            1 => vec![hours_from(8 + u16::from(b) % 4, 2)],
            2 => vec![hours_from(8, 3), hours_from(12 + u16::from(b) % 3, 2)],
            _ => usual(),
        };
        let weekly = Weekly::EveryDay(hours.iter().copied().collect());
        let change = HoursChange::From { day: from, weekly };
        let answer = self.give(Command::ChangeHours { provider: provider_id(provider), change }).await.unwrap();
        let gone = self.model.reopen(provider, from, &hours);
        let mut cancelled: Vec<String> = answer.event().map_or_else(Vec::new, |event| {
            event
                .draft
                .edits
                .appointments
                .iter()
                .filter_map(|edit| edit.after.as_ref())
                .map(|one| one.id().to_string())
                .collect()
        });
        cancelled.sort();
        assert_eq!(cancelled, gone, "what no longer fits is cancelled, and nothing else");
    }

    /// The identifier of one of those placed.
    fn one_of(&self, number: u8) -> Option<String> {
        self.model.placed.keys().nth(usize::from(number) % self.model.placed.len().max(1)).cloned()
    }

    async fn relocate(&mut self, a: u8, b: u8, c: u8) {
        let Some(id) = self.one_of(a) else { return };
        let (provider, day, range) = (PROVIDERS[usize::from(b) % 3], date(c), hours_from(8 + u16::from(c) % 8, 1));
        let duration = Minutes::new(15 + 15 * i64::from(b % 4)).unwrap();
        let to = Destination { provider: Some(provider_id(provider)), day, range, duration };
        match self.give(Command::Move { appointment: request_id(&id), to, past: Past::Allow }).await {
            Ok(Answer::Unchanged) => {}
            Ok(answer) => {
                let moved = answer.appointment().unwrap();
                assert!(moved.day == day && range.contains(moved.slot) && moved.provider.as_str() == provider);
                self.model.placed.remove(&id);
                self.model.place(moved);
            }
            Err(DeskError::NoRoom(refusal)) => {
                assert!(!self.model.has_room(provider, day, (range, duration), &id), "{refusal}");
            }
            Err(other) => panic!("{other}"),
        }
    }

    async fn cancel(&mut self, a: u8) {
        let Some(id) = self.one_of(a) else { return };
        let cancellation = Cancellation { cause: Cause::Client, note: None };
        self.give(Command::Cancel { appointment: request_id(&id), cancellation }).await.unwrap();
        self.model.placed.remove(&id);
    }

    async fn arrive(&mut self, a: u8) {
        let Some(id) = self.one_of(a) else { return };
        self.give(Command::SetStatus { appointment: request_id(&id), status: Status::Arrived }).await.unwrap();
        self.model.placed.get_mut(&id).unwrap().pending = false;
    }

    /// Follows what the event says, checking that what comes back finds its minutes free.
    async fn undo(&mut self) {
        let answer = match self.give(Command::Undo).await {
            Ok(answer) => answer,
            Err(DeskError::NothingToUndo | DeskError::UndoConflict(_)) => return,
            Err(other) => panic!("{other}"),
        };
        let edits = &answer.event().unwrap().draft.edits;
        for edit in &edits.providers {
            let back = edit.after.as_ref().unwrap();
            for ((id, day), minutes) in &mut self.model.open {
                if *id == back.id.as_str() {
                    *minutes = opened(&back.hours_on(*day).iter().collect::<Vec<_>>());
                }
            }
        }
        for edit in &edits.appointments {
            let after = edit.after.as_ref().unwrap();
            self.model.placed.remove(after.id().as_str());
        }
        for after in edits.appointments.iter().filter_map(|edit| edit.after.as_ref()).filter(|one| one.is_live()) {
            let taken = |(_, one): (&String, &Placed)| {
                let minutes = minutes_of(after.slot);
                one.minutes.start < minutes.end && minutes.start < one.minutes.end
            };
            assert!(!self.model.on(after.provider.as_str(), after.day).any(taken), "{after:?} comes back onto others");
            let pending = after.status.is_pending();
            let (provider, day, minutes) = (after.provider.to_string(), after.day, minutes_of(after.slot));
            self.model.placed.insert(after.id().to_string(), Placed { provider, day, minutes, pending });
        }
    }
}

fn hours_from(start: u16, length: u16) -> TimeRange {
    let minute = |hour: u16| Minute::new(60 * hour).unwrap();
    TimeRange::new(minute(start), minute(start + length)).unwrap()
}

fn play(store: impl Store + 'static, choices: Vec<Choice>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut reader = store.reader().unwrap();
        let mut pair = Pair::new(store).await;
        for choice in choices {
            pair.take_turn(choice).await;
        }
        pair.desk.close().await;
        assert_eq!(audit(&mut *reader).unwrap(), []);
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_1_to_4_hold_minute_by_minute_whatever_is_done(choices in prop::collection::vec(any::<Choice>(), 1..60)) {
        play(MemoryStore::new(), choices);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rules_1_to_4_hold_minute_by_minute_in_sqlite(choices in prop::collection::vec(any::<Choice>(), 1..40)) {
        let folder = tempfile::tempdir().unwrap();
        play(SqliteStore::open(&folder.path().join("desk.db")).unwrap(), choices);
    }
}

/// The original program forgot what it had kept and booked it over.
#[tokio::test]
async fn rule_4_after_a_change_of_hours_nobody_gets_the_minutes_of_what_was_kept() {
    let mut pair = Pair::new(MemoryStore::new()).await;
    let wish = request_with("chen", "kept", "09:30", "10:00", 30);
    let kept = pair.give(Command::Book { request: wish, past: Past::Allow }).await.unwrap();
    pair.model.place(kept.appointment().unwrap());
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("09:00", "10:30")])) };
    pair.give(Command::ChangeHours { provider: provider_id("chen"), change }).await.unwrap();
    for at in (0..1440).step_by(5) {
        let start = Minute::new(at).unwrap();
        let Some(slot) = TimeRange::starting(start, Minutes::new(5).unwrap()) else { continue };
        let wish = Request { range: slot, ..request_with("chen", &format!("r{at}"), "09:00", "10:00", 5) };
        let answer = pair.give(Command::Book { request: wish, past: Past::Allow }).await.unwrap();
        assert!(answer.appointment().is_none_or(|one| !one.slot.overlaps(range("09:30", "10:00"))), "{answer:?}");
    }
}
