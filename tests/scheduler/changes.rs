//! Changes of hours, of the roster and of the rules, and taking things back.

use std::sync::Arc;

use slotdesk::domain::{Cancellation, Cause, Edit, Edits, Provider, ProviderId};
use slotdesk::scheduler::{Day, Obstacle, ProviderChange, ProviderDay, Touched, apply_edits, change_provider};

use crate::support::{
    book, cancel, cancelled, date, day, day_on, edits, overbooked, provider, provider_id, range, ranges, rules,
    with_hours,
};

fn change(days: &[Arc<Day>], changed: &Arc<Provider>) -> (ProviderChange, Vec<Touched>) {
    let reason = Cancellation { cause: Cause::HoursChanged, note: None };
    let mut all = Vec::new();
    let change = change_provider(days, changed, &reason, |_, touched| all.extend_from_slice(touched));
    (change, all)
}

fn record(day: &Day, id: &str) -> Arc<Provider> {
    Arc::clone(day.provider_day(&provider_id(id)).unwrap().provider())
}

fn ids<'a>(appointments: impl IntoIterator<Item = &'a Arc<slotdesk::domain::Appointment>>) -> Vec<&'a str> {
    appointments.into_iter().map(|one| one.id().as_str()).collect()
}

#[test]
fn after_a_change_of_hours_nobody_can_get_a_minute_that_was_kept() {
    let day = day([provider("ada", &[("09:00", "17:00")], 20)]);
    book(&day, "kept 60 10:00-11:00").unwrap();
    book(&day, "cut 60 12:30-13:30").unwrap();
    let changed = with_hours(&record(&day, "ada"), ranges(&[("09:30", "13:00")]));
    let fates = day.provider_day(&changed.id).unwrap().fates(&changed);
    let (change, touched) = change(&[Arc::clone(&day)], &changed);
    assert_eq!(
        (ids(&change.kept), ids(change.cancelled.iter().flat_map(|edit| &edit.before))),
        (vec!["kept"], vec!["cut"])
    );
    assert_eq!((fates.kept, ids(&fates.dropped)), (change.kept, vec!["cut"]));
    assert!(change.cancelled[0].after.as_ref().is_some_and(|after| !after.is_live()));
    assert_eq!((touched[0].revision, touched[0].provider_revision), (2, 1), "decided on the record before");
    assert!(book(&day, "r1 5 10:00-11:00").is_err());
    assert_eq!(day.provider_day(&changed.id).unwrap().gaps(), [range("09:30", "10:00"), range("11:00", "13:00")]);
}

#[test]
fn a_change_of_hours_is_in_force_on_all_days_at_once() {
    let tomorrow = date().succ_opt().unwrap();
    let ada = provider("ada", &[("09:00", "17:00")], 20);
    let days = [day([ada.clone()]), day_on(tomorrow, rules("least-fragmentation", 5), [ada.clone()])];
    for (number, day) in days.iter().enumerate() {
        book(day, &format!("r{number} 30 16:00-17:00")).unwrap();
    }
    let (change, touched) = change(&days, &with_hours(&ada, ranges(&[("09:00", "12:00")])));
    assert_eq!(change.cancelled.len(), 2);
    assert_eq!(touched.iter().map(|one| one.day).collect::<Vec<_>>(), [date(), tomorrow]);
    assert!(days.iter().all(|day| book(day, "r9 30 16:00-17:00").is_err()));
}

/// The sum of all counters, how many minutes are open, and the counters of those from 09:00 to 13:00.
fn popular(day: &Day) -> ((u64, u64), Vec<u64>) {
    (day.popularity().whole(), (9 * 60..13 * 60).map(|minute| day.popularity().counter(minute)).collect())
}

/// A day on which these requests were made, whatever became of them.
fn asked_for(providers: impl IntoIterator<Item = Provider>) -> Arc<Day> {
    let day = day(providers);
    for wish in ["r1 60 09:00-12:00", "r2 30 10:00-11:00", "r3 45 16:00-18:00"] {
        let _ = book(&day, wish);
    }
    day
}

