//! Booking and carrying, one line each: keys, then what was asked of the desk and where the ghost is.

use super::keys::at;
use super::script::{Answers, Script};
use crate::desk::{Command, DeskError};
use crate::domain::TimeRange;
use crate::tui::message::{Question, Reply};
use crate::tui::overlay::Fit;

#[test]
fn a_failing_store_books_nothing_and_keeps_what_was_typed() {
    let mut script = Script::clinic();
    script.press("b \"Zoë\"");
    script.answers = Answers::Held;
    script.press("Enter");
    let full = DeskError::Store(crate::store::StoreError::Full { path: "/clinic.db".into() });
    script.reply(Reply::Answer(Err(full)));
    assert!(script.toast().starts_with("Not booked: ") && script.toast().contains("is full"), "{}", script.toast());
    let header = |script: &Script| script.text().lines().next().unwrap_or_default().to_owned();
    assert!(!header(&script).contains("live"), "{}", header(&script));
    assert!(script.model.activity.next_wake(script.now).is_some(), "whether it works again is looked after");
    assert!(script.text().contains("Zoë"));
    script.press("Enter");
    let ids: Vec<_> = script.given.iter().map(|command| format!("{command:?}")).collect();
    assert_eq!(ids[0], ids[1], "a retry of the same request carries the same identifier");
}

#[test]
fn rule_6_a_failing_store_is_told_to_the_end_of_the_sentence_and_that_nothing_was_changed() {
    let full = || DeskError::Store(crate::store::StoreError::Full { path: "/clinic.db".into() });
    for (keys, begins) in [("b Enter", "Not booked: "), ("Home a", "Nothing was changed: ")] {
        let mut script = Script::clinic();
        script.resize(80, 24);
        script.answers = Answers::Held;
        script.press(keys);
        script.waiting.retain(|(_, question)| matches!(question, Question::Submit(_)));
        script.reply(Reply::Answer(Err(full())));
        assert!(script.toast().starts_with(begins), "{}", script.toast());
        let shown = script.text().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(script.toast()), "{}", script.text());
    }
}

#[test]
fn booking_shows_the_slot_before_it_is_taken() {
    let mut script = Script::clinic();
    script.press("n b");
    let text = script.text();
    assert!(text.contains("most available slots"), "{text}");
    assert!(script.given.is_empty());
    assert!(script.model.overlays[0].layer().ghost().is_some());
    script.press("\"Marie Curie\" Enter");
    assert!(
        matches!(&script.given[..], [Command::Book { request, .. }] if request.client.as_ref().unwrap().as_str() == "Marie Curie")
    );
    assert!(script.model.overlays.is_empty());
    assert!(script.toast().starts_with("Marie Curie, Mon 23 Nov"), "{}", script.toast());
}

#[test]
fn a_refusal_names_every_blocker_and_offers_other_places_by_number() {
    let mut script = Script::clinic();
    script.press("b Tab Tab \"12-13\"");
    assert!(script.text().contains("would be refused"));
    script.press("Enter");
    let text = script.text();
    assert!(!text.contains("would be refused") && text.contains("Dr Chen: nothing free in 12:00–13:00"), "{text}");
    script.press("2");
    let text = script.text();
    assert!(text.contains("Book") && !text.contains("Refused; instead"), "{text}");
    script.press("Enter");
    let [Command::Book { request: first, .. }, Command::Book { request: second, .. }] = &script.given[..] else {
        panic!("{:?}", script.given)
    };
    assert_ne!(first.id, second.id, "a refusal answers its identifier for good");
    assert_eq!(second.range.len(), second.duration.get());
    assert!(script.model.overlays.is_empty());
}

