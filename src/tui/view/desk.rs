//! The desk itself: header, timelines, list and what is known of the selection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::places::Places;
use crate::desk::Pulse;
use crate::domain::{Minute, RequestId};
use crate::tui::actions::Action;
use crate::tui::cursor::Pane;
use crate::tui::hits::{Hits, Target};
use crate::tui::model::Model;
use crate::tui::overlay::{Fit, Ghost};
use crate::tui::theme::Role;
use crate::tui::widgets::{
    AppointmentList, CaptionBar, DayTotals, Details, Focus, FragmentationPanel, Ghost as GhostView, GhostFit, Header,
    Marks, Mode, Panel, Subject, Timelines, TimelinesSelection, wrap,
};

/// What the panes borrow for one frame.
pub(super) struct Scene {
    changed: Vec<RequestId>,
    in_flight: Vec<RequestId>,
    ghost: Option<Ghost>,
}

impl Scene {
    /// What moves and waits at the moment.
    pub(super) fn new(model: &Model) -> Self {
        let ghost = model.overlays.iter().rev().find_map(|overlay| overlay.layer().ghost());
        Self {
            changed: model.activity.flashes(),
            in_flight: model.pending.values().filter_map(|pending| pending.appointment.clone()).collect(),
            ghost: ghost.filter(|ghost| ghost.day == model.shown.day()),
        }
    }

    fn marks(&self) -> Marks<'_> {
        Marks { changed: &self.changed, in_flight: &self.in_flight }
    }

    /// The timelines, once the day is loaded.
    pub(super) fn timelines<'a>(&'a self, model: &'a Model) -> Option<Timelines<'a>> {
        let ghost = self.ghost.as_ref().map(|ghost| GhostView {
            provider: &ghost.provider,
            slot: ghost.slot,
            fit: match ghost.fit {
                Fit::Unknown => GhostFit::Pending,
                Fit::Fits => GhostFit::Fits,
                Fit::Blocked => GhostFit::Blocked,
                Fit::NoRoom => GhostFit::NoRoom,
            },
            label: "",
        });
        Some(Timelines {
            theme: &model.settings.theme,
            snapshot: model.snapshot()?,
            shown: model.window(),
            now: (model.shown.day() == model.now.today).then_some(model.now.minute),
            selection: TimelinesSelection {
                provider: model.cursor.provider.as_ref(),
                appointment: model.cursor.appointment.as_ref(),
                minute: Some(model.cursor.minute),
            },
            ghost,
            marks: self.marks(),
            first_row: model.scroll.providers,
            focus: focus(model, Pane::Timelines),
        })
    }
}

fn focus(model: &Model, pane: Pane) -> Focus {
    let here = model.cursor.pane == pane && model.overlays.is_empty();
    if here { Focus::Focused } else { Focus::Elsewhere }
}

/// Draws everything below the windows.
pub(super) fn draw(model: &Model, places: &Places, buffer: &mut Buffer, hits: &mut Hits) {
    let scene = Scene::new(model);
    header(model, places.header, buffer);
    if let (Some(state), Some(area)) = (&model.demo, places.caption) {
        CaptionBar { theme: &model.settings.theme, state }.render(area, buffer);
    }
    if let Some(area) = places.timelines {
        timelines(model, &scene, area, buffer, hits);
    }
    if let Some(area) = places.list {
        list(model, &scene, area, buffer, hits);
    }
    if let (Some(area), Some(snapshot)) = (places.details, model.snapshot()) {
        let details = Details {
            theme: &model.settings.theme,
            snapshot,
            earliest: earliest(model),
            subject: subject(model),
            why: &[],
            history: &[],
            offset: 0,
            focus: Focus::Elsewhere,
        };
        details.render(area, buffer);
    }
    if let (Some(area), Some(snapshot)) = (places.fragmentation, model.snapshot()) {
        let selected = model.cursor.provider.as_ref();
        let panel = FragmentationPanel {
            theme: &model.settings.theme,
            snapshot,
            earliest: earliest(model),
            selected,
            focus: Focus::Elsewhere,
        };
        panel.render(area, buffer);
    }
    if let (Some(area), Some(snapshot)) = (places.totals, model.snapshot()) {
        DayTotals { theme: &model.settings.theme, snapshot }.render(area, buffer);
    }
}

