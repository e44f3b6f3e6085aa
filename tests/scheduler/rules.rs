//! Random days against a model that knows nothing but minutes.

use std::sync::Arc;

use proptest::prelude::*;
use slotdesk::domain::{
    Appointment, Blocker, Cancellation, Cause, Edit, Minute, Overbooking, Provider, RangeSet, Request, Status,
    TimeRange,
};
use slotdesk::scheduler::{Day, Policy, ProviderOrder, Touched, apply_edits, change_provider, policy};

use crate::support::{cancelled, date, day_on, edits, minutes, provider, provider_id, request, rules};

const PROVIDERS: [&str; 3] = ["p1", "p10", "p2"];
/// More durations than a day keeps the order of its providers for.
const DURATIONS: std::ops::RangeInclusive<u16> = 11..=34;

#[derive(Debug, Clone)]
enum Step {
    Book { start: u16, length: u16, duration: u16, preferred: Option<usize>, earliest: u16 },
    Cancel(usize),
    Arrive(usize),
    Overbook { provider: usize, start: u16, duration: u16 },
    Hours { provider: usize, hours: RangeSet },
    Limit { provider: usize, limit: u32 },
}

fn a_range() -> impl Strategy<Value = TimeRange> {
    (480u16..1080, 10u16..300).prop_map(|(start, length)| {
        TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).unwrap()
    })
}

fn some_hours() -> impl Strategy<Value = RangeSet> {
    prop::collection::vec(a_range(), 0..4).prop_map(RangeSet::new)
}

fn step() -> impl Strategy<Value = Step> {
    // A few durations again and again, so that the order kept for each is used after it was made.
    let duration = prop_oneof![3 => prop::sample::select(vec![15u16, 20, 30]), 1 => 1u16..90];
    let earliest = prop_oneof![3 => Just(0u16), 1 => 480u16..1200];
    let book = (450u16..1150, 0u16..400, duration, prop::option::of(0..PROVIDERS.len()), earliest).prop_map(
        |(start, length, duration, preferred, earliest)| Step::Book { start, length, duration, preferred, earliest },
    );
    let overbook = (0..PROVIDERS.len(), 400u16..1200, 5u16..120)
        .prop_map(|(provider, start, duration)| Step::Overbook { provider, start, duration });
    prop_oneof![
        12 => book,
        3 => any::<usize>().prop_map(Step::Cancel),
        1 => any::<usize>().prop_map(Step::Arrive),
        1 => overbook,
        2 => (0..PROVIDERS.len(), some_hours()).prop_map(|(provider, hours)| Step::Hours { provider, hours }),
        1 => (0..PROVIDERS.len(), 0u32..8).prop_map(|(provider, limit)| Step::Limit { provider, limit }),
    ]
}

/// What is known of the day when nothing is computed from anything else.
struct Model {
    grid: u16,
    records: Vec<Arc<Provider>>,
    live: Vec<Arc<Appointment>>,
}

impl Model {
    fn hours(&self, provider: usize) -> RangeSet {
        self.records[provider].hours_on(date())
    }

    fn of(&self, provider: usize) -> Vec<&Arc<Appointment>> {
        self.live.iter().filter(|one| one.provider.as_str() == PROVIDERS[provider]).collect()
    }

    /// Free minutes, one by one.
    fn free(&self, provider: usize) -> Vec<bool> {
        let (hours, live) = (self.hours(provider), self.of(provider));
        let minute = Minute::saturating;
        (0..1440)
            .map(|m| {
                hours.iter().any(|window| window.covers(minute(m)))
                    && !live.iter().any(|one| one.slot.covers(minute(m)))
            })
            .collect()
    }

