//! The texts inside the blocks.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::domain::{Appointment, Overbooking, Status, TimeRange};
use crate::tui::widgets::text::{put, truncate, width};

use super::lane::{Content, Lane};
use super::{Ghost, GhostFit, Timelines};

/// Columns from which a name is worth cutting; below it the initials say more.
const NAME_COLUMNS_MIN: u16 = 5;

/// Writes into every block what fits, one fact per line.
pub(super) fn draw_texts(timelines: &Timelines<'_>, lane: &Lane<'_>, track: Rect, buffer: &mut Buffer) {
    for (number, block) in lane.blocks.iter().enumerate() {
        let Some((first, end)) = lane.columns(number) else { continue };
        let area = Rect { x: track.x + first, width: end - first, ..track };
        let facts = match block.content {
            Content::Appointment(appointment) => {
                appointment_facts(timelines, appointment, inside(timelines, area).width)
            }
            Content::Ghost(ghost) => ghost_facts(timelines, ghost),
        };
        let style = match block.content {
            Content::Appointment(appointment) => block.style.patch(status_style(&appointment.status)),
            Content::Ghost(_) => block.style,
        };
        draw(timelines, &facts, (area, style), buffer);
    }
}

/// What a status adds to a block beside its sign.
fn status_style(status: &Status) -> Style {
    match status {
        Status::Arrived | Status::InProgress => Style::new().add_modifier(Modifier::BOLD),
        Status::NoShow => Style::new().add_modifier(Modifier::CROSSED_OUT),
        _ => Style::new(),
    }
}

/// What is left of a block for texts: without colours its edges are brackets.
fn inside(timelines: &Timelines<'_>, area: Rect) -> Rect {
    if !timelines.is_mono() || area.width < 2 {
        return area;
    }
    let left = u16::from(area.width >= 3);
    Rect { x: area.x + left, width: area.width - left - 1, ..area }
}

fn draw(timelines: &Timelines<'_>, facts: &Facts, (area, style): (Rect, Style), buffer: &mut Buffer) {
    if timelines.is_mono() && area.width >= 2 {
        // Without colours, brackets show where a block ends and the next one begins.
        for y in area.top()..area.bottom() {
            if area.width >= 3 {
                put(buffer, (area.x, y), "[", 1, style);
            }
            put(buffer, (area.right() - 1, y), "]", 1, style);
        }
    }
    let inside = inside(timelines, area);
    let end = put(buffer, (inside.x, inside.y), &facts.sign, inside.width, style);
    // Where it is wide, a space sets the name off and further lines stand below it.
    let wide = inside.width >= NAME_COLUMNS_MIN + 3;
    let x = if wide { end + 1 } else { end };
    let first = Rect { x, width: inside.right().saturating_sub(x), ..inside };
    let below = if wide { first } else { inside };
    let lines = facts.lines((first.width, below.width), inside.height, timelines.theme.glyphs().ellipsis);
    for (at, (line, y)) in lines.iter().zip(inside.top()..inside.bottom()).enumerate() {
        let place = if at == 0 { first } else { below };
        put(buffer, (place.x, y), line, place.width, style);
    }
}

/// What a block says.
struct Facts {
    sign: String,
    name: String,
    slot: TimeRange,
    service: String,
}

impl Facts {
    /// The lines that fit: the name, on two of them where that shows more of it, the time, the service.
    ///
    /// The first line has less room than the ones below, because the sign stands before it.
    fn lines(&self, (first, below): (u16, u16), height: u16, ellipsis: &str) -> Vec<String> {
        // In narrow blocks a letter says more than the sign that letters are missing.
        let cut = |text: &str, room: u16| truncate(text, room, if room < 8 { "" } else { ellipsis });
        let mut lines = if width(&self.name) <= first {
            vec![self.name.clone()]
        } else if height >= 2 && below >= NAME_COLUMNS_MIN {
            let (given, family) = self.name.split_once(' ').unwrap_or((&self.name, ""));
            [cut(given, first), cut(family, below)].into_iter().filter(|line| !line.is_empty()).collect()
        } else if first < NAME_COLUMNS_MIN {
            vec![self.initials(first)]
        } else {
            vec![cut(&self.name, first)]
        };
        let times = [self.slot.to_string(), self.slot.start().to_string()];
        lines.extend(times.into_iter().find(|time| width(time) <= below));
        if below >= NAME_COLUMNS_MIN {
            lines.push(cut(&self.service, below));
        }
        lines
    }

    fn initials(&self, room: u16) -> String {
        let initial = |word: &str| word.chars().find(|c| c.is_alphanumeric());
        let initials: String = self.name.split_whitespace().filter_map(initial).collect();
        if room >= 2 { truncate(&initials, room, "") } else { String::new() }
    }
}

fn appointment_facts(timelines: &Timelines<'_>, appointment: &Appointment, columns: u16) -> Facts {
    let glyphs = timelines.theme.glyphs();
    let mut sign = glyphs.status(&appointment.status).to_owned();
    if appointment.overbooking == Overbooking::Deliberate {
        // Where there is room for one sign alone, that two are booked at once matters more than how far they are.
        if columns < 2 {
            sign.clear();
        }
        sign.push_str(glyphs.overbooked);
    }
    if timelines.marks.in_flight.contains(appointment.id()) {
        // The book has not said yet what comes of it, so that the sign itself says so where it is narrow.
        if columns < 2 {
            sign.clear();
        }
        sign.push_str(glyphs.in_flight);
    }
    let request = &appointment.request;
    let service = request.service.as_ref().and_then(|id| timelines.snapshot.catalogue.get(id));
    let service = service.map_or("", |service| service.name.as_str());
    let name = request.client.as_ref().map_or_else(|| request.id.to_string(), ToString::to_string);
    Facts { sign, name, slot: appointment.slot, service: service.to_owned() }
}

fn ghost_facts(timelines: &Timelines<'_>, ghost: Ghost<'_>) -> Facts {
    let glyphs = timelines.theme.glyphs();
    let sign = match ghost.fit {
        GhostFit::Fits => glyphs.severity[1],
        GhostFit::Pending => glyphs.in_flight,
        GhostFit::Blocked | GhostFit::NoRoom => glyphs.severity[3],
    };
    Facts { sign: sign.to_owned(), name: ghost.label.to_owned(), slot: ghost.slot, service: String::new() }
}
