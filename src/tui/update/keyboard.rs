//! Keys and pasted text on their way to an action, a window or a hint.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{act, with_top};
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::form::Edit;
use crate::tui::keys::{Chord, Resolution};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::overlay::Overlay;

/// A key was pressed.
pub(super) fn key(model: &mut Model, key: KeyEvent, cx: &mut Cx<'_>) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    let context = model.context();
    model.pressed.push(Chord::from(key));
    match model.settings.keymap.resolve(context, &model.pressed) {
        Resolution::Prefix => {}
        Resolution::Action(action) => {
            model.pressed.clear();
            act::run(model, action, cx);
        }
        Resolution::Unknown => {
            let pressed = std::mem::take(&mut model.pressed);
            if pressed.len() > 1 {
                return unknown(model, &pressed);
            }
            match model.overlays.last() {
                Some(_) => with_top(model, cx, |top, model, cx| top.layer_mut().edit(&Edit::Key(key), model, cx)),
                None => unknown(model, &pressed),
            }
        }
    }
}

/// Text was pasted: into what takes text, and nowhere else, so that it never runs as commands.
pub(super) fn paste(model: &mut Model, text: String, cx: &mut Cx<'_>) {
    model.pressed.clear();
    if model.context() == Context::Form {
        with_top(model, cx, |top, model, cx| top.layer_mut().edit(&Edit::Paste(text), model, cx));
    } else {
        model.say(Severity::Info, "Text can be pasted into a form; open one first");
    }
}

/// A key that means nothing here gets a gentle hint, and nothing else.
fn unknown(model: &mut Model, pressed: &[Chord]) {
    let keys = pressed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let help = model.settings.keymap.shown(Action::Help).into_iter().next();
    if keys == "Esc" || keys.ends_with(" Esc") {
        return;
    }
    let more = help.map(|key| format!("; {key} lists what does")).unwrap_or_default();
    model.say(Severity::Info, format!("{keys} does nothing here{more}"));
}

/// Opens a window above the others; a message about what was done before goes.
pub(super) fn open(model: &mut Model, overlay: impl Into<Option<Overlay>>) {
    if let Some(overlay) = overlay.into() {
        model.activity.toast = None;
        model.overlays.push(overlay);
    }
}