fn header(model: &Model, area: Rect, buffer: &mut Buffer) {
    let mode = match (model.activity.pulse, &model.demo) {
        (Pulse { store_failing: true, .. }, _) => Mode::StoreFailing,
        (Pulse { store_slow: true, .. }, _) => Mode::StoreSlow,
        (_, Some(_)) => Mode::Demo,
        (_, None) => Mode::Live,
    };
    let header = Header {
        theme: &model.settings.theme,
        day: model.shown.day(),
        today: model.now.today,
        clock: model.now.minute,
        book: &model.settings.book_label,
        listen: model.settings.listen.as_deref(),
        mode,
        pulse: model.activity.pulse,
        rates: &model.activity.bookings_per_second(model.now),
    };
    header.render(area, buffer);
}

fn timelines(model: &Model, scene: &Scene, area: Rect, buffer: &mut Buffer, hits: &mut Hits) {
    hits.add(area, Target::Pane(Pane::Timelines));
    let Some(timelines) = scene.timelines(model) else {
        let remark = if model.shown.is_loading() { "loading …" } else { "not read; tried again every minute" };
        let focus = focus(model, Pane::Timelines);
        Panel { theme: &model.settings.theme, title: "Providers", remark, focus }.render(area, buffer);
        return;
    };
    timelines.render(area, buffer);
    if model.rows().is_empty() {
        nobody(model, area, buffer);
    }
    let layout = timelines.layout(area);
    let rows = model.rows();
    for (at, place) in layout.rows() {
        let Some(row) = rows.get(at) else { continue };
        hits.add(place, Target::Provider(row.provider.id.clone()));
        if let Some(track) = layout.track(place) {
            hits.add_row(track, row.provider.id.clone(), layout.axis());
        }
    }
}

/// An empty desk says how it gets its first provider.
fn nobody(model: &Model, area: Rect, buffer: &mut Buffer) {
    let key = model.settings.keymap.shown(Action::AddProvider).into_iter().next().unwrap_or_default();
    let inner = Panel::inner(area);
    let text = format!("nobody works here yet; {key} adds a provider");
    let room = inner.width.saturating_sub(2);
    for (line, y) in wrap(&text, room).iter().zip(inner.y + 2..inner.bottom()) {
        buffer.set_stringn(inner.x + 1, y, line, room.into(), model.settings.theme.style(Role::Text));
    }
}

fn list(model: &Model, scene: &Scene, area: Rect, buffer: &mut Buffer, hits: &mut Hits) {
    hits.add(area, Target::Pane(Pane::List));
    let Some(snapshot) = model.snapshot() else {
        let focus = focus(model, Pane::List);
        Panel { theme: &model.settings.theme, title: "Appointments", remark: "", focus }.render(area, buffer);
        return;
    };
    let appointments = model.listed();
    let selected = model.cursor.appointment.as_ref();
    let list = AppointmentList {
        theme: &model.settings.theme,
        snapshot,
        appointments: &appointments,
        selected: selected.and_then(|id| appointments.iter().position(|one| one.id() == id)),
        offset: model.scroll.list,
        filter: &model.filter,
        marks: scene.marks(),
        focus: focus(model, Pane::List),
        empty: if model.filter.is_empty() { "nothing is booked yet" } else { "nothing matches the filter" },
    };
    list.render(area, buffer);
    for y in area.top()..area.bottom() {
        let row = Rect { y, height: 1, ..area };
        let at = list.row_at(area, ratatui::layout::Position::new(area.x + 1, y));
        if let Some(appointment) = at.and_then(|at| appointments.get(at)) {
            hits.add(row, Target::Listed(appointment.id().clone()));
        }
    }
}

/// What the details are about.
fn subject(model: &Model) -> Subject<'_> {
    match (model.selected(), model.row()) {
        (Some(appointment), _) => Subject::Appointment(appointment),
        (None, Some(row)) if row.gaps.iter().any(|gap| gap.covers(model.cursor.minute)) => {
            Subject::Time { row, minute: model.cursor.minute }
        }
        (None, Some(row)) => Subject::Provider(row),
        (None, None) => Subject::Nothing,
    }
}

/// The first minute of the day on screen that has not gone by.
fn earliest(model: &Model) -> Minute {
    if model.shown.day() == model.now.today { model.now.minute } else { Minute::MIDNIGHT }
}
