//! What others do while somebody sits at the desk.

use std::sync::Arc;
use std::time::Duration;

use super::fake::{FakeDesk, minute};
use super::script::{Answers, Script};
use crate::desk::{Command, Destination, Feedback, Past};
use crate::domain::{Action, ProviderId, RangeSet, RequestId, Status, TimeRange};
use crate::tui::activity::Motion;
use crate::tui::cursor::Pane;
use crate::tui::message::{Message, Question, Reply};
use crate::tui::overlay::Overlay;
use crate::tui::theme::ColourDepth;

fn moved_away(id: &str) -> Command {
    let range = TimeRange::parse("17:15", "17:30").unwrap();
    Command::Move {
        appointment: RequestId::new(id).unwrap(),
        to: Destination {
            provider: Some(ProviderId::new("weiss").unwrap()),
            day: super::fake::day(),
            range,
            duration: range.minutes(),
        },
        past: Past::Allow,
    }
}

#[test]
fn a_live_change_never_moves_the_cursor() {
    let mut script = Script::clinic();
    script.press("Home l l");
    let before = script.model.cursor.clone();
    script.elsewhere(moved_away("r00"));
    assert_eq!(script.model.cursor, before);
    script.elsewhere(moved_away("r01"));
    assert_eq!(script.model.cursor, before, "it is the appointment that is selected, wherever it goes");
    assert_eq!(script.model.selected().unwrap().provider.as_str(), "weiss");
}

#[test]
fn a_live_change_steals_no_key_from_a_form() {
    let mut script = Script::clinic();
    script.press("b \"Mar\"");
    script.elsewhere(moved_away("r05"));
    script.press("\"ie\"");
    assert!(script.text().contains("Marie"));
    assert_eq!(script.model.overlays.len(), 1);
}

#[test]
fn an_appointment_that_appears_under_the_cursor_is_not_selected() {
    let mut script = Script::clinic();
    script.press("G End");
    let provider = script.model.cursor.provider.clone().unwrap();
    assert!(script.model.cursor.appointment.is_none());
    script.model.cursor.minute = minute("17:20");
    script.elsewhere(moved_away("r00"));
    assert_eq!(script.model.row().unwrap().live.iter().filter(|one| one.slot.covers(minute("17:20"))).count(), 1);
    assert_eq!((script.model.cursor.appointment.clone(), script.model.cursor.provider.clone()), (None, Some(provider)));
}

#[test]
fn a_lagging_screen_loads_the_day_again() {
    let mut script = Script::clinic();
    script.answers = Answers::Held;
    script.send(Message::Feed(Feedback::Lagged));
    assert!(matches!(script.waiting[..], [(_, Question::Day(_))]));
    assert!(script.model.snapshot().is_some(), "what was known stays on the screen meanwhile");
}

#[test]
fn events_that_come_while_a_day_loads_are_not_lost() {
    let mut script = Script::clinic();
    script.answers = Answers::Held;
    script.press("^l");
    let old = script.desk.day(super::fake::day());
    script.elsewhere(moved_away("r00"));
    script.reply(Reply::Day(Ok(Box::new(old))));
    let appointment = script.model.snapshot().unwrap().appointment(&RequestId::new("r00").unwrap()).unwrap();
    assert_eq!(appointment.provider.as_str(), "weiss");
}

#[test]
fn an_old_load_does_not_replace_the_day_that_is_wanted() {
    let mut script = Script::clinic();
    script.answers = Answers::Held;
    script.press("] ]");
    script.answer();
    assert_eq!(script.model.snapshot().unwrap().day.to_string(), "2026-11-25");
}

#[test]
fn an_answer_for_a_closed_form_is_told_and_opens_nothing() {
    let mut script = Script::clinic();
    script.press("Home x");
    script.answers = Answers::Held;
    script.press("Enter Esc");
    assert!(script.model.overlays.is_empty());
    script.answer();
    assert!(script.model.overlays.is_empty());
    assert_eq!(script.toast(), "Ada Lovelace cancelled by the client");
}

#[test]
fn the_log_grows_at_the_top_and_keeps_the_line_that_is_read() {
    let mut script = Script::clinic();
    for id in ["r00", "r01", "r02"] {
        script.elsewhere(moved_away(id));
    }
    script.press("L j");
    let shows = |script: &Script| {
        script.text().lines().filter(|line| line.contains('▸')).map(str::to_owned).collect::<Vec<_>>()
    };
    let before = shows(&script);
    script.elsewhere(moved_away("r03"));
    let line = |lines: &[String]| {
        let line = lines.iter().find(|line| line.contains("moved to")).unwrap();
        line[line.find("desk").unwrap()..line.find(" with").unwrap()].to_owned()
    };
    assert_eq!(line(&before), line(&shows(&script)));
    assert!(matches!(script.model.overlays[..], [Overlay::Log(_)]));
}

