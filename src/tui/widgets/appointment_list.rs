//! The appointments of the day as a list.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

use crate::desk::DaySnapshot;
use crate::domain::{Appointment, Overbooking, Service};
use crate::tui::theme::{Role, Theme};

use super::panel::{Focus, Panel};
use super::scroll::ScrollBar;
use super::text::{put, put_within, truncate, width, wrap};
use super::timelines::Marks;

/// Appointments one below the other: time, duration, status, client, service, provider.
#[derive(Debug, Clone, Copy)]
pub struct AppointmentList<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// The day, for the names of services and providers.
    pub snapshot: &'a DaySnapshot,
    /// The appointments, filtered and in the order shown.
    pub appointments: &'a [&'a Arc<Appointment>],
    /// The selected row.
    pub selected: Option<usize>,
    /// The first row shown.
    pub offset: usize,
    /// What was searched for; may be empty.
    pub filter: &'a str,
    /// What changed and what is under way.
    pub marks: Marks<'a>,
    /// Whether the keys go here.
    pub focus: Focus,
    /// What to say where there is nothing.
    pub empty: &'a str,
}

/// Columns of marker, time, duration and status, with a space behind each.
const FIXED_COLUMNS: u16 = 2 + 6 + 5 + 2;
const PROVIDER_COLUMNS_MAX: u16 = 16;
const SERVICE_COLUMNS_MAX: u16 = 20;

/// Columns of the names; 0 where one is left out.
struct Columns {
    client: u16,
    service: u16,
    provider: u16,
}

/// The client, or the request by its identifier.
fn client_of(appointment: &Appointment) -> &str {
    let request = &appointment.request;
    request.client.as_ref().map_or(request.id.as_str(), |client| client.as_str())
}

impl<'a> AppointmentList<'a> {
    /// Rows that fit into an area.
    pub fn visible_rows(area: Rect) -> usize {
        usize::from(Panel::inner(area).height)
    }

    /// The row drawn at a position.
    pub fn row_at(&self, area: Rect, position: Position) -> Option<usize> {
        let inner = Panel::inner(area);
        let row = inner.contains(position).then(|| usize::from(position.y - inner.y))?;
        Some(row + self.offset).filter(|row| *row < self.appointments.len())
    }

    /// The client gets most; the service goes first where it is narrow, then the provider.
    fn columns(&self, total: u16) -> Columns {
        let room = total.saturating_sub(FIXED_COLUMNS);
        let names = self.appointments.iter().filter_map(|one| self.snapshot.provider(&one.provider));
        let longest = names.map(|provider| width(provider.name.as_str())).max().unwrap_or(8);
        let clients = self.appointments.iter().map(|one| width(client_of(one))).max().unwrap_or(8);
        let share = |provider: u16| {
            let left = room - provider - u16::from(provider > 0);
            let service = if left < 26 { 0 } else { (left * 2 / 5).min(SERVICE_COLUMNS_MAX) };
            Columns { client: left - service - u16::from(service > 0), service, provider }
        };
        let whole = longest.min(PROVIDER_COLUMNS_MAX);
        let usual = share(if room < 18 { 0 } else { whole.min(room / 3) });
        // What no client needs is the provider's, as long as the service loses nothing by it.
        let unused = usual.client.saturating_sub(clients);
        let wide = share(whole.min(usual.provider + unused));
        if usual.provider > 0 && wide.service == usual.service { wide } else { usual }
    }

