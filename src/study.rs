//! Policies side by side on recorded or made-up days.

mod decisions;
mod replay;
mod workload;

pub use decisions::{Decision, Decisions};
pub use replay::Replay;
pub use workload::{Happening, Instance, Optimum, StudyError, Workloads};
