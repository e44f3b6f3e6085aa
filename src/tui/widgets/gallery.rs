//! The widgets put together as a screen would, to be looked at and to be kept as they are.

use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect, Size};
use ratatui::widgets::Widget;

use crate::demo::{Caption, DemoState};
use crate::desk::Pulse;
use crate::domain::Minute;
use crate::tui::theme::Theme;
use crate::tui::widgets::fixtures::{clinic, minute, provider_id, range, request_id, today};
use crate::tui::widgets::{
    AppointmentList, CaptionBar, ConfirmList, ConfirmView, Details, EmptyDesk, FieldKind, FieldView, Focus, Footer,
    FormView, FragmentationPanel, Ghost, GhostFit, Header, HelpEntry, HelpGroup, HelpView, Hint, Marks, Menu, MenuItem,
    Mode, PaletteEntry, PaletteView, Popup, Severity, Subject, Timelines, TimelinesSelection, Toast, TooSmall,
    WhichKey,
};

/// A picture: its name and how it is drawn.
pub(crate) type Scene = (&'static str, fn(&Theme, Rect, &mut Buffer));

pub(crate) const SCENES: [Scene; 12] = [
    ("desk", desk),
    ("demo", demo),
    ("form", form),
    ("confirm", confirm),
    ("palette", palette),
    ("help", help),
    ("menu", menu),
    ("which_key", which_key),
    ("details", details),
    ("fragmentation", fragmentation),
    ("empty", empty),
    ("too_small", too_small),
];

const HINTS: [(&str, &str, u8); 12] = [
    ("b", "book", 0),
    ("m", "move", 1),
    ("x", "cancel", 1),
    ("a", "arrived", 2),
    ("i", "in progress", 3),
    ("d", "done", 3),
    ("H", "hours", 4),
    ("/", "find", 2),
    ("u", "undo", 2),
    ("[ ]", "day", 4),
    (":", "commands", 1),
    ("?", "help", 0),
];

fn hints() -> Vec<Hint<'static>> {
    HINTS.iter().map(|(key, label, priority)| Hint { key, label, priority: *priority }).collect()
}

fn header(theme: &Theme, mode: Mode, area: Rect, buffer: &mut Buffer) {
    let header = Header {
        theme,
        day: today(),
        today: today(),
        clock: minute("11:25"),
        book: "clinic.db",
        listen: Some("127.0.0.1:5000"),
        mode,
        pulse: Pulse { workers: 4, busy: 2, queued: 3, booked: 212, refused: 4, ..Pulse::default() },
        rates: &[0, 0, 3, 12, 40, 80, 120, 212, 190, 212],
    };
    header.render(area, buffer);
}

struct Desk<'a> {
    mode: Mode,
    ghost: Option<Ghost<'a>>,
    toast: Option<Toast<'a>>,
    filter: &'a str,
    focus: Focus,
}

fn desk_with(theme: &Theme, area: Rect, desk: &Desk<'_>, buffer: &mut Buffer) {
    let snapshot = clinic();
    let hints = hints();
    let footer = Footer { theme, hints: &hints, toast: desk.toast };
    let footer_lines = footer.height(area.width, 3);
    let [top, body, bottom] =
        area.layout(&Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(footer_lines)]));
    header(theme, desk.mode, top, buffer);
    footer.render(bottom, buffer);
    let (changed, in_flight) = ([request_id(16)], [request_id(27)]);
    let marks = Marks { changed: &changed, in_flight: &in_flight };
    let (provider, selected) = (provider_id("chen"), request_id(7));
    let timelines = Timelines {
        theme,
        snapshot: &snapshot,
        shown: range("08:00", "18:00"),
        now: Some(minute("11:25")),
        selection: TimelinesSelection { provider: Some(&provider), appointment: Some(&selected), minute: None },
        ghost: desk.ghost,
        marks,
        first_row: 0,
        focus: desk.focus,
    };
    let all = snapshot.appointments();
    let list = AppointmentList {
        theme,
        snapshot: &snapshot,
        appointments: &all,
        selected: all.iter().position(|one| *one.id() == selected),
        offset: 12,
        filter: desk.filter,
        marks,
        focus: if desk.focus == Focus::Focused { Focus::Elsewhere } else { Focus::Focused },
        empty: "No appointment yet.",
    };
    if area.width < 120 {
        let [upper, lower] = body.layout(&Layout::vertical([Constraint::Fill(1), Constraint::Length(10)]));
        timelines.render(upper, buffer);
        list.render(lower, buffer);
        return;
    }
    let [left, right] = body.layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Length(52)]));
    let [list_area, details_area] = right.layout(&Layout::vertical([Constraint::Fill(1), Constraint::Length(14)]));
    timelines.render(left, buffer);
    list.render(list_area, buffer);
    let subject = snapshot.appointment(&request_id(5)).map_or(Subject::Nothing, |one| Subject::Appointment(one));
    let why = ["Dr Chen has most available slots: 4.".to_owned(), "11:00 leaves no unusable minutes.".to_owned()];
    let history = ["10:58 arrived, by the desk".to_owned(), "Fri 20 Nov booked over HTTP".to_owned()];
    Details {
        theme,
        snapshot: &snapshot,
        earliest: Minute::MIDNIGHT,
        subject,
        why: &why,
        history: &history,
        offset: 0,
        focus: Focus::Elsewhere,
    }
    .render(details_area, buffer);
}

