//! What every group needs: taking turns, medians, and the table.
//!
//! A comparison runs both sides once without looking, then in turns, and takes the median of the ratios of
//! neighbouring runs: what slows the machine down for a while slows both sides of a pair.

use std::fmt::Write;
use std::time::{Duration, Instant};

/// Measured rounds of each side of a comparison.
pub(crate) const ROUNDS: usize = 5;

/// Below this share of busy processors, in percent, neighbours change little.
const QUIET_PERCENT: f64 = 10.0;

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
    /// Seconds of processor time of a round of ours, over that of the baseline: what a busy machine changes
    /// least. Setting up counts in it.
    pub(crate) work: f64,
}

/// What the rounds of one side came to.
#[derive(Default)]
struct Side {
    measured: Vec<f64>,
    worked: Vec<f64>,
}

impl Side {
    fn run(&mut self, round: &mut dyn FnMut() -> f64) {
        let before = processor_seconds();
        self.measured.push(round());
        self.worked.push(processor_seconds() - before);
    }

    /// Leaves the first round out, which warms caches, allocators and the disk up.
    fn warm(self) -> (Vec<f64>, Vec<f64>) {
        (self.measured[1..].to_vec(), self.worked[1..].to_vec())
    }
}

/// Runs both sides in turns, each beginning every other round.
pub(crate) fn in_turns(mut ours: impl FnMut() -> f64, mut baseline: impl FnMut() -> f64) -> Compared {
    let (mut first, mut second) = (Side::default(), Side::default());
    for round in 0..=ROUNDS {
        if round % 2 == 0 {
            first.run(&mut ours);
            second.run(&mut baseline);
        } else {
            second.run(&mut baseline);
            first.run(&mut ours);
        }
    }
    let ((of_ours, our_work), (of_baseline, its_work)) = (first.warm(), second.warm());
    let ratios = of_ours.iter().zip(&of_baseline).map(|(a, b)| a / b).collect();
    let work = median(our_work) / median(its_work).max(0.01);
    Compared { ours: median(of_ours), baseline: median(of_baseline), ratio: median(ratios), work }
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

/// How much of the processors other programs take right now, in words: beside busy neighbours, whoever needs
/// several threads to make progress loses more than whoever needs one.
pub(crate) fn others_load() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let busy = || {
        let text = std::fs::read_to_string("/proc/stat").unwrap_or_default();
        let ticks: Vec<f64> =
            text.lines().next().unwrap_or_default().split(' ').filter_map(|field| field.parse().ok()).collect();
        // The fourth and fifth are what nobody used; guests, at the end, are counted among users already.
        let all: f64 = ticks.iter().take(8).sum();
        (all - ticks.iter().skip(3).take(2).sum::<f64>(), all)
    };
    let before = busy();
    std::thread::sleep(Duration::from_secs(1));
    let now = busy();
    let share = 100.0 * (now.0 - before.0) / (now.1 - before.1).max(1.0);
    let warning = if share > QUIET_PERCENT { "; verdicts say little until it is quiet" } else { "" };
    format!("other programs keep {share:.0} % of {cores} processors busy{warning}")
}

/// Seconds of all processors that this process has used so far, its ended threads included.
pub(crate) fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may contain anything.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    // User and system time, the 14th and 15th field of all, in hundredths.
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
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
