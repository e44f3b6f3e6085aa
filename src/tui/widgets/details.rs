//! Everything about what is selected.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

use crate::desk::{DaySnapshot, ProviderRow};
use crate::domain::{Appointment, Minute, Overbooking};
use crate::tui::theme::{Role, Theme};

use super::panel::{Focus, Panel};
use super::scroll::ScrollBar;
use super::text::{put, put_within, wrap};

/// What is selected.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// Nothing.
    Nothing,
    /// An appointment.
    Appointment(&'a Appointment),
    /// A provider.
    Provider(&'a ProviderRow),
    /// A time of a provider at which nothing is booked.
    Time {
        /// Whose.
        row: &'a ProviderRow,
        /// When.
        minute: Minute,
    },
}

/// Everything about what is selected, wrapped and scrolled by lines.
#[derive(Debug, Clone, Copy)]
pub struct Details<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day, for the names of services and providers.
    pub snapshot: &'a DaySnapshot,
    /// Minutes before this one have gone by.
    pub earliest: Minute,
    /// What is selected.
    pub subject: Subject<'a>,
    /// Why it is where it is, one reason each; may be empty.
    pub why: &'a [String],
    /// What happened to it, newest first; may be empty.
    pub history: &'a [String],
    /// Lines scrolled past.
    pub offset: usize,
    /// Whether the keys go here.
    pub focus: Focus,
}

/// Columns of the labels, with the space behind.
const LABEL_COLUMNS: u16 = 10;

/// A line: an optional label and a text.
struct Line {
    label: &'static str,
    text: String,
    style: Style,
}

