//! The built-in scenarios, played through on a real desk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use slotdesk::demo::{self, BUILT_IN, DemoClock, DemoLink, Scenario};
use slotdesk::desk::{Answer, Calendar, Command, DayContents, DaySnapshot, Desk, DeskError, Feedback, Options, Past};
use slotdesk::domain::{
    Action, Appointment, Blocker, Cancellation, Cause, Channel, Dated, Event, Minutes, ProviderId, Request, RequestId,
    Status, TimeRange,
};
use slotdesk::scheduler::policy;
use slotdesk::store::MemoryStore;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const ZONE: chrono_tz::Tz = chrono_tz::Europe::Berlin;

/// A day that was played to the end of its script.
struct Played {
    desk: Desk,
    day: NaiveDate,
    events: Vec<Event>,
    last_caption: String,
}

/// A play that has begun.
struct Stage {
    desk: Desk,
    day: NaiveDate,
    link: DemoLink,
    playing: JoinHandle<()>,
}

fn begin(scenario: &Scenario, seed: u64) -> Stage {
    let today = "2026-11-20".parse().unwrap();
    let clock = Arc::new(DemoClock::new(scenario.begins(today, ZONE), Instant::now(), scenario.speed()));
    let options = Options {
        workers: 2,
        queue_length: 64,
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::named("least-fragmentation").unwrap(),
        popularity_days: 28,
        seed,
    };
    let calendar = Calendar::new(Arc::<DemoClock>::clone(&clock), ZONE);
    let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options).unwrap();
    let (link, playing) = demo::play(desk.clone(), scenario, clock, seed);
    Stage { desk, day: scenario.day(today), link, playing }
}

impl Stage {
    /// Waits for a caption; every caption until then has to be the script's own.
    async fn captioned(&mut self, title: &str) {
        let seen = self.link.state.wait_for(|state| {
            let shown = state.caption.as_ref().map(|caption| caption.title.as_str());
            assert_ne!(shown, Some("A step did not work"), "{state:?}");
            shown == Some(title)
        });
        seen.await.unwrap();
    }

    async fn submit(&self, command: Command) -> Result<Answer, DeskError> {
        self.desk.submit(command, Channel::Desk.into()).await
    }
}

async fn play(scenario: &Scenario, seed: u64) -> Played {
    let Stage { desk, day, mut link, playing } = begin(scenario, seed);
    link.state.wait_for(|state| state.finished).await.unwrap();
    let last_caption = link.state.borrow().caption.as_ref().unwrap().title.clone();
    drop(link);
    playing.await.unwrap();
    let mut events = desk.log(u64::MAX, 10_000).await.unwrap();
    events.reverse();
    Played { desk, day, events, last_caption }
}

impl Played {
    /// Every appointment as the log leaves it.
    fn appointments(&self) -> Vec<Arc<Appointment>> {
        let mut all: BTreeMap<RequestId, Arc<Appointment>> = BTreeMap::new();
        for edit in self.events.iter().flat_map(|event| &event.draft.edits.appointments) {
            let after = edit.after.as_ref().unwrap();
            all.insert(after.id().clone(), Arc::clone(after));
        }
        all.into_values().collect()
    }

    fn count(&self, wanted: impl Fn(&Action) -> bool) -> usize {
        self.events.iter().filter(|event| wanted(&event.draft.action)).count()
    }

    /// The highest and the last fragmentation that any row of the played day showed.
    fn gauge(&self) -> (f64, f64) {
        let mut day = DaySnapshot::new(self.day, 0, DayContents::default());
        let gauge = |day: &DaySnapshot| {
            day.rows().filter_map(|row| row.fragmentation).map(|gauge| gauge.phi).fold(0.0, f64::max)
        };
        let seen = self.events.iter().map(|event| {
            day.apply(event);
            gauge(&day)
        });
        seen.fold((0.0, 0.0), |(highest, _), phi| (phi.max(highest), phi))
    }
}

#[tokio::test(start_paused = true)]
async fn a_played_day_breaks_no_rule_and_accepts_most() {
    for built_in in BUILT_IN {
        let played = play(&Scenario::load(built_in.name).unwrap(), 1).await;
        let numbers = played.events.iter().map(|event| event.number);
        assert!(numbers.eq(1..=played.events.len() as u64), "events are numbered without gaps");
        assert!(played.events.iter().all(|event| event.draft.actor.channel == Channel::Demo));
        let mut live = played.appointments();
        live.retain(|one| one.is_live());
        live.sort_by_key(|one| (one.provider.clone(), one.day, one.slot));
        for pair in live.windows(2).filter(|pair| (&pair[0].provider, pair[0].day) == (&pair[1].provider, pair[1].day))
        {
            assert!(!pair[0].slot.overlaps(pair[1].slot), "{}: {:?}", built_in.name, pair);
        }
        for one in &live {
            let day = played.desk.day(one.day).await.unwrap();
            let row = day.row(&one.provider).unwrap();
            assert!(!one.status.is_pending() || row.hours.contains(one.slot), "{}: {one:?}", built_in.name);
            let wanted = one.request.preferred_provider.as_ref();
            let moved = played.count(|action| *action == Action::Moved(one.id().clone())) > 0;
            assert!(moved || wanted.is_none_or(|wanted| *wanted == one.provider), "{}: {one:?}", built_in.name);
        }
        let booked = played.count(|action| matches!(action, Action::Booked(_)));
        let refused = played.count(|action| matches!(action, Action::Refused { .. }));
        assert!(booked > 4 * refused, "{}: {booked} booked, {refused} refused", built_in.name);
        assert!(refused > 0, "{}: a refusal is part of the show", built_in.name);
        assert!(played.gauge().0 > 0.1, "{}: the gauge moves", built_in.name);
    }
}