#[test]
fn rule_4_after_a_change_of_hours_the_same_minutes_are_popular_as_if_they_had_always_been_so() {
    let bo = || provider("bo", &[("09:00", "13:00")], 20);
    let day = asked_for([provider("ada", &[("09:00", "17:00")], 20), bo()]);
    change(&[Arc::clone(&day)], &with_hours(&record(&day, "ada"), ranges(&[("10:00", "18:00")])));
    assert_eq!(popular(&day), popular(&asked_for([provider("ada", &[("10:00", "18:00")], 20), bo()])));
}

#[test]
fn rule_4_when_a_provider_has_left_the_same_minutes_are_popular_as_if_it_had_never_been_there() {
    let bo = || provider("bo", &[("09:00", "13:00")], 20);
    let day = asked_for([provider("ada", &[("09:00", "17:00")], 20), bo()]);
    let ada = record(&day, "ada");
    let left = Provider { retired_from: Some(date()), revision: ada.revision + 1, ..(*ada).clone() };
    change(&[Arc::clone(&day)], &Arc::new(left));
    assert_eq!(popular(&day), popular(&asked_for([bo()])));
}

#[test]
fn a_change_of_hours_can_be_undone_while_its_places_are_free() {
    let day = day([provider("ada", &[("09:00", "17:00")], 20)]);
    let cut = book(&day, "cut 60 16:00-17:00").unwrap();
    let before = record(&day, "ada");
    let after = with_hours(&before, ranges(&[("09:00", "12:00")]));
    let (change, _) = change(&[Arc::clone(&day)], &after);
    let back = with_hours(&after, ranges(&[("09:00", "17:00")]));
    let undo = Edits {
        providers: vec![Edit::changed(after, Arc::clone(&back))],
        appointments: change.cancelled.iter().map(Edit::reversed).collect(),
        ..Edits::default()
    };
    let mut settled = 0;
    apply_edits(&[Arc::clone(&day)], &undo, |_| settled += 1).unwrap();
    assert_eq!((day.find(cut.id()), settled), (Some(cut), 1));
    assert_eq!(record(&day, "ada"), back);
}

#[test]
fn an_undo_that_would_leave_an_appointment_outside_the_hours_names_it_and_changes_nothing() {
    let day = day([provider("ada", &[("09:00", "12:00")], 20)]);
    let before = record(&day, "ada");
    let after = with_hours(&before, ranges(&[("09:00", "17:00")]));
    change(&[Arc::clone(&day)], &after);
    book(&day, "late 60 16:00-17:00").unwrap();
    let undo = Edits { providers: vec![Edit::changed(Arc::clone(&after), before)], ..Edits::default() };
    let obstacle = apply_edits(&[Arc::clone(&day)], &undo, |_| panic!("nothing to settle")).unwrap_err();
    let expected = "appointment late at 16:00–17:00 on 2026-11-23 would be outside the hours of ada";
    assert_eq!(obstacle.to_string(), expected);
    assert_eq!(record(&day, "ada"), after);
}

#[test]
fn a_cancellation_is_undone_only_while_its_place_is_free() {
    let day = day([provider("ada", &[("09:00", "10:00")], 20)]);
    let first = book(&day, "first 60 09:00-10:00").unwrap();
    let undo = edits(cancelled(&first).reversed());
    cancel(&day, &first).unwrap();
    let second = book(&day, "second 30 09:30-10:00").unwrap();
    let obstacle = apply_edits(&[Arc::clone(&day)], &undo, |_| {}).unwrap_err();
    assert_eq!(obstacle.to_string(), "09:00–10:00 at ada on 2026-11-23 is taken by appointment second");
    cancel(&day, &second).unwrap();
    apply_edits(&[Arc::clone(&day)], &undo, |_| {}).unwrap();
    assert_eq!(day.find(first.id()), Some(first));
}

