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
    ("% of optimum", |row| {
        row.of_optimum_percent.map_or_else(none, |share| format!("{:.2} ±{:.2}", share.mean, share.half_width))
    }),
    ("vs first-fit %", |row| difference(row.accepted_against_baseline)),
    ("minutes vs f-f %", |row| difference(row.minutes_against_baseline)),
];

fn none() -> String {
    "–".to_owned()
}

fn difference(value: Option<Estimate>) -> String {
    value.map_or_else(none, |value| format!("{:+.2} ±{:.2}", tidy(value.mean), value.half_width))
}

/// No minus before what is shown as zero.
fn tidy(value: f64) -> f64 {
    if value.abs() < 0.005 { 0.0 } else { value }
}

/// The results as text: a table of all days, then one per group.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    let days = if report.instances == 1 { "day" } else { "days" };
    write_table(&mut text, &format!("{} ({} {days})", report.source, report.instances), &report.all);
    for (group, summaries) in &report.groups {
        text.push('\n');
        write_table(&mut text, group, summaries);
    }
    text
}

fn write_table(text: &mut String, title: &str, summaries: &Summaries) {
    let mut columns: Vec<Vec<String>> = vec![vec!["policy".to_owned()]];
    columns[0].extend(summaries.iter().map(|(policy, _)| policy.name().to_owned()));
    for (name, cell) in &COLUMNS {
        let mut column = vec![(*name).to_owned()];
        column.extend(summaries.iter().map(|(_, summary)| cell(summary)));
        columns.push(column);
    }
    let widths: Vec<usize> =
        columns.iter().map(|column| column.iter().map(|cell| cell.width()).max().unwrap_or(0)).collect();
    let _ = writeln!(text, "{title}");
    for row in 0..=summaries.len() {
        for (at, (column, width)) in columns.iter().zip(&widths).enumerate() {
            let cell = &column[row];
            let gap = " ".repeat(width - cell.width());
            // Names to the left, numbers to the right. Writing into a string cannot fail.
            let _ = if at == 0 { write!(text, "{cell}{gap}") } else { write!(text, "  {gap}{cell}") };
        }
        text.push('\n');
    }
}
