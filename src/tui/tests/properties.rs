//! What holds whatever is pressed.

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;

use super::script::{Answers, Script};
use crate::tui::message::Message;
use crate::tui::view;

const KEYS: &[&str] = &[
    "h",
    "j",
    "k",
    "l",
    "g",
    "G",
    "b",
    "x",
    "m",
    "a",
    "s",
    "u",
    "H",
    "B",
    "P",
    "e",
    "R",
    "S",
    "L",
    "#",
    "/",
    ":",
    "?",
    "n",
    "t",
    "T",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    "0",
    "1",
    "2",
    "(",
    ")",
    "Enter",
    "Esc",
    "Tab",
    "Shift-Tab",
    "Up",
    "Down",
    "Left",
    "Right",
    "PgDn",
    "PgUp",
    "Home",
    "End",
    "Backspace",
    "^d",
    "^u",
    "^l",
    "^o",
    "Alt-1",
    "Space",
    "F1",
    "é",
    ".",
    ",",
];

#[derive(Debug, Clone)]
enum Doing {
    Key(usize),
    Click(u16, u16),
    Wheel(u16, u16),
    Resize(u16, u16),
    Answer,
    Elsewhere,
}

fn doings() -> impl Strategy<Value = Vec<Doing>> {
    let one = prop_oneof![
        12 => (0..KEYS.len()).prop_map(Doing::Key),
        2 => (0u16..170, 0u16..50).prop_map(|(x, y)| Doing::Click(x, y)),
        1 => (0u16..170, 0u16..50).prop_map(|(x, y)| Doing::Wheel(x, y)),
        1 => (0u16..170, 0u16..50).prop_map(|(x, y)| Doing::Resize(x, y)),
        2 => Just(Doing::Answer),
        1 => Just(Doing::Elsewhere),
    ];
    prop::collection::vec(one, 1..50)
}

fn mouse(kind: MouseEventKind, column: u16, row: u16, script: &mut Script) {
    let (width, height) = script.model.size;
    let mut buffer = ratatui::buffer::Buffer::empty(ratatui::layout::Rect::new(0, 0, width, height));
    let target = view::draw(&script.model, &mut buffer).at(column, row);
    script.send(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }, target));
}

fn run(script: &mut Script, doing: &Doing) {
    match doing {
        Doing::Key(at) => {
            script.press(KEYS[*at]);
        }
        Doing::Click(x, y) => mouse(MouseEventKind::Down(MouseButton::Left), *x, *y, script),
        Doing::Wheel(x, y) => mouse(MouseEventKind::ScrollDown, *x, *y, script),
        Doing::Resize(x, y) => {
            script.resize(*x, *y);
        }
        Doing::Answer => script.answer(),
        Doing::Elsewhere => {
            let selected = script.model.listed().first().map(|one| one.id().clone());
            if let Some(appointment) = selected {
                let status = crate::domain::Status::Arrived;
                let command = crate::desk::Command::SetStatus { appointment, status };
                if script.desk.clone().submit(command.clone()).is_ok() {
                    script.elsewhere(command);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_pressed_stops_the_screen_and_escape_always_leads_home(doings in doings()) {
        let mut script = Script::clinic();
        script.answers = Answers::Held;
        for doing in &doings {
            run(&mut script, doing);
            let (width, height) = script.model.size;
            script.screen(width, height);
        }
        for _ in 0..20 {
            script.press("Esc");
        }
        prop_assert!(script.model.overlays.is_empty() && script.model.pressed.is_empty());
        prop_assert!(script.model.filter.is_empty());
    }

    #[test]
    fn every_size_can_be_drawn(width in 1u16..200, height in 1u16..60, keys in prop::sample::select(KEYS)) {
        let mut script = Script::clinic();
        script.press("Home").resize(width, height).press(keys);
        script.screen(width, height);
    }
}
