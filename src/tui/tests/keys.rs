//! What keys do, one line each: keys, then what was asked of the desk and where the cursor is.

use super::script::{Answers, Script};
use crate::desk::Command;
use crate::domain::{Cause, Dated, Exception, HoursChange, Minutes, Request, Status, Text, TimeRange};
use crate::tui::actions::Action;
use crate::tui::activity::Severity;
use crate::tui::cursor::Pane;
use crate::tui::message::{Effect, MouseCapture};
use crate::tui::overlay::Overlay;

/// Where the cursor is: provider, minute, appointment.
pub(super) fn at(script: &Script) -> String {
    let cursor = &script.model.cursor;
    let provider = cursor.provider.as_ref().map_or("-", |id| id.as_str());
    let appointment = cursor.appointment.as_ref().map_or("-", |id| id.as_str());
    format!("{provider} {} {appointment}", cursor.minute)
}

#[test]
fn arrows_and_letters_move_alike() {
    for (letters, arrows) in [("j j l", "Down Down Right"), ("l l k", "Right Right Up"), ("j h", "Down Left")] {
        let (mut one, mut other) = (Script::clinic(), Script::clinic());
        assert_eq!(at(one.press(letters)), at(other.press(arrows)));
    }
}

#[test]
fn the_cursor_stops_at_appointments_and_in_free_time() {
    let mut script = Script::clinic();
    for (keys, place) in [
        ("Home", "chen 09:00 r00"),
        ("l", "chen 09:15 -"),
        ("l", "chen 09:25 r01"),
        ("G", "weiss 09:25 r35"),
        ("g g", "chen 09:25 r01"),
        ("Shift-Right", "chen 09:30 r01"),
        ("End", "chen 17:15 -"),
        ("Shift-Left", "chen 17:10 -"),
        ("g n", "chen 14:16 r05"),
    ] {
        assert_eq!(at(script.press(keys)), place, "{keys}");
    }
}

#[test]
fn the_next_free_time_is_one_a_service_fits_into() {
    let mut script = Script::clinic();
    script.press("n");
    let row = script.model.row().unwrap();
    let minute = script.model.cursor.minute;
    let gap = row.gaps.iter().find(|gap| gap.start() == minute).unwrap();
    assert!(gap.len() >= 15 && minute > script.now.minute);
}

#[test]
fn the_next_free_time_is_one_that_its_provider_can_be_given() {
    let mut script = Script::clinic();
    let chen = || "chen".parse().unwrap();
    let crown = Some(["crown".parse().unwrap()].into());
    script.elsewhere(Command::EditProvider {
        provider: chen(),
        name: Text::name("name", "Dr Chen").unwrap(),
        services: crown,
    });
    script.press("] g g Home");
    script.elsewhere(Command::Overbook {
        request: Request {
            id: "long".parse().unwrap(),
            day: "2026-11-24".parse().unwrap(),
            dated: Dated::Named,
            range: TimeRange::parse("09:00", "11:30").unwrap(),
            duration: Minutes::new(150).unwrap(),
            preferred_provider: Some(chen()),
            client: None,
            service: None,
            note: None,
        },
        provider: chen(),
        start: TimeRange::parse("09:00", "11:30").unwrap().start(),
    });
    script.press("n");
    assert_eq!(at(&script), "chen 13:00 -", "a crown takes longer than from 11:30 to 12:00");
    script.elsewhere(Command::ChangeLimit { provider: chen(), max_daily_appointments: 1 });
    script.press("Home n");
    assert_eq!(at(&script), "garcia 09:00 -", "Dr Chen has as many appointments as a day may have");
}

#[test]
fn days_turn_with_brackets_dates_and_weeks() {
    let mut script = Script::clinic();
    for (keys, day) in [
        ("]", "2026-11-24"),
        ("] [ [", "2026-11-23"),
        ("}", "2026-11-30"),
        ("t", "2026-11-23"),
        ("g d \"24.12\" Enter", "2026-12-24"),
        ("g d \"fri\" Enter", "2026-11-27"),
        ("g d \"nonsense\" Enter Esc", "2026-11-27"),
    ] {
        script.press(keys);
        assert_eq!(script.model.shown.day().to_string(), day, "{keys}");
        assert!(script.model.snapshot().is_some());
    }
}

