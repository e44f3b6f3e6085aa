//! What each action of the desk does.

use chrono::{Days, NaiveDate};

use super::{keyboard::open, motion, with_top};
use crate::demo::DemoControl;
use crate::desk::{Command, Destination, Past};
use crate::domain::{Appointment, Minutes, RequestId, Status, TimeRange};
use crate::tui::actions::{Action, Context, When};
use crate::tui::activity::Severity;
use crate::tui::cursor::Pane;
use crate::tui::message::{Cx, Effect, MouseCapture};
use crate::tui::model::Model;
use crate::tui::overlay::{
    Book, Cancel, Carry, Details, Find, Help, Hours, Log, Overlay, Palette, Prompt, ProviderForm, Scope, Services,
    StatusMenu,
};

/// Runs an action: of the topmost window, of the desk, or of both.
pub(super) fn run(model: &mut Model, action: Action, cx: &mut Cx<'_>) {
    match action.entry().context {
        Context::Carry | Context::Form | Context::Menu => {
            with_top(model, cx, |top, model, cx| top.layer_mut().act(action, model, cx));
        }
        Context::Desk | Context::Anywhere if !model.allows(action) => {
            model.say(Severity::Info, why_not(action.entry().when));
        }
        Context::Desk | Context::Anywhere => desk(model, action, cx),
    }
}

/// Why an action makes no sense now.
fn why_not(when: When) -> &'static str {
    match when {
        When::Always => "This is not possible now",
        When::AnyProvider => "There is no provider to book yet; P adds one",
        When::OnProvider => "Choose a provider first",
        When::OnAppointment => "Choose an appointment first; a cancelled one stays as it is",
        When::InDemo => "No demo is playing",
        When::AwayFromToday => "This is today",
    }
}

fn desk(model: &mut Model, action: Action, cx: &mut Cx<'_>) {
    if motion::run(model, action, cx) || window(model, action, cx) {
        return;
    }
    match action {
        Action::Arrived => set_selected(model, cx, Status::Arrived),
        Action::Confirm => set_selected(model, cx, Status::Confirmed),
        Action::InProgress => set_selected(model, cx, Status::InProgress),
        Action::Done => set_selected(model, cx, Status::Done),
        Action::NoShow => set_selected(model, cx, Status::NoShow),
        Action::Longer => resize(model, cx, model.settings.grid.into()),
        Action::Shorter => resize(model, cx, -i64::from(model.settings.grid)),
        Action::Undo => {
            model.submit(cx, None, vec![Command::Undo]);
        }
        Action::Theme => {
            model.settings.theme = model.settings.theme.next();
            model.say(Severity::Info, format!("Theme: {}", model.settings.theme.name()));
        }
        Action::Mouse => toggle_mouse(model, cx),
        Action::Reload => {
            cx.want(Effect::Redraw);
            model.turn_to(cx, model.shown.day());
        }
        Action::Back => {
            model.filter.clear();
            model.activity.toast = None;
        }
        Action::Quit | Action::ForceQuit => cx.want(Effect::Quit),
        Action::Suspend => cx.want(Effect::Suspend),
        Action::DemoPause => cx.want(Effect::Demo(DemoControl::TogglePause)),
        Action::DemoFaster => cx.want(Effect::Demo(DemoControl::Faster)),
        Action::DemoSlower => cx.want(Effect::Demo(DemoControl::Slower)),
        _ => {}
    }
}

/// Actions that open a window; whether this was one.
fn window(model: &mut Model, action: Action, cx: &mut Cx<'_>) -> bool {
    let overlay = match action {
        Action::Book => Some(book(model, cx)),
        Action::Open => Details::new(model, cx).map(Overlay::Details).or_else(|| Some(book(model, cx))),
        Action::Move => Carry::new(model).map(|carry| Overlay::Carry(Box::new(carry))),
        Action::Cancel => Cancel::new(model).map(Overlay::Cancel),
        Action::Status => StatusMenu::new(model).map(Overlay::Status),
        Action::Hours => hours(Scope::ThisDay, model, cx),
        Action::BlockOut => hours(Scope::BlockOut, model, cx),
        Action::Retire => hours(Scope::Retire, model, cx),
        Action::AddProvider => Some(Overlay::Provider(ProviderForm::add())),
        Action::EditProvider => ProviderForm::edit(model).map(Overlay::Provider),
        Action::Limit => Prompt::limit(model).map(Overlay::Prompt),
        Action::Services => Some(Overlay::Services(Services::default())),
        Action::Find => Some(Overlay::Find(Find::new(model))),
        Action::GoToDate => Some(Overlay::Prompt(Prompt::date())),
        Action::Log => Some(Overlay::Log(Log::new(model, cx))),
        Action::Palette => Some(Overlay::Palette(Palette::new())),
        Action::Help | Action::HelpHere => {
            // Help above help would only have to be closed twice.
            let context = model.context();
            let already = matches!(model.overlays.last(), Some(Overlay::Help(_)));
            (!already).then(|| Overlay::Help(Help::new(context)))
        }
        _ => return false,
    };
    open(model, overlay);
    true
}