    fn service_of(&self, appointment: &Appointment) -> Option<&'a Service> {
        let id = appointment.request.service.as_ref()?;
        self.snapshot.catalogue.get(id).map(AsRef::as_ref)
    }

    fn row_style(&self, at: usize, appointment: &Appointment) -> Option<Style> {
        if self.selected == Some(at) {
            let role = if self.focus == Focus::Focused { Role::Selection } else { Role::SelectionIdle };
            return Some(self.theme.style(role));
        }
        self.marks.changed.binary_search(appointment.id()).is_ok().then(|| self.theme.style(Role::Flash))
    }

    fn draw(&self, at: usize, columns: &Columns, line: Rect, buffer: &mut Buffer) {
        let appointment = self.appointments[at];
        let glyphs = self.theme.glyphs();
        let over = self.row_style(at, appointment);
        if let Some(style) = over {
            buffer.set_style(line, style);
        }
        let struck = (!appointment.is_live()).then(|| self.theme.style(Role::Struck));
        let style = |role: Role| over.or(struck).unwrap_or_else(|| self.theme.style(role));
        // The last column is the scroll bar's.
        let text = Rect { width: line.width.saturating_sub(1), ..line };
        let mut pen = Pen { buffer, x: text.x, y: text.y, right: text.right(), ellipsis: glyphs.ellipsis };
        let marker = if self.selected == Some(at) { glyphs.marker } else { " " };
        pen.column(marker, 1, over.unwrap_or_default());
        pen.column(&appointment.slot.start().to_string(), 5, style(Role::Strong));
        pen.column(&format!("{:>4}", format!("{}m", appointment.slot.len())), 4, style(Role::Dim));
        let sign = if self.marks.in_flight.contains(appointment.id()) {
            glyphs.in_flight
        } else {
            glyphs.status(&appointment.status)
        };
        pen.column(sign, 1, over.unwrap_or_else(|| self.theme.status(&appointment.status)));
        let client = client_of(appointment);
        let crossed = if struck.is_some() { Modifier::CROSSED_OUT } else { Modifier::empty() };
        let begin = pen.x;
        let service = self.service_of(appointment);
        self.strip(service.filter(|_| over.or(struck).is_none()), begin, &mut pen);
        let overbooked = appointment.is_live() && appointment.overbooking == Overbooking::Deliberate;
        let mark = if overbooked { width(glyphs.overbooked) + 1 } else { 0 };
        if overbooked {
            pen.column(glyphs.overbooked, mark - 1, over.unwrap_or_else(|| self.theme.style(Role::Warning)));
        }
        pen.column(client, columns.client.saturating_sub(mark), style(Role::Text).add_modifier(crossed));
        if columns.service > 0 {
            let name = service.map_or("", |service| service.name.as_str());
            pen.column(name, columns.service, style(Role::Dim));
        }
        if columns.provider > 0 {
            let provider = self.snapshot.provider(&appointment.provider);
            let name = provider.map_or(appointment.provider.as_str(), |provider| provider.name.as_str());
            pen.column(name, columns.provider, style(Role::Dim));
        }
        self.highlight(Rect { x: begin, width: line.right().saturating_sub(begin), ..line }, buffer);
    }

    /// The service's colour in front of the client, the same as on the timelines.
    fn strip(&self, service: Option<&Service>, before: u16, pen: &mut Pen<'_>) {
        let (Some(service), Some(eighths)) = (service, self.theme.glyphs().eighths) else { return };
        let style = self.theme.service(service.colour);
        if style.fg.is_some() {
            put(pen.buffer, (before.saturating_sub(1), pen.y), eighths[3], 1, style);
        }
    }

    /// Marks what was searched for, wherever it is written.
    fn highlight(&self, line: Rect, buffer: &mut Buffer) {
        let sought: Vec<char> = self.filter.trim().chars().flat_map(char::to_lowercase).collect();
        if sought.is_empty() {
            return;
        }
        // Letters of the line with the column that each stands in.
        let mut letters: Vec<(u16, char)> = Vec::new();
        for x in line.left()..line.right() {
            if let Some(cell) = buffer.cell((x, line.y)) {
                letters.extend(cell.symbol().chars().flat_map(char::to_lowercase).map(|c| (x, c)));
            }
        }
        for window in letters.windows(sought.len()) {
            if window.iter().map(|(_, c)| c).eq(&sought) {
                for (x, _) in window {
                    buffer.set_style(Rect { x: *x, width: 1, ..line }, self.theme.style(Role::Match));
                }
            }
        }
    }

    fn remark(&self) -> String {
        let cancelled = self.appointments.iter().filter(|appointment| !appointment.is_live()).count();
        let live = self.appointments.len() - cancelled;
        let glyphs = self.theme.glyphs();
        let cancelled = if cancelled > 0 { format!(" + {cancelled} cancelled") } else { String::new() };
        if self.filter.is_empty() {
            return format!("{live}{cancelled}");
        }
        format!("/{} {} {live}{cancelled}", truncate(self.filter, 16, glyphs.ellipsis), glyphs.dot)
    }
}

/// Writes column after column on one line.
struct Pen<'b> {
    buffer: &'b mut Buffer,
    x: u16,
    y: u16,
    right: u16,
    ellipsis: &'static str,
}

impl Pen<'_> {
    fn column(&mut self, text: &str, columns: u16, style: Style) {
        let columns = columns.min(self.right.saturating_sub(self.x));
        let text = if width(text) > columns { truncate(text, columns, self.ellipsis) } else { text.to_owned() };
        put(self.buffer, (self.x, self.y), &text, columns, style);
        self.x = self.x.saturating_add(columns + 1).min(self.right);
    }
}