    /// Maximal runs of free minutes; the windows of a day do not touch, so a run lies in one of them.
    fn gaps(&self, provider: usize) -> Vec<TimeRange> {
        let mut gaps = Vec::new();
        let mut since = None;
        for (m, free) in (0..).zip(self.free(provider).into_iter().chain([false])) {
            match (since, free) {
                (None, true) => since = Some(m),
                (Some(start), false) => {
                    gaps.push(TimeRange::new(Minute::saturating(start), Minute::saturating(m)).unwrap());
                    since = None;
                }
                _ => {}
            }
        }
        gaps
    }

    fn remaining(&self, provider: usize) -> u32 {
        self.records[provider].max_daily_appointments.saturating_sub(u32::try_from(self.of(provider).len()).unwrap())
    }

    /// Feasible starts by the words of the rule.
    fn starts(&self, provider: usize, request: &Request, earliest: u16) -> Vec<u16> {
        let duration = request.duration.get();
        let (from, until) = (request.range.start().get().max(earliest), request.range.end().get());
        if self.remaining(provider) == 0 || until < from + duration {
            return Vec::new();
        }
        let fits = |gap: &TimeRange, start: u16| {
            let (opens, closes) = (gap.start().get(), gap.end().get());
            let inside = opens.max(from) <= start && start + duration <= closes.min(until);
            inside && (start.is_multiple_of(self.grid) || start == opens || start + duration == closes)
        };
        let gaps = self.gaps(provider);
        (from..=until - duration).filter(|start| gaps.iter().any(|gap| fits(gap, *start))).collect()
    }

    /// (available slots, booked minutes) of the default order.
    fn key(&self, provider: usize, duration: u16) -> (std::cmp::Reverse<u32>, u32, &'static str) {
        let places: u32 = self.gaps(provider).iter().map(|gap| u32::from(gap.len() / duration)).sum();
        let booked = self.of(provider).iter().map(|one| u32::from(one.slot.len())).sum();
        (std::cmp::Reverse(places.min(self.remaining(provider))), booked, PROVIDERS[provider])
    }

    fn check(&self, day: &Day) {
        for (number, id) in PROVIDERS.iter().enumerate() {
            let provider_day = day.provider_day(&provider_id(id)).unwrap();
            assert_eq!(provider_day.gaps(), self.gaps(number), "gaps of {id}");
            let mut live = self.of(number);
            live.sort_by_key(|one| (one.slot, one.id().clone()));
            assert!(provider_day.live().iter().eq(live.iter().copied()), "live appointments of {id}");
            assert_eq!(provider_day.remaining(), self.remaining(number));
            let booked: u32 = live.iter().map(|one| u32::from(one.slot.len())).sum();
            assert_eq!(provider_day.booked_minutes(), booked);
            for (at, one) in live.iter().enumerate().filter(|(_, one)| one.overbooking == Overbooking::None) {
                let later = live[at + 1..].iter().filter(|other| other.overbooking == Overbooking::None);
                assert!(later.clone().all(|other| !other.slot.overlaps(one.slot)), "double booking of {id}");
                let inside = self.hours(number).contains(one.slot) || !one.status.is_pending();
                assert!(inside, "{} lies outside the hours of {id}", one.slot);
            }
        }
    }
}

/// A day and its model, step by step.
struct Pair {
    day: Arc<Day>,
    model: Model,
    default_order: bool,
    revisions: Vec<u64>,
}

impl Pair {
    fn new(policy: &'static dyn Policy, grid: i64, records: Vec<Provider>) -> Self {
        let day = day_on(date(), rules(policy.name(), grid), records.clone());
        let grid = minutes(grid).get();
        let model = Model { grid, records: records.into_iter().map(Arc::new).collect(), live: Vec::new() };
        let default_order = policy.provider_order() == ProviderOrder::AvailableSlots;
        Self { day, model, default_order, revisions: vec![0; PROVIDERS.len()] }
    }

    fn settle(&mut self, touched: &[Touched]) {
        for one in touched {
            let number = PROVIDERS.iter().position(|id| *id == one.provider.as_str()).unwrap();
            assert_eq!(one.revision, self.revisions[number], "revisions have no gaps");
            self.revisions[number] += 1;
        }
    }

