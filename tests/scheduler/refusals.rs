//! Who gets a request, who does not, and what is said then.

use std::collections::BTreeSet;
use std::sync::Arc;

use slotdesk::domain::{Minute, Provider, Request, ServiceId};

use crate::support::{book, cancel, date, day, day_on, minute, provider, provider_id, request, rules};

fn refused(day: &slotdesk::scheduler::Day, text: &str) -> String {
    book(day, text).unwrap_err().to_string()
}

#[test]
fn a_preferred_provider_without_room_means_refusal_never_another_provider() {
    let day = day([provider("ada", &[("09:00", "10:00")], 8), provider("bo", &[("09:00", "17:00")], 8)]);
    book(&day, "r1 60 09:00-10:00 @ada").unwrap();
    assert_eq!(refused(&day, "r2 30 09:00-12:00 @ada"), "ada: nothing free in 09:00–12:00");
    assert_eq!(book(&day, "r3 30 09:00-12:00").unwrap().provider, provider_id("bo"));
}

#[test]
fn a_refusal_names_every_blocker_of_every_provider_asked_by_id() {
    let full = provider("full", &[("09:00", "17:00")], 1);
    let off = provider("off", &[], 8);
    let tight = provider("tight", &[("09:00", "12:00")], 8);
    let left = Provider { retired_from: Some(date()), ..provider("left", &[("09:00", "17:00")], 8) };
    let other = Provider { services: Some(BTreeSet::new()), ..provider("other", &[("09:00", "17:00")], 8) };
    let day = day([tight, other, left, off, full]);
    book(&day, "r1 15 15:00-16:00 @full").unwrap();
    book(&day, "r2 30 09:30-10:00 @tight").unwrap();
    book(&day, "r3 60 10:20-11:20 @tight").unwrap();
    let wish = Request { service: Some(ServiceId::new("cut").unwrap()), ..(*request("r4 30 09:30-11:30")).clone() };
    let refusal = day.book(&Arc::new(wish), Minute::MIDNIGHT, |_, _| panic!("nobody can")).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "full: daily limit 1 of 1; off: not working 09:30–11:30 on Mon 23 Nov; other: does not give cut; \
         tight: longest free piece in 09:30–11:30 is 20 min, 10:00–10:20"
    );
    assert_eq!(refused(&day, "r5 30 09:30-11:30 @left"), "left: no longer works here");
    assert_eq!(refused(&day, "r6 30 09:30-11:30 @nobody"), "nobody: no such provider");
}

#[test]
fn a_long_enough_piece_off_the_grid_is_called_what_it_is() {
    let day = day_on(date(), rules("first-fit", 15), [provider("ada", &[("09:00", "12:00")], 8)]);
    assert_eq!(
        refused(&day, "r1 20 09:07-09:30"),
        "ada: free 09:07–09:30, but appointments start every 15 min or next to another one"
    );
    book(&day, "r2 7 09:00-09:07").unwrap();
    assert_eq!(book(&day, "r3 20 09:07-09:30").unwrap().slot.start(), minute("09:07"));
}

#[test]
fn minutes_gone_by_are_not_given_and_a_range_gone_by_says_so() {
    let day = day([provider("ada", &[("09:00", "12:00")], 8)]);
    let now = minute("10:02");
    let placed = day.book(&request("r1 30 09:00-12:00"), now, |_, _| {}).unwrap();
    assert!(placed.slot.start() >= now, "{}", placed.slot);
    for text in ["r2 30 09:00-10:00", "r3 30 09:00-10:30", "r4 30 09:00-10:40"] {
        let decided = day.book(&request(text), now, |_, _| {});
        let expected = "ada: too little of the range is left at 10:02";
        match text {
            "r4 30 09:00-10:40" => assert!(decided.unwrap().slot.start() >= now),
            _ => assert_eq!(decided.unwrap_err().to_string(), expected, "{text}"),
        }
    }
}

#[test]
fn a_provider_has_at_most_the_daily_limit_and_cancelled_ones_do_not_count() {
    let day = day([provider("ada", &[("09:00", "17:00")], 2)]);
    let first = book(&day, "r1 30 09:00-17:00").unwrap();
    book(&day, "r2 30 09:00-17:00").unwrap();
    assert_eq!(refused(&day, "r3 30 09:00-17:00"), "ada: daily limit 2 of 2");
    cancel(&day, &first).unwrap();
    assert!(book(&day, "r3 30 09:00-17:00").is_ok());
}

#[test]
fn a_desk_without_providers_refuses_in_words() {
    assert_eq!(refused(&day([]), "r1 30 09:00-17:00"), "there is no provider yet");
}

#[test]
fn settle_is_called_once_for_a_booking_and_never_for_a_refusal() {
    let day = day([provider("ada", &[("09:00", "10:00")], 8)]);
    let mut seen = Vec::new();
    for text in ["r1 30 09:00-10:00", "r2 30 09:00-10:00", "r3 30 09:00-10:00"] {
        let _ = day.book(&request(text), Minute::MIDNIGHT, |one, touched| {
            seen.push((one.id().to_string(), touched.provider_revision, touched.day, touched.revision));
        });
    }
    assert_eq!(seen, [("r1".to_owned(), 1, date(), 0), ("r2".to_owned(), 1, date(), 1)]);
}

#[test]
fn refused_requests_teach_what_is_popular_and_unknown_names_teach_nothing() {
    let day = day([provider("ada", &[("09:00", "10:00")], 1)]);
    let total = || day.popularity().whole().0;
    let before = total();
    assert!(book(&day, "r1 30 09:00-10:00 @nobody").is_err());
    assert_eq!(total(), before);
    book(&day, "r2 30 09:00-10:00").unwrap();
    let after_one = total();
    assert!(after_one > before);
    assert!(book(&day, "r3 30 09:00-10:00").is_err());
    assert_eq!(total() - after_one, after_one - before);
}
