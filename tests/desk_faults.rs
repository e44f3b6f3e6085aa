//! Rule 6 on a whole desk: what happens when the store fails, stops or breaks off, at every single call.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "support/gate.rs"]
mod gate;

use futures::FutureExt;
use gate::GatedStore;
use slotdesk::desk::{Answer, Command, DaySnapshot, Desk, DeskError, Destination, Feed, Feedback, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::Proposal;
use slotdesk::store::{MemoryStore, Store, StoreError, audit};
use support::faulty::{Faults, FaultyStore};
use support::*;

fn full() -> StoreError {
    StoreError::Full { path: "desk.db".into() }
}

fn tuesday() -> chrono::NaiveDate {
    monday().succ_opt().unwrap()
}

fn booking(request: Request) -> Command {
    Command::Book { request, past: Past::Refuse }
}

fn service(id: &str, minutes: i64) -> Service {
    let name = Text::name("name", id).unwrap();
    let duration = Minutes::new(minutes).unwrap();
    Service { id: ServiceId::new(id).unwrap(), name, duration, colour: ColourRole::default() }
}

fn cancelling(id: &str) -> Command {
    Command::Cancel { appointment: request_id(id), cancellation: Cancellation { cause: Cause::Client, note: None } }
}

fn new_hours(provider: &str, hours: &[(&str, &str)]) -> Command {
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(hours)) };
    Command::ChangeHours { provider: provider_id(provider), change }
}

fn moving(id: &str, provider: &str, day: chrono::NaiveDate, start: &str, end: &str) -> Command {
    let range = range(start, end);
    let to = Destination { provider: Some(provider_id(provider)), day, range, duration: range.minutes() };
    Command::Move { appointment: request_id(id), to, past: Past::Refuse }
}

/// Every kind of command, each building on the ones before it.
fn a_day_at_the_desk() -> Vec<Command> {
    let dressing = Request { service: Some(ServiceId::new("dressing").unwrap()), ..request("d", "09:00", "12:00", 30) };
    vec![
        Command::AddProvider(provider("chen", &[("09:00", "12:00")], 8)),
        booking(request("a", "09:00", "10:00", 60)),
        Command::AddProvider(provider("roy", &[("09:00", "12:00")], 8)),
        booking(request_with("roy", "b", "10:00", "11:00", 60)),
        booking(request("refused", "18:00", "19:00", 30)),
        Command::AddService(service("dressing", 30)),
        booking(dressing),
        Command::EditService(service("dressing", 20)),
        moving("a", "roy", tuesday(), "09:00", "10:00"),
        new_hours("roy", &[("09:30", "17:00")]),
        booking(request_with("roy", "late", "16:00", "17:00", 60)),
        Command::Undo,
        Command::Undo,
        cancelling("b"),
        Command::Overbook {
            request: request("over", "09:00", "17:00", 30),
            provider: provider_id("chen"),
            start: "09:15".parse().unwrap(),
        },
        Command::SetStatus { appointment: request_id("d"), status: Status::Arrived },
        Command::ChangeLimit { provider: provider_id("chen"), max_daily_appointments: 3 },
        Command::RetireProvider { provider: provider_id("roy"), from: tuesday() },
        booking(request("e", "09:00", "17:00", 30)),
    ]
}

/// What decisions are made on, as far as it can be seen: which quarter of an hour is free with whom, and how
/// many more are possible.
async fn free(desk: &Desk) -> Vec<String> {
    let mut free = Vec::new();
    for (day, provider) in [monday(), tuesday()].into_iter().flat_map(|day| [(day, "chen"), (day, "roy")]) {
        for quarter in 32..72 {
            let start = Minute::new(quarter * 15).unwrap();
            let range = TimeRange::starting(start, Minutes::new(15).unwrap()).unwrap();
            let probe = Request { day, range, ..request_with(provider, "probe", "09:00", "10:00", 15) };
            let fits = match desk.propose(&probe, Past::Refuse).await.unwrap() {
                Proposal::Fits(_) => "free".to_owned(),
                Proposal::Refused { refusal, .. } => refusal.to_string(),
            };
            free.push(format!("{day} {range} {fits}"));
        }
    }
    free
}

