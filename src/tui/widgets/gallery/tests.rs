use std::fmt::Write as _;

use proptest::prelude::*;
use ratatui::buffer::Cell;
use ratatui::style::Style;

use super::*;
use crate::tui::theme::{ColourDepth, Glyphs};
use crate::tui::widgets::fixtures::{lines, theme};

fn drawn(scene: Scene, theme: &Theme, area: Rect) -> Buffer {
    let mut buffer = Buffer::empty(area);
    scene.1(theme, area, &mut buffer);
    buffer
}

/// A letter per style of a cell, line by line, and what each letter stands for.
fn styles(buffer: &Buffer) -> String {
    const LETTERS: &str = ".abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut known: Vec<Style> = vec![Cell::EMPTY.style()];
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        for x in buffer.area.left()..buffer.area.right() {
            let style = buffer[(x, y)].style();
            let at = known.iter().position(|one| *one == style).unwrap_or_else(|| {
                known.push(style);
                known.len() - 1
            });
            line.push(LETTERS.chars().nth(at).unwrap_or('?'));
        }
        writeln!(text, "{}", line.trim_end_matches('.')).unwrap();
    }
    for (style, letter) in known.iter().zip(LETTERS.chars()).skip(1) {
        let colour = |colour: Option<ratatui::style::Color>| colour.map_or("-".to_owned(), |one| one.to_string());
        writeln!(text, "{letter} {} on {} {:?}", colour(style.fg), colour(style.bg), style.add_modifier).unwrap();
    }
    text
}

fn picture(scene: Scene, depth: ColourDepth, (width, height): (u16, u16)) -> String {
    let buffer = drawn(scene, &theme(depth, Glyphs::Unicode), Rect::new(0, 0, width, height));
    format!("{}\n{}", lines(&buffer), styles(&buffer))
}

#[test]
fn the_desk_looks_the_same_as_ever() {
    for depth in [ColourDepth::True, ColourDepth::None] {
        for size in [(160, 45), (100, 30), (80, 24)] {
            let name = format!("desk_{}x{}_{depth:?}", size.0, size.1);
            insta::assert_snapshot!(name, picture(SCENES[0], depth, size));
        }
    }
}

#[test]
fn everything_else_looks_the_same_as_ever() {
    for scene in &SCENES[1..] {
        for (depth, size) in [(ColourDepth::True, (100, 30)), (ColourDepth::None, (80, 24))] {
            let buffer = drawn(*scene, &theme(depth, Glyphs::Unicode), Rect::new(0, 0, size.0, size.1));
            insta::assert_snapshot!(format!("{}_{}x{}_{depth:?}", scene.0, size.0, size.1), lines(&buffer));
        }
    }
}

#[test]
fn without_colours_no_cell_has_one() {
    for scene in SCENES {
        for size in [(160, 45), (80, 24)] {
            let buffer = drawn(scene, &theme(ColourDepth::None, Glyphs::Unicode), Rect::new(0, 0, size.0, size.1));
            let bare = |cell: &Cell| (cell.fg, cell.bg) == (Cell::EMPTY.fg, Cell::EMPTY.bg);
            assert!(buffer.content().iter().all(bare), "{}", scene.0);
        }
    }
}

#[test]
fn plain_ascii_draws_no_picture() {
    // The names of the day are what they are; a screen without a day has only the desk's own words.
    for (name, draw) in SCENES.into_iter().filter(|(name, _)| ["empty", "too_small"].contains(name)) {
        let buffer = drawn((name, draw), &theme(ColourDepth::None, Glyphs::Ascii), Rect::new(0, 0, 80, 24));
        assert!(lines(&buffer).is_ascii(), "{}", lines(&buffer));
    }
}

/// Narrow as often as not, because that is where things stick out.
fn columns() -> impl Strategy<Value = u16> {
    prop_oneof![0u16..30, 0u16..190]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_panics_or_draws_outside_at_any_size(
        scene in 0..SCENES.len(), x in 0u16..4, y in 0u16..3, width in columns(), height in 0u16..60, mono: bool,
    ) {
        let whole = Rect::new(0, 0, width + x + 5, height + y + 4);
        let area = Rect::new(x, y, width, height);
        let mut buffer = Buffer::filled(whole, Cell::new("Q"));
        let depth = if mono { ColourDepth::None } else { ColourDepth::Ansi256 };
        SCENES[scene].1(&theme(depth, Glyphs::Unicode), area, &mut buffer);
        for position in whole.positions().filter(|position| !area.contains(*position)) {
            prop_assert_eq!(buffer[position].symbol(), "Q", "{} at {}", SCENES[scene].0, position);
        }
    }
}