#[test]
fn the_reason_of_a_refusal_can_be_read_to_its_end_in_the_log() {
    let mut script = Script::clinic();
    script.resize(80, 24).press("b Tab Tab \"12-13\" Tab Home Enter Esc Esc L");
    let refused = script.desk.events.last().unwrap();
    let Action::Refused { refusal, .. } = &refused.draft.action else { panic!("{refused:?}") };
    assert_eq!(refusal.blocked.len(), 6);
    let shown = script.text();
    let last = refusal.blocked.last().unwrap().name.as_str();
    assert!(shown.matches(last).count() >= 1 && shown.matches("nothing free in").count() >= 6, "{shown}");
}

#[test]
fn an_idle_desk_has_nothing_to_wake_up_for() {
    let mut script = Script::clinic();
    assert_eq!(script.model.activity.next_wake(script.now), None);
    let request = script.model.snapshot().unwrap().appointments()[0].request.clone();
    let event = |action: Action, script: &Script| {
        let draft = crate::domain::Draft {
            at: "2026-11-23T13:16:00Z".parse().unwrap(),
            actor: crate::domain::Channel::Http.into(),
            action,
            edits: crate::domain::Edits::default(),
        };
        Arc::new(crate::domain::Event { number: script.desk.events.len() as u64 + 1, draft })
    };
    let booked = event(Action::Booked(request.id.clone()), &script);
    script.send(Message::Feed(Feedback::Events([booked].into())));
    assert_eq!(script.model.activity.bookings_per_second(script.now).last(), Some(&1));
    let mut wakes = 0;
    while let Some(next) = script.model.activity.next_wake(script.now) {
        assert!(next > script.now.elapsed);
        script.now.elapsed = next;
        script.send(Message::Pulse(crate::desk::Pulse { workers: 4, ..Default::default() }));
        wakes += 1;
        assert!(wakes < 400, "the screen never comes to rest");
    }
    assert!(script.model.activity.bookings_per_second(script.now).is_empty());
}

#[test]
fn an_empty_book_welcomes_once_and_steps_back_when_there_is_a_provider() {
    let mut script = Script::on(FakeDesk::empty(), ColourDepth::True);
    assert!(matches!(script.model.overlays[..], [Overlay::Welcome(_)]));
    script.press("p \"Dr Noether\" Enter");
    assert!(script.model.overlays.is_empty());
    let mut script = Script::on(FakeDesk::empty(), ColourDepth::True);
    script.press("Esc ]");
    assert!(script.model.overlays.is_empty(), "once is enough");
}

#[test]
fn an_empty_desk_says_how_it_gets_its_first_provider() {
    let mut script = Script::on(FakeDesk::empty(), ColourDepth::True);
    script.press("Esc");
    let text = script.text();
    assert!(text.contains("nobody works here yet; P adds a provider") && !text.contains("u undo"), "{text}");
}

#[test]
fn the_example_clinic_opens_on_a_day_on_which_somebody_works_and_says_what_was_made() {
    let mut script = Script::on(FakeDesk::empty(), ColourDepth::True);
    let clinic = FakeDesk::clinic();
    let saturday = "2026-11-28".parse().unwrap();
    let monday = "2026-11-30".parse::<chrono::NaiveDate>().unwrap();
    let weekdays = |hours: &RangeSet| {
        let week = std::array::from_fn(|day| if day < 5 { hours.clone() } else { RangeSet::default() });
        crate::domain::Hours::always(crate::domain::Weekly::PerWeekday(week))
    };
    script.model.settings.clinic = clinic
        .day(super::fake::day())
        .rows()
        .map(|row| crate::domain::Provider { hours: weekdays(&row.hours), ..(*row.provider).clone() })
        .map(Command::AddProvider)
        .collect();
    script.now.today = saturday;
    script.send(Message::Clock);
    script.press("c");
    assert!(script.model.overlays.is_empty());
    assert_eq!((script.model.shown.day(), script.model.rows().len()), (monday, 6));
    assert!(script.toast().starts_with("An example clinic is in the book: 6 providers"), "{}", script.toast());
}

