//! The whole desk with everything at once: bookings, moves, hours, retirement, undo, on several days.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use chrono::{Days, NaiveDate};
use slotdesk::desk::{Answer, Calendar, Command, Desk, DeskError, Destination, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::Proposal;
use slotdesk::store::{MemoryStore, Reader, SqliteStore, Store, audit};
use support::*;

const PROVIDERS: usize = 4;
/// Loaded days of a desk that has to forget all the time.
const DAYS_KEPT: usize = 8;

/// A desk with room for fewer days than it is asked for.
fn forgetful(store: impl Store + 'static) -> Desk {
    Desk::open_keeping(DAYS_KEPT, Box::new(store), Calendar::new(clock(), ZONE), options()).unwrap()
}

fn date(number: usize) -> NaiveDate {
    monday() + Days::new(number as u64)
}

/// A sequence without pattern, the same one for the same seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        // Knuth's multiplier for 64 bits; the high bits are the good ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn provider(&mut self) -> ProviderId {
        provider_id(&format!("p{}", self.below(PROVIDERS)))
    }

    fn hours(&mut self) -> Weekly {
        let start = 7 + self.below(4);
        let end = 14 + self.below(4);
        Weekly::EveryDay(ranges(&[(&format!("{start:02}:00"), "12:00"), ("12:30", &format!("{end:02}:00"))]))
    }

    /// Any command; `mine` has the identifiers of this client's requests.
    fn command(&mut self, client: usize, days: usize, mine: &mut Vec<String>) -> Command {
        let any = mine.get(self.below(mine.len().max(1))).map_or("none", String::as_str);
        let day = date(self.below(days));
        match self.below(12) {
            0 => {
                let change = HoursChange::From { day, weekly: self.hours() };
                Command::ChangeHours { provider: self.provider(), change }
            }
            1 if self.below(8) == 0 => Command::RetireProvider { provider: self.provider(), from: day },
            1 => {
                let hours = Hours::always(self.hours());
                Command::AddProvider(Provider::new(self.provider(), hours, 6).unwrap())
            }
            2 => Command::Undo,
            3 | 4 => {
                let start = 8 + self.below(7);
                let to = Destination {
                    provider: Some(self.provider()).filter(|_| start.is_multiple_of(2)),
                    day,
                    range: range(&format!("{start:02}:00"), &format!("{:02}:00", start + 2)),
                    duration: Minutes::new(30).unwrap(),
                };
                Command::Move { appointment: request_id(any), to, past: Past::Refuse }
            }
            5 => Command::Cancel {
                appointment: request_id(any),
                cancellation: Cancellation { cause: Cause::Client, note: None },
            },
            6 => Command::SetStatus { appointment: request_id(any), status: Status::Confirmed },
            _ => {
                let id = format!("c{client}-{}", mine.len());
                let start = 7 + self.below(9);
                let mut wish = request(&id, &format!("{start:02}:00"), &format!("{:02}:00", start + 2), 30);
                wish.day = day;
                wish.preferred_provider = Some(self.provider()).filter(|_| start.is_multiple_of(3));
                mine.push(id);
                Command::Book { request: wish, past: Past::Refuse }
            }
        }
    }
}

/// What became of the commands of a race.
#[derive(Default)]
struct Tally {
    done: usize,
    booked: usize,
    refused: usize,
    overtaken: usize,
}

impl Tally {
    fn count(&mut self, command: &Command, answer: Result<Answer, DeskError>) {
        match answer {
            Ok(answer) if answer.refusal().is_some() => self.refused += 1,
            Ok(_) => {
                self.done += 1;
                self.booked += usize::from(matches!(command, Command::Book { .. }));
            }
            Err(DeskError::Overtaken) => self.overtaken += 1,
            Err(error) => {
                assert!(is_expected(&error), "{error:?}");
                self.refused += 1;
            }
        }
    }

    fn add(&mut self, other: &Self) {
        self.done += other.done;
        self.booked += other.booked;
        self.refused += other.refused;
        self.overtaken += other.overtaken;
    }
}

/// What may be answered when many change the same things at once.
fn is_expected(error: &DeskError) -> bool {
    matches!(
        error,
        DeskError::UnknownAppointment(_)
            | DeskError::IsCancelled(_)
            | DeskError::NoRoom(_)
            | DeskError::NothingToUndo
            | DeskError::UndoConflict(_)
            | DeskError::ProviderExists(_)
            | DeskError::Overtaken
    )
}

/// Which quarters of an hour the desk would give with each provider.
async fn free(desk: &Desk, days: usize) -> Vec<String> {
    let mut free = Vec::new();
    for day in (0..days).map(date) {
        for provider in 0..PROVIDERS {
            for quarter in (28..72).step_by(2) {
                let start = Minute::new(quarter * 15).unwrap();
                let range = TimeRange::starting(start, Minutes::new(30).unwrap()).unwrap();
                let probe = Request { day, range, ..request_with(&format!("p{provider}"), "x", "09:00", "10:00", 30) };
                if let Proposal::Fits(_) = desk.propose(&probe, Past::Allow).await.unwrap() {
                    free.push(format!("{day} p{provider} {range}"));
                }
            }
        }
    }
    free
}