#[test]
fn one_key_sets_a_status() {
    for (key, status) in [
        ("a", Status::Arrived),
        ("c", Status::Confirmed),
        ("i", Status::InProgress),
        ("d", Status::Done),
        ("N", Status::NoShow),
        ("s 1", Status::Booked),
        ("s 6", Status::NoShow),
    ] {
        let mut script = Script::clinic();
        script.press("Home").press(key);
        let appointment = "r00".parse().unwrap();
        assert_eq!(script.given, [Command::SetStatus { appointment, status }], "{key}");
    }
}

#[test]
fn a_status_is_shown_as_changed_only_when_the_book_has_it() {
    let mut script = Script::clinic();
    script.press("Home");
    script.answers = Answers::Held;
    script.press("a");
    assert_eq!(script.model.selected().unwrap().status, Status::Done);
    assert!(script.text().contains("…  Ada Lovelace") || script.text().contains("… Ada Lovelace"), "{}", script.text());
    script.answer();
    assert_eq!(script.model.selected().unwrap().status, Status::Arrived);
    assert_eq!(script.toast(), "Ada Lovelace is arrived");
}

#[test]
fn cancelling_says_who_and_why() {
    let mut script = Script::clinic();
    script.press("Home x Right Tab \"the chair broke\" Enter");
    let [Command::Cancel { cancellation, .. }] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!(cancellation.cause, Cause::House);
    assert_eq!(script.toast(), "Ada Lovelace cancelled by the house: the chair broke");
    script.press("u");
    assert!(script.toast().contains("Ada Lovelace is done again"), "{}", script.toast());
}

#[test]
fn an_undo_leads_to_what_came_back_so_that_row_and_selection_are_the_same_persons() {
    let mut script = Script::clinic();
    script.press("Home m j . . . . Enter");
    assert_eq!(at(&script), "garcia 13:00 r00");
    script.press("u");
    assert_eq!(at(&script), "chen 09:00 r00");
    script.press("Home m ] Enter j u");
    assert_eq!((at(&script).as_str(), script.model.shown.day().to_string().as_str()), ("chen 09:00 r00", "2026-11-23"));
    script.press("n b Enter");
    let booked = at(&script);
    script.press("g g Home u");
    let (place, gone) = booked.rsplit_once(' ').unwrap();
    assert_eq!((at(&script), gone), (format!("{place} -"), "new1"), "where it was, and nothing is selected");
}

#[test]
fn an_undo_does_not_move_the_desk_below_a_form() {
    let mut script = Script::clinic();
    script.press("Home a");
    script.answers = Answers::Held;
    script.press("u G End b");
    let before = at(&script);
    script.answer();
    assert_eq!(at(&script), before);
}

#[test]
fn longer_and_shorter_change_the_end_only() {
    let mut script = Script::clinic();
    script.press("Home ) (");
    let ranges: Vec<String> = script
        .given
        .iter()
        .map(|command| if let Command::Move { to, .. } = command { to.range.to_string() } else { String::new() })
        .collect();
    assert_eq!(ranges, ["09:00–09:20", "09:00–09:15"]);
}

#[test]
fn hours_are_changed_only_after_what_that_costs_was_shown() {
    let mut script = Script::clinic();
    script.answers = Answers::Held;
    script.press("H ^u \"off\" Enter");
    assert!(script.given.is_empty(), "nothing is known of the consequences yet");
    script.answer();
    let text = script.text();
    assert!(text.contains("would be cancelled") && text.contains("would stay"), "{text}");
    script.answers = Answers::AtOnce;
    script.press("Enter");
    let [Command::ChangeHours { change: HoursChange::On { exception: Exception::Instead(hours), .. }, .. }] =
        &script.given[..]
    else {
        panic!("{:?}", script.given)
    };
    assert!(hours.is_empty());
    assert!(script.toast().contains("appointments cancelled"), "{}", script.toast());
}