/// Asserts that the desk decides on, and shows, what a desk does that was opened on its book just now.
async fn assert_as_stored(desk: &Desk, store: &MemoryStore) {
    let fresh = open(store.clone());
    assert_eq!(free(desk).await, free(&fresh).await, "what it decides on is what is stored");
    for day in [monday(), tuesday()] {
        assert_eq!(timetable(desk, day).await, timetable(&fresh, day).await, "what it shows is what is stored");
    }
    let roster = |desk: &Desk| {
        let desk = desk.clone();
        async move {
            let day = desk.day(tuesday()).await.unwrap();
            let services: Vec<String> = day.catalogue.iter().map(|service| format!("{service:?}")).collect();
            let providers: Vec<String> = day.rows().map(|row| format!("{:?}", row.provider)).collect();
            (services, providers)
        }
    };
    assert_eq!(roster(desk).await, roster(&fresh).await);
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
}

fn last_event(store: &MemoryStore) -> u64 {
    store.reader().unwrap().last_event().unwrap()
}

/// Gives the commands one after the other, again where the store failed; how often it did.
async fn insist(desk: &Desk, store: &MemoryStore, faults: &Faults) -> usize {
    let mut failures = 0;
    for command in a_day_at_the_desk() {
        let mut feed = desk.subscribe();
        let before = last_event(store);
        let shown = (shown(store, monday()), shown(store, tuesday()));
        match desk.submit(command.clone(), actor()).await {
            Ok(answer) => assert!(matches!(answer, Answer::Decided(_)), "{answer:?} to {command:?}"),
            Err(DeskError::Store(_)) => {
                failures += 1;
                assert_eq!(last_event(store), before, "nothing is stored of {command:?}");
                assert_eq!((self::shown(store, monday()), self::shown(store, tuesday())), shown);
                let answer = desk.submit(command.clone(), actor()).await.unwrap();
                assert!(matches!(answer, Answer::Decided(_)), "{answer:?} to {command:?} when it was repeated");
                let Some(Feedback::Events(events)) = feed.next().await else { panic!("the feed goes on") };
                assert_eq!(events[0].number, before + 1, "nothing that failed is published");
            }
            Err(other) => panic!("{other} to {command:?}"),
        }
    }
    faults.heal();
    failures
}

