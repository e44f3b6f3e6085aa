//! From a scenario to cues: everything about a play that is known before it begins.

use chrono::{DateTime, Utc};

use super::agenda::{Agenda, Cue, PlayDay};
use super::scenario::{Booking, File, Scenario};
use super::traffic::{Ids, Traffic};
use crate::desk::Command;
use crate::domain::{Dated, Minute, Request, TimeRange};

/// A play before its first cue.
#[derive(Debug)]
pub(super) struct Script {
    /// What is known so far.
    pub(super) agenda: Agenda,
    /// When the last of it is due.
    pub(super) ends: DateTime<Utc>,
    /// For the requests that are made up on the way.
    pub(super) ids: Ids,
}

impl Script {
    /// The cues of a scenario on a day; the same for the same seed.
    pub(super) fn new(scenario: &Scenario, plan: PlayDay, seed: u64) -> Self {
        let file = scenario.file();
        let begins = plan.at(scenario.start());
        let mut script = Self { agenda: Agenda::default(), ends: begins, ids: Ids::new(seed) };
        for command in scenario.roster(plan.day) {
            script.add(begins, Cue::Change(command));
        }
        let mut traffic = Traffic::new(file, plan, seed);
        for (position, step) in file.steps().enumerate() {
            let now = plan.at(step.at);
            if let Some(limit) = &step.limit {
                let (provider, max_daily_appointments) = (limit.provider.clone(), limit.most.0);
                script.add(now, Cue::Change(Command::ChangeLimit { provider, max_daily_appointments }));
            }
            let changes = [
                step.ill.clone().map(Cue::Ill),
                step.cancel.clone().map(Cue::CallOff),
                step.relocate.clone().map(Cue::Relocate),
            ];
            for cue in changes.into_iter().flatten() {
                script.add(now, cue);
            }
            if let Some(request) = step.book.as_ref().and_then(|booking| script.request(file, &plan, step.at, booking))
            {
                script.add(now, Cue::Ask(request));
            }
            if let Some(burst) = &step.burst {
                let label = format!("burst {position}");
                for (second, cue) in traffic.burst(burst, step.at, &label, &mut script.ids) {
                    script.add(plan.moment(second), cue);
                }
            }
            let last = [step.rebook.map(Cue::Rebook), step.caption.as_ref().map(|words| Cue::Say(words.caption()))];
            for cue in last.into_iter().flatten() {
                script.add(now, cue);
            }
        }
        let ends = script.ends;
        script.add(ends, Cue::End);
        script
    }

    fn add(&mut self, due: DateTime<Utc>, cue: Cue) {
        self.ends = self.ends.max(due);
        self.agenda.add(due, cue);
    }

    /// The request of a `book` step; none if its service is unknown, which a checked file rules out.
    fn request(&mut self, file: &File, plan: &PlayDay, at: Minute, booking: &Booking) -> Option<Request> {
        let duration = booking.duration(file.offer(&booking.service)?);
        let left = || (booking.day.0 == 0).then(|| PlayDay::rest(TimeRange::DAY, at, duration.get())).flatten();
        let range = booking.between.map(|between| between.0).or_else(left).unwrap_or(TimeRange::DAY);
        Some(Request {
            id: self.ids.next(),
            day: plan.ahead(booking.day.0),
            dated: Dated::Named,
            range,
            duration,
            preferred_provider: booking.with.clone(),
            client: Some(booking.client.0.clone()),
            service: Some(booking.service.clone()),
            note: booking.note.as_ref().map(|note| note.0.clone()),
        })
    }
}
