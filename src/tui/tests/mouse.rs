//! What the mouse does: it hits what was drawn.

use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::script::{Script, lines};
use crate::tui::cursor::Pane;
use crate::tui::message::Message;
use crate::tui::overlay::Overlay;
use crate::tui::view;

/// Does something with the mouse where `text` is on the screen, at its first or only place.
fn on(script: &mut Script, text: &str, kind: MouseEventKind) {
    let (width, height) = script.model.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let hits = view::draw(&script.model, &mut buffer);
    let lines = lines(&buffer);
    let (row, line) = lines.iter().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let before = &line[..line.find(text).unwrap()];
    let column = crate::tui::widgets::width(before) + 1;
    let row = u16::try_from(row).unwrap();
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    script.send(Message::Mouse(event, hits.at(column, row)));
}

const CLICK: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn a_click_selects_a_provider_an_appointment_and_its_pane() {
    let mut script = Script::clinic();
    on(&mut script, "Dr Kowalski", CLICK);
    assert_eq!(script.model.cursor.provider.as_ref().unwrap().as_str(), "kowalski");
    on(&mut script, "Katherine Johnson", CLICK);
    assert_eq!(script.model.cursor.pane, Pane::List);
    let selected = script.model.selected().unwrap();
    assert_eq!(selected.request.client.as_ref().unwrap().as_str(), "Katherine Johnson");
    on(&mut script, "◆ED", CLICK);
    assert_eq!(script.model.cursor.pane, Pane::Timelines);
    let selected = script.model.selected().unwrap();
    assert_eq!(selected.request.client.as_ref().unwrap().as_str(), "Edsger Dijkstra");
}

#[test]
fn a_double_click_opens_and_two_slow_ones_do_not() {
    let mut script = Script::clinic();
    on(&mut script, "Katherine Johnson", CLICK);
    script.now.elapsed += Duration::from_secs(2);
    on(&mut script, "Katherine Johnson", CLICK);
    assert!(script.model.overlays.is_empty());
    on(&mut script, "Katherine Johnson", CLICK);
    assert!(matches!(script.model.overlays[..], [Overlay::Details(_)]));
}

#[test]
fn the_wheel_scrolls_what_it_is_over() {
    let mut script = Script::clinic();
    let first = script.model.listed()[0].id().clone();
    on(&mut script, "Katherine Johnson", MouseEventKind::ScrollDown);
    assert_eq!(script.model.cursor.pane, Pane::List);
    assert_ne!(script.model.cursor.appointment, Some(first));
    on(&mut script, "09:00–12:00", MouseEventKind::ScrollDown);
    assert_eq!(script.model.cursor.pane, Pane::Timelines);
}

#[test]
fn a_click_beside_a_form_loses_nothing_and_one_on_a_field_goes_there() {
    let mut script = Script::clinic();
    script.press("b \"Ada\"");
    on(&mut script, "Dr Kowalski", CLICK);
    assert!(script.text().contains("Ada") && script.model.overlays.len() == 1);
    on(&mut script, "Between", CLICK);
    script.press("^u \"9-12\"");
    assert!(script.text().contains("9-12"));
}