fn shown(store: &MemoryStore, day: chrono::NaiveDate) -> String {
    format!("{:?}", store.reader().unwrap().day(day).unwrap().appointments)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_whichever_commit_fails_nothing_is_lost_and_nothing_is_made_up() {
    let commits = a_day_at_the_desk().len() as u64;
    let (mut expected, mut failed) = (None, 0);
    for failing in 1..=commits + 1 {
        let store = MemoryStore::new();
        let wrapped = FaultyStore::new(store.clone());
        let faults = wrapped.faults();
        faults.fail_commits(failing..=failing, full());
        let desk = open(wrapped);
        let failures = insist(&desk, &store, &faults).await;
        assert_eq!(failures, usize::from(failing <= commits), "commit {failing}");
        failed += failures;
        assert_as_stored(&desk, &store).await;
        let outcome = (timetable(&desk, monday()).await, timetable(&desk, tuesday()).await);
        assert_eq!(*expected.get_or_insert_with(|| outcome.clone()), outcome, "when commit {failing} failed");
        assert!(!desk.pulse().store_failing);
    }
    figures::report(
        "rule_6_whichever_commit_fails_nothing_is_lost_and_nothing_is_made_up",
        &format!("{failed} commits failed, one in each day at the desk of {commits} commands"),
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_whichever_read_fails_the_command_is_answered_and_works_when_repeated() {
    let mut heard = 0;
    for failing in 1.. {
        let store = MemoryStore::new();
        let wrapped = FaultyStore::new(store.clone());
        let faults = wrapped.faults();
        let desk = open(wrapped);
        let opened = faults.reads();
        faults.fail_reads(opened + failing..=opened + failing, full());
        let failures = insist(&desk, &store, &faults).await;
        assert!(failures <= 1);
        heard += failures;
        let reached = faults.reads() - opened >= failing;
        assert_as_stored(&desk, &store).await;
        if !reached {
            let failed = failing - 1;
            assert!(heard >= 10, "of {failed} reads that failed, {heard} were heard of");
            figures::report(
                "rule_6_whichever_read_fails_the_command_is_answered_and_works_when_repeated",
                &format!("{failed} reads failed, one in each day at the desk: {heard} commands repeated"),
            );
            break;
        }
    }
}

/// What a screen shows that was opened at the beginning: two days, and what the feed brought since.
struct Screen {
    days: [DaySnapshot; 2],
    feed: Feed,
}

impl Screen {
    async fn open(desk: &Desk) -> Self {
        let feed = desk.subscribe();
        Self { days: [desk.day(monday()).await.unwrap(), desk.day(tuesday()).await.unwrap()], feed }
    }

    /// Takes in everything that the feed has by now.
    async fn catch_up(&mut self, desk: &Desk) {
        while let Some(Some(feedback)) = self.feed.next().now_or_never() {
            match feedback {
                Feedback::Events(events) => {
                    for (event, day) in events.iter().flat_map(|event| [(event, 0), (event, 1)]) {
                        self.days[day].apply(event);
                    }
                }
                Feedback::Lagged => {
                    self.days = [desk.day(monday()).await.unwrap(), desk.day(tuesday()).await.unwrap()];
                }
            }
        }
    }

    fn shows(&self) -> String {
        format!("{:?}", self.days.each_ref().map(DaySnapshot::appointments))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_a_commit_that_took_effect_and_failed_all_the_same_is_done_once_and_seen_by_everybody() {
    let commits = a_day_at_the_desk().len() as u64;
    let mut repeated = 0;
    for lost in 1..=commits {
        let store = MemoryStore::new();
        let wrapped = FaultyStore::new(store.clone());
        let faults = wrapped.faults();
        faults.lose_answers(lost..=lost, full());
        let desk = open(wrapped);
        let mut screen = Screen::open(&desk).await;
        let mut failures = 0;
        for command in a_day_at_the_desk() {
            let Err(error) = desk.submit(command.clone(), actor()).await else { continue };
            assert!(matches!(error, DeskError::Store(_)), "{error} to {command:?}");
            failures += 1;
            if matches!(command, Command::Undo) {
                // Given again it would take back one more change; what it did is to be seen.
                continue;
            }
            let stored = last_event(&store);
            match desk.submit(command.clone(), actor()).await {
                Ok(Answer::Decided(event)) => panic!("{command:?} was done twice, again by {event:?}"),
                other if matches!(command, Command::Book { .. } | Command::Overbook { .. }) => {
                    assert!(matches!(other, Ok(Answer::Repeated(_))), "{other:?} to {command:?}");
                }
                Ok(_) | Err(DeskError::IsCancelled(_)) => {}
                Err(other) => panic!("{other} to {command:?}"),
            }
            assert_eq!(last_event(&store), stored, "nothing is stored a second time of {command:?}");
            repeated += 1;
        }
        assert_eq!(failures, 1, "commit {lost}");
        assert_eq!(last_event(&store), commits, "each command once, although commit {lost} failed");
        assert_as_stored(&desk, &store).await;
        screen.catch_up(&desk).await;
        let fresh = Screen::open(&open(store.clone())).await;
        assert_eq!(screen.shows(), fresh.shows(), "commit {lost}");
    }
    figures::report(
        "rule_6_a_commit_that_took_effect_and_failed_all_the_same_is_done_once_and_seen_by_everybody",
        &format!("{commits} answers of the store lost, {repeated} commands repeated: 0 done twice"),
    );
}

/// A desk on a store that fails and can be held up.
struct Held {
    desk: Desk,
    store: MemoryStore,
    faults: Faults,
    gate: gate::Gate,
}

impl Held {
    async fn new() -> Self {
        let store = MemoryStore::new();
        let wrapped = FaultyStore::new(store.clone());
        let faults = wrapped.faults();
        let (gated, gate) = GatedStore::new(wrapped);
        let desk = open(gated);
        add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
        Self { desk, store, faults, gate }
    }

    /// Shuts the gate and gives a command; the answer comes after the gate is opened.
    async fn hold(&self, command: Command) -> tokio::task::JoinHandle<Result<Answer, DeskError>> {
        self.gate.shut();
        let task = self.give(command).await;
        self.gate.reached().await;
        task
    }

    /// Gives a command; it is in the queue by the time this returns.
    async fn give(&self, command: Command) -> tokio::task::JoinHandle<Result<Answer, DeskError>> {
        let desk = self.desk.clone();
        let mut submitting = Box::pin(async move { desk.submit(command, actor()).await });
        // There is room in the queue, so a first look at it puts the command in.
        assert!(futures::poll!(submitting.as_mut()).is_pending());
        tokio::spawn(submitting)
    }

    /// Waits until the queue is empty and as many workers as that are busy.
    async fn until_busy(&self, busy: usize) {
        let reached = || {
            let pulse = self.desk.pulse();
            pulse.queued == 0 && pulse.busy == busy
        };
        while !reached() {
            tokio::task::yield_now().await;
        }
    }

    fn fail_what_is_held(&self) {
        self.faults.fail_commits(..=self.faults.commits() + 1, full());
        self.gate.open();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_who_waits_for_the_same_request_hears_of_the_failure_too() {
    let held = Held::new().await;
    let first = held.hold(booking(request("same", "09:00", "10:00", 60))).await;
    let mut others = Vec::new();
    for _ in 0..8 {
        others.push(held.give(booking(request("same", "09:00", "10:00", 60))).await);
    }
    held.until_busy(0).await;
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    for other in others {
        assert!(matches!(soon(other).await.unwrap(), Err(DeskError::Store(_))));
    }
    assert!(held.desk.pulse().store_failing);
    assert_eq!(booked(&held.desk, request("same", "09:00", "10:00", 60)).await, "chen 09:00–10:00");
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_workers_that_wait_for_a_change_on_its_way_go_on_when_it_fails() {
    let held = Held::new().await;
    assert!(booked(&held.desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    let first = held.hold(cancelling("a")).await;
    // As many as there are workers, and one more.
    let mut others = Vec::new();
    for _ in 0..5 {
        others.push(held.give(cancelling("a")).await);
    }
    while held.desk.pulse().busy < 4 {
        tokio::task::yield_now().await;
    }
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    for other in others {
        assert!(soon(other).await.unwrap().is_ok());
    }
    assert_eq!(timetable(&held.desk, monday()).await, Vec::<String>::new());
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_no_change_is_said_only_when_the_store_has_what_was_asked_for() {
    let held = Held::new().await;
    let roy = Command::AddProvider(provider("roy", &[("09:00", "12:00")], 8));
    let first = held.hold(roy.clone()).await;
    let again = held.give(roy.clone()).await;
    held.until_busy(0).await;
    assert!(!again.is_finished(), "roy is not stored yet");
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    assert!(matches!(soon(again).await.unwrap(), Ok(Answer::Decided(_))), "the second one adds roy");
    assert_eq!(held.desk.submit(roy, actor()).await.unwrap(), Answer::Unchanged);
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_a_refusal_never_rests_on_what_was_not_stored() {
    let held = Held::new().await;
    for (command, wish) in [
        (booking(request("held", "09:00", "12:00", 180)), request("after", "09:00", "10:00", 60)),
        (new_hours("chen", &[("09:00", "09:30")]), request("after hours", "10:00", "11:00", 60)),
    ] {
        let first = held.hold(command).await;
        let second = held.give(booking(wish)).await;
        // Decided, and behind the first one in the journal.
        held.until_busy(0).await;
        held.fail_what_is_held();
        assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
        let second = soon(second).await.unwrap().unwrap();
        assert!(second.refusal().is_none(), "{second:?}");
    }
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_a_booking_with_a_provider_who_was_not_stored_is_refused_or_goes_elsewhere() {
    let held = Held::new().await;
    let first = held.hold(Command::AddProvider(provider("abel", &[("09:00", "17:00")], 8))).await;
    let with_abel = held.give(booking(request_with("abel", "a", "09:00", "10:00", 60))).await;
    let with_anyone = held.give(booking(request("b", "09:00", "10:00", 60))).await;
    held.until_busy(0).await;
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    let refused = soon(with_abel).await.unwrap().unwrap();
    assert_eq!(refused.refusal().unwrap().to_string(), "abel: no such provider");
    assert_eq!(soon(with_anyone).await.unwrap().unwrap().appointment().unwrap().provider, provider_id("chen"));
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_a_roster_that_cannot_be_read_again_is_not_decided_with() {
    let held = Held::new().await;
    let first = held.hold(new_hours("chen", &[("18:00", "19:00")])).await;
    held.faults.fail_reads(.., full());
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    held.faults.fail_reads(.., full());
    for _ in 0..3 {
        let answer = book(&held.desk, request("a", "09:00", "10:00", 60)).await;
        assert!(matches!(answer, Err(DeskError::Store(_))), "{answer:?}");
    }
    held.faults.heal();
    assert_eq!(booked(&held.desk, request("a", "09:00", "10:00", 60)).await, "chen 09:00–10:00");
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_an_undo_that_could_not_be_stored_can_be_repeated() {
    let held = Held::new().await;
    assert!(booked(&held.desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    assert!(held.desk.submit(new_hours("chen", &[("10:00", "12:00")]), actor()).await.is_ok());
    let first = held.hold(Command::Undo).await;
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    assert_eq!(timetable(&held.desk, monday()).await, Vec::<String>::new());
    assert!(held.desk.submit(Command::Undo, actor()).await.is_ok());
    assert_eq!(timetable(&held.desk, monday()).await, ["09:00–10:00 chen a"]);
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_an_undo_in_the_way_of_what_was_not_stored_is_not_given_up() {
    let held = Held::new().await;
    assert!(booked(&held.desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    let confirming = Command::SetStatus { appointment: request_id("a"), status: Status::Confirmed };
    let first = held.hold(confirming).await;
    let undo = held.give(Command::Undo).await;
    while held.desk.pulse().busy == 0 {
        tokio::task::yield_now().await;
    }
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    // It came before the failure or after it; it never takes back anything else.
    match soon(undo).await.unwrap() {
        Err(DeskError::Overtaken) => drop(held.desk.submit(Command::Undo, actor()).await.unwrap()),
        other => drop(other.unwrap()),
    }
    assert_eq!(timetable(&held.desk, monday()).await, Vec::<String>::new());
    assert_as_stored(&held.desk, &held.store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_no_room_is_said_only_when_the_store_has_what_takes_it() {
    let held = Held::new().await;
    assert!(booked(&held.desk, request("a", "09:00", "10:00", 60)).await.starts_with("chen"));
    let first = held.hold(booking(request("held", "11:00", "12:00", 60))).await;
    let moved = held.give(moving("a", "chen", monday(), "11:00", "12:00")).await;
    held.until_busy(0).await;
    held.fail_what_is_held();
    assert!(matches!(soon(first).await.unwrap(), Err(DeskError::Store(_))));
    assert!(soon(moved).await.unwrap().is_ok());
    assert_eq!(timetable(&held.desk, monday()).await, ["11:00–12:00 chen a"]);
    assert_as_stored(&held.desk, &held.store).await;
}
