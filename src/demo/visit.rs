//! How a visit goes: who confirms, who comes early, late or not at all.
//!
//! What comes next is always read from the appointment as it is, so that moving, cancelling or
//! arriving somebody by hand never leaves a visit in the wrong state.

use super::random::Random;
use super::scenario::{Flow, Spread};
use crate::domain::{Appointment, Status};

/// The next thing that happens to a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// When, in seconds after midnight; may have passed.
    pub(super) second: i64,
    /// The status it gets.
    pub(super) status: Status,
}

/// Minutes before the start at which the confirming ones have confirmed.
const CONFIRMED_BEFORE: Spread = Spread { low: 20, high: 90 };

/// Minutes after the start at which a client who is not there counts as a no-show.
const PATIENCE: u16 = 15;

/// What happens next to an appointment on its day; none when its visit is over.
///
/// The client's habits are drawn from the seed and the appointment's identifier, so they are the same
/// however often and in whatever order visits are looked at.
pub(super) fn next(appointment: &Appointment, flow: &Flow, seed: u64) -> Option<Turn> {
    let random = Random::for_purpose(seed, appointment.id().as_str());
    let start = i64::from(appointment.slot.start().get()) * 60;
    let end = i64::from(appointment.slot.end().get()) * 60;
    // Every habit is drawn whether or not it matters, so that one share never shifts another's draws.
    let confirms = random.chance(flow.confirmed.0);
    let confirmed = start - seconds(CONFIRMED_BEFORE, &random);
    let early = start - seconds(flow.early, &random);
    let late = (start + seconds(flow.late_by, &random)).min(start.midpoint(end));
    let arrival = if random.chance(flow.late.0) { late } else { early };
    let missing = random.chance(flow.no_show.0);
    let given_up = start + i64::from(PATIENCE.min(appointment.slot.len())) * 60;
    let turn = |second, status| Some(Turn { second, status });
    match appointment.status {
        Status::Booked if confirms => turn(confirmed, Status::Confirmed),
        Status::Booked | Status::Confirmed if missing => turn(given_up, Status::NoShow),
        Status::Booked | Status::Confirmed => turn(arrival, Status::Arrived),
        Status::Arrived => turn(start.max(arrival), Status::InProgress),
        Status::InProgress => turn(end, Status::Done),
        Status::Done | Status::NoShow | Status::Cancelled(_) => None,
    }
}

fn seconds(spread: Spread, random: &Random) -> i64 {
    i64::from(random.between(spread.low * 60, spread.high * 60))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::demo::scenario::Share;
    use crate::domain::{Dated, Minutes, Overbooking, ProviderId, Request, RequestId, TimeRange};

    fn appointment(id: &str) -> Appointment {
        let day = "2026-11-23".parse().unwrap();
        let slot = TimeRange::parse("09:00", "09:30").unwrap();
        let request = Request {
            id: RequestId::new(id).unwrap(),
            day,
            dated: Dated::Named,
            range: slot,
            duration: Minutes::new(30).unwrap(),
            preferred_provider: None,
            client: None,
            service: None,
            note: None,
        };
        Appointment {
            request: Arc::new(request),
            provider: ProviderId::new("chen").unwrap(),
            day,
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        }
    }

    /// The whole visit, as `(minutes from the start, status)`.
    fn visit(id: &str, flow: &Flow) -> Vec<(i64, &'static str)> {
        let mut appointment = appointment(id);
        let mut turns = Vec::new();
        while let Some(turn) = next(&appointment, flow, 1) {
            turns.push(((turn.second - 9 * 3600).div_euclid(60), turn.status.key()));
            appointment.status = turn.status;
        }
        turns
    }

    #[test]
    fn a_punctual_client_waits_is_seen_and_leaves_at_the_end() {
        let flow = Flow { confirmed: Share(1.0), late: Share(0.0), no_show: Share(0.0), ..Flow::default() };
        let turns = visit("a", &flow);
        let statuses: Vec<&str> = turns.iter().map(|(_, status)| *status).collect();
        assert_eq!(statuses, ["confirmed", "arrived", "in_progress", "done"]);
        assert!((-12..=-2).contains(&turns[1].0), "{turns:?}");
        assert_eq!((turns[2].0, turns[3].0), (0, 30));
    }

    #[test]
    fn a_late_client_is_seen_on_arrival_and_never_after_the_middle() {
        let flow = Flow {
            late: Share(1.0),
            late_by: Spread { low: 40, high: 90 },
            no_show: Share(0.0),
            confirmed: Share(0.0),
            ..Flow::default()
        };
        assert_eq!(visit("a", &flow), [(15, "arrived"), (15, "in_progress"), (30, "done")]);
    }

    #[test]
    fn who_does_not_come_is_given_up_after_a_quarter_of_an_hour() {
        let flow = Flow { no_show: Share(1.0), confirmed: Share(0.0), ..Flow::default() };
        assert_eq!(visit("a", &flow), [(15, "no_show")]);
    }

    #[test]
    fn the_shares_are_kept_over_many_visits() {
        let flow = Flow::default();
        let missing = (0..1000).filter(|n| visit(&format!("r{n}"), &flow).iter().any(|turn| turn.1 == "no_show"));
        let missing = missing.count();
        assert!((20..=70).contains(&missing), "{missing} of 1000 for a share of 0.04");
    }
}
