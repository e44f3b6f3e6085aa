//! Policies side by side on recorded or made-up days.
//!
//! Every [`Instance`] is one day. [`Comparison::play`] lets each policy decide it through the very scheduler
//! that the desk uses, several days at a time, and [`Summary`] says how they did, each day against first-fit
//! on the same day. How the numbers are defined is told where they are computed: [`Measures`] for one day,
//! [`Summary`] for many.

mod book;
mod chart;
mod comparison;
mod decisions;
mod fields;
mod file;
mod html;
mod measures;
mod output;
mod plot;
mod progress;
mod replay;
mod report;
mod summary;
mod synthesis;
mod table;
mod workload;

pub use book::{Bearings, read_book};
pub use chart::chart;
pub use comparison::{Comparison, Played};
pub use decisions::{Decision, Decisions};
pub use file::{StudyError, WorkloadFile, read_all, read_workloads};
pub use html::to_html;
pub use measures::Measures;
pub use output::{Output, Privacy, check_outputs, write_whole};
pub use progress::Progress;
pub use replay::Replay;
pub use report::{Detail, Report, Summaries, to_json};
pub use summary::{Estimate, Summary};
pub use synthesis::Synthesis;
pub use table::table;
pub use workload::{Happening, Instance, LineError, Optimum, UnreadKeys, Workloads};