#[test]
fn the_list_opens_at_what_is_still_to_come() {
    let mut script = Script::clinic();
    script.resize(80, 24).press("End ] [");
    assert!(script.model.cursor.appointment.is_none());
    let first = script.model.listed()[script.model.scroll.list].slot;
    assert!(first.end() > minute("14:16") && first.start() < minute("14:16"), "{first}");
}

#[test]
fn a_list_that_nobody_reads_keeps_up_with_the_day() {
    let mut script = Script::clinic();
    script.resize(80, 24).press("End ] [");
    let first = |script: &Script| script.model.listed()[script.model.scroll.list].slot;
    let before = (script.model.cursor.clone(), first(&script));
    script.now.minute = minute("15:40");
    script.send(Message::Clock);
    assert!(first(&script).end() > minute("15:40") && first(&script) != before.1, "{}", first(&script));
    assert_eq!(script.model.cursor, before.0);
    script.press("Tab g g");
    script.now.minute = minute("16:00");
    script.send(Message::Clock);
    assert_eq!(script.model.scroll.list, 0, "whoever reads the list keeps the place");
}

#[test]
fn motion_can_be_reduced() {
    let mut script = Script::clinic();
    script.elsewhere(moved_away("r00"));
    assert_eq!(script.model.activity.flashes().len(), 1);
    script.model.activity = crate::tui::activity::Activity::new(Motion::Reduced);
    script.elsewhere(moved_away("r01"));
    assert!(script.model.activity.flashes().is_empty());
}

#[test]
fn a_change_is_highlighted_from_the_last_time_on_and_only_on_the_day_that_is_shown() {
    let mut script = Script::clinic();
    let later = |script: &mut Script, milliseconds| {
        script.now.elapsed += Duration::from_millis(milliseconds);
        script.send(Message::Clock);
        script.model.activity.flashes().len()
    };
    script.elsewhere(moved_away("r00"));
    later(&mut script, 1000);
    let appointment = RequestId::new("r00").unwrap();
    script.elsewhere(Command::SetStatus { appointment: appointment.clone(), status: Status::NoShow });
    assert_eq!(later(&mut script, 1000), 1, "it changed again");
    assert_eq!(later(&mut script, 600), 0);
    let Command::Move { appointment, mut to, past } = moved_away("r01") else { unreachable!("it is a move") };
    to.day = to.day.succ_opt().unwrap();
    script.elsewhere(Command::Move { appointment, to, past });
    assert_eq!(later(&mut script, 0), 0, "nothing of another day is highlighted here");
}

#[test]
fn a_status_set_elsewhere_is_seen_here() {
    let mut script = Script::clinic();
    script.press("Tab");
    assert_eq!(script.model.cursor.pane, Pane::List);
    let appointment = script.model.selected().unwrap().id().clone();
    script.elsewhere(Command::SetStatus { appointment, status: Status::NoShow });
    assert_eq!(script.model.selected().unwrap().status, Status::NoShow);
}

#[test]
fn a_desk_that_shows_today_goes_on_to_the_next_day_at_midnight() {
    let tomorrow = super::fake::day().succ_opt().unwrap();
    let at_midnight = |keys: &str| {
        let mut script = Script::clinic();
        script.press(keys);
        let shown = script.model.shown.day();
        script.now.today = tomorrow;
        script.send(Message::Clock);
        (shown, script.model.shown.day())
    };
    assert_eq!(at_midnight("Home").1, tomorrow);
    // Whoever looks at another day, or is filling in a form, is left alone.
    for keys in ["[", "b"] {
        let (shown, then) = at_midnight(keys);
        assert_eq!(then, shown, "{keys}");
    }
}

#[test]
fn a_desk_with_a_window_open_at_midnight_goes_on_when_the_window_is_closed() {
    let today = super::fake::day();
    let tomorrow = today.succ_opt().unwrap();
    for keys in ["?", "b", "Home m"] {
        let mut script = Script::clinic();
        script.press(keys);
        script.now.today = tomorrow;
        script.send(Message::Clock);
        assert_eq!(script.model.shown.day(), today, "{keys}");
        script.press("Esc");
        assert_eq!(script.model.shown.day(), tomorrow, "{keys}");
        script.press("[");
        assert_eq!(script.model.shown.day(), today, "once is enough: {keys}");
    }
    let mut script = Script::clinic();
    script.press("?");
    script.now.today = tomorrow;
    script.press("Esc");
    assert_eq!(script.model.shown.day(), tomorrow, "the key that closes it may be what tells of midnight");
}