#[test]
fn leaving_is_called_so_and_asks_for_nothing_but_the_day() {
    let mut script = Script::clinic();
    script.press("R");
    let text = script.text();
    assert!(text.contains("Dr Chen leaves") && text.contains("Enter let the provider leave"), "{text}");
    assert!(!text.contains("Hours of") && !text.contains("off"), "{text}");
    script.press("\"+1\" Enter");
    let from = super::fake::day().succ_opt().unwrap();
    assert_eq!(script.given, [Command::RetireProvider { provider: "chen".parse().unwrap(), from }]);
    let mut script = Script::clinic();
    script.press("B");
    assert!(script.text().contains("Time kept free, Dr Chen") && script.text().contains("Enter keep it free"));
}

#[test]
fn a_provider_is_added_with_what_was_typed_and_errors_stay_at_their_field() {
    let mut script = Script::clinic();
    script.press("P \"Dr Noether\" Tab Tab ^u \"9-25\" Enter");
    assert!(script.given.is_empty());
    assert!(script.text().contains("\"25\" is not valid"), "{}", script.text());
    script.press("^u \"8-14\" Enter");
    let [Command::AddProvider(provider)] = &script.given[..] else { panic!("{:?}", script.given) };
    assert_eq!((provider.id.as_str(), provider.name.as_str()), ("noether", "Dr Noether"));
    assert!(script.model.overlays.is_empty());
}

