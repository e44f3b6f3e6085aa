use proptest::prelude::*;

use super::*;
use crate::domain::{Appointment, Overbooking, Status};
use crate::tui::theme::{Background, Glyphs, Terminal, ThemeName};
use crate::tui::widgets::fixtures::{appointment, clinic, day_of, minute, provider, provider_id, range, request_id};

fn theme(depth: ColourDepth) -> Theme {
    Theme::new(ThemeName::Dark, Terminal { depth, background: Background::Dark, glyphs: Glyphs::Unicode })
}

const DEPTHS: [ColourDepth; 4] = [ColourDepth::None, ColourDepth::Ansi16, ColourDepth::Ansi256, ColourDepth::True];

fn timelines<'a>(theme: &'a Theme, snapshot: &'a DaySnapshot, shown: TimeRange) -> Timelines<'a> {
    Timelines {
        theme,
        snapshot,
        shown,
        now: None,
        selection: TimelinesSelection::default(),
        ghost: None,
        marks: Marks::default(),
        first_row: 0,
        focus: Focus::Focused,
    }
}

/// One provider from 08:00 to 18:00 with appointments in these slots.
fn day(slots: &[(&str, &str)]) -> DaySnapshot {
    let only = provider("p", "P", &[("08:00", "18:00")], 40);
    let appointments = slots
        .iter()
        .enumerate()
        .map(|(number, (start, end))| appointment(number, "p", range(start, end), "Ada Lovelace"));
    day_of(only, appointments)
}

fn draw(timelines: &Timelines<'_>, area: Rect) -> Buffer {
    let mut buffer = Buffer::empty(area);
    timelines.render(area, &mut buffer);
    buffer
}

/// The line of the only provider's track.
fn track(timelines: &Timelines<'_>, area: Rect) -> Rect {
    let layout = timelines.layout(area);
    let (_, row) = layout.rows().next().unwrap();
    let track = layout.track(row).unwrap();
    Rect { height: 1, ..track }
}

fn symbols(buffer: &Buffer, area: Rect) -> String {
    area.positions().map(|position| buffer[position].symbol()).collect()
}

/// An area in which a cell of the only provider's track is ten minutes.
const TEN_MINUTES: Rect = Rect { x: 0, y: 0, width: 60 + 6 + 15 + 4, height: 6 };

#[test]
fn a_ten_minute_cell_is_what_the_tests_below_think() {
    let (theme, snapshot) = (theme(ColourDepth::None), day(&[]));
    let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
    assert_eq!(timelines.layout(TEN_MINUTES).axis().width(), 60);
}

#[test]
fn an_overbooking_is_marked_however_narrow_its_block_is() {
    let theme = theme(ColourDepth::None);
    for (end, width) in [("09:10", 1), ("09:20", 2), ("09:30", 3), ("10:00", 6)] {
        let one = appointment(0, "p", range("09:00", end), "Ada Lovelace");
        let over = Appointment { overbooking: Overbooking::Deliberate, ..one };
        let snapshot = day_of(provider("p", "P", &[("08:00", "18:00")], 40), [over]);
        let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        let buffer = draw(&timelines, TEN_MINUTES);
        let drawn = symbols(&buffer, track(&timelines, TEN_MINUTES));
        let block: String = drawn.chars().skip(6).take(width).collect();
        assert!(block.contains(theme.glyphs().overbooked), "{width}: {drawn}");
    }
}

#[test]
fn half_a_label_is_never_read_as_another_hour() {
    let (theme, snapshot) = (theme(ColourDepth::None), day(&[]));
    for at in ["10:00", "10:10", "10:20", "09:50"] {
        let timelines = Timelines {
            selection: TimelinesSelection { minute: Some(minute(at)), ..TimelinesSelection::default() },
            ..timelines(&theme, &snapshot, range("08:00", "18:00"))
        };
        let low = Rect { height: 4, ..TEN_MINUTES };
        let header = timelines.layout(low).header();
        assert_eq!(header.height, 1);
        let labels = symbols(&draw(&timelines, low), header).replace(theme.glyphs().cursor_head, " ");
        let whole = labels.split_whitespace().filter(|word| word.parse::<u16>().is_ok()).all(|word| word.len() == 2);
        assert!(whole, "{at}: {labels}");
    }
}

#[test]
fn closed_free_unusable_and_booked_time_are_told_apart_without_colours() {
    let theme = theme(ColourDepth::None);
    let snapshot = day(&[("09:00", "10:00"), ("10:10", "10:40")]);
    let timelines = timelines(&theme, &snapshot, range("07:00", "17:00"));
    let buffer = draw(&timelines, TEN_MINUTES);
    let drawn = symbols(&buffer, track(&timelines, TEN_MINUTES));
    assert_eq!(drawn.chars().take(24).collect::<String>(), "░░░░░░┊     [○AL━]╳[○]  ");
}

