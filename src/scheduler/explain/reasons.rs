//! Decisions in words.

use crate::domain::{Minute, Minutes};
use crate::scheduler::day::Costed;
use crate::scheduler::policy::{POLICIES, Policy, ProviderOrder};
use crate::scheduler::provider_day::ProviderDay;

/// Why this provider, when it was the only one that would do.
pub(in crate::scheduler) fn asked_for(chosen: &ProviderDay) -> String {
    format!("{} was asked for", chosen.name())
}

/// Why the first of the ranked providers, and not the one that would have been ahead had it had room.
pub(in crate::scheduler) fn provider(
    policy: &dyn Policy,
    duration: Minutes,
    ranked: &[ProviderDay],
    passed_over: Option<&ProviderDay>,
) -> Vec<String> {
    let mut why = Vec::new();
    let Some(chosen) = ranked.first() else {
        return why;
    };
    let name = chosen.name();
    if let Some(ahead) = passed_over {
        why.push(format!("{} has more room that day, but none in this range", ahead.name()));
    }
    let room = match policy.provider_order() {
        ProviderOrder::AvailableSlots => |day: &ProviderDay, duration| day.places(duration),
        ProviderOrder::RemainingAppointments => |day: &ProviderDay, _| day.remaining(),
    };
    let places = room(chosen, duration);
    let plural = if places == 1 { "" } else { "s" };
    let much = match policy.provider_order() {
        ProviderOrder::AvailableSlots => format!("{places} more appointment{plural} of {duration}"),
        ProviderOrder::RemainingAppointments => format!("{places} more appointment{plural} under the daily limit"),
    };
    why.push(match ranked.get(1).filter(|next| room(next, duration) == places) {
        None if ranked.len() == 1 => format!("{name} is the only one with room in this range: {much}"),
        None => format!("{name} has the most room: {much}"),
        Some(next) => tied(policy.provider_order(), chosen, next, &much),
    });
    why
}

fn tied(order: ProviderOrder, chosen: &ProviderDay, next: &ProviderDay, much: &str) -> String {
    let (name, other) = (chosen.name(), next.name());
    let (booked, others) = (chosen.booked_minutes(), next.booked_minutes());
    if order == ProviderOrder::AvailableSlots && booked < others {
        return format!("{name} has as much room as {other} ({much}), but less booked: {booked} against {others} min");
    }
    format!("{name} has as much room as {other} ({much}) and comes first in the list")
}

/// Why this start, given every other feasible one of the same provider by cost.
pub(in crate::scheduler) fn start(
    policy: &dyn Policy,
    day: &ProviderDay,
    best: &Costed,
    others: &[Costed],
) -> Vec<String> {
    // Every policy can be explained by what its choice costs; only the default one chose by it.
    let by_rule = policy.name() == POLICIES[0].name();
    let mut why = Vec::new();
    if !by_rule {
        why.push(format!("the policy {} takes {}", policy.name(), policy.summary()));
    }
    why.push(unusable(best, others));
    why.push(pieces(day, best));
    let shape = |costed: &Costed| (costed.key.unusable, costed.key.pieces);
    let alike = |other: &&Costed| shape(other) == shape(best) && other.key.popularity > best.key.popularity;
    if let Some(busier) = others.iter().find(alike) {
        why.push(format!("a quieter time than {}", Minute::saturating(busier.key.start)));
    }
    why
}

fn unusable(best: &Costed, others: &[Costed]) -> String {
    let own = best.key.unusable;
    let sentence = match own {
        ..=0 => "strands no minutes".to_owned(),
        1 => "strands 1 minute".to_owned(),
        more => format!("strands {more} minutes"),
    };
    // Seen from the chosen start, the nearest one that would have cost more teaches most.
    let worse = others.iter().filter(|other| other.key.unusable > own.max(0));
    match worse.min_by_key(|other| (other.key.start.abs_diff(best.key.start), other.key.start)) {
        Some(worse) => {
            format!("{sentence}; {} would strand {}", Minute::saturating(worse.key.start), worse.key.unusable)
        }
        None => sentence,
    }
}

fn pieces(day: &ProviderDay, best: &Costed) -> String {
    let gap = best.opening.gap;
    let (before, _) = best.opening.left_over(best.key.start);
    let edge = match best.key.pieces {
        0 => return format!("fills the gap {gap} exactly"),
        2 => return format!("splits the free time {gap}"),
        _ if before == 0 => day.hours().iter().any(|hours| hours.start() == gap.start()),
        _ => day.hours().iter().any(|hours| hours.end() == gap.end()),
    };
    match (edge, before) {
        (false, _) => "flush with an appointment".to_owned(),
        (true, 0) => "flush with the start of the hours".to_owned(),
        (true, _) => "flush with the end of the hours".to_owned(),
    }
}
