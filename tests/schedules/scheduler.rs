//! The scheduler's locks: provider-days, ranking, releases, days that replace each other.

use std::sync::Arc;

use shuttle::sync::Mutex;
use shuttle::thread::spawn;
use slotdesk::domain::*;
use slotdesk::scheduler::{
    Day, Dice, Move, NotMoved, ProviderDay, Rules, Touched, Yardstick, apply_edits, change_provider, policy,
};

use super::explore;
use super::support::{monday, provider, provider_id, range, request, request_with};

const ANY_TIME: Minute = Minute::MIDNIGHT;

fn rules() -> Arc<Rules> {
    Arc::new(Rules {
        yardstick: Arc::new(Yardstick::new(&[30])),
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::POLICIES[0],
        dice: Dice::new(7),
    })
}

fn empty(provider: Provider) -> ProviderDay {
    ProviderDay::new(Arc::new(provider), monday(), Vec::new(), 0)
}

fn day(providers: impl IntoIterator<Item = Provider>) -> Arc<Day> {
    Arc::new(Day::new(monday(), rules(), Arc::default(), providers.into_iter().map(empty).collect()))
}

/// What was settled, in the order in which it was.
type Settled = Arc<Mutex<Vec<Touched>>>;

fn book(day: &Day, request: Request, settled: &Settled) -> Result<Arc<Appointment>, Refusal> {
    day.book(&Arc::new(request), ANY_TIME, |_, touched| settled.lock().unwrap().push(touched))
}

fn quietly(day: &Day, request: Request) -> Arc<Appointment> {
    day.book(&Arc::new(request), ANY_TIME, |_, _| {}).unwrap()
}

fn live(day: &Day, id: &str) -> Vec<Arc<Appointment>> {
    day.provider_day(&provider_id(id)).unwrap().live().to_vec()
}

fn nothing_overlaps(live: &[Arc<Appointment>]) {
    for (number, one) in live.iter().enumerate() {
        assert!(live[..number].iter().all(|other| !other.slot.overlaps(one.slot)), "{live:?}");
    }
}

fn cancel(day: &Arc<Day>, one: &Arc<Appointment>) {
    let cancelled = one.with_status(Status::Cancelled(Cancellation { cause: Cause::Client, note: None }));
    let edit = Edit::changed(Arc::clone(one), Arc::new(cancelled));
    let edits = Edits { appointments: [edit].into_iter().collect(), ..Edits::default() };
    apply_edits(std::slice::from_ref(day), &edits, |_| {}).unwrap();
}

fn the_last_free_slot() {
    let day = day([provider("chen", &[("09:00", "09:30")], 8), provider("roy", &[("09:00", "09:30")], 8)]);
    let settled = Settled::default();
    let asking = ["r1", "r2", "r3"].map(|id| {
        let (day, settled) = (Arc::clone(&day), Arc::clone(&settled));
        spawn(move || book(&day, request(id, "09:00", "10:00", 30), &settled))
    });
    let answers = asking.map(|task| task.join().unwrap());
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2, "{answers:?}");
    for id in ["chen", "roy"] {
        assert_eq!(live(&day, id).len(), 1);
    }
}

#[test]
fn rule_1_three_bookings_for_two_free_slots() {
    explore("rule_1_three_bookings_for_two_free_slots", 1_000, the_last_free_slot);
}

fn settling() {
    let day = day([provider("chen", &[("09:00", "10:00")], 8)]);
    let settled = Settled::default();
    let asking = ["r1", "r2"].map(|id| {
        let (day, settled) = (Arc::clone(&day), Arc::clone(&settled));
        spawn(move || book(&day, request_with("chen", id, "09:00", "10:00", 30), &settled).unwrap())
    });
    for task in asking {
        task.join().unwrap();
    }
    let revisions: Vec<u64> = settled.lock().unwrap().iter().map(|touched| touched.revision).collect();
    assert_eq!(revisions, [0, 1], "what is settled first was decided first");
    nothing_overlaps(&live(&day, "chen"));
}

#[test]
fn rule_1_decisions_are_settled_in_the_order_of_the_revisions() {
    explore("rule_1_decisions_are_settled_in_the_order_of_the_revisions", 1_000, settling);
}

