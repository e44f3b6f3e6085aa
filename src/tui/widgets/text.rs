//! Text as a terminal shows it: measured, cut and wrapped by display width, one grapheme at a time.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::printable;

/// Columns that a text takes when drawn.
///
/// ```
/// # use slotdesk::tui::widgets::width;
/// assert_eq!(width("Zoë 山田 👩‍⚕️"), 11);
/// ```
pub fn width(text: &str) -> u16 {
    harmless(text).graphemes(true).map(grapheme_width).fold(0, u16::saturating_add)
}

/// The text in at most `columns`, harmless to a terminal; what had to go is replaced by the `ellipsis`.
///
/// ```
/// # use slotdesk::tui::widgets::truncate;
/// assert_eq!(truncate("Ada Lovelace", 12, "…"), "Ada Lovelace");
/// assert_eq!(truncate("Ada Lovelace", 6, "…"), "Ada L…");
/// assert_eq!(truncate("山田花子", 6, "…"), "山田…");
/// ```
pub fn truncate(text: &str, columns: u16, ellipsis: &str) -> String {
    let text = harmless(text);
    if width(&text) <= columns {
        return text.into_owned();
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut kept = String::from(head(&text, room).trim_end());
    if width(&kept) + width(ellipsis) <= columns {
        kept.push_str(ellipsis);
    }
    kept
}

/// The text in lines of at most `columns`, broken between words where possible; at least one line.
///
/// ```
/// # use slotdesk::tui::widgets::wrap;
/// assert_eq!(wrap("longest free piece is 20 min", 12), ["longest free", "piece is 20", "min"]);
/// ```
pub fn wrap(text: &str, columns: u16) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        wrap_paragraph(&harmless(paragraph), columns, &mut lines);
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

fn wrap_paragraph(text: &str, columns: u16, lines: &mut Vec<String>) {
    let mut line = String::new();
    // At spaces alone: a bracket or a comma would look odd at the beginning of a line.
    for word in text.split_inclusive(char::is_whitespace) {
        let mut word = word;
        if width(&line).saturating_add(width(word.trim_end())) <= columns {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        while width(word.trim_end()) > columns {
            let part = head(word, columns);
            // A grapheme wider than the line cannot be shown, and leaving it out ends the loop.
            let skip =
                if part.is_empty() { word.graphemes(true).next().map_or(word.len(), str::len) } else { part.len() };
            lines.push(part.to_owned());
            word = &word[skip..];
        }
        line.push_str(word);
    }
    lines.push(line.trim_end().to_owned());
}

/// Draws text from a column on, within `columns` and the area of the buffer; the first column after it.
pub(crate) fn put(buffer: &mut Buffer, at: (u16, u16), text: &str, columns: u16, style: Style) -> u16 {
    let (x, y) = at;
    let area = buffer.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
        return x;
    }
    let text = harmless(text);
    buffer.set_stringn(x, y, text.as_ref(), usize::from(columns), style).0
}

/// Draws text from a position on, within an area; nothing if the position is outside.
pub(crate) fn put_within(buffer: &mut Buffer, area: Rect, at: (u16, u16), text: &str, style: Style) -> u16 {
    if !area.contains(at.into()) {
        return at.0;
    }
    put(buffer, at, text, area.right() - at.0, style)
}

/// Draws text that ends at the right edge of a one-line area, if it fits; the column where it begins.
pub(crate) fn put_right(buffer: &mut Buffer, area: Rect, text: &str, style: Style) -> u16 {
    let columns = width(text);
    if columns > area.width {
        return area.right();
    }
    let x = area.right() - columns;
    put(buffer, (x, area.y), text, columns, style);
    x
}

/// The longest beginning of the text that fits.
pub(crate) fn head(text: &str, columns: u16) -> &str {
    let mut used = 0u16;
    for (at, grapheme) in text.grapheme_indices(true) {
        used = used.saturating_add(grapheme_width(grapheme));
        if used > columns {
            return &text[..at];
        }
    }
    text
}

/// The text as it can be shown: nothing that steers a terminal, nothing that terminals measure differently.
fn harmless(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return text.into();
    }
    printable(text).graphemes(true).map(measurable).collect::<String>().into()
}

/// A grapheme without what terminals disagree about, which would shift the rest of the line.
///
/// Joined and toned emoji, and signs that a variation selector turns into emoji, are one or two columns
/// wide here and four there; their first character is the same everywhere.
fn measurable(grapheme: &str) -> &str {
    const JOINER: char = '\u{200d}';
    const EMOJI: char = '\u{fe0f}';
    let Some(first) = grapheme.chars().next() else { return grapheme };
    let head = &grapheme[..first.len_utf8()];
    let toned = |c: char| ('\u{1f3fb}'..='\u{1f3ff}').contains(&c);
    let joined = grapheme.contains(|c: char| c == JOINER || toned(c)) && head.cell_width() == 2;
    if joined || grapheme.contains(EMOJI) { head } else { grapheme }
}

fn grapheme_width(grapheme: &str) -> u16 {
    // Control characters were made visible before, but a lone one must not be measured by its bytes.
    if grapheme.chars().any(char::is_control) { 1 } else { grapheme.cell_width() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_cut_fits_and_what_fits_is_not_cut(text in ".{0,40}", columns in 0u16..30) {
            let cut = truncate(&text, columns, "…");
            prop_assert!(width(&cut) <= columns);
            if width(&text) <= columns {
                prop_assert_eq!(cut, harmless(&text));
            }
        }

        #[test]
        fn wrapped_lines_fit_and_lose_no_word(text in "([a-zé山😀]{1,12} {1,2}){0,12}", columns in 2u16..30) {
            let lines = wrap(&text, columns);
            prop_assert!(lines.iter().all(|line| width(line) <= columns));
            let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(letters(&lines.concat()), letters(&text));
        }

        #[test]
        fn drawing_text_anywhere_stays_inside_the_buffer(text in ".{0,20}", x in 0u16..12, y in 0u16..4, columns: u16) {
            let mut buffer = Buffer::empty(Rect::new(2, 1, 7, 2));
            let end = put(&mut buffer, (x, y), &text, columns, Style::new());
            prop_assert!(end >= x && end <= x.max(9));
        }
    }

    #[test]
    fn a_line_breaks_at_spaces_and_keeps_brackets_and_commas_with_their_word() {
        assert_eq!(wrap("room (10 of 30 min), but less", 18), ["room (10 of 30", "min), but less"]);
        assert_eq!(wrap("a verylongword, b", 6), ["a", "verylo", "ngword", ", b"]);
    }

    #[test]
    fn text_that_could_steer_the_terminal_is_drawn_harmless() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
        put(&mut buffer, (0, 0), "a\u{1b}[2J\u{202e}b\nc", 12, Style::new());
        let drawn: String = buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert_eq!(drawn.trim_end(), "a␛[2J�b c");
    }

    #[test]
    fn emoji_that_terminals_measure_differently_are_shown_as_their_first_character() {
        assert_eq!(truncate("👩‍⚕️ ☎️ 👍🏽 1️⃣ é क्‍ष", 40, "…"), "👩 ☎ 👍 1 é क्‍ष");
    }

    #[test]
    fn a_combining_mark_stays_with_its_letter() {
        assert_eq!(truncate("Zoe\u{308}lla", 4, "…"), "Zoe\u{308}…");
        assert_eq!(width("e\u{308}"), 1);
    }
}
