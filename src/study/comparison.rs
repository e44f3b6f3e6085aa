//! Playing many days under several policies, several at a time.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::decisions::Decisions;
use super::measures::Measures;
use super::replay::Replay;
use super::summary::{Pair, Summary};
use super::workload::Instance;
use crate::scheduler::ProviderOrder;
use crate::scheduler::policy::{FirstFit, POLICIES, Policy};

/// What all are measured against.
static BASELINE: &dyn Policy = &FirstFit;

/// One day as one policy decided it.
#[derive(Debug, Clone, PartialEq)]
pub struct Played {
    /// What was decided.
    pub decisions: Decisions,
    /// How the day went.
    pub measures: Measures,
}

/// Days played under several policies.
#[derive(Debug)]
pub struct Comparison {
    policies: Vec<&'static dyn Policy>,
    days: Vec<PlayedDay>,
}

#[derive(Debug)]
struct PlayedDay {
    group: String,
    baseline: Measures,
    /// As the policies are listed.
    played: Vec<Played>,
}

impl Comparison {
    /// Every policy: those that only serve to compare come first.
    pub fn every_policy() -> Vec<&'static dyn Policy> {
        let mut all = POLICIES.to_vec();
        all.sort_by_key(|policy| policy.provider_order() == ProviderOrder::AvailableSlots);
        all
    }

    /// Plays each day under each policy, and under first-fit to compare with; a policy named twice is played once.
    ///
    /// Days are shared out to as many threads as there are processors, which changes nothing in the outcome.
    /// `on_played` hears of every day that is done.
    pub fn play(instances: &[Instance], policies: &[&'static dyn Policy], on_played: &(dyn Fn() + Sync)) -> Self {
        let mut wanted: Vec<&'static dyn Policy> = Vec::new();
        for policy in policies {
            if wanted.iter().all(|known| known.name() != policy.name()) {
                wanted.push(*policy);
            }
        }
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(instances.len());
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            // Days differ in length, so each thread takes the next one when it is ready for it.
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(instance) = instances.get(number) else { return done };
                done.push((number, PlayedDay::of(instance, &wanted)));
                on_played();
            }
        };
        let mut days: Vec<(usize, PlayedDay)> = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let finished = running.into_iter().map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            finished.flatten().collect()
        });
        days.sort_by_key(|(number, _)| *number);
        Self { policies: wanted, days: days.into_iter().map(|(_, day)| day).collect() }
    }

    /// The policies that are compared, in the order asked for.
    pub fn policies(&self) -> &[&'static dyn Policy] {
        &self.policies
    }

    /// How many days were played.
    pub fn instances(&self) -> usize {
        self.days.len()
    }

    /// What was decided, day by day; on each day first-fit before the others.
    pub fn decisions(&self) -> impl Iterator<Item = &Decisions> {
        let mut order: Vec<usize> = (0..self.policies.len()).collect();
        order.sort_by_key(|at| self.policies[*at].name() != BASELINE.name());
        self.days.iter().flat_map(move |day| order.clone().into_iter().map(|at| &day.played[at].decisions))
    }

    /// The names of the groups, in the order in which they first appear.
    pub fn groups(&self) -> Vec<&str> {
        let mut seen = std::collections::HashSet::new();
        self.days.iter().map(|day| day.group.as_str()).filter(|group| seen.insert(*group)).collect()
    }

    /// How each policy did on all days, or on those of one group.
    pub fn summaries(&self, group: Option<&str>) -> Vec<(&'static dyn Policy, Summary)> {
        let of_policy = |(at, policy): (usize, &&'static dyn Policy)| {
            let days = self.days.iter().filter(|day| group.is_none_or(|group| day.group == group));
            let pairs: Vec<Pair<'_>> = days
                .map(|day| Pair { group: &day.group, own: &day.played[at].measures, baseline: &day.baseline })
                .collect();
            (*policy, Summary::of(&pairs))
        };
        self.policies.iter().enumerate().map(of_policy).collect()
    }
}

impl PlayedDay {
    fn of(instance: &Instance, policies: &[&'static dyn Policy]) -> Self {
        let played: Vec<Played> = policies.iter().map(|policy| Played::of(instance, *policy)).collect();
        let known = policies.iter().position(|policy| policy.name() == BASELINE.name());
        let baseline = known.map_or_else(|| Played::of(instance, BASELINE).measures, |at| played[at].measures.clone());
        Self { group: instance.group().to_owned(), baseline, played }
    }
}

impl Played {
    fn of(instance: &Instance, policy: &'static dyn Policy) -> Self {
        let replay = Replay::of(instance, policy);
        let measures = Measures::of(instance, &replay);
        Self { decisions: replay.into_decisions(), measures }
    }
}
