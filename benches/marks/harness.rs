//! What every group needs: taking turns, medians, and the table.
//!
//! A comparison runs both sides once without looking, then in turns, and takes the median of the ratios of
//! neighbouring runs: what slows the machine down for a while slows both sides of a pair.

use std::fmt::Write;
use std::time::Instant;

/// Measured rounds of each side of a comparison.
pub(crate) const ROUNDS: usize = 5;

/// What a mark has to reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Goal {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    fn is_met(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(goal) => measured >= goal,
            Self::AtMost(goal) => measured <= goal,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) name: String,
    pub(crate) goal: Goal,
    pub(crate) measured: f64,
    /// The absolute figures behind it, for who wants to know where the time goes.
    pub(crate) detail: String,
}

impl Mark {
    pub(crate) fn new(name: impl Into<String>, goal: Goal, measured: f64, detail: impl Into<String>) -> Self {
        Self { name: name.into(), goal, measured, detail: detail.into() }
    }
}

/// The medians of both sides, and the median of their ratios.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) ours: f64,
    pub(crate) baseline: f64,
    pub(crate) ratio: f64,
}

/// Runs both sides in turns, each beginning every other round.
pub(crate) fn in_turns(mut ours: impl FnMut() -> f64, mut baseline: impl FnMut() -> f64) -> Compared {
    let (mut of_ours, mut of_baseline) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (a, b) = if round % 2 == 0 {
            let a = ours();
            (a, baseline())
        } else {
            let b = baseline();
            (ours(), b)
        };
        // The first round warms caches, allocators and the disk up.
        if round > 0 {
            of_ours.push(a);
            of_baseline.push(b);
        }
    }
    let ratios = of_ours.iter().zip(&of_baseline).map(|(a, b)| a / b).collect();
    Compared { ours: median(of_ours), baseline: median(of_baseline), ratio: median(ratios) }
}

/// The middle one.
pub(crate) fn median(values: Vec<f64>) -> f64 {
    percentile(values, 0.5)
}

/// The value that this share of all, 0 to 1, does not exceed.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "there are few values, and the share is not negative"
)]
pub(crate) fn percentile(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * share).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

/// How many a second, where all of it took as long as `work`.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(crate) fn per_second(count: usize, work: impl FnOnce()) -> f64 {
    let since = Instant::now();
    work();
    count as f64 / since.elapsed().as_secs_f64()
}

/// Nanoseconds that each of `count` took.
pub(crate) fn nanoseconds_each(count: usize, work: impl FnOnce()) -> f64 {
    1e9 / per_second(count, work)
}

/// The marks as a table of Markdown.
pub(crate) fn table(marks: &[Mark]) -> String {
    let longest = |column: fn(&Mark) -> usize| marks.iter().map(column).max().unwrap_or(0);
    let (names, details) = (longest(|mark| mark.name.chars().count()), longest(|mark| mark.detail.chars().count()));
    let mut text =
        format!("| {:names$} | {:>9} | {:>9} | verdict | {:details$} |\n", "mark", "goal", "measured", "detail");
    let _ = writeln!(text, "|{:-<1$}|----------:|----------:|---------|{2:-<3$}|", "", names + 2, "", details + 2);
    for Mark { name, goal, measured, detail } in marks {
        let wanted = match goal {
            Goal::AtLeast(goal) => format!("≥ {goal:.2}"),
            Goal::AtMost(goal) => format!("≤ {goal:.2}"),
        };
        let verdict = if goal.is_met(*measured) { "met" } else { "MISSED" };
        let _ = writeln!(text, "| {name:names$} | {wanted:>9} | {measured:>9.2} | {verdict:7} | {detail:details$} |");
    }
    text
}