#[test]
fn a_phone_call_is_booked_with_the_words_it_is_made_with() {
    let mut script = Script::clinic();
    script.press("] b \"Ada\" Tab \"c\" Tab \"am\" Tab \"a\" Enter");
    let [Command::Book { request, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!(request.client.as_ref().map(ToString::to_string).as_deref(), Some("Ada"));
    assert!(request.service.is_some() && request.preferred_provider.is_none());
    assert_eq!(request.range.to_string(), "00:00–12:00");
}

#[test]
fn a_longer_service_makes_the_suggested_range_longer_but_not_one_that_was_typed() {
    let mut script = Script::clinic();
    script.press("n b");
    assert!(script.text().contains("15:00-15:25"), "{}", script.text());
    for _ in 0..4 {
        script.press("Tab Right Shift-Tab");
        assert!(!script.text().contains("not yet"), "{}", script.text());
    }
    script.press("Tab Tab \"15:00-15:05\"");
    let text = script.text();
    assert!(text.contains("15:00-15:05") && text.contains("not yet: "), "{text}");
}

#[test]
fn one_time_is_a_wish_for_just_then_and_an_error_calls_the_field_by_its_name_on_the_screen() {
    let mut script = Script::clinic();
    script.press("b Tab Tab \"1710\" Tab Tab Tab \"20\" Enter");
    let [Command::Book { request, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!(request.range.to_string(), "17:10–17:30");
    script.press("b Tab Tab \"12-9\"");
    let text = script.text();
    assert!(text.contains("not yet: Between: \"12-9\" is not valid, expected an end that comes after"), "{text}");
}

#[test]
fn other_places_are_chosen_with_a_key_that_the_form_names() {
    let mut script = Script::clinic();
    script.press("b Tab Tab \"12-13\"");
    assert!(script.text().contains("F2 places"), "{}", script.text());
    script.press("F2");
    assert!(script.text().contains("Refused; instead"), "{}", script.text());
    let first = script.model.overlays[0].layer().ghost().unwrap();
    script.press("j");
    let other = script.model.overlays[0].layer().ghost().unwrap();
    assert_ne!(other, first, "the ghost shows the place under the cursor");
    script.press("Enter Enter");
    let [Command::Book { request, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!((request.range, request.preferred_provider.as_ref()), (other.slot, Some(&other.provider)));
}

#[test]
fn a_ghost_is_pending_until_the_desk_has_said() {
    let mut script = Script::clinic();
    script.press("n b");
    let fit = |script: &Script| script.model.overlays[0].layer().ghost().map(|ghost| ghost.fit);
    assert_eq!(fit(&script), Some(Fit::Fits));
    script.answers = Answers::Held;
    script.press("Tab Tab Tab Right");
    assert_eq!(fit(&script), Some(Fit::Unknown));
    script.answer();
    assert_ne!(fit(&script), Some(Fit::Unknown));
}

#[test]
fn the_form_begins_with_a_service_that_the_provider_gives() {
    let mut script = Script::clinic();
    for _ in 0..script.model.rows().len() {
        let text = script.press("b").text();
        assert!(!text.contains("does not give"), "{text}");
        script.press("Esc j");
    }
}

#[test]
fn the_timelines_follow_the_day_of_the_form_and_come_back() {
    let mut script = Script::clinic();
    script.press("b Tab Tab Tab Tab \"24.12\" Tab");
    assert_eq!(script.model.shown.day().to_string(), "2026-12-24");
    script.press("Esc");
    assert_eq!(script.model.shown.day().to_string(), "2026-11-23");
    script.press("b Tab Tab Tab Tab \"24.12\" Enter");
    assert_eq!(script.model.shown.day().to_string(), "2026-12-24");
    assert_eq!(script.model.selected().unwrap().id().as_str(), "new2", "what was just booked is selected");
}

#[test]
fn a_refusal_without_any_other_place_leads_back_to_the_form() {
    let mut script = Script::clinic();
    script.press("b Tab Tab \"day\" Tab Tab Tab \"20h\" Enter");
    assert!(script.toast().starts_with("Refused, and nothing nearby is free"), "{}", script.toast());
    let text = script.text();
    assert!(text.contains("Book") && text.contains("refused") && !text.contains("would be refused"), "{text}");
    script.press("Tab");
    assert!(!script.text().contains("would be refused"));
    script.press("Shift-Tab \"any\"");
    assert!(script.text().contains("would be refused"), "another wish is not refused yet");
}

#[test]
fn overbooking_takes_a_provider_and_two_presses() {
    let mut script = Script::clinic();
    script.press("Home b ^o");
    assert!(script.given.is_empty() && script.toast().contains("over the rules"), "{}", script.toast());
    script.press("^o");
    assert!(matches!(&script.given[..], [Command::Overbook { .. }]));
}

#[test]
fn a_carried_appointment_moves_by_the_grid_and_is_put_down_or_back() {
    let mut script = Script::clinic();
    script.press("Home m l l l");
    let ghost = script.model.overlays[0].layer().ghost().unwrap();
    assert_eq!(ghost.slot.to_string(), "09:15–09:30");
    script.press("Esc");
    assert!(script.given.is_empty() && script.model.overlays.is_empty());
    script.press("m j . . . . ( ( ) Enter");
    let [Command::Move { to, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!((to.provider.as_ref().unwrap().as_str(), to.range.to_string().as_str()), ("garcia", "13:00–13:10"));
    assert_eq!(at(&script), "garcia 13:00 r00");
}

#[test]
fn a_carried_appointment_crosses_days_and_comes_home() {
    let mut script = Script::clinic();
    script.press("Home m ] ]");
    assert_eq!(script.model.shown.day().to_string(), "2026-11-25");
    script.press("Esc");
    assert_eq!(script.model.shown.day().to_string(), "2026-11-23");
    assert_eq!(script.model.cursor.appointment.as_ref().unwrap().as_str(), "r00");
}

#[test]
fn a_carried_appointment_is_offered_other_places_though_it_was_asked_for_exactly_where_it_is() {
    let mut script = Script::clinic();
    script.press("Home m n");
    let ghost = |script: &Script| script.model.overlays[0].layer().ghost().unwrap();
    let first = ghost(&script);
    assert_ne!(script.toast(), "Nothing else is known to be free nearby");
    assert_ne!((first.provider.as_str(), first.slot.to_string().as_str()), ("chen", "09:00–09:15"));
    assert_eq!((first.provider.as_str(), first.fit), ("chen", Fit::Fits), "with the same provider, and it would fit");
    script.press("n");
    let second = ghost(&script);
    assert_ne!(second, first);
    let far = |slot: TimeRange| slot.start().get().abs_diff(540);
    assert!(far(second.slot) >= far(first.slot), "{} before {}", first.slot, second.slot);
    let mut walked = vec![first.clone(), second];
    while {
        script.press("n");
        ghost(&script) != first
    } {
        walked.push(ghost(&script));
        assert!(walked.len() < 20, "the walk never comes back");
    }
    script.press("n Enter");
    let [Command::Move { to, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!((to.provider.as_ref(), to.range), (Some(&walked[1].provider), walked[1].slot));
}

#[test]
fn the_newest_proposal_wins() {
    let mut script = Script::clinic();
    script.answers = Answers::Held;
    script.press("b Tab Tab Tab Tab Tab \"1\" \"5\"");
    let waiting: Vec<_> = script.waiting.iter().filter(|(_, one)| matches!(one, Question::Propose(..))).collect();
    assert_eq!(waiting.len(), 1, "one question at a time");
    script.answer();
    let ghost = script.model.overlays[0].layer().ghost().unwrap();
    assert_eq!(ghost.slot.len(), 15, "what is shown is about what was typed last");
}

#[test]
fn what_stands_in_the_way_of_a_range_is_seen_in_front_of_it() {
    let mut script = Script::clinic();
    let before = script.text();
    let row = |text: &str| text.lines().find(|line| line.contains("Dr Chen  ")).unwrap_or_default().to_owned();
    script.press("b Tab Tab \"9-12\" Tab Tab Tab \"60\"");
    let ghost = script.model.overlays[0].layer().ghost().unwrap();
    assert_eq!(ghost.fit, Fit::NoRoom);
    for name in ["Grac", "Alan"] {
        assert!(row(&before).contains(name) && row(&script.text()).contains(name), "{}", script.text());
    }
}