fn hours_against_bookings() {
    let day = day([provider("chen", &[("09:00", "10:00")], 8)]);
    quietly(&day, request_with("chen", "r0", "09:30", "10:00", 30));
    let changing = {
        let day = Arc::clone(&day);
        spawn(move || {
            let other = Provider { revision: 2, ..provider("chen", &[("09:30", "10:30")], 8) };
            let reason = Cancellation { cause: Cause::HoursChanged, note: None };
            change_provider(&[day], &Arc::new(other), &reason, |_, _| {})
        })
    };
    let booking = ["r1", "r2"].map(|id| {
        let day = Arc::clone(&day);
        spawn(move || day.book(&Arc::new(request(id, "09:00", "10:30", 30)), ANY_TIME, |_, _| {}))
    });
    let booked: Vec<_> = booking.into_iter().filter_map(|task| task.join().unwrap().ok()).collect();
    let change = changing.join().unwrap();
    let now = live(&day, "chen");
    nothing_overlaps(&now);
    assert!(now.iter().all(|one| range("09:30", "10:30").contains(one.slot)), "{now:?}");
    assert!(now.iter().any(|one| one.id().as_str() == "r0"), "what fits stays");
    for one in booked {
        let cancelled = change.cancelled.iter().any(|edit| edit.before.as_ref().unwrap().id() == one.id());
        assert!(cancelled != now.contains(&one), "{one:?} is in the day or was cancelled with a reason");
    }
}

#[test]
fn rule_4_a_change_of_hours_against_bookings() {
    explore("rule_4_a_change_of_hours_against_bookings", 1_000, hours_against_bookings);
}

fn retirement_against_a_booking() {
    let day = day([provider("chen", &[("09:00", "10:00")], 8)]);
    let leaving = {
        let day = Arc::clone(&day);
        spawn(move || {
            let hours = provider("chen", &[("09:00", "10:00")], 8);
            let left = Provider { retired_from: Some(monday()), revision: 2, ..hours };
            let reason = Cancellation { cause: Cause::ProviderRetired, note: None };
            change_provider(&[day], &Arc::new(left), &reason, |_, _| {})
        })
    };
    let booked = day.book(&Arc::new(request_with("chen", "r1", "09:00", "10:00", 30)), ANY_TIME, |_, _| {});
    let change = leaving.join().unwrap();
    assert_eq!(live(&day, "chen"), [], "nobody is with somebody who has left");
    match booked {
        Ok(_) => assert_eq!(change.cancelled.len(), 1, "and knows it"),
        Err(refusal) => assert_eq!(refusal.blocked[0].blocker, Blocker::Retired),
    }
}

#[test]
fn rule_2_retirement_against_a_booking() {
    explore("rule_2_retirement_against_a_booking", 1_000, retirement_against_a_booking);
}

/// Moves one of two appointments into the hours of the other provider.
fn relocate(day: &Day, one: &Arc<Appointment>, to: &str) -> Result<Option<Edit<Appointment>>, NotMoved> {
    let provider = provider_id(to);
    let (range, duration) = (range("09:00", "10:00"), Minutes::new(30).unwrap());
    let wanted = Move { appointment: one, provider: Some(&provider), range, duration, earliest: ANY_TIME };
    day.relocate(day, &wanted, |_, _| {})
}

fn opposite_moves() {
    let day = day([provider("chen", &[("09:00", "10:00")], 8), provider("roy", &[("09:00", "10:00")], 8)]);
    let one = quietly(&day, request_with("chen", "r1", "09:00", "09:30", 30));
    let other = quietly(&day, request_with("roy", "r2", "09:00", "09:30", 30));
    let there = {
        let day = Arc::clone(&day);
        spawn(move || relocate(&day, &one, "roy"))
    };
    relocate(&day, &other, "chen").unwrap();
    there.join().unwrap().unwrap();
    let of = |id: &str| live(&day, id).iter().map(|one| one.id().to_string()).collect::<Vec<_>>();
    assert_eq!((of("chen"), of("roy")), (vec!["r2".to_owned()], vec!["r1".to_owned()]));
}

#[test]
fn rule_7_a_move_against_the_opposite_move() {
    explore("rule_7_a_move_against_the_opposite_move", 1_000, opposite_moves);
}