fn book(model: &mut Model, cx: &mut Cx<'_>) -> Overlay {
    Overlay::Book(Box::new(Book::new(model, cx)))
}

fn hours(scope: Scope, model: &mut Model, cx: &mut Cx<'_>) -> Option<Overlay> {
    Hours::new(scope, model, cx).map(|hours| Overlay::Hours(Box::new(hours)))
}

fn toggle_mouse(model: &mut Model, cx: &mut Cx<'_>) {
    model.settings.mouse = model.settings.mouse.toggled();
    cx.want(Effect::CaptureMouse(model.settings.mouse));
    let text = match model.settings.mouse {
        MouseCapture::On => "The mouse is the desk's: clicks select, the wheel scrolls",
        MouseCapture::Off => "The mouse is the terminal's: select text with it",
    };
    model.say(Severity::Info, text);
}

fn set_selected(model: &mut Model, cx: &mut Cx<'_>, status: Status) {
    if let Some(id) = model.selected().map(|one| one.id().clone()) {
        model.set_status(cx, id, status);
    }
}

/// Makes the selected appointment longer or shorter where it is, if the desk agrees.
fn resize(model: &mut Model, cx: &mut Cx<'_>, by: i64) {
    let Some(appointment) = model.selected().cloned() else { return };
    let duration = Minutes::new(i64::from(appointment.slot.len()) + by);
    let resized =
        duration.ok().and_then(|duration| Some((duration, TimeRange::starting(appointment.slot.start(), duration)?)));
    let Some((duration, range)) = resized else {
        return model.say(Severity::Warning, "An appointment takes at least a minute and ends on its day");
    };
    let to = Destination { provider: Some(appointment.provider.clone()), day: appointment.day, range, duration };
    let id = appointment.id().clone();
    // It has begun already or will: its start stays, so minutes gone by are no matter.
    let command = Command::Move { appointment: id.clone(), to, past: Past::Allow };
    model.submit(cx, Some(id), vec![command]);
}

impl Model {
    /// Asks for a status; it is shown when the book has it.
    pub(in crate::tui) fn set_status(&mut self, cx: &mut Cx<'_>, appointment: RequestId, status: Status) {
        let command = Command::SetStatus { appointment: appointment.clone(), status };
        self.submit(cx, Some(appointment), vec![command]);
    }

    /// Turns the pages of the calendar.
    pub(in crate::tui) fn turn_by(&mut self, cx: &mut Cx<'_>, days: i32) {
        let step = Days::new(days.unsigned_abs().into());
        let day = self.shown.day();
        let day = if days < 0 { day.checked_sub_days(step) } else { day.checked_add_days(step) };
        // What cannot be typed or stored cannot be turned to either.
        if let Some(day) = day.filter(|day| (1970..=9999).contains(&chrono::Datelike::year(day))) {
            self.leaf_to(cx, day);
        }
    }

    /// Turns to a day because somebody wants to see it; a message about the one before goes.
    pub(in crate::tui) fn leaf_to(&mut self, cx: &mut Cx<'_>, day: NaiveDate) {
        if day != self.shown.day() {
            self.activity.toast = None;
        }
        self.turn_to(cx, day);
    }

    /// Selects the first appointment that matches the filter, unless the selected one does.
    pub(in crate::tui) fn select_first_match(&mut self) {
        let listed = self.listed();
        let selected = listed.iter().any(|one| Some(one.id()) == self.cursor.appointment.as_ref());
        if let Some(first) = listed.first().filter(|_| !selected).map(|one| one.id().clone()) {
            self.select(&first);
        }
    }

    /// Selects the match some places further on in the list.
    pub(in crate::tui) fn select_next_match(&mut self, by: isize) {
        let listed = self.listed();
        let at = listed.iter().position(|one| Some(one.id()) == self.cursor.appointment.as_ref());
        let last = listed.len().saturating_sub(1);
        let to = at.map_or(if by < 0 { last } else { 0 }, |at| at.saturating_add_signed(by).min(last));
        if let Some(id) = listed.get(to).map(|one| one.id().clone()) {
            self.select(&id);
        }
    }

    /// Selects an appointment of the day; the timelines' cursor goes along.
    pub(in crate::tui) fn select(&mut self, id: &RequestId) {
        if let Some(snapshot) = self.shown.snapshot() {
            self.cursor.select(snapshot, id);
        }
    }

    /// Goes where an appointment is that was just made here, on whatever day.
    pub(in crate::tui) fn go_to(&mut self, cx: &mut Cx<'_>, appointment: &Appointment) {
        if appointment.day != self.shown.day() {
            self.turn_to(cx, appointment.day);
        }
        self.cursor.provider = Some(appointment.provider.clone());
        self.cursor.minute = appointment.slot.start();
        self.cursor.appointment = Some(appointment.id().clone());
    }

    /// The other pane.
    pub(in crate::tui) fn focus(&mut self, pane: Pane) {
        self.cursor.pane = pane;
        if pane == Pane::List {
            self.select_first_match();
        }
    }
}
