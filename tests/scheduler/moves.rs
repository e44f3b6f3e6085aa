//! Moves: within a provider's day, to another provider, to another day.

use std::sync::Arc;

use slotdesk::domain::{Appointment, Edit, Minute, Status, TimeRange};
use slotdesk::scheduler::{Day, Move, NotMoved, Touched};

use crate::support::{book, cancel, date, day, day_on, minutes, provider, provider_id, range, rules};

fn to(appointment: &Arc<Appointment>, within: TimeRange) -> Move<'_> {
    Move {
        appointment,
        provider: None,
        range: within,
        duration: appointment.slot.minutes(),
        earliest: Minute::MIDNIGHT,
    }
}

type Settled = Vec<(Edit<Appointment>, Vec<Touched>)>;

fn relocate(from: &Day, other: &Day, wanted: &Move<'_>) -> (Result<Option<Edit<Appointment>>, NotMoved>, Settled) {
    let mut settled = Vec::new();
    let moved = from.relocate(other, wanted, |edit, touched| settled.push((edit.clone(), touched.to_vec())));
    (moved, settled)
}

#[test]
fn a_moved_appointment_may_use_its_own_minutes() {
    let day = day([provider("ada", &[("09:00", "10:00")], 1)]);
    let placed = book(&day, "r1 30 09:00-09:30").unwrap();
    let wanted = Move { duration: minutes(45), ..to(&placed, range("09:00", "09:45")) };
    let (moved, settled) = relocate(&day, &day, &wanted);
    let edit = moved.unwrap().unwrap();
    assert_eq!(edit.before.as_ref(), Some(&placed));
    assert_eq!(edit.after.as_ref().unwrap().slot, range("09:00", "09:45"));
    let [(_, touched)] = &settled[..] else { panic!("settled {} times", settled.len()) };
    assert_eq!(touched.iter().map(|one| one.revision).collect::<Vec<_>>(), [1], "one provider-day, once");
    assert_eq!(day.provider_day(&provider_id("ada")).unwrap().gaps(), [range("09:45", "10:00")]);
}

#[test]
fn a_move_to_another_provider_and_day_frees_one_and_takes_the_other_at_once() {
    let providers = || [provider("ada", &[("09:00", "10:00")], 8), provider("bo", &[("09:00", "10:00")], 8)];
    let (monday, tuesday) =
        (day(providers()), day_on(date().succ_opt().unwrap(), rules("least-fragmentation", 5), providers()));
    let placed = book(&monday, "r1 60 09:00-10:00 @ada").unwrap();
    let bo = provider_id("bo");
    let wanted = Move { provider: Some(&bo), ..to(&placed, range("09:00", "10:00")) };
    let (moved, settled) = relocate(&monday, &tuesday, &wanted);
    let after = moved.unwrap().unwrap().after.unwrap();
    assert_eq!((&after.provider, after.day, after.id()), (&bo, tuesday.date(), placed.id()));
    let touched: Vec<_> = settled[0].1.iter().map(|one| (one.provider.as_str(), one.day, one.revision)).collect();
    assert_eq!(touched, [("ada", monday.date(), 1), ("bo", tuesday.date(), 0)]);
    assert!(book(&monday, "r2 60 09:00-10:00 @ada").is_ok());
    assert!(book(&tuesday, "r3 60 09:00-10:00 @bo").is_err());
}

#[test]
fn a_move_that_finds_no_room_changes_nothing() {
    let day = day([provider("ada", &[("09:00", "10:00")], 8), provider("bo", &[("09:00", "10:00")], 8)]);
    let placed = book(&day, "r1 60 09:00-10:00 @ada").unwrap();
    book(&day, "r2 60 09:00-10:00 @bo").unwrap();
    let bo = provider_id("bo");
    let wanted = Move { provider: Some(&bo), ..to(&placed, range("09:00", "10:00")) };
    let (moved, settled) = relocate(&day, &day, &wanted);
    assert_eq!(moved.unwrap_err().to_string(), "no room: bo: nothing free in 09:00–10:00");
    assert!(settled.is_empty());
    assert_eq!(day.provider_day(&placed.provider).unwrap().live(), [placed]);
}

#[test]
fn a_move_to_where_it_is_settles_nothing() {
    let day = day([provider("ada", &[("09:00", "10:00")], 8)]);
    let placed = book(&day, "r1 30 09:00-09:30").unwrap();
    let (moved, settled) = relocate(&day, &day, &to(&placed, placed.slot));
    assert_eq!((moved, settled.len()), (Ok(None), 0));
    assert_eq!(day.provider_day(&placed.provider).unwrap().revision(), 1);
}

#[test]
fn a_move_of_what_has_changed_meanwhile_is_an_error() {
    let day = day([provider("ada", &[("09:00", "12:00")], 8)]);
    let placed = book(&day, "r1 30 09:00-09:30").unwrap();
    let stale = Arc::new(placed.with_status(Status::Confirmed));
    let (moved, _) = relocate(&day, &day, &to(&stale, range("10:00", "11:00")));
    assert_eq!(moved, Err(NotMoved::Changed(placed.id().clone())));
    cancel(&day, &placed).unwrap();
    let (moved, _) = relocate(&day, &day, &to(&placed, range("10:00", "11:00")));
    assert_eq!(moved, Err(NotMoved::Changed(placed.id().clone())));
}

#[test]
fn a_proposed_move_is_what_the_move_then_does() {
    let day = day([provider("ada", &[("09:00", "12:00")], 8), provider("bo", &[("09:00", "11:00")], 8)]);
    let placed = book(&day, "r1 45 09:00-10:00").unwrap();
    let wanted = to(&placed, range("09:10", "12:00"));
    let explained = day.propose_relocation(&day, &wanted).unwrap();
    let (moved, _) = relocate(&day, &day, &wanted);
    let after = moved.unwrap().unwrap().after.unwrap();
    assert_eq!((explained.chosen.provider, explained.chosen.slot), (after.provider.clone(), after.slot));
}