impl Widget for &AppointmentList<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let remark = self.remark();
        Panel { theme: self.theme, title: "Appointments", remark: &remark, focus: self.focus }.render(area, buffer);
        let inner = Panel::inner(area);
        if inner.is_empty() {
            return;
        }
        if self.appointments.is_empty() {
            for (line, y) in wrap(self.empty, inner.width.saturating_sub(2)).iter().zip(inner.y + 1..inner.bottom()) {
                put_within(buffer, inner, (inner.x + 1, y), line, self.theme.style(Role::Dim));
            }
            return;
        }
        let (visible, total) = (usize::from(inner.height), self.appointments.len());
        let offset = self.offset.min(total.saturating_sub(visible));
        let columns = self.columns(inner.width.saturating_sub(1));
        for (at, y) in (offset..total).zip(inner.top()..inner.bottom()) {
            self.draw(at, &columns, Rect { y, height: 1, ..inner }, buffer);
        }
        ScrollBar { theme: self.theme, offset, visible, total }.render(inner, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::widgets::fixtures::{clinic, draw, lines, mono, request_id};

    fn list<'a>(
        theme: &'a Theme,
        snapshot: &'a DaySnapshot,
        appointments: &'a [&'a Arc<Appointment>],
    ) -> AppointmentList<'a> {
        AppointmentList {
            theme,
            snapshot,
            appointments,
            selected: None,
            offset: 0,
            filter: "",
            marks: Marks::default(),
            focus: Focus::Focused,
            empty: "Nothing is booked yet. Press b to book.",
        }
    }

    #[test]
    fn a_cancelled_appointment_is_struck_through() {
        let (theme, snapshot) = (mono(), clinic());
        let cancelled = snapshot.appointment(&request_id(41)).unwrap();
        let shown = [cancelled];
        let buffer = draw(&list(&theme, &snapshot, &shown), 70, 3);
        assert!(lines(&buffer).contains("13:00  60m × Nora Beck"), "{}", lines(&buffer));
        assert!(buffer[(20, 1)].modifier.contains(Modifier::CROSSED_OUT));
    }

    #[test]
    fn a_provider_is_not_cut_beside_columns_that_no_client_needs() {
        let (theme, snapshot) = (mono(), clinic());
        let one = snapshot.appointments().into_iter().min_by_key(|one| width(client_of(one))).unwrap();
        let name = snapshot.provider(&one.provider).unwrap().name.to_string();
        let shown = [one];
        let columns = FIXED_COLUMNS + width(client_of(one)) + width(&name) + 5;
        let text = lines(&draw(&list(&theme, &snapshot, &shown), columns, 3));
        assert!(text.contains(&name), "{text}");
    }

    #[test]
    fn an_overbooking_is_marked_in_its_line() {
        let (theme, snapshot) = (mono(), clinic());
        let one = Appointment::clone(snapshot.appointment(&request_id(3)).unwrap());
        let over = Arc::new(Appointment { overbooking: Overbooking::Deliberate, ..one });
        let text = lines(&draw(&list(&theme, &snapshot, &[&over]), 70, 3));
        assert!(text.contains(&format!("{} Friedrich", theme.glyphs().overbooked)), "{text}");
    }

    #[test]
    fn what_was_searched_for_is_marked_wherever_it_stands() {
        let (theme, snapshot) = (mono(), clinic());
        let one = snapshot.appointment(&request_id(3)).unwrap();
        let shown = [one];
        let buffer = draw(&AppointmentList { filter: "MÜLL", ..list(&theme, &snapshot, &shown) }, 70, 3);
        let marked = buffer.content().iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        assert_eq!(marked.map(ratatui::buffer::Cell::symbol).collect::<String>(), "Müll");
    }

    #[test]
    fn what_waits_for_the_book_shows_no_status_yet() {
        let (theme, snapshot, waiting) = (mono(), clinic(), [request_id(3)]);
        let shown = [snapshot.appointment(&request_id(3)).unwrap()];
        let marks = Marks { in_flight: &waiting, changed: &[] };
        let text = lines(&draw(&AppointmentList { marks, ..list(&theme, &snapshot, &shown) }, 70, 3));
        assert!(text.contains("45m … Friedrich"), "{text}");
    }

    #[test]
    fn a_list_without_appointments_says_what_to_do() {
        let (theme, snapshot) = (mono(), clinic());
        assert!(lines(&draw(&list(&theme, &snapshot, &[]), 60, 6)).contains("Press b to book."));
    }

    #[test]
    fn the_pointer_finds_the_row_that_is_drawn() {
        let (theme, snapshot) = (mono(), clinic());
        let all = snapshot.appointments();
        let list = AppointmentList { offset: 5, ..list(&theme, &snapshot, &all) };
        let area = Rect::new(0, 0, 60, 10);
        assert_eq!(list.row_at(area, Position { x: 9, y: 1 }), Some(5));
        assert_eq!(list.row_at(area, Position { x: 9, y: 0 }), None);
        assert_eq!(AppointmentList::visible_rows(area), 8);
    }
}
