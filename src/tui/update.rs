//! What every message does to the model. Synchronous and total: nothing waits here, nothing fails.

mod act;
mod keyboard;
mod motion;
mod pointer;

use std::sync::Arc;

use super::actions::{Action, Context, When};
use super::activity::Severity;
use super::cursor::Pane;
use super::message::{Cx, Message, Reply, Ticket};
use super::model::{Model, Welcome};
use super::overlay::{Claim, Next, Overlay, WelcomeMenu, announce};
use super::sentences;
use super::shown::Loaded;
use super::view;
use super::widgets::keep_visible;
use crate::desk::{Answer, DeskError, Feedback};
use crate::domain::{Action as Happened, Appointment, Event, Minute, TimeRange};

/// Takes in a message; what it wants done is left in `cx`.
pub(super) fn update(model: &mut Model, message: Message, cx: &mut Cx<'_>) {
    let before = std::mem::replace(&mut model.now, cx.now);
    model.activity.expire(cx.now);
    if before.today != cx.now.today && model.shown.day() == before.today {
        model.left_behind = Some(before.today);
    }
    match message {
        Message::Key(key) => keyboard::key(model, key, cx),
        Message::Paste(text) => keyboard::paste(model, text, cx),
        Message::Mouse(mouse, target) => pointer::mouse(model, mouse, target, cx),
        Message::Resized(columns, rows) => model.size = (columns, rows),
        Message::Feed(Feedback::Events(events)) => feed(model, &events, cx),
        // What was missed cannot be guessed: the day is read again.
        Message::Feed(Feedback::Lagged) => model.turn_to(cx, model.shown.day()),
        Message::Pulse(pulse) => model.activity.looked(pulse, cx.now),
        Message::Demo(state) => model.demo = Some(state),
        Message::Reply(ticket, reply) => answered(model, ticket, reply, cx),
        Message::Clock => {
            retry(model, cx);
            keep_up(model);
        }
    }
    catch_up(model, cx);
    settle(model);
}

/// Whoever left the desk open on today means today: it turns at midnight, or when the window that was open
/// then is closed.
fn catch_up(model: &mut Model, cx: &mut Cx<'_>) {
    if !model.overlays.is_empty() {
        return;
    }
    if model.left_behind.take() == Some(model.shown.day()) {
        model.turn_to(cx, cx.now.today);
    }
}

/// Loads the first day.
pub(super) fn start(model: &mut Model, cx: &mut Cx<'_>) {
    model.turn_to(cx, cx.now.today);
}

/// A day that could not be read is tried again once a minute.
fn retry(model: &mut Model, cx: &mut Cx<'_>) {
    if model.snapshot().is_none() && !model.shown.is_loading() {
        model.turn_to(cx, model.shown.day());
    }
}

fn feed(model: &mut Model, events: &[Arc<Event>], cx: &mut Cx<'_>) {
    model.shown.apply(events);
    for event in events {
        model.activity.event(event, model.shown.day(), cx.now);
    }
    let mut overlays = std::mem::take(&mut model.overlays);
    for overlay in &mut overlays {
        for event in events {
            overlay.layer_mut().event(event, model, cx);
        }
    }
    model.overlays = overlays;
}

fn answered(model: &mut Model, ticket: Ticket, reply: Reply, cx: &mut Cx<'_>) {
    model.pending.remove(&ticket);
    if let Reply::Answer(Err(DeskError::Store(_))) = &reply {
        model.activity.store_failed();
    }
    let mut reply = reply;
    for at in (0..model.overlays.len()).rev() {
        let mut overlay = model.overlays.remove(at);
        match overlay.layer_mut().reply(ticket, reply, model, cx) {
            Claim::Mine(next) => return place(model, at, overlay, next, cx),
            Claim::Other(back) => {
                reply = back;
                model.overlays.insert(at, overlay);
            }
        }
    }
    match reply {
        Reply::Day(result) => match model.shown.loaded(ticket, result) {
            Loaded::Opened => opened(model),
            Loaded::Again => model.turn_to(cx, model.shown.day()),
            Loaded::Failed(error) => model.say(Severity::Error, sentences::capitalised(&error.to_string())),
            Loaded::Refreshed | Loaded::Outdated => {}
        },
        // Whoever asked is gone: the answer is told, and a failure is not lost.
        Reply::Answer(Ok(answer)) => {
            announce(&answer, model);
            if model.overlays.is_empty() {
                go_back(model, &answer, cx);
            }
        }
        Reply::Answer(Err(DeskError::NothingToUndo)) => {
            model.say(Severity::Info, sentences::capitalised(&DeskError::NothingToUndo.to_string()));
        }
        Reply::Answer(Err(error)) => model.say(Severity::Error, sentences::failed(&error)),
        Reply::Proposal(_) | Reply::Hours(_) | Reply::Log(_) => {}
    }
}

