//! Playing an instance through the scheduler that the desk uses.

use std::collections::HashMap;
use std::sync::Arc;

use super::decisions::{Decision, Decisions};
use super::workload::{Happening, Instance};
use crate::domain::{
    Appointment, Cancellation, Cause, Edit, Edits, Minute, Provider, RangeSet, Request, RequestId, Status,
};
use crate::scheduler::{Day, Dice, Obstacle, Policy, ProviderDay, Rules, Yardstick, apply_edits, change_provider};

/// An instance being played under one policy.
#[derive(Debug)]
pub struct Replay {
    day: Arc<Day>,
    /// Minutes that the day does not have.
    skipped: RangeSet,
    /// Accepted and not cancelled.
    live: HashMap<RequestId, Arc<Appointment>>,
    outcome: Decisions,
}

impl Replay {
    /// Plays a whole instance.
    pub fn of(instance: &Instance, policy: &'static dyn Policy) -> Self {
        let mut replay = Self::begun(instance, policy);
        for happening in &instance.happenings {
            match happening {
                Happening::Book { request, earliest } => replay.book(request, *earliest),
                Happening::Cancel(id) => replay.cancel(id),
                Happening::Arrive(appointment) => replay.arrive(appointment),
                Happening::Provider(provider) => replay.change(provider),
                Happening::Catalogue(yardstick) => replay.judge_by(yardstick),
            }
        }
        replay
    }

    fn begun(instance: &Instance, policy: &'static dyn Policy) -> Self {
        let rules = Rules {
            yardstick: Arc::clone(&instance.yardstick),
            start_grid: instance.start_grid,
            policy,
            dice: Dice::named(&instance.name),
        };
        let (date, skipped) = (instance.date, instance.skipped.clone());
        let free =
            |provider: &Arc<Provider>| ProviderDay::new(Arc::clone(provider), date, Vec::new(), 0).skipping(&skipped);
        let days = instance.providers.iter().map(free).collect();
        let day = Day::new(date, Arc::new(rules), Arc::new(instance.history.clone()), days);
        let outcome =
            Decisions { instance: instance.name.clone(), policy: policy.name().to_owned(), decisions: vec![] };
        Self { day: Arc::new(day), skipped, live: HashMap::new(), outcome }
    }

    /// What was decided.
    pub fn decisions(&self) -> &Decisions {
        &self.outcome
    }

    /// What was decided, for keeping.
    pub fn into_decisions(self) -> Decisions {
        self.outcome
    }

    /// The day as it is at the end.
    pub fn day(&self) -> &Day {
        &self.day
    }

    fn book(&mut self, request: &Arc<Request>, earliest: Minute) {
        if self.live.contains_key(&request.id) {
            // Brought back at the desk after it had lost its place there; here it never did.
            return;
        }
        let placed = self.day.book(request, earliest, |_, _| {});
        self.decided(&request.id, placed.ok());
    }

    fn arrive(&mut self, appointment: &Arc<Appointment>) {
        if self.live.contains_key(appointment.id()) {
            return;
        }
        let placed = self.edit(Edit::added(Arc::clone(appointment)));
        self.decided(appointment.id(), placed.is_ok().then(|| Arc::clone(appointment)));
    }

    /// Notes the answer to a request: its place, or none.
    fn decided(&mut self, id: &RequestId, placed: Option<Arc<Appointment>>) {
        let id = id.clone();
        self.outcome.decisions.push(match placed {
            None => Decision::Refused { id, refused: true },
            Some(appointment) => {
                let (provider_id, start) = (appointment.provider.clone(), appointment.slot.start());
                self.live.insert(id.clone(), appointment);
                Decision::Placed { id, provider_id, start }
            }
        });
    }

    fn cancel(&mut self, id: &RequestId) {
        if let Some(appointment) = self.live.remove(id) {
            let cancelled = Status::Cancelled(Cancellation { cause: Cause::Client, note: None });
            let after = Arc::new(appointment.with_status(cancelled));
            let applied = self.edit(Edit::changed(appointment, after));
            debug_assert!(applied.is_ok(), "what was booked here and not cancelled is here: {applied:?}");
        }
    }

    fn edit(&self, edit: Edit<Appointment>) -> Result<(), Obstacle> {
        let edits = Edits { appointments: [edit].into_iter().collect(), ..Edits::default() };
        apply_edits(std::slice::from_ref(&self.day), &edits, |_| {})
    }

    fn change(&mut self, provider: &Arc<Provider>) {
        if self.day.provider_day(&provider.id).is_none() {
            let joined = ProviderDay::new(Arc::clone(provider), self.day.date(), vec![], 0).skipping(&self.skipped);
            self.day = self.day.rebuilt(Arc::clone(self.day.rules()), vec![joined]);
            return;
        }
        let reason = Cancellation { cause: Cause::HoursChanged, note: None };
        let change = change_provider(std::slice::from_ref(&self.day), provider, &reason, |_, _| {});
        for dropped in change.cancelled.iter().filter_map(|edit| edit.after.as_ref()) {
            self.live.remove(dropped.id());
        }
    }

    fn judge_by(&mut self, yardstick: &Arc<Yardstick>) {
        let Rules { start_grid, policy, dice, .. } = &**self.day.rules();
        let rules =
            Rules { yardstick: Arc::clone(yardstick), start_grid: *start_grid, policy: *policy, dice: dice.forked() };
        self.day = self.day.rebuilt(Arc::new(rules), vec![]);
    }
}