#[test]
fn neighbours_can_be_told_apart_at_every_depth() {
    let snapshot = day(&[("09:00", "10:00"), ("10:00", "11:00")]);
    for depth in DEPTHS {
        let theme = theme(depth);
        let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        let buffer = draw(&timelines, TEN_MINUTES);
        let track = track(&timelines, TEN_MINUTES);
        let (left, right) = (&buffer[(track.x + 11, track.y)], &buffer[(track.x + 12, track.y)]);
        assert!((left.symbol(), right.symbol()) == ("]", "[") || left.bg != right.bg, "{depth:?}");
    }
}

#[test]
fn five_minutes_more_are_visible_where_there_are_colours() {
    let theme = theme(ColourDepth::True);
    let lines: Vec<String> = [("09:00", "09:30"), ("09:00", "09:35"), ("09:05", "09:30")]
        .iter()
        .map(|slot| {
            let snapshot = day(&[*slot]);
            let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
            let buffer = draw(&timelines, TEN_MINUTES);
            symbols(&buffer, Rect { width: 12, ..track(&timelines, TEN_MINUTES) })
        })
        .collect();
    assert_eq!(lines, ["┊     ○AL   ", "┊     ○AL▌  ", "┊     ▌○    "]);
}

#[test]
fn an_unusable_gap_is_hatched_however_short_it_is() {
    let snapshot = day(&[("09:00", "09:58"), ("10:03", "11:00")]);
    for depth in DEPTHS {
        let theme = theme(depth);
        for width in (40..160).step_by(3) {
            let area = Rect { width, ..TEN_MINUTES };
            let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
            let drawn = symbols(&draw(&timelines, area), track(&timelines, area));
            assert!(drawn.contains('╳'), "{depth:?} {width}: {drawn}");
        }
    }
}

#[test]
fn every_appointment_shows_its_status_however_short_it_is() {
    let slots = [("09:00", "09:05"), ("10:00", "10:05"), ("11:00", "11:05")];
    let snapshot = day(&slots);
    for depth in DEPTHS {
        let theme = theme(depth);
        for width in (40..160).step_by(3) {
            let area = Rect { width, ..TEN_MINUTES };
            let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
            let drawn = symbols(&draw(&timelines, area), track(&timelines, area));
            assert_eq!(drawn.matches('○').count(), slots.len(), "{depth:?} {width}: {drawn}");
        }
    }
}

#[test]
fn the_selected_block_is_bold_and_without_colours_reversed() {
    let snapshot = day(&[("09:00", "10:00"), ("10:00", "11:00")]);
    let selected = request_id(1);
    for depth in DEPTHS {
        let theme = theme(depth);
        let mut timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        timelines.selection.appointment = Some(&selected);
        let buffer = draw(&timelines, TEN_MINUTES);
        let track = track(&timelines, TEN_MINUTES);
        for column in 12..18 {
            let cell = &buffer[(track.x + column, track.y)];
            assert!(cell.modifier.contains(Modifier::BOLD), "{depth:?} {column}");
            assert_eq!(cell.modifier.contains(Modifier::REVERSED), depth == ColourDepth::None);
        }
        assert!(!buffer[(track.x + 8, track.y)].modifier.contains(Modifier::BOLD));
    }
}

#[test]
fn the_line_of_the_present_runs_through_every_row_and_hides_no_text() {
    let theme = theme(ColourDepth::True);
    let snapshot = clinic();
    let area = Rect::new(0, 0, 110, 30);
    let mut timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
    let before = draw(&timelines, area);
    timelines.now = Some(minute("11:25"));
    let after = draw(&timelines, area);
    let layout = timelines.layout(area);
    let column = layout.axis().column(minute("11:25")).unwrap();
    let body = layout.track(layout.body()).unwrap();
    for y in body.top()..body.bottom() {
        let at = (body.x + column, y);
        let replaceable = [" ", "┊", "░"].contains(&before[at].symbol());
        assert_eq!(after[at].symbol(), if replaceable { "│" } else { before[at].symbol() });
        assert_eq!(after[at].bg, before[at].bg);
    }
}