    fn step(&mut self, number: usize, step: &Step) {
        match step {
            Step::Book { start, length, duration, preferred, earliest } => {
                let end = (start + duration + length).min(1440);
                let time = |m: u16| Minute::saturating(m).to_string();
                let preferred = preferred.map(|one| format!(" @{}", PROVIDERS[one])).unwrap_or_default();
                let wish = request(&format!("r{number} {duration} {}-{}{preferred}", time(*start), time(end)));
                self.book(&wish, *earliest);
            }
            Step::Cancel(which) => {
                if let Some(one) = self.pick(*which) {
                    self.edit(&one, &cancelled(&one));
                }
            }
            Step::Arrive(which) => {
                if let Some(one) = self.pick(*which) {
                    let arrived = Arc::new(one.with_status(Status::Arrived));
                    self.edit(&one, &Edit::changed(Arc::clone(&one), arrived));
                }
            }
            Step::Overbook { provider, start, duration } => {
                let range = format!("{}-24:00", Minute::saturating(*start));
                let text = format!("r{number} {duration} {range} @{}", PROVIDERS[*provider]);
                let over = crate::support::overbooked(&text, &Minute::saturating(*start).to_string());
                self.edit(&over, &Edit::added(Arc::clone(&over)));
            }
            Step::Hours { provider, hours } => {
                let changed = crate::support::with_hours(&self.model.records[*provider], hours.clone());
                self.change(*provider, changed);
            }
            Step::Limit { provider, limit } => {
                let record = &self.model.records[*provider];
                let revision = record.revision + 1;
                let changed = Provider { max_daily_appointments: *limit, revision, ..(**record).clone() };
                self.change(*provider, Arc::new(changed));
            }
        }
    }

    fn pick(&self, which: usize) -> Option<Arc<Appointment>> {
        self.model.live.get(which % self.model.live.len().max(1)).cloned()
    }

    fn book(&mut self, wish: &Arc<Request>, earliest: u16) {
        let model = &self.model;
        let asked: Vec<usize> = (0..PROVIDERS.len())
            .filter(|one| wish.preferred_provider.as_ref().is_none_or(|id| id.as_str() == PROVIDERS[*one]))
            .collect();
        let hosts: Vec<usize> =
            asked.iter().copied().filter(|one| !model.starts(*one, wish, earliest).is_empty()).collect();
        let mut seen = Vec::new();
        match self.day.book(wish, Minute::saturating(earliest), |_, touched| seen.push(touched)) {
            Err(refusal) => {
                assert!(hosts.is_empty(), "refused although {hosts:?} could host: {refusal}");
                assert!(seen.is_empty());
                let ids: Vec<&str> = refusal.blocked.iter().map(|blocked| blocked.provider.as_str()).collect();
                assert!(ids.iter().copied().eq(asked.iter().map(|one| PROVIDERS[*one])), "{ids:?}");
                self.check_blockers(&refusal, wish, earliest);
            }
            Ok(placed) => {
                let number = PROVIDERS.iter().position(|id| *id == placed.provider.as_str()).unwrap();
                assert!(hosts.contains(&number));
                assert!(model.starts(number, wish, earliest).contains(&placed.slot.start().get()));
                let first = hosts.iter().copied().min_by_key(|one| model.key(*one, wish.duration.get()));
                assert!(!self.default_order || first == Some(number), "the first in the order gets it");
                self.model.live.push(placed);
                self.settle(&seen);
            }
        }
    }