#[test]
fn what_is_wrong_with_a_long_value_is_said_to_the_end() {
    let long = "x".repeat(130);
    let expected = Text::name("name", &long).unwrap_err().expected;
    let mut script = Script::clinic();
    script.resize(80, 24).press(&format!("P \"{long}\" Enter"));
    assert!(script.given.is_empty());
    let text = script.text().replace(['│', '┃'], " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(expected.as_ref()), "{}", script.text());
}

#[test]
fn an_edit_sends_only_what_was_changed() {
    let mut script = Script::clinic();
    script.press("e Enter");
    assert!(script.given.is_empty() && script.model.overlays.is_empty());
    script.press("e Tab ^u \"3\" Enter");
    assert!(matches!(&script.given[..], [Command::ChangeLimit { max_daily_appointments: 3, .. }]));
    script.press("# ^u \"4\" Enter");
    assert!(matches!(script.given.last(), Some(Command::ChangeLimit { max_daily_appointments: 4, .. })));
}

#[test]
fn the_filter_follows_every_letter_and_goes_with_escape() {
    let mut script = Script::clinic();
    let all = script.model.listed().len();
    script.press("/ \"turing\"");
    assert!(script.model.listed().iter().all(|one| one.request.client.as_ref().unwrap().as_str() == "Alan Turing"));
    script.press("Enter");
    assert!(script.model.listed().len() < all && script.model.cursor.pane == Pane::List);
    script.press("Esc");
    assert_eq!(script.model.listed().len(), all);
}

#[test]
fn the_palette_runs_what_was_found() {
    let mut script = Script::clinic();
    script.press(": \"nxt dy\" Enter");
    assert_eq!(script.model.shown.day().to_string(), "2026-11-24");
    script.press(": \"zzzzzz\" Enter");
    assert!(matches!(script.model.overlays[..], [Overlay::Palette(_)]));
}

#[test]
fn the_prompt_of_the_palette_stays_where_it_is_while_a_name_is_typed() {
    let mut script = Script::clinic();
    script.press(":");
    let top = |script: &Script| script.text().lines().position(|line| line.contains("Commands"));
    let before = top(&script);
    script.press("\"next d\"");
    assert_eq!((top(&script), before.is_some()), (before, true));
}

#[test]
fn the_footer_says_how_to_leave() {
    for (columns, rows) in [(160, 45), (80, 24)] {
        let mut script = Script::clinic();
        script.resize(columns, rows);
        assert!(script.text().contains("q quit"), "{}", script.text());
    }
}

#[test]
fn help_lists_every_action_and_is_filtered_by_typing() {
    let mut script = Script::clinic();
    script.press("?");
    let Overlay::Help(help) = &script.model.overlays[0] else { panic!() };
    let listed: usize = help.groups(&script.model).iter().map(|(_, lines)| lines.len()).sum();
    assert_eq!(listed, Action::ALL.len());
    script.press("\"overbook\"");
    let Overlay::Help(help) = &script.model.overlays[0] else { panic!() };
    assert_eq!(help.groups(&script.model).len(), 1);
    script.press("F1");
    assert_eq!(script.model.overlays.len(), 1, "help is not opened above help");
}

#[test]
fn an_unknown_key_gets_a_hint_and_does_nothing() {
    let mut script = Script::clinic();
    let before = at(&script);
    script.press("y");
    assert_eq!(script.toast(), "y does nothing here; ? lists what does");
    script.press("g y");
    assert_eq!(script.toast(), "g y does nothing here; ? lists what does");
    assert_eq!((at(&script), script.given.len()), (before, 0));
}

#[test]
fn an_action_that_makes_no_sense_says_why() {
    let mut script = Script::clinic();
    script.press("End x");
    assert!(script.toast().starts_with("Choose an appointment first"));
    script.press("Space");
    assert_eq!(script.toast(), "No demo is playing");
}

#[test]
fn a_message_goes_with_the_day_it_is_about_and_when_a_window_opens() {
    for keys in ["]", "}", "g d \"fri\" Enter", "b", "?", ":"] {
        let mut script = Script::clinic();
        script.press("t");
        assert_eq!(script.toast(), "This is today");
        script.press(keys);
        assert_eq!(script.toast(), "", "{keys}");
    }
    let mut script = Script::clinic();
    script.press("Home m ] Enter");
    assert!(script.toast().starts_with("Ada Lovelace moved to Tue"), "news of what was done there stays");
}

#[test]
fn control_c_quits_from_everywhere_and_q_backs_out() {
    for open in ["", "b", "Home m", "?", ":", "/", "H", "L", "s", "g"] {
        let mut script = Script::clinic();
        script.press(open).press("^c");
        if open != "g" {
            assert_eq!(script.effects, [Effect::Quit], "{open}");
        }
    }
    let mut script = Script::clinic();
    script.press("L q");
    assert!(script.effects.is_empty() && script.model.overlays.is_empty());
    script.press("q");
    assert_eq!(script.effects, [Effect::Quit]);
}

#[test]
fn the_mouse_can_be_given_back_to_the_terminal() {
    let mut script = Script::clinic();
    script.press("M M");
    assert_eq!(script.effects, [Effect::CaptureMouse(MouseCapture::Off), Effect::CaptureMouse(MouseCapture::On)]);
}

#[test]
fn pasted_text_never_runs_as_commands() {
    let mut script = Script::clinic();
    script.send(crate::tui::message::Message::Paste("qxmb\n".to_owned()));
    assert!(script.effects.is_empty() && script.model.overlays.is_empty());
    script.press("b");
    script.send(crate::tui::message::Message::Paste("Ada\nLovelace\u{1b}[2J".to_owned()));
    assert!(script.text().contains("Ada Lovelace[2J"));
}

#[test]
fn nothing_to_undo_is_no_failure() {
    let mut script = Script::clinic();
    script.press("u");
    let toast = script.model.activity.toast.as_ref().unwrap();
    assert_eq!((toast.severity, toast.text.as_str()), (Severity::Info, "There is nothing to undo"));
}

#[test]
fn an_open_appointment_tells_what_has_happened_to_it_and_goes_on_telling() {
    let mut script = Script::clinic();
    script.press("Home a c Enter");
    let text = script.text();
    assert!(text.contains("history") && text.contains("Ada Lovelace is arrived"), "{text}");
    assert!(text.contains("Ada Lovelace is confirmed"), "{text}");
    let appointment = "r00".parse().unwrap();
    script.elsewhere(Command::SetStatus { appointment, status: Status::NoShow });
    assert!(script.text().contains("Ada Lovelace did not come"), "{}", script.text());
    let other = "r01".parse().unwrap();
    script.elsewhere(Command::SetStatus { appointment: other, status: Status::NoShow });
    assert!(!script.text().contains("Grace Hopper did not come"), "{}", script.text());
}
