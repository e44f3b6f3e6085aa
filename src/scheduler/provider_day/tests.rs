use super::*;
use crate::domain::{Dated, Hours, ProviderId, Request, Status, Weekly};

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

fn hours(ranges: &[(&str, &str)]) -> Hours {
    Hours::always(Weekly::EveryDay(ranges.iter().map(|(start, end)| range(start, end)).collect()))
}

fn provider(ranges: &[(&str, &str)]) -> Provider {
    Provider::new(ProviderId::new("ada").unwrap(), hours(ranges), 8).unwrap()
}

fn day() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

fn appointment(id: &str, start: &str, end: &str) -> Appointment {
    let slot = range(start, end);
    let request = Request {
        id: RequestId::new(id).unwrap(),
        day: day(),
        dated: Dated::Named,
        range: slot,
        duration: slot.minutes(),
        preferred_provider: None,
        client: None,
        service: None,
        note: None,
    };
    let provider = ProviderId::new("ada").unwrap();
    Appointment {
        request: Arc::new(request),
        provider,
        day: day(),
        slot,
        status: Status::Booked,
        overbooking: Overbooking::None,
    }
}

fn overbooked(id: &str, start: &str, end: &str) -> Appointment {
    Appointment { overbooking: Overbooking::Deliberate, ..appointment(id, start, end) }
}

fn booked_day(ranges: &[(&str, &str)], appointments: Vec<Appointment>) -> ProviderDay {
    ProviderDay::new(Arc::new(provider(ranges)), day(), appointments.into_iter().map(Arc::new).collect(), 0)
}

fn ids(appointments: &[Arc<Appointment>]) -> Vec<&str> {
    appointments.iter().map(|appointment| appointment.id().as_str()).collect()
}

#[test]
fn available_slots_are_what_the_gaps_hold_within_the_daily_limit() {
    let mut day = booked_day(&[("09:00", "12:00")], vec![appointment("a", "09:50", "10:30")]);
    assert_eq!(day.places(Minutes::new(30).unwrap()), 1 + 3);
    let tight = Provider { max_daily_appointments: 3, ..provider(&[("09:00", "12:00")]) };
    day.take_over(Arc::new(tight));
    assert_eq!(day.places(Minutes::new(30).unwrap()), 2);
    assert_eq!(day.booked_minutes(), 40);
}

#[test]
fn removing_one_of_two_overbooked_frees_only_what_the_other_does_not_hold() {
    let mut day = booked_day(
        &[("09:00", "12:00")],
        vec![appointment("a", "09:30", "10:30"), overbooked("b", "10:00", "11:00"), overbooked("c", "11:30", "13:00")],
    );
    assert_eq!(day.gaps(), [range("09:00", "09:30"), range("11:00", "11:30")]);
    day.remove(&RequestId::new("a").unwrap());
    assert_eq!(day.gaps(), [range("09:00", "10:00"), range("11:00", "11:30")]);
    day.remove(&RequestId::new("c").unwrap());
    assert_eq!(day.gaps(), [range("09:00", "10:00"), range("11:00", "12:00")]);
}

#[test]
fn a_change_of_hours_keeps_what_fits_wholly_and_frees_the_rest_of_the_new_hours() {
    let mut day = booked_day(
        &[("09:00", "17:00")],
        vec![
            appointment("cut", "09:30", "10:30"),
            appointment("in", "11:00", "12:00"),
            appointment("out", "16:00", "17:00"),
        ],
    );
    let fates = day.take_over(Arc::new(provider(&[("10:00", "16:00")])));
    assert_eq!((ids(&fates.kept), ids(&fates.dropped)), (vec!["in"], vec!["cut", "out"]));
    assert_eq!(day.gaps(), [range("10:00", "11:00"), range("12:00", "16:00")]);
}

#[test]
fn what_has_begun_stays_outside_the_new_hours() {
    let arrived = Appointment { status: Status::Arrived, ..appointment("here", "09:00", "10:00") };
    let mut day = booked_day(&[("09:00", "17:00")], vec![arrived]);
    let fates = day.take_over(Arc::new(provider(&[("09:30", "12:00")])));
    assert_eq!(ids(&fates.kept), ["here"]);
    assert_eq!(day.gaps(), [range("10:00", "12:00")]);
}

#[test]
fn an_overbooked_one_goes_only_when_minutes_it_had_are_taken_away_or_the_provider_leaves() {
    let appointments = vec![overbooked("late", "17:00", "18:00"), overbooked("edge", "16:30", "17:30")];
    let day = booked_day(&[("09:00", "17:00")], appointments);
    assert_eq!(ids(&day.fates(&provider(&[("10:00", "17:00")])).dropped), Vec::<&str>::new());
    assert_eq!(ids(&day.fates(&provider(&[("09:00", "16:45")])).dropped), ["edge"]);
    let leaving = Provider { retired_from: Some(super::tests::day()), ..provider(&[("09:00", "17:00")]) };
    assert_eq!(ids(&day.fates(&leaving).dropped), ["edge", "late"]);
}
