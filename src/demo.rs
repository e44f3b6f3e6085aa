//! Live walkthroughs: a scripted day played through the same queue as everything else.
//!
//! A [`Scenario`] describes a desk, its clients and a day. [`play`] plays it on a real
//! [`Desk`], at the pace of a [`DemoClock`] that the desk was opened with, and
//! hands back the [`DemoLink`] through which a screen shows captions and passes on key presses. The
//! play asks like everybody else: it may be refused, somebody may cancel what it booked, and it goes on.
//!
//! Everything that is drawn comes from the seed, and what a cue does depends on when it was due, not on
//! when the machine woke up: the same seed plays the same day, at every speed.

mod agenda;
mod clock;
mod front;
mod link;
mod player;
mod random;
#[cfg(test)]
mod rehearsal;
mod scenario;
mod script;
mod stage;
mod tally;
mod traffic;
mod visit;

use std::sync::Arc;

use chrono::NaiveDate;
use tokio::task::JoinHandle;

use crate::desk::{Command, Desk};

pub use clock::{DemoClock, Speed};
pub use link::{Caption, DemoControl, DemoLink, DemoState};
pub use scenario::{BUILT_IN, BuiltIn, Scenario, ScenarioError};

/// Plays a scenario on a desk whose calendar reads `clock`; call it inside a tokio runtime.
///
/// The clock has to show [`Scenario::begins`] at first. The play ends when its link is dropped or the
/// desk is closed; after the script it goes on with the visits of the day, in real time.
pub fn play(desk: Desk, scenario: &Scenario, clock: Arc<DemoClock>, seed: u64) -> (DemoLink, JoinHandle<()>) {
    let day = clock.begins().with_timezone(&desk.calendar().zone()).date_naive();
    let plan = agenda::PlayDay::new(scenario, day, clock.begins());
    let (front, link) = front::Front::open(Arc::clone(&clock));
    let player =
        player::Player::new(stage::DeskStage::new(desk, day), front, clock, player::Setting { scenario, plan, seed });
    (link, tokio::spawn(player.run()))
}

/// The commands that fill an empty desk with the demo clinic: its services, and its providers from
/// `today` on.
pub fn clinic(today: NaiveDate) -> Vec<Command> {
    Scenario::default().roster(today)
}
