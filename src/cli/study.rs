//! What `slotdesk study` can be asked.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args};

use crate::scheduler::Policy;
use crate::scheduler::policy::POLICIES;
use crate::study::{Comparison, Detail, Output};

pub(super) const ABOUT: &str = "\
Compare placement policies on days of requests, through the scheduler that the desk uses

Each policy decides every day on its own; the table says how many requests it accepted and what it made of the \
providers' time. Differences to first-fit are taken day by day and come with their 95 % interval: one that does \
not include 0 is unlikely to be luck, though of a few days the intervals are too narrow, and a single day has none. stranded: free minutes in gaps too short for any service. \u{3a6}: the share \
of appointments that the free time could take in one piece but cannot, 0 to 1. Jain: how evenly the providers are \
booked, 1 when all are alike.

With --from and --to, the days are those of the book: every request that the desk was asked, accepted or refused, \
decided anew on hours, limits and services as they were then, one after the other as they were logged. What was undone \
at the desk counts as never done, and deliberate overbookings are left out. The desk may be open meanwhile; nothing in \
the book is changed.

With --synthesize, days are made up from a description of a desk and its clients. Such a file names durations, \
ranges, hours and shares; the same file makes the same days:

  name = \"salon\"            # group of the days
  seed = 1                  # another number makes other days
  days = 100
  start_grid = 5            # minutes between regular starts
  load = 1.0                # minutes asked for \u{f7} minutes of the hours
  # demand = 1500           # instead: minutes asked for, whoever works
  prefer = 0.2              # share that one provider alone will do for
  cancel = 0.1              # share that is called off later
  history = 5               # earlier days that teach what is popular
  align = 15                # ranges begin on minutes divisible by this
  peaks = [\"17:00-19:00\"]
  peak_share = 0.4          # share of requests around a peak

  [[services]]              # one for each duration
  minutes = 30
  share = 1.0

  [[ranges]]                # how wide clients ask; left out: the whole day
  minutes = [60, 180]
  share = 1.0

  [[providers]]
  count = 3
  hours = [\"09:00-12:00\", \"13:00-18:00\"]
  limit = 12                # appointments a day
  works = 1.0               # share of days; less for part-time staff

With a demand, one provider more leaves the clients and everybody else as they are.";

pub(super) const EXAMPLES: &str = "\
Examples:
  slotdesk study --workloads days.jsonl
  slotdesk study --workloads days.jsonl --policy first-fit --policy least-fragmentation --by-group
  slotdesk study --book clinic.db --from 2026-11-01 --to 2026-11-30 --by-group
  slotdesk study --synthesize salon.toml --output days.jsonl
  slotdesk study --workloads days.jsonl --html study.html
  slotdesk study --workloads days.jsonl --json --decisions decisions.jsonl > results.json";

/// What to compare, on what, and how to tell.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("days").args(["workloads", "from", "synthesize"]).required(true)))]
pub struct Study {
    /// Workload files: one day of requests a line, as JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub workloads: Vec<PathBuf>,
    /// Play the requests that the book has for this day and later ones, as 2026-11-23
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<NaiveDate>,
    /// The last day of the book to play
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<NaiveDate>,
    /// Make a workload file of made-up days, as this TOML file describes them, and compare nothing
    #[arg(long, value_name = "SPEC")]
    pub synthesize: Option<PathBuf>,
    /// Where the made-up days go; the standard output where it is left out
    #[arg(long, value_name = "FILE", conflicts_with_all = ["workloads", "from"])]
    pub output: Option<PathBuf>,
    // The same name as the setting's, which it hides here.
    /// A policy to compare; may be repeated. All of them where it is left out
    #[arg(long, value_name = "NAME", value_parser = policy_names(), conflicts_with = "synthesize")]
    pub policy: Vec<String>,
    /// Show each group of days, too: the text before the last /# of their names
    #[arg(long, conflicts_with = "synthesize")]
    pub by_group: bool,
    /// Print JSON instead of tables
    #[arg(long, conflicts_with = "synthesize")]
    pub json: bool,
    /// Write one page with tables and plots to this file, for a browser or a printer
    #[arg(long, value_name = "FILE", conflicts_with = "synthesize")]
    pub html: Option<PathBuf>,
    /// Write every decision to this file, as JSON Lines
    #[arg(long, value_name = "FILE", conflicts_with = "synthesize")]
    pub decisions: Option<PathBuf>,
}

fn policy_names() -> PossibleValuesParser {
    let value = |policy: &&'static dyn Policy| clap::builder::PossibleValue::new(policy.name()).help(policy.summary());
    PossibleValuesParser::new(POLICIES.iter().map(value))
}

impl Study {
    /// The policies to compare, in the order in which they were named.
    pub fn policies(&self) -> Vec<&'static dyn Policy> {
        if self.policy.is_empty() {
            return Comparison::every_policy();
        }
        let named = |name: &String| POLICIES.into_iter().find(|policy| policy.name() == name);
        self.policy.iter().filter_map(named).collect()
    }

    /// The files that are to be written.
    pub fn outputs(&self) -> Vec<Output<'_>> {
        let named = [("--output", &self.output), ("--decisions", &self.decisions), ("--html", &self.html)];
        named.into_iter().filter_map(|(option, path)| Some(Output { option, path: path.as_deref()? })).collect()
    }

    /// The files that are to be read, the book aside.
    pub fn inputs(&self) -> Vec<&Path> {
        self.workloads.iter().chain(&self.synthesize).map(PathBuf::as_path).collect()
    }

    /// How much is shown.
    pub fn detail(&self) -> Detail {
        if self.by_group { Detail::ByGroup } else { Detail::Together }
    }
}
