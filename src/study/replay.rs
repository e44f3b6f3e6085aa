//! Playing an instance through the scheduler that the desk uses.

use std::collections::HashMap;
use std::sync::Arc;

use super::decisions::{Decision, Decisions};
use super::workload::{DATE, Happening, Instance};
use crate::domain::{Appointment, Cancellation, Cause, Edit, Edits, Minute, Request, RequestId, Status};
use crate::scheduler::{Day, Dice, Policy, ProviderDay, Rules, Yardstick, apply_edits};

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
                Happening::Book(request) => replay.book(request),
                Happening::Cancel(id) => replay.cancel(id),
            }
        }
        replay
    }

    fn begun(instance: &Instance, policy: &'static dyn Policy) -> Self {
        let weights: Vec<(u16, f64)> =
            instance.services.iter().map(|(minutes, share)| (minutes.get(), *share)).collect();
        let rules = Rules {
            yardstick: Arc::new(Yardstick::weighted(&weights)),
            start_grid: instance.start_grid,
            policy,
            dice: Dice::named(&instance.name),
        };
        let days = instance.providers.iter().map(|provider| ProviderDay::new(Arc::clone(provider), DATE, vec![], 0));
        let day = Day::new(DATE, Arc::new(rules), Arc::new(instance.history.clone()), days.collect());
        let outcome =
            Decisions { instance: instance.name.clone(), policy: policy.name().to_owned(), decisions: vec![] };
        Self { day: Arc::new(day), live: HashMap::new(), outcome }
    }

    /// What was decided.
    pub fn decisions(&self) -> &Decisions {
        &self.outcome
    }

    /// The day as it is at the end.
    pub fn day(&self) -> &Day {
        &self.day
    }

    fn book(&mut self, request: &Arc<Request>) {
        let decided = self.day.book(request, Minute::MIDNIGHT, |_, _| {});
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
}