#[test]
fn a_cancellation_is_not_undone_over_the_daily_limit() {
    let day = day([provider("ada", &[("09:00", "12:00")], 1)]);
    let first = book(&day, "first 30 09:00-10:00").unwrap();
    cancel(&day, &first).unwrap();
    book(&day, "second 30 10:00-12:00").unwrap();
    let obstacle = apply_edits(&[Arc::clone(&day)], &edits(cancelled(&first).reversed()), |_| {}).unwrap_err();
    assert_eq!(obstacle, Obstacle::DailyLimit { provider: provider_id("ada"), day: date(), limit: 1 });
}

#[test]
fn edits_on_what_has_changed_are_refused_whole() {
    let day = day([provider("ada", &[("09:00", "12:00")], 8)]);
    let (one, two) = (book(&day, "one 30 09:00-12:00").unwrap(), book(&day, "two 30 09:00-12:00").unwrap());
    cancel(&day, &two).unwrap();
    let both = Edits { appointments: [cancelled(&one), cancelled(&two)].into_iter().collect(), ..Edits::default() };
    let obstacle = apply_edits(&[Arc::clone(&day)], &both, |_| panic!("nothing to settle")).unwrap_err();
    assert_eq!(obstacle, Obstacle::AppointmentChanged(two.id().clone()));
    assert_eq!(day.find(one.id()), Some(one));
}

#[test]
fn a_deliberate_overbooking_takes_the_minutes_and_the_place_of_nobody() {
    let day = day([provider("ada", &[("09:00", "10:00")], 1)]);
    let regular = book(&day, "r1 60 09:00-10:00").unwrap();
    let over = overbooked("over 30 09:00-10:00 @ada", "09:15");
    apply_edits(&[Arc::clone(&day)], &edits(Edit::added(Arc::clone(&over))), |_| {}).unwrap();
    assert_eq!(day.provider_day(&regular.provider).unwrap().live(), [Arc::clone(&regular), over]);
    cancel(&day, &regular).unwrap();
    assert_eq!(day.provider_day(&regular.provider).unwrap().gaps(), [range("09:00", "09:15"), range("09:45", "10:00")]);
}

#[test]
fn a_provider_with_appointments_is_not_taken_out_and_one_without_is_not_booked_any_more() {
    let day = day([provider("ada", &[("09:00", "12:00")], 8)]);
    let placed = book(&day, "r1 30 09:00-12:00").unwrap();
    let removal =
        Edits { providers: vec![Edit { before: Some(record(&day, "ada")), after: None }], ..Edits::default() };
    let obstacle = apply_edits(&[Arc::clone(&day)], &removal, |_| {}).unwrap_err();
    assert!(matches!(obstacle, Obstacle::StillBooked(..) | Obstacle::OutsideHours { .. }), "{obstacle}");
    cancel(&day, &placed).unwrap();
    apply_edits(&[Arc::clone(&day)], &removal, |_| {}).unwrap();
    assert_eq!(book(&day, "r2 30 09:00-12:00 @ada").unwrap_err().to_string(), "ada: no longer works here");
}

#[test]
fn whoever_still_has_the_old_day_is_passed_on_to_the_rebuilt_one() {
    let old = day([provider("ada", &[("09:00", "10:00")], 8)]);
    let bo = ProviderDay::new(Arc::new(provider("bo", &[("10:00", "11:00")], 8)), date(), Vec::new(), 0);
    let new = old.rebuilt(Arc::clone(old.rules()), vec![bo]);
    let names = |day: &Day| day.providers().map(ProviderId::to_string).collect::<Vec<_>>();
    assert_eq!(
        (names(&old), names(&new)),
        (vec!["ada".to_owned(), "bo".to_owned()], vec!["ada".to_owned(), "bo".to_owned()])
    );
    assert_eq!(book(&old, "r1 30 10:00-11:00").unwrap().provider, provider_id("bo"));
    let placed = book(&old, "r2 30 09:00-10:00").unwrap();
    assert_eq!(new.find(placed.id()), Some(placed));
    assert_eq!(new.popularity().whole().1, 120, "bo's hour is open");
}
