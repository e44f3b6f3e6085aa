//! How a slot is chosen among those that are possible; one file per policy, one table of all of them.

mod best_fit;
mod first_fit;
mod lean;
mod least_fragmentation;
mod random;
mod seed;
mod worst_fit;

use std::fmt;

pub use best_fit::BestFit;
pub use first_fit::FirstFit;
pub use lean::Lean;
pub use least_fragmentation::LeastFragmentation;
pub use random::Random;
pub use seed::Seed;
pub use worst_fit::WorstFit;

pub(super) use least_fragmentation::Key;

use super::openings::Openings;
use crate::domain::Invalid;

/// Chooses where in a provider's day an appointment goes; whether it goes anywhere is not its choice.
pub trait Policy: fmt::Debug + Send + Sync {
    /// The name in settings, workload results and on the command line.
    fn name(&self) -> &'static str;

    /// What it does, as half a sentence for `--help`.
    fn summary(&self) -> &'static str;

    /// In which order the providers are asked when the request names none.
    fn provider_order(&self) -> ProviderOrder;

    /// The chosen start in minutes since midnight, one of those that `openings` has; none if it has none.
    fn choose(&self, openings: &Openings<'_>) -> Option<u16>;
}

/// In which order providers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderOrder {
    /// Most available slots for the duration first; then fewest booked minutes; then by id.
    AvailableSlots,
    /// Most appointments left under the daily limit first; then as listed.
    RemainingAppointments,
}

/// Every policy; the first one is the default.
pub static POLICIES: [&dyn Policy; 7] = [&LeastFragmentation, &Lean, &FirstFit, &Seed, &BestFit, &WorstFit, &Random];

/// The start nearest to an edge of its gap, in the gap whose length ranks lowest; the earliest of equal ones.
fn near_an_edge<K: Ord>(openings: &Openings<'_>, rank: impl Fn(u16) -> K) -> Option<u16> {
    // Of gaps of one length the nearest to an edge wins, so the starts of each have to be seen.
    let starts = openings.iter().flat_map(|opening| opening.starts().map(move |start| (opening, start)));
    starts
        .min_by_key(|(opening, start)| {
            let (left, right) = opening.left_over(*start);
            (rank(opening.gap.len()), left.min(right), *start)
        })
        .map(|(_, start)| start)
}

/// The policy with this name.
///
/// ```
/// # use slotdesk::scheduler::policy;
/// assert_eq!(policy::named("first-fit")?.name(), "first-fit");
/// assert!(policy::named("luck").is_err());
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
pub fn named(name: &str) -> Result<&'static dyn Policy, Invalid> {
    POLICIES.into_iter().find(|policy| policy.name() == name).ok_or_else(|| {
        let known: Vec<&str> = POLICIES.iter().map(|policy| policy.name()).collect();
        Invalid::new("policy", name, format!("one of {}", known.join(", ")))
    })
}