#[test]
fn a_ghost_shows_whether_it_fits_by_its_sign() {
    let (theme, snapshot, id) = (theme(ColourDepth::None), day(&[]), provider_id("p"));
    let mut timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
    for (fit, sign) in [(GhostFit::Fits, '✓'), (GhostFit::Blocked, '✗')] {
        timelines.ghost = Some(Ghost { provider: &id, slot: range("09:00", "10:00"), fit, label: "Ada" });
        let drawn = symbols(&draw(&timelines, TEN_MINUTES), track(&timelines, TEN_MINUTES));
        assert!(drawn.contains(&format!("[{sign}Ada")), "{drawn}");
    }
}

#[test]
fn what_waits_for_the_book_and_what_breaks_the_rules_is_marked() {
    let only = provider("p", "P", &[("08:00", "18:00")], 40);
    let mut over = appointment(0, "p", range("09:00", "10:00"), "Ada");
    over.overbooking = Overbooking::Deliberate;
    over.status = Status::Confirmed;
    let snapshot = day_of(only, [over]);
    let (theme, waiting) = (theme(ColourDepth::None), [request_id(0)]);
    let mut timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
    timelines.marks.in_flight = &waiting;
    let drawn = symbols(&draw(&timelines, TEN_MINUTES), track(&timelines, TEN_MINUTES));
    assert!(drawn.contains("[●‼…"), "{drawn}");
}

#[test]
fn hostile_names_are_drawn_harmless() {
    let only = provider("p", "\u{1b}[2J\u{202e}P", &[("08:00", "18:00")], 40);
    let one = appointment(0, "p", range("09:00", "12:00"), "\u{1b}]0;x\u{7}\u{9b}31m");
    let snapshot = day_of(only, [one]);
    let theme = theme(ColourDepth::True);
    let buffer = draw(&timelines(&theme, &snapshot, range("08:00", "18:00")), Rect::new(0, 0, 120, 8));
    let all = buffer.content().iter().flat_map(|cell| cell.symbol().chars());
    assert!(all.into_iter().all(|c| !c.is_control() && c != '\u{202e}'));
    assert!(symbols(&buffer, buffer.area).contains('␛'));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The naive model: a column of five minutes belongs to the appointment that covers them.
    #[test]
    fn the_pointer_finds_the_appointment_that_is_drawn(starts in prop::collection::btree_set(0u16..40, 0..12)) {
        let slots: Vec<TimeRange> = starts.iter().map(|quarter| {
            let start = 480 + quarter * 15;
            TimeRange::new(Minute::saturating(start), Minute::saturating(start + 15)).unwrap()
        }).collect();
        let only = provider("p", "P", &[("08:00", "18:00")], 40);
        let all = slots.iter().enumerate().map(|(number, slot)| appointment(number, "p", *slot, "Ada"));
        let snapshot = day_of(only, all);
        let theme = theme(ColourDepth::True);
        let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        let area = Rect { width: 120 + 6 + 21 + 4, ..TEN_MINUTES };
        let track = track(&timelines, area);
        prop_assert_eq!(track.width, 120);
        for column in 0..120 {
            let start = Minute::saturating(480 + column * 5);
            let hit = timelines.hit(area, Position { x: track.x + column, y: track.y }).unwrap();
            prop_assert_eq!(hit.minute, Some(start));
            let expected = slots.iter().position(|slot| slot.covers(start)).map(request_id);
            prop_assert_eq!(hit.appointment, expected);
        }
    }

    #[test]
    fn rows_never_overlap_and_never_leave_the_frame(width in 0u16..200, height in 0u16..80, first in 0usize..9) {
        let (theme, snapshot) = (theme(ColourDepth::True), clinic());
        let mut timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        timelines.first_row = first;
        let area = Rect::new(3, 2, width, height);
        let layout = timelines.layout(area);
        let rows: Vec<(usize, Rect)> = layout.rows().collect();
        for pair in rows.windows(2) {
            prop_assert!(pair[0].1.bottom() <= pair[1].1.top() && pair[0].0 + 1 == pair[1].0);
        }
        for (_, row) in &rows {
            prop_assert_eq!(row.intersection(Panel::inner(area)), *row);
            prop_assert!(row.height > 0);
        }
        prop_assert_eq!(rows.len(), layout.visible_rows().min(7 - first.min(6)));
    }

    #[test]
    fn the_pointer_never_panics(width in 0u16..200, height in 0u16..60, x in 0u16..210, y in 0u16..70) {
        let (theme, snapshot) = (theme(ColourDepth::None), clinic());
        let timelines = timelines(&theme, &snapshot, range("08:00", "18:00"));
        let area = Rect::new(1, 1, width, height);
        let pointer = Position { x, y };
        let hit = timelines.hit(area, pointer);
        let inside = area.contains(pointer);
        prop_assert!(hit.is_none() || inside);
    }
}