#[tokio::test(start_paused = true)]
async fn the_clinic_shows_what_its_captions_promise() {
    for seed in 1..=8 {
        shows_what_its_captions_promise(&play(&Scenario::default(), seed).await);
    }
}

fn shows_what_its_captions_promise(played: &Played) {
    assert_eq!(played.last_caption, "Now it is your desk");
    let limits = played.count(|action| match action {
        Action::Refused { refusal, .. } => {
            refusal.blocked.iter().any(|blocked| matches!(blocked.blocker, Blocker::DailyLimit { .. }))
        }
        _ => false,
    });
    assert!(limits > 0, "a refusal names the daily limit");
    assert_eq!(played.count(|action| matches!(action, Action::HoursChanged { .. })), 1);
    assert_eq!(played.count(|action| matches!(action, Action::Moved(_))), 1);
    let all = played.appointments();
    let cancelled = |causes: &[Cause]| {
        let by = |one: &&Arc<Appointment>| matches!(&one.status, Status::Cancelled(why) if causes.contains(&why.cause));
        all.iter().filter(by).count()
    };
    let lost = cancelled(&[Cause::HoursChanged, Cause::House]);
    assert!(lost >= 4, "{lost} called off");
    let again = all.iter().filter(|one| one.request.note.as_ref().is_some_and(|note| note.as_str().contains("Okafor")));
    assert_eq!(again.count(), lost, "everybody has a new place");
    assert!(cancelled(&[Cause::Client]) > 1, "some clients call off, one of them by name");
    let over = all.iter().filter(|one| matches!(one.status, Status::Done | Status::InProgress | Status::Arrived));
    assert!(over.count() > 20, "visits go by");
}

#[tokio::test(start_paused = true)]
async fn the_clinic_fills_an_empty_desk() {
    let desk_of_today = play(&Scenario::load("salon").unwrap(), 3).await.desk;
    let today = desk_of_today.calendar().today();
    for command in demo::clinic(today) {
        desk_of_today.submit(command, Channel::Desk.into()).await.unwrap();
    }
    for again in demo::clinic(today) {
        assert_eq!(desk_of_today.submit(again, Channel::Desk.into()).await.unwrap(), Answer::Unchanged);
    }
    assert_eq!(desk_of_today.day(today).await.unwrap().rows().count(), 4 + 6);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_fills_the_same_book() {
    let first = play(&Scenario::default(), 5).await;
    let again = play(&Scenario::default(), 5).await;
    assert_eq!(first.appointments(), again.appointments());
    assert_ne!(first.appointments(), play(&Scenario::default(), 6).await.appointments());
}

#[tokio::test(start_paused = true)]
async fn whatever_people_do_at_the_desk_the_play_goes_on() {
    let mut stage = begin(&Scenario::default(), 1);
    stage.captioned("The rush is over").await;
    let off = Cancellation { cause: Cause::House, note: None };
    for one in stage.desk.day(stage.day).await.unwrap().appointments() {
        // Some are already called off, and some may be by the time of the call.
        let _ = stage.submit(Command::Cancel { appointment: one.id().clone(), cancellation: off.clone() }).await;
    }
    for provider in ["mueller", "okafor"] {
        let provider = ProviderId::new(provider).unwrap();
        stage.submit(Command::RetireProvider { provider, from: stage.day }).await.unwrap();
    }
    stage.submit(Command::Undo).await.unwrap();
    stage.captioned("Now it is your desk").await;
    stage.link.state.wait_for(|state| state.finished).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_visit_that_somebody_books_at_the_desk_goes_its_way_too() {
    let mut stage = begin(&Scenario::default(), 1);
    stage.captioned("Enough for today").await;
    let mut feed = stage.desk.subscribe();
    let id = stage.desk.new_request_id();
    let request = Request {
        id: id.clone(),
        day: stage.day,
        dated: Dated::Named,
        range: TimeRange::parse("10:00", "18:00").unwrap(),
        duration: Minutes::new(20).unwrap(),
        preferred_provider: None,
        client: None,
        service: None,
        note: None,
    };
    let booked = stage.submit(Command::Book { request, past: Past::Refuse }).await.unwrap();
    assert!(booked.appointment().is_some());
    let mut statuses = Vec::new();
    while !statuses.last().is_some_and(|status| matches!(status, Status::Done | Status::NoShow)) {
        let Some(Feedback::Events(events)) = feed.next().await else { panic!("the feed ended after {statuses:?}") };
        statuses.extend(events.iter().filter_map(|event| match &event.draft.action {
            Action::StatusSet(visit, status) if *visit == id => Some(status.clone()),
            _ => None,
        }));
    }
}

#[tokio::test(start_paused = true)]
async fn closing_the_desk_ends_the_play() {
    let mut stage = begin(&Scenario::default(), 1);
    stage.captioned("The phones are open").await;
    stage.desk.close().await.unwrap();
    stage.playing.await.unwrap();
}
