//! The play itself: waits for the next cue in demo time, does it, and listens meanwhile.

mod act;
mod illness;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::agenda::{Agenda, Cue, PlayDay};
use super::front::{Front, Over};
use super::scenario::Scenario;
use super::script::Script;
use super::stage::{Changed, Stage};
use super::tally::Tally;
use super::traffic::Ids;
use super::{Caption, DemoClock};
use crate::desk::Clock as _;
use crate::domain::{Appointment, RequestId, Text};

/// What is played.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    /// Which scenario.
    pub(super) scenario: &'a Scenario,
    /// On which day.
    pub(super) plan: PlayDay,
    /// From which seed everything is drawn.
    pub(super) seed: u64,
}

/// A play in progress.
pub(super) struct Player<S> {
    stage: S,
    front: Front,
    clock: Arc<DemoClock>,
    plan: PlayDay,
    agenda: Agenda,
    ends: DateTime<Utc>,
    ids: Ids,
    seed: u64,
    scenario: Scenario,
    /// The clients whom the script knows by name.
    cast: BTreeSet<Text>,
    tally: Tally,
    /// When each visit is looked at next; a cue for any other time is out of date.
    visits: HashMap<RequestId, DateTime<Utc>>,
    /// The newest appointment of the script for each client.
    booked: HashMap<Text, RequestId>,
    /// What illness called off and nobody has asked for again yet.
    lost: Vec<Arc<Appointment>>,
}

impl<S: Stage> Player<S> {
    /// A play before its first cue.
    pub(super) fn new(stage: S, front: Front, clock: Arc<DemoClock>, setting: Setting<'_>) -> Self {
        let Setting { scenario, plan, seed } = setting;
        let Script { agenda, ends, ids } = Script::new(scenario, plan, seed);
        Self {
            stage,
            front,
            clock,
            plan,
            agenda,
            ends,
            ids,
            seed,
            scenario: scenario.clone(),
            cast: scenario.file().cast().cloned().collect(),
            tally: Tally::default(),
            visits: HashMap::new(),
            booked: HashMap::new(),
            lost: Vec::new(),
        }
    }

    /// Plays until nobody watches any more or the desk is closed; goes on with the visits after the script.
    pub(super) async fn run(mut self) {
        while self.turn().await.is_ok() {}
    }

    /// Waits for whatever comes first (the audience, others at the desk, the next cue) and deals with it.
    async fn turn(&mut self) -> Result<(), Over> {
        let wake = self.agenda.next_due().and_then(|due| self.clock.when(due));
        tokio::select! {
            biased;
            heard = self.front.listen() => heard,
            changed = self.stage.changed() => self.notice(changed.ok_or(Over)?).await,
            () = sleep_until(wake) => self.play_next().await,
        }
    }

    async fn play_next(&mut self) -> Result<(), Over> {
        let Some((due, cue)) = self.agenda.pop() else { return Ok(()) };
        self.act(due, cue).await?;
        self.front.progress(self.share(due));
        Ok(())
    }

    /// How much of the script is behind a moment.
    fn share(&self, moment: DateTime<Utc>) -> f64 {
        let begins = self.clock.begins();
        let whole = (self.ends - begins).as_seconds_f64();
        if whole > 0.0 { (moment - begins).as_seconds_f64() / whole } else { 1.0 }
    }

    /// Looks at the visits that somebody else changed.
    async fn notice(&mut self, changed: Changed) -> Result<(), Over> {
        let now = self.clock.now();
        let ids = match changed {
            Changed::These(ids) => ids,
            Changed::Anything => self.day().await?.iter().map(|one| one.id().clone()).collect(),
        };
        for id in ids {
            self.look_at(id, now);
        }
        Ok(())
    }

    /// Has a visit looked at at a moment, and no longer at any other.
    fn look_at(&mut self, id: RequestId, moment: DateTime<Utc>) {
        self.visits.insert(id.clone(), moment);
        self.agenda.add(moment, Cue::Visit(id));
    }

    /// Shows a caption with what was counted filled in.
    fn say(&self, caption: &Caption) {
        // The placeholders were checked when the scenario was read.
        let text = self.tally.fill(&caption.text).unwrap_or_else(|_| caption.text.clone());
        self.front.say(Caption { title: caption.title.clone(), text });
    }
}

/// Sleeps until a moment; for ever if there is none.
async fn sleep_until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