fn a_release_behind_the_back_of_a_refusal() {
    let day = day([provider("chen", &[("09:00", "09:30")], 8), provider("roy", &[("09:00", "09:30")], 8)]);
    let held = quietly(&day, request_with("chen", "r0", "09:00", "09:30", 30));
    let asking = {
        let day = Arc::clone(&day);
        spawn(move || day.book(&Arc::new(request("asks", "09:00", "09:30", 30)), ANY_TIME, |_, _| {}).map(drop))
    };
    // A look at somebody holds the lock, so the one who asks may not get to ask there first.
    day.revision(&provider_id("roy")).unwrap();
    // At every moment one of the two is free, unless the one who asks has got it.
    cancel(&day, &held);
    let second = day.book(&Arc::new(request_with("roy", "r1", "09:00", "09:30", 30)), ANY_TIME, |_, _| {});
    let asked = asking.join().unwrap();
    assert!(asked.is_ok(), "refused although somebody was free at every moment: {asked:?}, {second:?}");
}

#[test]
fn a_refusal_is_true_at_one_moment() {
    explore("a_refusal_is_true_at_one_moment", 1_000, a_release_behind_the_back_of_a_refusal);
}

/// Moves an appointment to wherever somebody is free.
fn move_to_anybody(day: &Day, one: &Arc<Appointment>) -> Result<Option<Edit<Appointment>>, NotMoved> {
    let (range, duration) = (range("09:00", "09:30"), Minutes::new(30).unwrap());
    day.relocate(day, &Move { appointment: one, provider: None, range, duration, earliest: ANY_TIME }, |_, _| {})
}

fn a_move_after_a_place_that_wanders() {
    let hours = [("09:00", "09:30")];
    let day =
        day([provider("chen", &hours, 8), provider("patel", &[("10:00", "10:30")], 8), provider("roy", &hours, 8)]);
    let mut wanders = quietly(&day, request_with("chen", "wanders", "09:00", "09:30", 30));
    let visit = quietly(&day, request_with("patel", "visit", "10:00", "10:30", 30));
    let moving = {
        let day = Arc::clone(&day);
        spawn(move || move_to_anybody(&day, &visit))
    };
    // At every moment one of the two is free, unless the one who moves has got it; then this one stays.
    for to in ["roy", "chen"].into_iter().cycle().take(12) {
        let after = relocate(&day, &wanders, to).ok().flatten().and_then(|edit| edit.after);
        wanders = after.unwrap_or(wanders);
    }
    let moved = moving.join().unwrap();
    assert!(matches!(moved, Ok(Some(_))), "not moved although somebody was free at every moment: {moved:?}");
    assert_eq!((live(&day, "chen").len(), live(&day, "roy").len(), live(&day, "patel").len()), (1, 1, 0));
}

#[test]
fn a_move_finds_a_place_that_wanders() {
    explore("a_move_finds_a_place_that_wanders", 1_000, a_move_after_a_place_that_wanders);
}

fn somebody_joins() {
    let day = day([provider("chen", &[("09:00", "09:30")], 8)]);
    let joining = {
        let day = Arc::clone(&day);
        spawn(move || {
            let next = day.rebuilt(rules(), vec![empty(provider("roy", &[("09:00", "09:30")], 8))]);
            next.book(&Arc::new(request("r1", "09:00", "09:30", 30)), ANY_TIME, |_, _| {}).map(drop)
        })
    };
    let old = day.book(&Arc::new(request("r2", "09:00", "09:30", 30)), ANY_TIME, |_, _| {}).map(drop);
    let new = joining.join().unwrap();
    assert!(old.is_ok() && new.is_ok(), "there is a place for each: {old:?}, {new:?}");
    assert_eq!((live(&day, "chen").len(), live(&day, "roy").len()), (1, 1), "one each, whichever day decided");
    assert!(day.book(&Arc::new(request("r3", "09:00", "09:30", 30)), ANY_TIME, |_, _| {}).is_err());
}

#[test]
fn a_day_that_is_replaced_while_it_is_decided_on() {
    explore("a_day_that_is_replaced_while_it_is_decided_on", 1_000, somebody_joins);
}