    fn check_blockers(&self, refusal: &slotdesk::domain::Refusal, wish: &Request, earliest: u16) {
        for blocked in &refusal.blocked {
            let number = PROVIDERS.iter().position(|id| *id == blocked.provider.as_str()).unwrap();
            match &blocked.blocker {
                Blocker::DailyLimit { .. } => assert_eq!(self.model.remaining(number), 0),
                Blocker::NotWorking { .. } => {
                    assert!(self.model.hours(number).iter().all(|hours| !hours.overlaps(wish.range)));
                }
                Blocker::NoRoom { range, longest } => {
                    let pieces = self.model.gaps(number).into_iter().filter_map(|gap| gap.intersection(*range));
                    let most = pieces.map(TimeRange::len).max();
                    assert_eq!(longest.map(TimeRange::len), most);
                    assert!(most.is_none_or(|most| most < wish.duration.get()));
                }
                Blocker::OffGrid { piece, .. } => assert!(piece.len() >= wish.duration.get()),
                Blocker::Passed { now } => assert!(now.get() == earliest && earliest > wish.range.start().get()),
                other => panic!("{other:?} cannot be the reason here"),
            }
        }
    }

    fn edit(&mut self, one: &Arc<Appointment>, edit: &Edit<Appointment>) {
        let mut seen = Vec::new();
        apply_edits(&[Arc::clone(&self.day)], &edits(edit.clone()), |touched| seen.extend_from_slice(touched)).unwrap();
        self.settle(&seen);
        self.model.live.retain(|other| other.id() != one.id());
        self.model.live.extend(edit.after.iter().filter(|after| after.is_live()).cloned());
    }

    fn change(&mut self, number: usize, changed: Arc<Provider>) {
        let reason = Cancellation { cause: Cause::HoursChanged, note: None };
        let mut seen = Vec::new();
        let before = self.model.hours(number);
        let days = [Arc::clone(&self.day)];
        let change = change_provider(&days, &changed, &reason, |_, touched| seen.extend_from_slice(touched));
        self.model.records[number] = changed;
        let after = self.model.hours(number);
        for edit in &change.cancelled {
            let gone = edit.before.as_ref().unwrap();
            assert!(gone.status.is_pending() && !after.contains(gone.slot));
            self.model.live.retain(|other| other.id() != gone.id());
        }
        for kept in self.model.of(number) {
            assert!(change.kept.contains(kept));
            let closed = before.minus(&after).iter().any(|closed| closed.overlaps(kept.slot));
            assert!(!kept.status.is_pending() || !closed, "{} lost minutes and stayed", kept.slot);
        }
        self.settle(&seen);
    }
}

/// A booking of one of many durations for anybody, or now and then a cancellation.
fn step_of_many_durations() -> impl Strategy<Value = Step> {
    let book =
        DURATIONS.prop_map(|duration| Step::Book { start: 0, length: 1440, duration, preferred: None, earliest: 0 });
    prop_oneof![2 => book, 1 => any::<usize>().prop_map(Step::Cancel)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn the_first_in_the_order_gets_it_whatever_many_durations_are_asked_for(
        steps in prop::collection::vec(step_of_many_durations(), 150),
    ) {
        let whole_day = [("00:00", "24:00")];
        let records = PROVIDERS.iter().map(|id| provider(id, &whole_day, 200)).collect();
        let mut pair = Pair::new(policy::POLICIES[0], 5, records);
        for (number, step) in steps.iter().enumerate() {
            pair.step(number, step);
        }
        pair.model.check(&pair.day);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_policy_ever_breaks_a_rule(
        which in 0..policy::POLICIES.len(),
        grid in prop::sample::select(vec![1i64, 5, 7, 15, 60]),
        hours in prop::collection::vec(some_hours(), PROVIDERS.len()),
        limit in 0u32..8,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let policy = policy::POLICIES[which];
        let records: Vec<Provider> = PROVIDERS
            .iter()
            .zip(&hours)
            .map(|(id, hours)| (*crate::support::with_hours(&provider(id, &[], limit), hours.clone())).clone())
            .collect();
        let mut pair = Pair::new(policy, grid, records);
        for (number, step) in steps.iter().enumerate() {
            pair.step(number, step);
            pair.model.check(&pair.day);
        }
    }
}
