//! Left and right of the tracks: who it is, and what is left of the day.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::desk::ProviderRow;
use crate::domain::{Minute, TimeRange};
use crate::tui::theme::Role;
use crate::tui::widgets::panel::Focus;
use crate::tui::widgets::text::{put, put_right, truncate, width};

use super::Timelines;
use super::layout::{Number, TimelinesLayout};

pub(super) fn draw_titles(timelines: &Timelines<'_>, layout: &TimelinesLayout, buffer: &mut Buffer) {
    let style = timelines.theme.style(Role::Axis);
    for (number, place) in layout.numbers(layout.header()) {
        let title = match number {
            Number::Left => "left",
            Number::FragmentationBar => "",
            Number::Fragmentation => "frag",
            Number::Longest => "max",
        };
        put_right(buffer, place, title, style);
    }
}

pub(super) fn draw_name(timelines: &Timelines<'_>, row: &ProviderRow, area: Rect, buffer: &mut Buffer) {
    if area.width < 3 || area.height == 0 {
        return;
    }
    let (theme, glyphs) = (timelines.theme, timelines.theme.glyphs());
    let chosen = timelines.selection.provider == Some(&row.provider.id);
    let role = match (chosen, timelines.focus) {
        (true, Focus::Focused) => Role::Accent,
        (true, Focus::Elsewhere) => Role::Strong,
        (false, _) => Role::Text,
    };
    let style = theme.style(role);
    if chosen {
        put(buffer, (area.x, area.y), glyphs.marker, 1, style);
    }
    let room = area.width - 3;
    let name = truncate(row.provider.name.as_str(), room, glyphs.ellipsis);
    put(buffer, (area.x + 2, area.y), &name, room, style);
    if area.height >= 2 {
        let hours: Vec<String> = row.hours.iter().map(|hours| hours_within(hours, room)).collect();
        let dim = theme.style(Role::Dim);
        let lines = match hours.len() {
            0 => vec!["off".to_owned()],
            count if count < usize::from(area.height) => hours,
            // All of the hours on one line say more than the first of them in full.
            _ => vec![all_in_short(row, room)],
        };
        for (line, y) in lines.iter().zip(area.top() + 1..area.bottom()) {
            put(buffer, (area.x + 2, y), &truncate(line, room, glyphs.ellipsis), room, dim);
        }
    }
}

/// All of the hours on one line, with air between them where there is room for it.
fn all_in_short(row: &ProviderRow, columns: u16) -> String {
    let hours: Vec<String> = row.hours.iter().map(in_short).collect();
    let airy = hours.join(", ");
    if width(&airy) <= columns { airy } else { hours.join(",") }
}

/// The hours as short as they can be said: `8–12`, `13:30–17`.
fn in_short(hours: TimeRange) -> String {
    let end = |minute: Minute| {
        let text = minute.to_string();
        text.strip_suffix(":00").unwrap_or(&text).trim_start_matches('0').to_owned()
    };
    let start = end(hours.start());
    format!("{}–{}", if start.is_empty() { "0" } else { &start }, end(hours.end()))
}

/// The hours in full, or without the minutes of full hours where that makes them fit.
fn hours_within(hours: TimeRange, columns: u16) -> String {
    let full = hours.to_string();
    if width(&full) <= columns { full } else { full.replace(":00", "") }
}

pub(super) fn draw_numbers(
    timelines: &Timelines<'_>,
    row: &ProviderRow,
    places: Vec<(Number, Rect)>,
    buffer: &mut Buffer,
) {
    let theme = timelines.theme;
    for (number, place) in places {
        let (text, style) = match (number, &row.fragmentation) {
            (Number::Left, _) => left(timelines, row),
            (_, None) => (String::new(), theme.style(Role::Dim)),
            (Number::FragmentationBar, Some(fragmentation)) => {
                (theme.glyphs().level(fragmentation.phi).to_owned(), theme.fragmentation(fragmentation.phi))
            }
            (Number::Fragmentation, Some(fragmentation)) => {
                let bar = theme.glyphs().level(fragmentation.phi);
                (format!("{bar} {:.2}", fragmentation.phi), theme.fragmentation(fragmentation.phi))
            }
            (Number::Longest, Some(_)) => {
                let longest = row.longest_from(timelines.now.unwrap_or(Minute::MIDNIGHT));
                (longest.map_or(String::new(), |piece| format!("{}m", piece.len())), theme.style(Role::Dim))
            }
        };
        put_right(buffer, place, &text, style);
    }
}

fn left(timelines: &Timelines<'_>, row: &ProviderRow) -> (String, ratatui::style::Style) {
    let theme = timelines.theme;
    if row.hours.is_empty() {
        return ("off".into(), theme.style(Role::Dim));
    }
    let text = format!("{}/{}", row.available_slots, row.provider.max_daily_appointments);
    (text, theme.style(if row.available_slots == 0 { Role::Dim } else { Role::Text }))
}