/// After an undo the cursor goes to what came back, so that row and selection mean the same person.
fn go_back(model: &mut Model, answer: &Answer, cx: &mut Cx<'_>) {
    let Answer::Decided(event) = answer else { return };
    let (Happened::Undone(_), Some(edit)) = (&event.draft.action, event.draft.edits.appointments.first()) else {
        return;
    };
    if let Some(appointment) = edit.after.as_ref().or(edit.before.as_ref()) {
        model.go_to(cx, appointment);
    }
    if edit.after.is_none() {
        model.cursor.appointment = None;
    }
}

/// Another day is on the screen: what lies under the cursor is selected, and an empty desk is welcomed,
/// once.
fn opened(model: &mut Model) {
    put_on_somebody(model);
    if let (None, Some(provider), Some(snapshot)) =
        (&model.cursor.appointment, model.cursor.provider.clone(), model.shown.snapshot())
    {
        model.cursor.place(snapshot, &provider, model.cursor.minute);
    }
    show_what_is_to_come(model);
    if model.rows().is_empty() && model.welcome == Welcome::Due && model.overlays.is_empty() {
        model.overlays.push(Overlay::Welcome(WelcomeMenu::default()));
    }
    model.welcome = Welcome::Offered;
}

/// Scrolls past what is over, which matters least of today's list.
fn show_what_is_to_come(model: &mut Model) {
    let is_today = model.shown.day() == model.now.today;
    let over = |one: &&Arc<Appointment>| is_today && one.slot.end() <= model.now.minute;
    model.scroll.list = model.listed().into_iter().take_while(over).count();
}

/// A list that nobody reads in keeps up with the day; nothing that is selected moves.
fn keep_up(model: &mut Model) {
    let is_read = model.cursor.pane == Pane::List || model.cursor.appointment.is_some() || !model.filter.is_empty();
    if !is_read && model.snapshot().is_some() {
        show_what_is_to_come(model);
    }
}

/// Gives the topmost window something to do, and does with it what that comes to.
fn with_top(model: &mut Model, cx: &mut Cx<'_>, f: impl FnOnce(&mut Overlay, &mut Model, &mut Cx<'_>) -> Next) {
    if let Some(mut overlay) = model.overlays.pop() {
        let next = f(&mut overlay, model, cx);
        let at = model.overlays.len();
        place(model, at, overlay, next, cx);
    }
}

fn place(model: &mut Model, at: usize, overlay: Overlay, next: Next, cx: &mut Cx<'_>) {
    match next {
        Next::Stay => model.overlays.insert(at, overlay),
        Next::Close => {}
        Next::Open(other) => {
            model.overlays.insert(at, overlay);
            model.overlays.push(other);
        }
        Next::Run(action) => act::run(model, action, cx),
    }
}

impl Model {
    /// What has the keyboard.
    pub(super) fn context(&self) -> Context {
        self.overlays.last().map_or(Context::Desk, |overlay| overlay.layer().context())
    }

    /// Whether an action makes sense now.
    pub(super) fn allows(&self, action: Action) -> bool {
        match action.entry().when {
            When::Always => true,
            When::AnyProvider => !self.rows().is_empty(),
            When::OnProvider => self.row().is_some(),
            When::OnAppointment => self.selected().is_some_and(|one| one.is_live()),
            When::InDemo => self.demo.is_some(),
            When::AwayFromToday => self.shown.day() != self.now.today,
        }
    }
}

/// Puts right what a change has left hanging: the cursor stands on somebody, panes and axis follow it.
fn settle(model: &mut Model) {
    if !model.rows().is_empty() {
        model.overlays.retain(|overlay| !matches!(overlay, Overlay::Welcome(menu) if !menu.is_waiting()));
    }
    put_on_somebody(model);
    let (rows, list) = view::visible(model);
    let ghost = model.overlays.iter().rev().find_map(|overlay| overlay.layer().ghost());
    let haunted = ghost.and_then(|ghost| model.rows().iter().position(|row| row.provider.id == ghost.provider));
    if let Some(at) = haunted.or_else(|| model.row_number()) {
        model.scroll.providers = keep_visible(model.scroll.providers, at, rows, model.rows().len());
    }
    let listed = model.listed();
    let total = listed.len();
    let at = model.cursor.appointment.as_ref().and_then(|id| listed.iter().position(|one| one.id() == id));
    model.scroll.list = match at {
        Some(at) => keep_visible(model.scroll.list, at, list, total),
        None => model.scroll.list.min(total.saturating_sub(list)),
    };
    model.zoom = model.zoom.map(|zoom| follow(zoom, model.cursor.minute));
}

/// The cursor stands on a provider as long as there is one.
fn put_on_somebody(model: &mut Model) {
    if model.row().is_none()
        && let Some(first) = model.rows().first().map(|row| row.provider.id.clone())
    {
        model.cursor.provider = Some(first);
    }
}

/// The stretch moved as little as possible so that the minute is on it.
fn follow(zoom: TimeRange, minute: Minute) -> TimeRange {
    let length = zoom.len();
    let start = if minute < zoom.start() {
        minute.get() / 30 * 30
    } else if minute >= zoom.end() {
        (minute.get() / 30 + 1) * 30 - length.min((minute.get() / 30 + 1) * 30)
    } else {
        return zoom;
    };
    let start = start.min(1440 - length);
    TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).unwrap_or(zoom)
}
