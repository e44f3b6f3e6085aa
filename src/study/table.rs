//! The results as a table for people.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::report::{Report, Summaries};
use super::summary::{Estimate, Summary};

/// The columns: what they are called, and what stands in them.
type Column = (&'static str, fn(&Summary) -> String);

/// One table of columns for every place where results are shown to people.
pub(super) static COLUMNS: [Column; 9] = [
    ("accepted", |row| row.accepted.to_string()),
    ("%", |row| row.accepted_share().map_or_else(none, |share| format!("{share:.2}"))),
    ("booked min", |row| row.booked_minutes.to_string()),
    ("stranded", |row| row.stranded_minutes.to_string()),
    ("Φ", |row| format!("{:.3}", row.fragmentation)),
    ("Jain", |row| format!("{:.4}", row.jain)),
    ("% of optimum", |row| row.of_optimum_percent.map_or_else(none, |share| share.to_string())),
    ("vs first-fit %", |row| difference(row.accepted_against_baseline)),
    ("minutes vs f-f %", |row| difference(row.minutes_against_baseline)),
];

fn none() -> String {
    "–".to_owned()
}

fn difference(value: Option<Estimate>) -> String {
    value.map_or_else(none, |value| format!("{value:+}"))
}

/// Cells between two columns.
const GAP: usize = 2;

/// The results as text: a table of all days, then one per group.
///
/// Where lines have a width, a table that is wider goes on below itself, with the names of the policies again.
pub fn table(report: &Report, width: Option<u16>) -> String {
    let mut text = String::new();
    let days = if report.instances == 1 { "day" } else { "days" };
    let width = width.map_or(usize::MAX, usize::from);
    write_table(&mut text, &format!("{} ({} {days})", report.source, report.instances), &report.all, width);
    for (group, summaries) in &report.groups {
        text.push('\n');
        write_table(&mut text, group, summaries, width);
    }
    text
}

fn write_table(text: &mut String, title: &str, summaries: &Summaries, width: usize) {
    let mut columns: Vec<Vec<String>> = vec![vec!["policy".to_owned()]];
    columns[0].extend(summaries.iter().map(|(policy, _)| policy.name().to_owned()));
    for (name, cell) in &COLUMNS {
        let mut column = vec![(*name).to_owned()];
        column.extend(summaries.iter().map(|(_, summary)| cell(summary)));
        columns.push(column);
    }
    let widths: Vec<usize> =
        columns.iter().map(|column| column.iter().map(|cell| cell.width()).max().unwrap_or(0)).collect();
    // Writing into a string cannot fail, here and below.
    let _ = writeln!(text, "{title}");
    let mut from = 1;
    while from < columns.len() {
        let to = from + fitting(&widths[from..], width.saturating_sub(widths[0]));
        for (row, name) in columns[0].iter().enumerate() {
            // Names to the left, numbers to the right.
            let _ = write!(text, "{name}{:room$}", "", room = widths[0] - name.width());
            for (column, width) in columns[from..to].iter().zip(&widths[from..to]) {
                let cell = &column[row];
                let _ = write!(text, "{:room$}{cell}", "", room = GAP + width - cell.width());
            }
            text.push('\n');
        }
        from = to;
    }
}

/// How many of the columns fit into so many cells; at least one, or nothing would ever be shown.
fn fitting(widths: &[usize], cells: usize) -> usize {
    let ends = widths.iter().scan(0, |end, width| {
        *end += GAP + width;
        Some(*end)
    });
    ends.take_while(|end| *end <= cells).count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_columns_as_fit_stand_beside_each_other_and_at_least_one() {
        assert_eq!(fitting(&[5, 6, 7], usize::MAX), 3);
        assert_eq!(fitting(&[5, 6, 7], 15), 2);
        assert_eq!(fitting(&[5, 6, 7], 14), 1);
        assert_eq!(fitting(&[5, 6, 7], 0), 1);
    }
}
