//! Damaged sessions and damaged words: nothing typed, pasted or clicked stops the screen or reaches it raw.

use chrono::{Datelike, NaiveDate};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::script::{Answers, Script, event};
use crate::domain::{Invalid, Status};
use crate::fuzzing::{Target, check_sentence, is_harmless};
use crate::tui::message::Message;
use crate::tui::{typed, view};

const TYPED_WORDS: &[&str] = &[
    "9",
    "930",
    "9:30",
    "9.30",
    "9h30",
    "24",
    "24:00",
    "2400",
    "2401",
    "0",
    "00",
    "-",
    "–",
    "—",
    "..",
    " to ",
    "+",
    "+30",
    "-1",
    "+3",
    "am",
    "PM",
    "morning",
    "afternoon",
    "any",
    "off",
    ",",
    ";",
    " ",
    "\t",
    "h",
    "m",
    "min",
    "1h30",
    "25h",
    "1440",
    "1441",
    "65535",
    "65536",
    "today",
    "tomorrow",
    "yesterday",
    "t",
    "mon",
    "Friday",
    "24.12",
    "29.2",
    "31.2.2026",
    "24.12.2026",
    "2026-12-24",
    "9999-12-31",
    "+12026-01-01",
    "-0001-01-01",
    "1970-01-01",
    "٣",
    "９",
    "İ",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{a0}",
];

#[test]
fn fuzz_typed_words() {
    let days = ["2026-11-23", "2028-02-29", "1970-01-01", "9999-12-31"].map(|day| day.parse::<NaiveDate>().unwrap());
    Target::new("typed", TYPED_WORDS).run_text("fuzz_typed_words", 6_000, |text| {
        for line in text.lines() {
            meant("start", line, typed::minute, ToString::to_string);
            meant("range", line, typed::range, ToString::to_string);
            meant("range", line, typed::range, |range| format!("{}-{}", range.start(), range.end()));
            meant("hours", line, typed::ranges, ToString::to_string);
            meant("duration", line, typed::duration, ToString::to_string);
            for today in days {
                let date = |field, text: &str| typed::date(field, text, today);
                meant("day", line, date, |day| {
                    assert!((1970..=9999).contains(&day.year()), "{day}");
                    day.to_string()
                });
            }
        }
    });
}

/// What was understood is understood again when it is typed as it is shown; what was not is told in a sentence.
fn meant<T: PartialEq + std::fmt::Debug>(
    field: &'static str,
    text: &str,
    read: impl Fn(&'static str, &str) -> Result<T, Invalid>,
    shown: impl Fn(&T) -> String,
) {
    match read(field, text) {
        Ok(value) => assert_eq!(read(field, &shown(&value)).as_ref(), Ok(&value), "{text:?}"),
        Err(error) => {
            assert_eq!(error.field, field);
            check_sentence(&error.to_string(), 200);
        }
    }
}

const SESSION_WORDS: &[&str] = &[
    "key b\n",
    "key Enter\n",
    "key Esc\n",
    "key Tab\n",
    "key Shift-Tab\n",
    "key ^o\n",
    "key ^o\nkey ^o\n",
    "key F2\n",
    "key u\n",
    "key m\n",
    "key x\n",
    "key H\n",
    "key B\n",
    "key P\n",
    "key e\n",
    "key #\n",
    "key R\n",
    "key S\n",
    "key L\n",
    "key :\n",
    "key ?\n",
    "key /\n",
    "key g\n",
    "key n\n",
    "key ]\n",
    "key {\n",
    "key T\n",
    "key )\n",
    "key (\n",
    "key >\n",
    "key s\n",
    "key a\n",
    "key d\n",
    "key N\n",
    "key Backspace\n",
    "key Del\n",
    "key ^w\n",
    "answer\n",
    "hold\n",
    "at once\n",
    "elsewhere\n",
    "resize 1 1\n",
    "resize 60 16\n",
    "resize 65535 1\n",
    "resize 80 24\n",
    "resize 200 60\n",
    "click 10 5\n",
    "wheel 10 5\n",
    "click 65535 65535\n",
    "type 9-12\n",
    "type 24\n",
    "type 23:55+5\n",
    "type off\n",
    "type 1440\n",
    "type \u{1b}[2J\u{202e}\u{9b}31m\n",
    "type 👩‍👩‍👧‍👦\n",
    "type e\u{301}\u{301}\u{301}\n",
    "type 田中 先生\n",
    "type +9999\n",
    "type 9999-12-31\n",
    "type 1970-01-01\n",
    "paste \u{1b}[200~x\n",
    "paste 9-12\n",
    "0",
    "1",
    "9",
    "160",
    "45",
    "65535",
];

#[test]
fn fuzz_sessions() {
    Target::new("session", SESSION_WORDS).run_text("fuzz_sessions", 60, |text| {
        let mut script = Script::clinic();
        script.resize(80, 24);
        // Longer sessions are no other ones, and each step is drawn.
        for line in text.lines().take(60) {
            step(&mut script, line);
            draw(&script, script.model.size);
        }
        for size in [(1, 1), (2, 200), (59, 15), (60, 16), (160, 45)] {
            script.resize(size.0, size.1);
            draw(&script, size);
        }
        script.answers = Answers::AtOnce;
        script.answer();
        for _ in 0..20 {
            script.press("Esc");
        }
        assert!(script.model.overlays.is_empty(), "escape leads home");
    });
}

/// One line of a session; what is none is nothing.
fn step(script: &mut Script, line: &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let numbers: Vec<u16> = rest.split(' ').filter_map(|number| number.parse().ok()).collect();
    match (word, numbers.as_slice()) {
        ("key", _) if !rest.is_empty() => script.send(Message::Key(event(rest))),
        ("type", _) => {
            for c in rest.chars().take(80) {
                script.send(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
            }
        }
        ("paste", _) => script.send(Message::Paste(rest.replace("\\n", "\n"))),
        ("click", [x, y]) => mouse(script, MouseEventKind::Down(MouseButton::Left), *x, *y),
        ("wheel", [x, y]) => mouse(script, MouseEventKind::ScrollDown, *x, *y),
        // A terminal of a million cells is drawn as any other, only too slowly for a test.
        ("resize", [width, height]) if u32::from(*width) * u32::from(*height) <= 70_000 => {
            script.resize(*width, *height);
        }
        ("answer", _) => script.answer(),
        ("hold", _) => script.answers = Answers::Held,
        ("at", _) => {
            script.answers = Answers::AtOnce;
            script.answer();
        }
        ("elsewhere", _) => elsewhere(script),
        _ => {}
    }
}

fn mouse(script: &mut Script, kind: MouseEventKind, column: u16, row: u16) {
    let target = draw(script, script.model.size).at(column, row);
    script.send(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }, target));
}

/// Somebody else changes the first appointment of the list.
fn elsewhere(script: &mut Script) {
    if let Some(appointment) = script.model.listed().first().map(|one| one.id().clone()) {
        let command = crate::desk::Command::SetStatus { appointment, status: Status::Arrived };
        if script.desk.clone().submit(command.clone()).is_ok() {
            script.elsewhere(command);
        }
    }
}

/// Draws the screen and looks at every cell.
fn draw(script: &Script, (width, height): (u16, u16)) -> crate::tui::hits::Hits {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let hits = view::draw(&script.model, &mut buffer);
    for cell in &buffer.content {
        assert!(cell.symbol().chars().all(is_harmless), "{:?} reaches the terminal", cell.symbol());
    }
    hits
}
