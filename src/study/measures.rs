//! How one day went under one policy.

use super::decisions::Decision;
use super::replay::Replay;
use super::workload::Instance;
use crate::scheduler::{ProviderDay, Yardstick};

/// How one day went under one policy.
///
/// Minutes are those at the end of the day's events. Providers without hours on the day do not count.
#[derive(Debug, Clone, PartialEq)]
pub struct Measures {
    /// Requests decided.
    pub requests: u32,
    /// Requests accepted, those cancelled later too.
    pub accepted: u32,
    /// Minutes of the appointments that are left.
    pub booked_minutes: u32,
    /// Minutes of the providers' hours.
    pub available_minutes: u32,
    /// Free minutes in gaps shorter than the shortest service.
    pub stranded_minutes: u32,
    /// Φ, mean over the providers, 0 to 1: the share of appointments lost to free time being in pieces.
    pub fragmentation: f64,
    /// How evenly the providers are booked (Jain's index), 0 to 1; 1 when all are alike.
    pub jain: f64,
    /// Accepted requests as a share of the optimum, where that is known and not 0.
    pub of_optimum: Option<f64>,
}

/// Φ is a ratio of sums in floating point; below this it is their rounding.
const PHI_DIGITS: f64 = 1e12;

impl Measures {
    /// Measures a day that was played to its end.
    pub fn of(instance: &Instance, replay: &Replay) -> Self {
        let day = replay.day();
        let yardstick = &day.rules().yardstick;
        let all = day.providers().filter_map(|provider| day.provider_day(provider));
        let working: Vec<ProviderDay> = all.filter(|own| !own.hours().is_empty()).collect();
        let decisions = &replay.decisions().decisions;
        let accepted = count(decisions.iter().filter(|decision| matches!(decision, Decision::Placed { .. })).count());
        let optimum = instance.optimum.map(|optimum| optimum.accepted).filter(|optimum| *optimum > 0);
        Self {
            requests: count(decisions.len()),
            accepted,
            booked_minutes: working.iter().map(ProviderDay::booked_minutes).sum(),
            available_minutes: working.iter().map(|own| u32::from(own.hours().total())).sum(),
            stranded_minutes: working.iter().map(|own| stranded(own, yardstick.shortest())).sum(),
            fragmentation: mean(working.iter().map(|own| phi(own, yardstick))).unwrap_or(0.0),
            jain: jain(&working),
            of_optimum: optimum.map(|optimum| f64::from(accepted) / f64::from(optimum)),
        }
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}

fn stranded(own: &ProviderDay, shortest: u16) -> u32 {
    own.gaps().iter().map(|gap| gap.len()).filter(|length| *length < shortest).map(u32::from).sum()
}

fn phi(own: &ProviderDay, yardstick: &Yardstick) -> f64 {
    (yardstick.phi(own.hours(), own.gaps()) * PHI_DIGITS).round() / PHI_DIGITS
}

/// (Σ u)² ÷ (n Σ u²) over the providers, u = booked ÷ available minutes; 1 if nothing is booked.
fn jain(working: &[ProviderDay]) -> f64 {
    let use_of = |own: &ProviderDay| f64::from(own.booked_minutes()) / f64::from(own.hours().total());
    let whole: f64 = working.iter().map(use_of).sum();
    let squares: f64 = working.iter().map(|own| use_of(own).powi(2)).sum();
    let providers = f64::from(count(working.len()));
    if squares > 0.0 { whole * whole / (providers * squares) } else { 1.0 }
}

/// The mean, none of nothing.
pub(super) fn mean(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let (sum, number) = values.into_iter().fold((0.0, 0u32), |(sum, number), value| (sum + value, number + 1));
    (number > 0).then(|| sum / f64::from(number))
}
