//! Playing an instance through the scheduler that the desk uses.

use std::collections::HashMap;
use std::sync::Arc;

use super::decisions::{Decision, Decisions};
use super::workload::{Happening, Instance};
use crate::domain::{Appointment, Cancellation, Cause, Edit, Edits, Minute, Provider, Request, RequestId, Status};
use crate::scheduler::{Day, Dice, Policy, ProviderDay, Rules, apply_edits, change_provider};

/// An instance being played under one policy.
#[derive(Debug)]
pub struct Replay {
    day: Arc<Day>,
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
                Happening::Provider(provider) => replay.change(provider),
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
        let date = instance.date;
        let days = instance.providers.iter().map(|provider| ProviderDay::new(Arc::clone(provider), date, vec![], 0));
        let day = Day::new(date, Arc::new(rules), Arc::new(instance.history.clone()), days.collect());
        let outcome =
            Decisions { instance: instance.name.clone(), policy: policy.name().to_owned(), decisions: vec![] };
        Self { day: Arc::new(day), live: HashMap::new(), outcome }
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
        let decided = self.day.book(request, earliest, |_, _| {});
        let id = request.id.clone();
        self.outcome.decisions.push(match decided {
            Err(_) => Decision::Refused { id, refused: true },
            Ok(appointment) => {
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
            let edits =
                Edits { appointments: [Edit::changed(appointment, after)].into_iter().collect(), ..Edits::default() };
            let applied = apply_edits(std::slice::from_ref(&self.day), &edits, |_| {});
            debug_assert!(applied.is_ok(), "what was booked here and not cancelled is here: {applied:?}");
        }
    }

    fn change(&mut self, provider: &Arc<Provider>) {
        if self.day.provider_day(&provider.id).is_none() {
            let joined = ProviderDay::new(Arc::clone(provider), self.day.date(), vec![], 0);
            self.day = self.day.rebuilt(Arc::clone(self.day.rules()), vec![joined], &[]);
            return;
        }
        let reason = Cancellation { cause: Cause::HoursChanged, note: None };
        let change = change_provider(std::slice::from_ref(&self.day), provider, &reason, |_, _| {});
        for dropped in change.cancelled.iter().filter_map(|edit| edit.after.as_ref()) {
            self.live.remove(dropped.id());
        }
    }
}
