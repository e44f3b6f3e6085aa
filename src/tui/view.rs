//! The screen as a pure function of the model.
//!
//! ```text
//!  slotdesk  Mon 23 Nov 2026 · today   clinic.db   ● live   workers ▮▮▯▯   14:16    header
//! ╭ Providers ─────────────────────────────╮╭ Appointments ──────────────────────╮
//! │ Dr Chen    ░░░█████│██   2/8  ▂ 0.11   ││ 09:00 30m ● Ada Lovelace  Dr Chen  │  panes
//! ╰────────────────────────────────────────╯│                                    │
//! ╭ Details ──────────╮╭ Fragmentation ────╮│                                    │
//! ╰───────────────────╯╰───────────────────╯╰────────────────────────────────────╯
//!  b book  m move  x cancel  a arrived  / find  : commands  ? help                  footer
//! ```
//!
//! Where it is narrow the list goes below the timelines, and where it is low as well only the pane with
//! the keyboard is shown.

mod canvas;
mod desk;
mod hints;
mod places;

use ratatui::buffer::Buffer;
use ratatui::layout::Size;
use ratatui::widgets::Widget;

pub(super) use canvas::{Canvas, Remark};

use super::hits::Hits;
use super::model::Model;
use super::widgets::{AppointmentList, TooSmall, WhichKey};
use places::Places;

/// What the desk needs to be of use.
pub(super) const SIZE_MIN: Size = Size { width: 60, height: 16 };

/// Draws the model; tells what was drawn where.
pub(super) fn draw(model: &Model, buffer: &mut Buffer) -> Hits {
    let mut hits = Hits::default();
    let area = buffer.area;
    if area.width < SIZE_MIN.width || area.height < SIZE_MIN.height {
        TooSmall { theme: &model.settings.theme, needed: SIZE_MIN }.render(area, buffer);
        return hits;
    }
    let footer = hints::Line::new(model);
    let places = Places::new(model, footer.height(area.width));
    desk::draw(model, &places, buffer, &mut hits);
    footer.draw(places.footer, buffer);
    for overlay in &model.overlays {
        let mut canvas = Canvas::new(model, &places, buffer, &mut hits);
        overlay.layer().draw(model, &mut canvas);
    }
    if !model.pressed.is_empty() {
        let follow = hints::continuations(model);
        let follow: Vec<_> = follow.iter().map(hints::Owned::borrowed).collect();
        let prefix = model.pressed.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        (&WhichKey { theme: &model.settings.theme, prefix: &prefix, hints: &follow }).render(places.body, buffer);
    }
    hits
}

/// Rows of providers and of appointments that are visible.
pub(super) fn visible(model: &Model) -> (usize, usize) {
    let places = Places::new(model, hints::Line::new(model).height(model.size.0));
    let scene = desk::Scene::new(model);
    let timelines = scene.timelines(model).zip(places.timelines);
    let rows = timelines.map_or(1, |(timelines, area)| timelines.layout(area).visible_rows());
    (rows.max(1), places.list.map_or(1, AppointmentList::visible_rows).max(1))
}