impl Details<'_> {
    /// Lines in this area: what the offset can be scrolled through.
    pub fn lines(&self, area: Rect) -> usize {
        self.wrapped(content(area).width).len()
    }

    fn title(&self) -> &'static str {
        match self.subject {
            Subject::Nothing => "Details",
            Subject::Appointment(_) => "Appointment",
            Subject::Provider(_) => "Provider",
            Subject::Time { .. } => "Free time",
        }
    }

    fn facts(&self) -> Vec<Line> {
        let mut facts = match self.subject {
            Subject::Nothing => {
                vec![self.line("", "Nothing is selected.".into(), Role::Dim)]
            }
            Subject::Appointment(appointment) => self.appointment(appointment),
            Subject::Provider(row) => self.provider(row),
            Subject::Time { row, minute } => self.time(row, minute),
        };
        facts.extend(
            self.why
                .iter()
                .enumerate()
                .map(|(at, reason)| self.line(if at == 0 { "why" } else { "" }, reason.clone(), Role::Text)),
        );
        facts.extend(
            self.history
                .iter()
                .enumerate()
                .map(|(at, event)| self.line(if at == 0 { "history" } else { "" }, event.clone(), Role::Dim)),
        );
        facts
    }

    fn line(&self, label: &'static str, text: String, role: Role) -> Line {
        Line { label, text, style: self.theme.style(role) }
    }

    fn appointment(&self, appointment: &Appointment) -> Vec<Line> {
        let request = &appointment.request;
        let glyphs = self.theme.glyphs();
        let service = request.service.as_ref().map(|id| {
            self.snapshot.catalogue.get(id).map_or_else(|| id.to_string(), |service| service.name.to_string())
        });
        let provider = self.snapshot.provider(&appointment.provider);
        let name = provider.map_or_else(|| appointment.provider.to_string(), |provider| provider.name.to_string());
        let status = format!("{} {}", glyphs.status(&appointment.status), appointment.status);
        let client = request.client.as_ref().map_or_else(|| "no name given".to_owned(), ToString::to_string);
        let mut lines = vec![
            self.line("client", client, Role::Strong),
            Line { label: "status", text: status, style: self.theme.status(&appointment.status) },
            self.line(
                "time",
                format!("{} {} {}", appointment.slot, glyphs.dot, appointment.slot.minutes()),
                Role::Text,
            ),
            self.line("with", name, Role::Text),
        ];
        lines.extend(service.map(|service| self.line("service", service, Role::Text)));
        lines.extend(request.note.as_ref().map(|note| self.line("note", note.to_string(), Role::Text)));
        if appointment.overbooking == Overbooking::Deliberate {
            let text = format!("{} put over the rules on purpose", glyphs.overbooked);
            lines.push(self.line("", text, Role::Warning));
        }
        let wish = match &request.preferred_provider {
            Some(id) => {
                let provider = self.snapshot.provider(id).map_or(id.as_str(), |known| known.name.as_str());
                format!("{} {} {provider} only", request.range, glyphs.dot)
            }
            None => format!("{} {} anybody", request.range, glyphs.dot),
        };
        lines.push(self.line("asked for", wish, Role::Dim));
        lines.push(self.line("request", request.id.to_string(), Role::Dim));
        lines
    }

    fn provider(&self, row: &ProviderRow) -> Vec<Line> {
        let booked = row.live.len();
        let limit = row.provider.max_daily_appointments;
        let mut lines = vec![
            self.line("name", row.provider.name.to_string(), Role::Strong),
            self.line("hours", row.hours.to_string(), Role::Text),
            self.line("booked", format!("{booked} of {limit}, {} min", row.booked_minutes), Role::Text),
            self.line("left", format!("{} available slots", row.available_slots), Role::Text),
        ];
        if let Some(fragmentation) = row.fragmentation {
            let bar = self.theme.glyphs().level(fragmentation.phi);
            let style = self.theme.fragmentation(fragmentation.phi);
            lines.push(Line { label: "frag", text: format!("{bar} {:.2}", fragmentation.phi), style });
            let longest = row.longest_from(self.earliest).map(|piece| format!("{} min, {piece}", piece.len()));
            lines.extend(longest.map(|longest| self.line("longest", longest, Role::Text)));
        }
        let unusable: u16 = row.unusable.iter().map(|gap| gap.len()).sum();
        if unusable > 0 {
            lines.push(self.line("unusable", format!("{unusable} min"), Role::Red));
        }
        lines.push(self.line("id", row.provider.id.to_string(), Role::Dim));
        lines
    }

    fn time(&self, row: &ProviderRow, minute: Minute) -> Vec<Line> {
        let gap = row.gaps.iter().find(|gap| gap.covers(minute));
        let booked = row.live.iter().any(|appointment| appointment.slot.covers(minute));
        let mut lines = vec![
            self.line("with", row.provider.name.to_string(), Role::Strong),
            self.line("time", minute.to_string(), Role::Text),
        ];
        lines.push(match gap {
            Some(gap) if row.unusable.contains(gap) => {
                self.line("free", format!("{gap}, too short for every service"), Role::Red)
            }
            Some(gap) => self.line("free", format!("{gap}, {} min", gap.len()), Role::Success),
            None if booked => self.line("free", "no: booked".into(), Role::Dim),
            None => self.line("free", "no: outside the hours".into(), Role::Dim),
        });
        lines
    }

    fn wrapped(&self, columns: u16) -> Vec<(&'static str, String, Style)> {
        let room = columns.saturating_sub(LABEL_COLUMNS);
        let mut lines = Vec::new();
        for Line { label, text, style } in self.facts() {
            for (at, part) in wrap(&text, room).into_iter().enumerate() {
                lines.push((if at == 0 { label } else { "" }, part, style));
            }
        }
        lines
    }
}

fn content(area: Rect) -> Rect {
    let inner = Panel::inner(area);
    Rect { x: inner.x + 1.min(inner.width), width: inner.width.saturating_sub(2), ..inner }
}

impl Widget for &Details<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        Panel { theme: self.theme, title: self.title(), remark: "", focus: self.focus }.render(area, buffer);
        let inside = content(area);
        if inside.is_empty() {
            return;
        }
        let lines = self.wrapped(inside.width);
        let (visible, total) = (usize::from(inside.height), lines.len());
        let offset = self.offset.min(total.saturating_sub(visible));
        for ((label, text, style), y) in lines.iter().skip(offset).zip(inside.top()..inside.bottom()) {
            put(buffer, (inside.x, y), label, LABEL_COLUMNS.min(inside.width), self.theme.style(Role::Dim));
            put_within(buffer, inside, (inside.x + LABEL_COLUMNS, y), text, *style);
        }
        let bar = Rect { width: inside.width + 1, ..inside };
        ScrollBar { theme: self.theme, offset, visible, total }.render(bar, buffer);
    }
}