fn desk(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let toast = Toast { severity: Severity::Success, text: "Booked: Lukas Klein, 13:20–13:35 with Dr König." };
    let desk = Desk { mode: Mode::Live, ghost: None, toast: Some(toast), filter: "", focus: Focus::Focused };
    desk_with(theme, area, &desk, buffer);
}

fn demo(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let caption = Caption {
        title: "Least fragmentation".into(),
        text:
            "Dr Roy could take the visit at 13:05, but 14:55 closes a gap of ten minutes that nothing else fits into."
                .into(),
    };
    let state = DemoState { caption: Some(caption), paused: false, speed: 7.5, progress: 0.37, finished: false };
    let bar = CaptionBar { theme, state: &state };
    let lines = bar.height(area.width);
    let [upper, lower] = area.layout(&Layout::vertical([Constraint::Fill(1), Constraint::Length(lines)]));
    let provider = provider_id("patel");
    let ghost = Ghost { provider: &provider, slot: range("13:30", "14:15"), fit: GhostFit::Fits, label: "Rosa Luxem" };
    let desk = Desk { mode: Mode::Demo, ghost: Some(ghost), toast: None, filter: "er", focus: Focus::Elsewhere };
    desk_with(theme, upper, &desk, buffer);
    bar.render(lower, buffer);
}

fn failing(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let toast = Toast { severity: Severity::Error, text: "Not booked: the disk is full. What was stored stays true." };
    let provider = provider_id("roy");
    let ghost =
        Ghost { provider: &provider, slot: range("11:00", "11:45"), fit: GhostFit::Blocked, label: "Donald Knuth" };
    let mode = Mode::StoreFailing;
    let desk = Desk { mode, ghost: Some(ghost), toast: Some(toast), filter: "", focus: Focus::Focused };
    desk_with(theme, area, &desk, buffer);
}

fn form(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    failing(theme, area, buffer);
    let text = |label, value, cursor, error| FieldView {
        label,
        value,
        placeholder: "optional",
        kind: FieldKind::Text { cursor },
        error,
    };
    let choice = |label, value| FieldView { label, value, placeholder: "any", kind: FieldKind::Choice, error: None };
    let fields = [
        text("client", "山田 花子 Ōtani", 5, None),
        choice("service", "Check-up"),
        text("duration", "30 min", 6, None),
        text("between", "9-25:00", 7, Some("end: \"25:00\" is not valid, expected a time HH:MM from 00:00 to 24:00")),
        choice("provider", ""),
        text("note", "", 0, None),
    ];
    let form = FormView { theme, fields: &fields, focused: Some(0) };
    let popup = Popup { theme, title: "Book", remark: "Mon 23 Nov", width: 56, height: form.height(56) + 2 };
    popup.render(area, buffer);
    let inner = popup.inner(area);
    form.render(inner, buffer);
    let keys = [("Enter", "book"), ("Tab", "next"), ("Esc", "close")];
    let hints = keys.map(|(key, label)| Hint { key, label, priority: 0 });
    let bottom = Rect { y: inner.bottom().saturating_sub(1), height: 1.min(inner.height), ..inner };
    Footer { theme, hints: &hints, toast: None }.render(bottom, buffer);
}

fn confirm(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    desk(theme, area, buffer);
    let kept = ["11:00 Barbara Liskov", "13:00 山田 花子", "13:30 Donald Knuth"].map(str::to_owned);
    let cancelled = ["14:10 Edsger Dijkstra", "14:30 Margaret Hamilton"].map(str::to_owned);
    let lists = [
        ConfirmList { title: "stay", severity: Severity::Success, items: &kept },
        ConfirmList { title: "would be cancelled", severity: Severity::Warning, items: &cancelled },
    ];
    let answers =
        [("Enter", "change the hours"), ("Esc", "leave them")].map(|(key, label)| Hint { key, label, priority: 0 });
    let question = "Dr Chen works 08:30–12:00, 13:00–14:00 today?";
    let view = ConfirmView { theme, question, lists: &lists, answers: &answers, offset: 0 };
    let (width, height) = view.size(70);
    let popup = Popup { theme, title: "Hours", remark: "", width, height };
    popup.render(area, buffer);
    view.render(popup.inner(area), buffer);
}

