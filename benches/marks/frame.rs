//! One full frame of the desk beside a plain ratatui screen of the same size.
//!
//! Both draw 200 × 50 cells for 20 providers with 12 appointments each, compare with an empty screen and
//! write every cell through crossterm into memory by a buffer, as after a change of size. Ours are the widgets
//! of the desk where the screen puts them: header, timelines, list and footer. The baseline is a framed list
//! of the appointments and a framed row of text per provider, put together from ratatui's own widgets.

use std::hint::black_box;
use std::io::BufWriter;
use std::sync::Arc;

use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, List, Paragraph, Widget};
use slotdesk::desk::{DayContents, DaySnapshot, ProviderRow, Pulse};
use slotdesk::domain::{Appointment, Minute, Minutes, Overbooking, Provider, ProviderId, Status, TimeRange};
use slotdesk::tui::theme::{Background, ColourDepth, Glyphs, Terminal, Theme, ThemeName};
use slotdesk::tui::widgets::{
    AppointmentList, Focus, Footer, Header, Hint, Marks, Mode, Timelines, TimelinesSelection,
};

use crate::desks;
use crate::harness::{Bench, Compared, Goal, nanoseconds_each};

const SIZE: Rect = Rect::new(0, 0, 200, 50);
const PROVIDERS: usize = 20;
const EACH: u16 = 12;
/// Frames of a round.
const FRAMES: usize = 200;
/// Columns of the list beside the timelines.
const LIST_COLUMNS: u16 = 60;

pub(crate) fn measure(bench: &mut Bench) {
    let snapshot = snapshot();
    let theme = Theme::new(
        ThemeName::Auto,
        Terminal { depth: ColourDepth::True, background: Background::Dark, glyphs: Glyphs::Unicode },
    );
    let ours = || frames(|buffer| draw_desk(&theme, &snapshot, buffer));
    let plain = || frames(|buffer| draw_plain(&snapshot, buffer));
    let name = "a full frame, 200 × 50 ÷ plain ratatui";
    bench.compare(name, Goal::AtMost(3.0), (ours, plain), |Compared { ours, baseline, .. }| {
        format!("{:.0} of {:.0} µs", ours / 1e3, baseline / 1e3)
    });
}

/// Nanoseconds of a frame: drawn, compared with an empty screen, and written.
fn frames(draw: impl Fn(&mut Buffer)) -> f64 {
    let empty = Buffer::empty(SIZE);
    nanoseconds_each(FRAMES, || {
        for _ in 0..FRAMES {
            let mut buffer = Buffer::empty(SIZE);
            draw(&mut buffer);
            let mut backend = CrosstermBackend::new(BufWriter::new(Vec::with_capacity(1 << 16)));
            backend.draw(empty.diff(&buffer).into_iter()).unwrap();
            Backend::flush(&mut backend).unwrap();
            black_box(backend);
        }
    })
}

fn snapshot() -> DaySnapshot {
    let provider = |number: usize| {
        let limit = 16;
        Arc::new(Provider { max_daily_appointments: limit, ..desks::provider(number) })
    };
    let placed = |number: usize| {
        let which = u16::try_from(number / PROVIDERS).unwrap();
        // Forty minutes every three quarters of an hour: no two touch, and the gaps are too short for anything.
        let slot = TimeRange::starting(Minute::new(8 * 60 + which * 45).unwrap(), Minutes::new(40).unwrap()).unwrap();
        let id = format!("p{:05}", number % PROVIDERS);
        Arc::new(Appointment {
            request: Arc::new(desks::request(number)),
            provider: ProviderId::new(&id).unwrap(),
            day: desks::today(),
            slot,
            status: Status::Booked,
            overbooking: Overbooking::None,
        })
    };
    let contents = DayContents {
        providers: (0..PROVIDERS).map(provider).collect(),
        appointments: (0..PROVIDERS * usize::from(EACH)).map(placed).collect(),
        ..DayContents::default()
    };
    let snapshot = DaySnapshot::new(desks::today(), 1, contents);
    assert_eq!(snapshot.appointments().len(), PROVIDERS * usize::from(EACH));
    snapshot
}

fn draw_desk(theme: &Theme, snapshot: &DaySnapshot, buffer: &mut Buffer) {
    let [top, body, bottom] =
        SIZE.layout(&Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]));
    let [left, right] = body.layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Length(LIST_COLUMNS)]));
    let now = Minute::new(11 * 60 + 25).unwrap();
    let header = Header {
        theme,
        day: snapshot.day,
        today: snapshot.day,
        clock: now,
        book: "clinic.db",
        listen: Some("127.0.0.1:5000"),
        mode: Mode::Live,
        pulse: Pulse { workers: 2, busy: 1, queued: 3, booked: 240, refused: 4, ..Pulse::default() },
        rates: &[0, 0, 3, 12, 40, 80, 120, 212, 190, 212],
    };
    header.render(top, buffer);
    let first = snapshot.rows().next();
    let timelines = Timelines {
        theme,
        snapshot,
        shown: desks::range("08:00", "18:00"),
        now: Some(now),
        selection: TimelinesSelection {
            provider: first.map(|row| &row.provider.id),
            appointment: None,
            minute: Some(now),
        },
        ghost: None,
        marks: Marks::default(),
        first_row: 0,
        focus: Focus::Focused,
    };
    timelines.render(left, buffer);
    let appointments = snapshot.appointments();
    let list = AppointmentList {
        theme,
        snapshot,
        appointments: &appointments,
        selected: Some(3),
        offset: 0,
        filter: "",
        marks: Marks::default(),
        focus: Focus::Elsewhere,
        empty: "nothing is booked yet",
    };
    list.render(right, buffer);
    let hint = |(key, label)| Hint { key, label, priority: 0 };
    let hints =
        [("b", "book"), ("m", "move"), ("x", "cancel"), ("/", "find"), (":", "commands"), ("?", "help")].map(hint);
    Footer { theme, hints: &hints, toast: None }.render(bottom, buffer);
}

/// What a first version of such a screen would be: text in frames.
fn draw_plain(snapshot: &DaySnapshot, buffer: &mut Buffer) {
    let [top, body, bottom] =
        SIZE.layout(&Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]));
    let [left, right] = body.layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Length(LIST_COLUMNS)]));
    Paragraph::new(format!("slotdesk {} clinic.db", snapshot.day)).render(top, buffer);
    let rows: Vec<Line<'_>> = snapshot.rows().flat_map(|row| [plain_row(row), Line::default()]).collect();
    Paragraph::new(rows).block(Block::bordered().title("Providers")).render(left, buffer);
    let line = |one: &Arc<Appointment>| {
        let client = one.request.client.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{} {}m {client} {}", one.slot.start(), one.slot.len(), one.provider)
    };
    let lines = snapshot.appointments().into_iter().take(usize::from(right.height)).map(line);
    List::new(lines).block(Block::bordered().title("Appointments")).render(right, buffer);
    Paragraph::new("b book  m move  x cancel  / find  : commands  ? help").render(bottom, buffer);
}

fn plain_row(row: &ProviderRow) -> Line<'_> {
    let name = Span::raw(format!("{:12}", row.provider.name.as_str()));
    let block = |one: &Arc<Appointment>| {
        let client = one.request.client.as_ref().map(ToString::to_string).unwrap_or_default();
        [Span::styled(format!("{client:8.8}"), Style::new().fg(Color::Black).bg(Color::Cyan)), Span::raw("  ")]
    };
    std::iter::once(name).chain(row.live.iter().flat_map(block)).collect()
}
