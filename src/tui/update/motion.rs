//! Moving about: the cursor, the days, and the stretch of the day on the axis.

use crate::desk::{DaySnapshot, ProviderRow};
use crate::domain::{Minute, ProviderId, TimeRange};
use crate::tui::actions::Action;
use crate::tui::activity::Severity;
use crate::tui::cursor::{Pane, free_after, on_grid, stop_after, stop_before};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view;

/// The shortest stretch that can be zoomed to, in minutes.
const ZOOM_MIN: u16 = 60;

/// Runs an action that moves; whether it was one.
pub(super) fn run(model: &mut Model, action: Action, cx: &mut Cx<'_>) -> bool {
    match action {
        Action::Left => in_time(model, Towards::Earlier),
        Action::Right => in_time(model, Towards::Later),
        Action::StepBack => step(model, -i32::from(model.settings.grid)),
        Action::StepOn => step(model, model.settings.grid.into()),
        Action::Down => across(model, 1),
        Action::Up => across(model, -1),
        Action::First => across(model, isize::MIN),
        Action::Last => across(model, isize::MAX),
        Action::PageDown => across(model, half_page(model)),
        Action::PageUp => across(model, -half_page(model)),
        Action::RowStart => edge(model, Towards::Earlier),
        Action::RowEnd => edge(model, Towards::Later),
        Action::NextPane | Action::PreviousPane => model.focus(model.cursor.pane.other()),
        Action::NextFree => next_free(model),
        Action::GoToNow => to_now(model, cx),
        Action::PreviousDay => model.turn_by(cx, -1),
        Action::NextDay => model.turn_by(cx, 1),
        Action::PreviousWeek => model.turn_by(cx, -7),
        Action::NextWeek => model.turn_by(cx, 7),
        Action::Today => model.leaf_to(cx, model.now.today),
        Action::ZoomIn => zoom(model, |length| length / 2),
        Action::ZoomOut => zoom(model, |length| length * 2),
        Action::ZoomAll => model.zoom = None,
        _ => return false,
    }
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Towards {
    Earlier,
    Later,
}

fn place(model: &mut Model, provider: &ProviderId, minute: Minute) {
    if let Some(snapshot) = model.shown.snapshot() {
        model.cursor.place(snapshot, provider, minute);
    }
}

/// One stop further along the row; in the list, the other pane.
fn in_time(model: &mut Model, towards: Towards) {
    if model.cursor.pane == Pane::List {
        return model.focus(Pane::Timelines);
    }
    let Some(row) = model.row().cloned() else { return };
    let minute = match towards {
        Towards::Earlier => stop_before(&row, model.cursor.minute),
        Towards::Later => stop_after(&row, model.cursor.minute),
    };
    place(model, &row.provider.id, minute);
}

fn to_now(model: &mut Model, cx: &mut Cx<'_>) {
    let provider = model.cursor.provider.clone().filter(|_| model.shown.day() == model.now.today);
    if let Some(provider) = provider {
        place(model, &provider, model.now.minute);
    } else {
        model.cursor.minute = model.now.minute;
        model.leaf_to(cx, model.now.today);
    }
}

fn step(model: &mut Model, by: i32) {
    let Some(provider) = model.cursor.provider.clone() else { return };
    let minute = on_grid(model.cursor.minute, by).clamp(0, 1439);
    place(model, &provider, Minute::saturating(u16::try_from(minute).unwrap_or(0)));
}

fn edge(model: &mut Model, towards: Towards) {
    let Some(row) = model.row().cloned() else { return };
    let Some(bounds) = row.hours.bounds() else { return };
    let minute = match towards {
        Towards::Earlier => bounds.start(),
        Towards::Later => stop_before(&row, bounds.end()),
    };
    place(model, &row.provider.id, minute);
}

/// So many rows or appointments further down.
fn across(model: &mut Model, by: isize) {
    if model.cursor.pane == Pane::List {
        return model.select_next_match(by);
    }
    let rows = model.rows();
    let at = model.row_number().unwrap_or(0).saturating_add_signed(by).min(rows.len().saturating_sub(1));
    if let Some(provider) = rows.get(at).map(|row| row.provider.id.clone()) {
        place(model, &provider, model.cursor.minute);
    }
}

fn half_page(model: &Model) -> isize {
    let (rows, list) = view::visible(model);
    let page = if model.cursor.pane == Pane::List { list } else { rows };
    isize::try_from(page.div_ceil(2)).unwrap_or(1).max(1)
}

/// The length of the shortest appointment that the provider can still be given; none where the daily limit
/// is reached or none of the services on offer is the provider's.
fn shortest_for(row: &ProviderRow, snapshot: &DaySnapshot) -> Option<u16> {
    if row.available_slots == 0 {
        return None;
    }
    if snapshot.catalogue.is_empty() {
        return Some(snapshot.yardstick().shortest());
    }
    let own = snapshot.catalogue.iter().filter(|service| row.provider.gives(&service.id));
    own.map(|service| service.duration.get()).min()
}

/// The next free time in which a service of the provider fits: in this row, then in the rows below.
fn next_free(model: &mut Model) {
    let Some(snapshot) = model.shown.snapshot() else { return };
    let free_after = |row: &ProviderRow, minute| free_after(row, minute, shortest_for(row, snapshot)?);
    let rows: Vec<_> = snapshot.rows().cloned().collect();
    let at = model.row_number().unwrap_or(0);
    let earliest = if model.shown.day() == model.now.today { model.now.minute } else { Minute::MIDNIGHT };
    let here = rows.get(at).and_then(|row| Some((row, free_after(row, model.cursor.minute.max(earliest))?)));
    let others = rows.iter().cycle().skip(at + 1).take(rows.len());
    let first = Minute::saturating(earliest.get().saturating_sub(1));
    let found = here.or_else(|| others.into_iter().find_map(|row| Some((row, free_after(row, first)?))));
    match found {
        Some((row, gap)) => place(model, &row.provider.id, gap.start()),
        None => model.say(Severity::Info, "Nothing is free any more on this day"),
    }
}

/// Changes the length of the stretch on the axis, around the cursor.
fn zoom(model: &mut Model, change: impl Fn(u16) -> u16) {
    let whole = model.working_window();
    let length = change(model.window().len()).max(ZOOM_MIN);
    if length >= whole.len() {
        model.zoom = None;
        return;
    }
    let centre = model.cursor.minute.get().clamp(whole.start().get(), whole.end().get());
    let start = centre.saturating_sub(length / 2) / 30 * 30;
    let start = start.clamp(whole.start().get(), whole.end().get() - length);
    model.zoom = TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).ok();
}