async fn race(
    test: &str,
    desk: Desk,
    mut reader: Box<dyn Reader>,
    reopen: impl FnOnce() -> Box<dyn Store>,
    (clients, each, days): (usize, usize, usize),
) {
    for number in 0..PROVIDERS {
        add(&desk, provider(&format!("p{number}"), &[("08:00", "12:00"), ("12:30", "16:00")], 6)).await;
    }
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let desk = desk.clone();
            tokio::spawn(async move {
                let mut draws = Draws(client as u64 + 1);
                let mut mine = Vec::new();
                let mut tally = Tally::default();
                for _ in 0..each {
                    let command = draws.command(client, days, &mut mine);
                    let answer = desk.submit(command.clone(), actor()).await;
                    tally.count(&command, answer);
                }
                tally
            })
        })
        .collect();
    let mut tally = Tally::default();
    for task in tasks {
        tally.add(&task.await.unwrap());
    }
    let Tally { done, booked, refused, overtaken } = tally;
    let given = done + refused + overtaken;
    assert!(overtaken * 100 <= given, "{overtaken} of {given} gave up");
    assert!(booked * 20 > given && refused * 20 > given, "{booked} bookings and {refused} refusals are no race");
    assert_eq!(audit(&mut *reader).unwrap(), []);
    let live = free(&desk, days.min(6)).await;
    drop(reader);
    desk.close().await.unwrap();
    let fresh = Desk::open(reopen(), desk.calendar().clone(), options()).unwrap();
    assert_eq!(live, free(&fresh, days.min(6)).await, "what was decided on is what is stored");
    let figures = format!(
        "{clients} clients, {given} commands on {days} days: {done} done ({booked} bookings), {refused} refused, \
         {overtaken} gave up"
    );
    figures::report(test, &figures);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rules_1_to_4_hold_when_sixty_four_change_everything_at_once() {
    let store = MemoryStore::new();
    let again = store.clone();
    let test = "rules_1_to_4_hold_when_sixty_four_change_everything_at_once";
    race(test, open(store), Box::new(again.clone()), move || Box::new(again), (64, 40, 3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rules_1_to_4_hold_over_more_days_than_are_kept_in_memory() {
    let store = MemoryStore::new();
    let again = store.clone();
    let test = "rules_1_to_4_hold_over_more_days_than_are_kept_in_memory";
    race(test, forgetful(store), Box::new(again.clone()), move || Box::new(again), (8, 160, 40)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn rules_1_to_4_hold_in_sqlite_when_everything_changes_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let store = SqliteStore::open(&path).unwrap();
    let test = "rules_1_to_4_hold_in_sqlite_when_everything_changes_at_once";
    let reader = store.reader().unwrap();
    race(test, open(store), reader, move || Box::new(SqliteStore::open(&path).unwrap()), (32, 15, 3)).await;
}

#[tokio::test]
async fn rule_4_a_change_of_hours_reaches_every_day_however_many_are_booked() {
    let store = MemoryStore::new();
    let desk = forgetful(store.clone());
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    for number in 0..150 {
        let wish = Request { day: date(number), ..request(&format!("r{number}"), "16:00", "17:00", 60) };
        assert!(booked(&desk, wish).await.starts_with("chen"));
    }
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("09:00", "12:00")])) };
    let command = Command::ChangeHours { provider: provider_id("chen"), change };
    let answer = desk.submit(command, actor()).await.unwrap();
    assert_eq!(answer.event().unwrap().draft.edits.appointments.len(), 150);
    desk.submit(Command::Undo, actor()).await.unwrap();
    assert_eq!(timetable(&desk, date(149)).await, ["16:00–17:00 chen r149"]);
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}

#[tokio::test]
async fn rule_4_a_change_of_hours_in_the_past_cancels_what_is_pending_there_as_its_preview_says() {
    let store = MemoryStore::new();
    let desk = open_at(store.clone(), clock_at(date(3), 8, 0));
    add(&desk, provider("chen", &[("09:00", "17:00")], 8)).await;
    let late = Command::Book { request: request("a", "16:00", "17:00", 60), past: Past::Allow };
    desk.submit(late, actor()).await.unwrap();
    desk.close().await.unwrap();
    let desk = open_at(store.clone(), clock_at(date(3), 8, 0));
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("09:00", "12:00")])) };
    assert_eq!(desk.preview_hours(&provider_id("chen"), &change).await.unwrap().cancelled.len(), 1);
    let command = Command::ChangeHours { provider: provider_id("chen"), change };
    let answer = desk.submit(command, actor()).await.unwrap();
    assert_eq!(answer.event().unwrap().draft.edits.appointments.len(), 1);
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}
