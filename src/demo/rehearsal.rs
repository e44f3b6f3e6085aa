//! A stage for tests: decides first-fit without rules to spare, and writes every command down.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::DemoClock;
use super::stage::{Changed, Stage};
use crate::desk::{Answer, Clock as _, Command, DeskError};
use crate::domain::{
    Action, Appointment, Cancellation, Cause, Channel, Draft, Edit, Edits, Event, Hours, Minute, Overbooking,
    ProviderId, RangeSet, Refusal, Request, RequestId, Status, TimeRange,
};

/// What a rehearsal was asked to do, and when.
pub(super) type Recorded = Arc<Mutex<Vec<(DateTime<Utc>, Command)>>>;

/// The stage; `others` is where a test pretends to be somebody else at the desk.
pub(super) struct Rehearsal {
    clock: Arc<DemoClock>,
    state: Arc<Mutex<State>>,
    recorded: Recorded,
    others: mpsc::UnboundedReceiver<Changed>,
    fails: fn(&Command) -> bool,
}

/// A test's hands on a rehearsal.
pub(super) struct Wings {
    /// Everything that was asked.
    pub(super) recorded: Recorded,
    state: Arc<Mutex<State>>,
    others: mpsc::UnboundedSender<Changed>,
}

#[derive(Default)]
struct State {
    hours: BTreeMap<ProviderId, Hours>,
    appointments: BTreeMap<RequestId, Arc<Appointment>>,
}

impl Rehearsal {
    /// A stage where commands that `fails` picks out are answered with a busy desk.
    pub(super) fn new(clock: Arc<DemoClock>, fails: fn(&Command) -> bool) -> (Self, Wings) {
        let (sender, others) = mpsc::unbounded_channel();
        let (state, recorded) = (Arc::<Mutex<State>>::default(), Recorded::default());
        let wings = Wings { recorded: Arc::clone(&recorded), state: Arc::clone(&state), others: sender };
        (Self { clock, state, recorded, others, fails }, wings)
    }
}

impl Wings {
    /// Everything on the desk.
    pub(super) fn appointments(&self) -> Vec<Arc<Appointment>> {
        self.state.lock().appointments.values().cloned().collect()
    }

    /// Sets a status behind the play's back, and tells the play so much about it.
    pub(super) fn set_status(&self, id: &RequestId, status: Status, told: Changed) {
        let mut state = self.state.lock();
        let changed = state.appointments.get(id).unwrap().with_status(status);
        state.appointments.insert(id.clone(), Arc::new(changed));
        self.others.send(told).unwrap();
    }
}

impl State {
    fn decide(&mut self, command: Command) -> Result<(Action, Vec<Edit<Appointment>>), DeskError> {
        match command {
            Command::AddService(service) => Ok((Action::ServiceAdded(service.id), Vec::new())),
            Command::AddProvider(provider) => {
                self.hours.insert(provider.id.clone(), provider.hours);
                Ok((Action::ProviderAdded(provider.id), Vec::new()))
            }
            Command::ChangeLimit { provider, .. } => Ok((Action::LimitChanged(provider), Vec::new())),
            Command::Book { request, .. } => Ok(self.book(request)),
            Command::SetStatus { appointment, status } => {
                let action = Action::StatusSet(appointment.clone(), status.clone());
                Ok((action, vec![self.edit(&appointment, |one| one.status = status)?]))
            }
            Command::Cancel { appointment, cancellation } => {
                let edit = self.edit(&appointment, |one| one.status = Status::Cancelled(cancellation))?;
                Ok((Action::Cancelled(appointment), vec![edit]))
            }
            Command::Move { appointment, to, .. } => {
                let slot = TimeRange::starting(to.range.start(), to.duration).unwrap();
                Ok((Action::Moved(appointment.clone()), vec![self.edit(&appointment, |one| one.slot = slot)?]))
            }
            Command::ChangeHours { provider, change } => {
                let hours = self.hours[&provider].changed(&change);
                let broken = |one: &&Arc<Appointment>| {
                    one.provider == provider && one.status.is_pending() && !hours.on(one.day).contains(one.slot)
                };
                let ids: Vec<RequestId> =
                    self.appointments.values().filter(broken).map(|one| one.id().clone()).collect();
                let cancelled = Status::Cancelled(Cancellation { cause: Cause::HoursChanged, note: None });
                let edits: Result<Vec<_>, _> =
                    ids.iter().map(|id| self.edit(id, |one| one.status = cancelled.clone())).collect();
                self.hours.insert(provider.clone(), hours);
                Ok((Action::HoursChanged { provider, change }, edits?))
            }
            other => panic!("the demo does not do this: {other:?}"),
        }
    }

