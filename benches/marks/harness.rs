//! What every group needs: sides that take turns, sampled by criterion, and the table.
//!
//! A round of a comparison runs slotdesk and its baseline one after the other, each beginning every other round,
//! and its figure is the ratio of the two: what slows the machine down for a while slows both sides of a pair.
//! Criterion samples these ratios as it samples times elsewhere: [`SAMPLES`] samples of mostly two rounds, after two
//! to warm up, with their interval, their outliers and what has changed since the last run. (It calls every figure a
//! time.) The table has the median of all rounds. What is no ratio (nanoseconds a provider) is sampled in the same way, and what is counted once
//! (wake-ups of an idle desk) goes into the table as it is.

use std::fmt::Write;
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter};
use criterion::{Criterion, SamplingMode, Throughput};

/// Samples of each mark, the fewest that criterion draws conclusions from.
const SAMPLES: usize = 10;

/// Rounds that warm up: one that says how long a round takes, and the one of criterion.
const WARM_UP: usize = 2;

/// Below this share of busy processors, in percent, neighbours change little.
const QUIET_PERCENT: f64 = 10.0;

/// What criterion samples here: figures that rounds come to by themselves, ratios above all.
#[derive(Debug, Clone, Copy)]
struct Figure;

impl Measurement for Figure {
    type Intermediate = ();
    type Value = f64;

    fn start(&self) {}

    // Every benchmark here brings its figures itself; one that does not has none.
    fn end(&self, (): ()) -> f64 {
        f64::NAN
    }

    fn add(&self, one: &f64, other: &f64) -> f64 {
        one + other
    }

    fn zero(&self) -> f64 {
        0.0
    }

    fn to_f64(&self, value: &f64) -> f64 {
        *value
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self
    }
}

/// Figures are printed as they are; their names say what they are.
impl ValueFormatter for Figure {
    fn scale_values(&self, _: f64, _: &mut [f64]) -> &'static str {
        ""
    }

    fn scale_throughputs(&self, _: f64, _: &Throughput, _: &mut [f64]) -> &'static str {
        ""
    }

    fn scale_for_machines(&self, _: &mut [f64]) -> &'static str {
        ""
    }
}

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
struct Mark {
    name: String,
    goal: Goal,
    measured: f64,
    /// The smallest and the largest round, where there was more than one.
    rounds: Option<(f64, f64)>,
    detail: String,
}

/// The medians of both sides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compared {
    pub(crate) ours: f64,
    pub(crate) baseline: f64,
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
    fn run(&mut self, round: &mut dyn FnMut() -> f64) -> f64 {
        let before = processor_seconds();
        let figure = round();
        self.measured.push(figure);
        self.worked.push(processor_seconds() - before);
        figure
    }

    /// The medians of its figures and of its work; the first rounds warmed caches, allocators and the disk up.
    fn medians(&self) -> (f64, f64) {
        (median(self.measured[WARM_UP..].to_vec()), median(self.worked[WARM_UP..].to_vec()))
    }
}

