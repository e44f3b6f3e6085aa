//! Under the policy that the desk used, the log of a desk is decided again exactly as the desk decided it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeDelta};
use proptest::prelude::*;
use slotdesk::desk::{Calendar, Clock, Command, Desk, Destination, ManualClock, Options, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::Policy;
use slotdesk::scheduler::policy::POLICIES;
use slotdesk::store::{MemoryStore, Store};
use slotdesk::study::{Bearings, Decision, Replay, read_book};

use crate::support::*;

const PROVIDERS: [&str; 4] = ["ada", "bo", "cy", "di"];
const SERVICES: [&str; 3] = ["cut", "dye", "wash"];
/// Hours that reach over the night in which the clocks change.
const PATTERNS: [&[(&str, &str)]; 5] = [
    &[("00:00", "24:00")],
    &[("00:30", "05:00"), ("08:00", "12:00")],
    &[("01:00", "03:30"), ("09:00", "16:00")],
    &[("02:15", "02:45"), ("07:00", "10:00"), ("13:00", "18:00")],
    &[],
];
/// The Saturdays before the clocks in Berlin go forward and back.
const SATURDAYS: [&str; 2] = ["2026-03-28", "2026-10-24"];
/// Minutes from 06:00 on Saturday at which a script begins: that, 01:30 on Sunday, and 02:15 where it comes twice.
const BEGINNINGS: [i64; 3] = [0, 19 * 60 + 30, 20 * 60 + 15];
/// Saturday, Sunday and Monday.
const DAYS: u8 = 3;

#[derive(Debug, Clone)]
struct Wish {
    day: u8,
    from: u16,
    length: u16,
    duration: u16,
    preferred: Option<usize>,
    service: Option<usize>,
    dateless: bool,
}

#[derive(Debug, Clone)]
enum Step {
    Book(Wish),
    Cancel(usize),
    Move(usize, u8, u16),
    Hours(usize, u8, usize, bool),
    Limit(usize, u32),
    Gives(usize, Option<usize>),
    Leaves(usize, u8),
    Joins(usize, usize),
    Service(usize, u16),
    Wait(i64),
}

fn duration() -> impl Strategy<Value = u16> {
    prop::sample::select(vec![10u16, 15, 20, 25, 30, 40, 45, 60, 75])
}

fn wish() -> impl Strategy<Value = Step> {
    // Half of them in the night in which the clocks change.
    let from = prop_oneof![0u16..240, 240u16..1080];
    let who = (prop::option::weighted(0.3, 0usize..4), prop::option::weighted(0.3, 0usize..3));
    (0..DAYS, from, 20u16..300, duration(), who, prop::bool::weighted(0.15)).prop_map(
        |(day, from, length, duration, (preferred, service), dateless)| {
            let length = length.max(duration);
            Step::Book(Wish { day, from, length, duration, preferred, service, dateless })
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        24 => wish(),
        4 => (0usize..200).prop_map(Step::Cancel),
        2 => (0usize..200, 0..DAYS, 0u16..900).prop_map(|(which, day, from)| Step::Move(which, day, from)),
        2 => (0usize..4, 0..DAYS, 0..PATTERNS.len(), any::<bool>())
            .prop_map(|(who, day, pattern, once)| Step::Hours(who, day, pattern, once)),
        1 => (0usize..4, 0u32..12).prop_map(|(who, limit)| Step::Limit(who, limit)),
        1 => (0usize..4, prop::option::of(0usize..3)).prop_map(|(who, only)| Step::Gives(who, only)),
        1 => (0usize..4, 0..DAYS).prop_map(|(who, day)| Step::Leaves(who, day)),
        1 => (0usize..4, 0..PATTERNS.len()).prop_map(|(who, pattern)| Step::Joins(who, pattern)),
        2 => (0usize..3, duration()).prop_map(|(which, duration)| Step::Service(which, duration)),
        4 => (1i64..200).prop_map(Step::Wait),
    ]
}

/// A desk that does what a script says, as a person would: only what can be asked at all.
struct Run {
    desk: Desk,
    clock: Arc<ManualClock>,
    saturday: NaiveDate,
    requests: Vec<RequestId>,
    offered: BTreeSet<usize>,
    /// Days that somebody has asked for: the others begin with the next request, which the log has to tell.
    begun: BTreeSet<NaiveDate>,
}

impl Run {
    async fn begin(store: MemoryStore, (saturday, minutes): (NaiveDate, i64), policy: &'static dyn Policy) -> Self {
        let clock = clock_at(saturday, 6, 0);
        clock.set(clock.now() + TimeDelta::minutes(minutes));
        let calendar = Calendar::new(Arc::clone(&clock) as Arc<dyn Clock>, ZONE);
        let desk = Desk::open(Box::new(store), calendar, Options { policy, ..options() }).unwrap();
        add(&desk, provider("ada", PATTERNS[1], 9)).await;
        add(&desk, provider("bo", PATTERNS[0], 6)).await;
        let (requests, offered, begun) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        Self { desk, clock, saturday, requests, offered, begun }
    }

    fn date(&self, day: u8) -> NaiveDate {
        self.saturday + Days::new(u64::from(day))
    }

    fn request(&self, wish: &Wish) -> Request {
        let today = self.desk.calendar().today();
        let end = Minute::saturating((wish.from + wish.length).min(Minute::END_OF_DAY.get()));
        Request {
            id: request_id(&format!("r{}", self.requests.len())),
            day: if wish.dateless { today } else { self.date(wish.day) },
            dated: if wish.dateless { Dated::Implied } else { Dated::Named },
            range: TimeRange::between(Minute::saturating(wish.from), end).unwrap(),
            duration: Minutes::new(i64::from(wish.duration)).unwrap(),
            preferred_provider: wish.preferred.map(|who| provider_id(PROVIDERS[who])),
            service: wish.service.filter(|which| self.offered.contains(which)).map(service_id),
            client: None,
            note: None,
        }
    }

    fn command(&mut self, step: &Step) -> Option<Command> {
        let asked = |which: &usize| self.requests.get(*which % self.requests.len().max(1)).cloned();
        Some(match step {
            Step::Wait(minutes) => {
                self.clock.set(self.clock.now() + TimeDelta::minutes(*minutes));
                return None;
            }
            Step::Book(wish) => {
                let request = self.request(wish);
                // What is asked of a day that is over was forgotten then.
                let is_over = request.day < self.desk.calendar().today();
                self.requests.push(request.id.clone());
                self.begun.insert(request.day);
                Command::Book { request, past: if is_over { Past::Allow } else { Past::Refuse } }
            }
            Step::Cancel(which) => {
                let cancellation = Cancellation { cause: Cause::Client, note: None };
                Command::Cancel { appointment: asked(which)?, cancellation }
            }
            Step::Move(which, day, from) => {
                let (day, start) = (self.date(*day), Minute::saturating(*from));
                let range = TimeRange::between(start, Minute::saturating(from + 240))?;
                let to = Destination { provider: None, day, range, duration: Minutes::new(30).unwrap() };
                Command::Move { appointment: asked(which)?, to, past: Past::Refuse }
            }
            Step::Hours(who, day, pattern, once) => {
                let (day, hours) = (self.date(*day), ranges(PATTERNS[*pattern]));
                let change = if *once {
                    HoursChange::On { day, exception: Exception::Instead(hours) }
                } else {
                    HoursChange::From { day, weekly: Weekly::EveryDay(hours) }
                };
                Command::ChangeHours { provider: provider_id(PROVIDERS[*who]), change }
            }
            Step::Limit(who, limit) => {
                Command::ChangeLimit { provider: provider_id(PROVIDERS[*who]), max_daily_appointments: *limit }
            }
            Step::Gives(who, only) => {
                let name = Text::name("name", PROVIDERS[*who]).unwrap();
                let services = only.map(|which| [service_id(which)].into());
                Command::EditProvider { provider: provider_id(PROVIDERS[*who]), name, services }
            }
            Step::Leaves(who, day) => {
                Command::RetireProvider { provider: provider_id(PROVIDERS[*who]), from: self.date(*day) }
            }
            Step::Joins(who, pattern) => Command::AddProvider(provider(PROVIDERS[*who], PATTERNS[*pattern], 7)),
            Step::Service(which, duration) => {
                let new = service(*which, *duration);
                if self.offered.insert(*which) { Command::AddService(new) } else { Command::EditService(new) }
            }
        })
    }

    /// Does one step; what the desk cannot do changes nothing, and is no part of the log.
    async fn take(&mut self, step: &Step) {
        let Some(command) = self.command(step) else { return };
        if let Command::Move { appointment, to, .. } = &command {
            // Who moves within a day stays in the study, and an attempt alone would begin another one.
            let from = self.desk.appointment(appointment).await.unwrap().map(|one| one.day);
            if from == Some(to.day) || !self.begun.contains(&to.day) {
                return;
            }
        }
        let _ = self.desk.submit(command, actor()).await;
    }
}

fn service_id(which: usize) -> ServiceId {
    ServiceId::new(SERVICES[which]).unwrap()
}

fn service(which: usize, duration: u16) -> Service {
    let name = Text::name("name", SERVICES[which]).unwrap();
    let duration = Minutes::new(i64::from(duration)).unwrap();
    Service { id: service_id(which), name, duration, colour: ColourRole::default() }
}

/// What the log says that was decided, by day.
fn decided(store: &MemoryStore) -> BTreeMap<NaiveDate, Vec<Decision>> {
    let mut days: BTreeMap<NaiveDate, Vec<Decision>> = BTreeMap::new();
    for event in store.reader().unwrap().events_after(0, usize::MAX).unwrap() {
        let mut note = |day, decision| days.entry(day).or_default().push(decision);
        match &event.draft.action {
            Action::Booked(id) | Action::Moved(id) => {
                let placed = event.draft.edits.appointments[0].after.as_ref().unwrap();
                let (provider_id, start) = (placed.provider.clone(), placed.slot.start());
                note(placed.day, Decision::Placed { id: id.clone(), provider_id, start });
            }
            Action::Refused { request, .. } => {
                note(request.day, Decision::Refused { id: request.id.clone(), refused: true });
            }
            _ => {}
        }
    }
    days
}

async fn play(
    (saturday, minutes): (NaiveDate, i64),
    policy: &'static dyn Policy,
    steps: &[Step],
) -> Result<(), TestCaseError> {
    let store = MemoryStore::new();
    let mut run = Run::begin(store.clone(), (saturday, minutes), policy).await;
    for step in steps {
        run.take(step).await;
    }
    let today = run.clock.now().with_timezone(&ZONE).date_naive();
    let mut expected = decided(&store);
    let period = (saturday, saturday + Days::new(30));
    let bearings = Bearings { time_zone: ZONE, start_grid: options().start_grid, popularity_days: 28 };
    for instance in read_book(&mut *store.reader().unwrap(), period, bearings).unwrap() {
        let replay = Replay::of(&instance, policy);
        let theirs = expected.remove(&instance.date).unwrap_or_default();
        prop_assert_eq!(&replay.decisions().decisions, &theirs, "{}", instance.date);
        // What changed after a day was over is not part of it.
        if today <= instance.date {
            let mut theirs = timetable(&run.desk, instance.date).await;
            theirs.sort();
            prop_assert_eq!(super::book::live(&replay), theirs, "{}", instance.date);
        }
    }
    prop_assert!(expected.is_empty(), "{expected:?}");
    run.desk.close().await.unwrap();
    Ok(())
}

/// `SLOTDESK_STUDY_CASES` makes the test longer.
fn cases() -> u32 {
    u32::try_from(figures::bound("SLOTDESK_STUDY_CASES", 64)).unwrap()
}

/// Random throws other dice at the desk, so it alone decides otherwise.
fn repeatable() -> Vec<&'static dyn Policy> {
    POLICIES.into_iter().filter(|policy| policy.name() != "random").collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn a_log_is_decided_again_as_the_desk_decided_it(
        saturday in prop::sample::select(SATURDAYS.to_vec()),
        minutes in prop::sample::select(BEGINNINGS.to_vec()),
        policy in prop::sample::select(repeatable()),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(play((saturday.parse().unwrap(), minutes), policy, &steps))?;
    }
}