    fn edit(&mut self, id: &RequestId, change: impl FnOnce(&mut Appointment)) -> Result<Edit<Appointment>, DeskError> {
        let before = self.appointments.get(id).ok_or_else(|| DeskError::UnknownAppointment(id.clone()))?.clone();
        if !before.is_live() {
            return Err(DeskError::IsCancelled(id.clone()));
        }
        let mut after = Appointment::clone(&before);
        change(&mut after);
        let after = Arc::new(after);
        self.appointments.insert(id.clone(), Arc::clone(&after));
        Ok(Edit::changed(before, after))
    }

    fn book(&mut self, request: Request) -> (Action, Vec<Edit<Appointment>>) {
        let request = Arc::new(request);
        let placed = self.hours.keys().filter(|id| request.preferred_provider.as_ref().is_none_or(|one| one == *id));
        let placed = placed.cloned().find_map(|provider| Some((self.first_fit(&provider, &request)?, provider)));
        let Some((slot, provider)) = placed else {
            return (Action::Refused { request, refusal: Refusal { blocked: Vec::new() } }, Vec::new());
        };
        let day = request.day;
        let (status, overbooking) = (Status::Booked, Overbooking::None);
        let appointment = Arc::new(Appointment { request, provider, day, slot, status, overbooking });
        self.appointments.insert(appointment.id().clone(), Arc::clone(&appointment));
        (Action::Booked(appointment.id().clone()), vec![Edit::added(appointment)])
    }

    fn first_fit(&self, provider: &ProviderId, request: &Request) -> Option<TimeRange> {
        let mine = |one: &&Arc<Appointment>| one.is_live() && one.provider == *provider && one.day == request.day;
        let taken: RangeSet = self.appointments.values().filter(mine).map(|one| one.slot).collect();
        let free = self.hours[provider].on(request.day).minus(&taken);
        let mut pieces = free.iter().filter_map(|gap| gap.intersection(request.range));
        let piece = pieces.find(|piece| piece.len() >= request.duration.get())?;
        TimeRange::new(piece.start(), Minute::saturating(piece.start().get() + request.duration.get())).ok()
    }
}

impl Stage for Rehearsal {
    async fn submit(&self, command: Command) -> Result<Answer, DeskError> {
        let at = self.clock.now();
        self.recorded.lock().push((at, command.clone()));
        if (self.fails)(&command) {
            return Err(DeskError::Busy);
        }
        let (action, appointments) = self.state.lock().decide(command)?;
        let edits = Edits { appointments: appointments.into(), ..Edits::default() };
        let draft = Draft { at, actor: Channel::Demo.into(), action, edits };
        Ok(Answer::Decided(Arc::new(Event { number: self.recorded.lock().len() as u64, draft })))
    }

    async fn appointment(&self, id: &RequestId) -> Result<Option<Arc<Appointment>>, DeskError> {
        Ok(self.state.lock().appointments.get(id).cloned())
    }

    async fn day(&self, day: NaiveDate) -> Result<Vec<Arc<Appointment>>, DeskError> {
        Ok(self.state.lock().appointments.values().filter(|one| one.day == day).cloned().collect())
    }

    async fn changed(&mut self) -> Option<Changed> {
        self.others.recv().await
    }
}
