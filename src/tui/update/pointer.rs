//! The mouse: a click selects, a second one opens, the wheel moves.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::{act, with_top};
use crate::tui::actions::{Action, Context};
use crate::tui::cursor::Pane;
use crate::tui::form::Edit;
use crate::tui::hits::Target;
use crate::tui::message::Cx;
use crate::tui::model::Model;

/// How soon the second click of a double one comes.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// The mouse did something.
pub(super) fn mouse(model: &mut Model, mouse: MouseEvent, target: Option<Target>, cx: &mut Cx<'_>) {
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => click(model, target, cx),
        MouseEventKind::ScrollDown => wheel(model, Action::Down, target.as_ref(), cx),
        MouseEventKind::ScrollUp => wheel(model, Action::Up, target.as_ref(), cx),
        _ => {}
    }
}

fn click(model: &mut Model, target: Option<Target>, cx: &mut Cx<'_>) {
    model.pressed.clear();
    let Some(target) = target else { return };
    if !model.overlays.is_empty() {
        // A click beside a window does not close it: what was typed must not be lost to a slip.
        if let Target::Line(line) = target {
            with_top(model, cx, |top, model, cx| top.layer_mut().edit(&Edit::Pick(line), model, cx));
        }
        return;
    }
    let again = model.clicked.take().is_some_and(|(at, on)| on == target && cx.now.elapsed <= at + DOUBLE_CLICK);
    match &target {
        Target::Pane(pane) => model.focus(*pane),
        Target::Provider(provider) => {
            model.cursor.pane = Pane::Timelines;
            let minute = model.cursor.minute;
            put_cursor(model, provider, minute);
        }
        Target::Slot(provider, minute) => {
            model.cursor.pane = Pane::Timelines;
            put_cursor(model, provider, *minute);
        }
        Target::Listed(id) => {
            model.cursor.pane = Pane::List;
            model.select(id);
        }
        Target::Line(_) | Target::Window => {}
    }
    if again {
        act::run(model, Action::Open, cx);
    } else {
        model.clicked = Some((cx.now.elapsed, target));
    }
}

fn put_cursor(model: &mut Model, provider: &crate::domain::ProviderId, minute: crate::domain::Minute) {
    if let Some(snapshot) = model.shown.snapshot() {
        model.cursor.place(snapshot, provider, minute);
    }
}

fn wheel(model: &mut Model, action: Action, target: Option<&Target>, cx: &mut Cx<'_>) {
    let in_window = match (model.context(), action) {
        (Context::Form, Action::Down) => Action::FormNext,
        (Context::Form, _) => Action::FormPrevious,
        (Context::Menu, Action::Down) => Action::MenuDown,
        (Context::Menu, _) => Action::MenuUp,
        (Context::Carry, _) => return,
        (Context::Desk | Context::Anywhere, action) => action,
    };
    // The wheel scrolls what it is over.
    match target {
        Some(Target::Listed(_) | Target::Pane(Pane::List)) if model.overlays.is_empty() => model.focus(Pane::List),
        Some(Target::Slot(..) | Target::Provider(_) | Target::Pane(Pane::Timelines)) if model.overlays.is_empty() => {
            model.focus(Pane::Timelines);
        }
        _ => {}
    }
    act::run(model, in_window, cx);
}