/// Criterion, and the marks that were measured with it so far.
pub(crate) struct Bench {
    criterion: Criterion<Figure>,
    group: &'static str,
    marks: Vec<Mark>,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let criterion = Criterion::default().with_measurement(Figure).without_plots().sample_size(SAMPLES);
        Self { criterion, group: "", marks: Vec::new() }
    }

    /// Measures a group.
    pub(crate) fn measure(&mut self, group: &'static str, measure: fn(&mut Self)) {
        self.group = group;
        let already = self.marks.len();
        println!("measuring {group} …");
        measure(self);
        print!("{}", table(&self.marks[already..]));
    }

    /// Adds a mark: the ratio of ours to the baseline; `detail` puts the absolute figures behind it into words.
    pub(crate) fn compare(
        &mut self,
        name: impl Into<String>,
        goal: Goal,
        (mut ours, mut baseline): (impl FnMut() -> f64, impl FnMut() -> f64),
        detail: impl FnOnce(Compared) -> String,
    ) {
        let (mut first, mut second) = (Side::default(), Side::default());
        let turn = || {
            if first.measured.len().is_multiple_of(2) {
                let of_ours = first.run(&mut ours);
                of_ours / second.run(&mut baseline)
            } else {
                let of_baseline = second.run(&mut baseline);
                first.run(&mut ours) / of_baseline
            }
        };
        let name = name.into();
        let ratios = self.rounds(&name, turn);
        let ((ours, our_work), (baseline, its_work)) = (first.medians(), second.medians());
        let detail = detail(Compared { ours, baseline, work: our_work / its_work.max(0.01) });
        self.add(name, goal, ratios, detail);
    }

    /// Adds a mark that every round has a figure for by itself.
    pub(crate) fn sample(&mut self, name: &str, goal: Goal, round: impl FnMut() -> f64, detail: String) {
        let figures = self.rounds(name, round);
        self.add(name.to_owned(), goal, figures, detail);
    }

    /// Adds a mark that was counted once.
    pub(crate) fn count(&mut self, name: impl Into<String>, goal: Goal, measured: f64, detail: impl Into<String>) {
        self.marks.push(Mark { name: name.into(), goal, measured, rounds: None, detail: detail.into() });
    }

    /// Has criterion sample what rounds come to; all of them but those that warm up.
    fn rounds(&mut self, name: &str, mut round: impl FnMut() -> f64) -> Vec<f64> {
        let mut figures = Vec::new();
        let since = Instant::now();
        round();
        // Of a sample with a single round, criterion complains that it should take longer.
        let target = since.elapsed() * 3 / 2 * u32::try_from(SAMPLES).unwrap();
        let mut group = self.criterion.benchmark_group(self.group);
        // Criterion warms up with one round, too, and puts as many into every sample.
        group.warm_up_time(Duration::from_nanos(1)).measurement_time(target).sampling_mode(SamplingMode::Flat);
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|rounds| {
                let from = figures.len();
                figures.extend((0..rounds).map(|_| round()));
                figures[from..].iter().sum()
            });
        });
        group.finish();
        // The first of all was not kept at all.
        figures.split_off(WARM_UP - 1)
    }

    fn add(&mut self, name: String, goal: Goal, figures: Vec<f64>, detail: String) {
        let rounds = Some((percentile(figures.clone(), 0.0), percentile(figures.clone(), 1.0)));
        self.marks.push(Mark { name, goal, measured: median(figures), rounds, detail });
    }

    /// The table of all marks.
    pub(crate) fn table(&self) -> String {
        table(&self.marks)
    }
}

/// The middle one.
fn median(values: Vec<f64>) -> f64 {
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

/// Marks as a table of Markdown.
fn table(marks: &[Mark]) -> String {
    let longest = |column: fn(&Mark) -> usize| marks.iter().map(column).max().unwrap_or(0);
    let (names, details) = (longest(|mark| mark.name.chars().count()), longest(|mark| mark.detail.chars().count()));
    let mut text = format!(
        "| {:names$} | {:>9} | {:>9} | {:>15} | verdict | {:details$} |\n",
        "mark", "goal", "measured", "rounds", "detail"
    );
    let _ = writeln!(
        text,
        "|{:-<1$}|----------:|----------:|----------------:|---------|{2:-<3$}|",
        "",
        names + 2,
        "",
        details + 2
    );
    for Mark { name, goal, measured, rounds, detail } in marks {
        let wanted = match goal {
            Goal::AtLeast(goal) => format!("≥ {goal:.2}"),
            Goal::AtMost(goal) => format!("≤ {goal:.2}"),
        };
        let verdict = if goal.is_met(*measured) { "met" } else { "MISSED" };
        let rounds = rounds.map_or_else(|| "once".into(), |(least, most)| format!("{least:.2} to {most:.2}"));
        let _ = writeln!(
            text,
            "| {name:names$} | {wanted:>9} | {measured:>9.2} | {rounds:>15} | {verdict:7} | {detail:details$} |"
        );
    }
    text
}
