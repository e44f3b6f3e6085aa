//! Pictures of the whole screen.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::style::Modifier;

use super::fake::FakeDesk;
use super::script::{Script, lines};
use crate::tui::theme::ColourDepth;

const SIZES: [(u16, u16); 3] = [(160, 45), (100, 30), (80, 24)];

/// The runs of equal style on each line, but for plain text.
fn styles(buffer: &Buffer) -> String {
    let mut all = String::new();
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let mut line = String::new();
        let mut x = area.left();
        while x < area.right() {
            let style = buffer[(x, y)].style();
            let begin = x;
            while x < area.right() && buffer[(x, y)].style() == style {
                x += 1;
            }
            let marks = [
                (Modifier::BOLD, "b"),
                (Modifier::DIM, "d"),
                (Modifier::UNDERLINED, "u"),
                (Modifier::REVERSED, "r"),
                (Modifier::CROSSED_OUT, "s"),
                (Modifier::ITALIC, "i"),
            ];
            let modifiers: String =
                marks.iter().filter(|(one, _)| style.add_modifier.contains(*one)).map(|(_, mark)| *mark).collect();
            let colour = |colour: Option<ratatui::style::Color>| {
                colour
                    .filter(|one| *one != ratatui::style::Color::Reset)
                    .map_or_else(String::new, |one| one.to_string())
            };
            let (fg, bg) = (colour(style.fg), colour(style.bg));
            if !(modifiers.is_empty() && fg.is_empty() && bg.is_empty()) {
                write!(line, " {begin}-{}:{fg}/{bg}{modifiers}", x - 1).unwrap();
            }
        }
        if !line.is_empty() {
            writeln!(all, "{y}:{line}").unwrap();
        }
    }
    all
}

fn picture(keys: &str, depth: ColourDepth, (width, height): (u16, u16)) -> Buffer {
    let mut script = Script::on(FakeDesk::clinic(), depth);
    script.resize(width, height).press("Home").press(keys);
    script.screen(width, height)
}

fn assert_pictures(name: &str, keys: &str) {
    for size in SIZES {
        let buffer = picture(keys, ColourDepth::True, size);
        let plain = picture(keys, ColourDepth::None, size);
        let place = format!("{name}_{}x{}", size.0, size.1);
        insta::assert_snapshot!(
            format!("{place}_colour"),
            format!("{}\n\n{}", lines(&buffer).join("\n"), styles(&buffer))
        );
        insta::assert_snapshot!(format!("{place}_mono"), format!("{}\n\n{}", lines(&plain).join("\n"), styles(&plain)));
    }
}

#[test]
fn the_desk() {
    assert_pictures("desk", "");
}

#[test]
fn the_booking_form() {
    assert_pictures("book", "n b \"Marie Curie\"");
}

#[test]
fn windows_at_the_usual_size() {
    for (name, keys) in [
        ("refused", "b Tab Tab \"12-13\" Enter"),
        ("carry", "m j l l"),
        ("hours", "H ^u \"10-11\""),
        ("help", "?"),
        ("palette", ": \"day\""),
        ("log", "a c L"),
        ("status", "s"),
        ("find", "/ \"ada\""),
        ("which_key", "g"),
        ("details", "Enter"),
        ("provider", "P \"Dr No\" Tab Tab ^u Enter"),
    ] {
        let buffer = picture(keys, ColourDepth::None, (80, 24));
        insta::assert_snapshot!(format!("window_{name}"), lines(&buffer).join("\n"));
    }
}

#[test]
fn a_form_leaves_the_row_of_its_ghost_in_view_at_every_size() {
    for size in SIZES.into_iter().chain([(120, 35), (200, 60)]) {
        let mut script = Script::on(FakeDesk::clinic(), ColourDepth::True);
        script.resize(size.0, size.1).press("G n b");
        let ghost = script.model.overlays[0].layer().ghost().unwrap();
        let name = &script.model.snapshot().unwrap().provider(&ghost.provider).unwrap().name;
        let start: String = name.as_str().chars().take(6).collect();
        let text = script.text();
        let row = text.lines().position(|line| line.contains(&format!("│ ▸ {start}")));
        let form = text.lines().position(|line| line.contains("╭─ Book"));
        assert!(row.is_some() && row < form, "{size:?}\n{text}");
        let field = text.lines().position(|line| line.contains("In the past"));
        assert!(field.is_some(), "every field is seen: {size:?}\n{text}");
    }
}

#[test]
fn without_colour_nothing_emits_one_and_the_selection_is_reversed() {
    for keys in ["", "Tab", "b", "m", ":", "s", "H", "a L"] {
        let buffer = picture(keys, ColourDepth::None, (100, 30));
        let plain = |cell: &ratatui::buffer::Cell| {
            [cell.fg, cell.bg].iter().all(|colour| *colour == ratatui::style::Color::Reset)
        };
        assert!(buffer.content.iter().all(plain), "{keys}");
        assert!(buffer.content.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)), "{keys}");
    }
}

#[test]
fn a_small_terminal_is_told_what_the_desk_needs() {
    let buffer = picture("", ColourDepth::True, (50, 10));
    assert!(lines(&buffer).join("\n").contains("60x16"));
    let least = lines(&picture("", ColourDepth::True, (60, 16))).join("\n");
    assert!(least.contains("Dr Chen") && least.contains("b book"), "{least}");
}

#[test]
fn the_empty_desk() {
    let mut script = Script::on(FakeDesk::empty(), ColourDepth::None);
    script.resize(80, 24);
    insta::assert_snapshot!(script.text());
}