fn palette(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    desk(theme, area, buffer);
    let entry = |name, text, keys, matched| PaletteEntry { name, text, keys, matched };
    let entries = [
        entry("book", "Book an appointment", "b", &[0, 1, 2][..]),
        entry("block-out", "Keep a range of a provider's day free", "B", &[0, 2, 6][..]),
        entry("toggle-mouse", "Let the terminal have the mouse, or take it", "M", &[1, 2, 5][..]),
    ];
    let popup = Popup { theme, title: "Commands", remark: "3 of 41", width: 72, height: 8 };
    popup.render(area, buffer);
    PaletteView { theme, query: "boo", cursor: 3, entries: &entries, selected: 0 }.render(popup.inner(area), buffer);
}

fn help(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    desk(theme, area, buffer);
    let group = |title, entries: &[(&'static str, &'static str)]| HelpGroup {
        title,
        entries: entries.iter().map(|(keys, text)| HelpEntry { keys, text }).collect(),
    };
    let groups = [
        group("Move", &[("h j k l", "Left, down, up, right"), ("g g", "The first"), ("G", "The last")]),
        group(
            "Appointments",
            &[
                ("b", "Book an appointment"),
                ("m", "Pick up the appointment and put it elsewhere"),
                ("x", "Cancel it, with a reason"),
                ("a", "The client has arrived"),
            ],
        ),
        group("Days", &[("[ ]", "The day before, the day after"), ("t", "Today"), ("g d", "Go to a date")]),
        group("Desk", &[("u", "Undo the last change"), (":", "Find a command"), ("q", "Leave"), ("?", "This help")]),
    ];
    let popup = Popup { theme, title: "Help", remark: "/ to filter", width: 110, height: 20 };
    popup.render(area, buffer);
    HelpView { theme, groups: &groups, offset: 0, empty: "No key does that." }.render(popup.inner(area), buffer);
}

fn menu(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    desk(theme, area, buffer);
    let item = |key, label, detail| MenuItem { key, label, detail };
    let items = [
        item("1", "Dr Patel 10:30–11:00", "0 unusable, flush"),
        item("2", "Dr Chen 15:00–15:30", "0 unusable, splits"),
        item("3", "佐藤 先生 12:10–12:40", "20 unusable"),
    ];
    let popup = Popup { theme, title: "Other places", remark: "3", width: 50, height: 3 };
    popup.render(area, buffer);
    Menu { theme, items: &items, selected: Some(1), empty: "" }.render(popup.inner(area), buffer);
}

fn which_key(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    desk(theme, area, buffer);
    let keys = [("g", "first"), ("d", "go to a date"), ("p", "providers"), ("l", "list"), ("e", "last")];
    let hints = keys.map(|(key, label)| Hint { key, label, priority: 0 });
    WhichKey { theme, prefix: "g", hints: &hints }.render(area, buffer);
}

fn details(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let snapshot = clinic();
    let [left, right] = area.layout(&Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]));
    let [free, none] = right.layout(&Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]));
    let row = snapshot.row(&provider_id("chen")).unwrap();
    let time = Subject::Time { row, minute: minute("10:20") };
    for (subject, area) in [(Subject::Provider(row), left), (time, free), (Subject::Nothing, none)] {
        let focus = Focus::Elsewhere;
        Details {
            theme,
            snapshot: &snapshot,
            earliest: Minute::MIDNIGHT,
            subject,
            why: &[],
            history: &[],
            offset: 0,
            focus,
        }
        .render(area, buffer);
    }
}

fn fragmentation(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let snapshot = clinic();
    let provider = provider_id("patel");
    FragmentationPanel {
        theme,
        snapshot: &snapshot,
        earliest: Minute::MIDNIGHT,
        selected: Some(&provider),
        focus: Focus::Focused,
    }
    .render(Rect { height: area.height.min(10), width: area.width.min(60), ..area }, buffer);
}

fn empty(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let item = |key, label, detail| MenuItem { key, label, detail };
    let choices = [
        item("d", "Show me a clinic", "six providers and a full day"),
        item("P", "Add the first provider", ""),
        item("q", "Leave", ""),
    ];
    EmptyDesk { theme, choices: &choices, selected: 0 }.render(area, buffer);
}

fn too_small(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let small = Rect { width: area.width.min(34), height: area.height.min(7), ..area };
    TooSmall { theme, needed: Size::new(60, 16) }.render(small, buffer);
}

#[cfg(test)]
#[path = "gallery/tests.rs"]
mod tests;
