//! The differences to first-fit as bars on a terminal.
//!
//! ```text
//! Accepted requests against first-fit, %
//!              -10        -5         0          +5
//! worst-fit                          │██████├─●─┤       +3.86 ±1.37
//! random                ├─●─┤████████│                  -7.06 ±1.88
//! ```

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::plot::{Axis, PLOTS, Plot};
use super::report::{Report, Summaries};
use super::summary::Estimate;

/// Fewest cells of an axis that still tell anything.
const CELLS_MIN: usize = 20;
/// Cells between a name, a bar and its number.
const GAP: usize = 2;

/// The plots of all days of a report, for a terminal of this many columns; those that have no room are left out.
pub fn chart(report: &Report, columns: u16) -> String {
    let drawn = PLOTS.iter().filter_map(|plot| draw(plot, &report.all, columns.into()));
    drawn.collect::<Vec<_>>().join("\n")
}

fn draw(plot: &Plot, summaries: &Summaries, columns: usize) -> Option<String> {
    let rows = plot.rows(summaries);
    let numbers: Vec<String> = rows.iter().map(|(_, one)| format!("{one:+}")).collect();
    let names = rows.iter().map(|(name, _)| name.len()).max()?;
    let widest = numbers.iter().map(|number| number.width()).max()?;
    let cells = columns.checked_sub(names + widest + 2 * GAP).filter(|cells| *cells >= CELLS_MIN)?;
    let axis = Axis::holding(&rows);
    let mut text = format!("{}\n{:names$}{:GAP$}{}\n", plot.caption, "", "", labels(axis, cells));
    for ((name, one), number) in rows.iter().zip(&numbers) {
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{name:names$}{:GAP$}{}{:GAP$}{number}", "", bar(axis, *one, cells), "");
    }
    Some(text)
}

/// The cell of a value, 0 up to `cells` - 1.
fn cell(axis: Axis, value: f64, cells: usize) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "a terminal has few columns")]
    let along = axis.place(value) * (cells - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 up to the cells of an axis")]
    let at = along.round() as usize;
    at
}

fn labels(axis: Axis, cells: usize) -> String {
    let mut line = String::new();
    for tick in axis.ticks() {
        let label = axis.label(tick);
        // Centred on its cell as far as there is room; one that would touch the last is left out.
        let from = cell(axis, tick, cells).saturating_sub(label.len() / 2).min(cells.saturating_sub(label.len()));
        if line.is_empty() || from > line.len() {
            line = format!("{line:from$}{label}");
        }
    }
    line
}

fn bar(axis: Axis, one: Estimate, cells: usize) -> String {
    let at = |value| cell(axis, value, cells);
    let (zero, mean) = (at(0.0), at(one.mean));
    let (low, high) = one.interval();
    let (low, high) = (at(low), at(high));
    let filled = zero.min(mean)..=zero.max(mean);
    let glyph = |cell: usize| match cell {
        _ if cell == mean && one.mean != 0.0 => '●',
        _ if cell == zero => '│',
        _ if cell == low => '├',
        _ if cell == high => '┤',
        _ if low < cell && cell < high => '─',
        _ if filled.contains(&cell) => '█',
        _ => ' ',
    };
    (0..cells).map(glyph).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_at_zero_and_show_their_intervals() {
        let rows =
            [("a", Estimate { mean: 6.0, half_width: Some(1.5) }), ("b", Estimate { mean: -3.0, half_width: None })];
        let axis = Axis::holding(&rows);
        let lines = [labels(axis, 41), bar(axis, rows[0].1, 41), bar(axis, rows[1].1, 41)];
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn first_fit_itself_has_no_bar() {
        let zero = Estimate { mean: 0.0, half_width: Some(0.0) };
        assert_eq!(bar(Axis::holding(&[("", zero)]), zero, 20), format!("│{}", " ".repeat(19)));
    }
}
