//! A desk that plays by simple rules: enough to answer every question that a screen asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use crate::desk::{Answer, Command, DayContents, DaySnapshot, DeskError, HoursPreview};
use crate::domain::*;
use crate::scheduler::{Candidate, Cost, Explanation, Proposal};
use crate::tui::message::{Question, Reply};

pub(super) fn day() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

pub(super) fn minute(text: &str) -> Minute {
    text.parse().unwrap()
}

/// The book of a clinic, and every event that has happened to it.
#[derive(Clone)]
pub(super) struct FakeDesk {
    providers: BTreeMap<ProviderId, Arc<Provider>>,
    services: BTreeMap<ServiceId, Arc<Service>>,
    appointments: BTreeMap<RequestId, Arc<Appointment>>,
    pub(super) events: Vec<Arc<Event>>,
    at: DateTime<Utc>,
}

impl FakeDesk {
    pub(super) fn empty() -> Self {
        Self {
            providers: BTreeMap::new(),
            services: BTreeMap::new(),
            appointments: BTreeMap::new(),
            events: Vec::new(),
            at: "2026-11-23T13:16:00Z".parse().unwrap(),
        }
    }

    /// Six providers and a Monday with some forty appointments.
    pub(super) fn clinic() -> Self {
        let mut desk = Self::empty();
        for (id, name, minutes, colour) in [
            ("checkup", "Check-up", 15, 0),
            ("cleaning", "Cleaning", 30, 1),
            ("filling", "Filling", 45, 2),
            ("crown", "Crown", 60, 3),
        ] {
            let service = Service {
                id: ServiceId::new(id).unwrap(),
                name: Text::name("name", name).unwrap(),
                duration: Minutes::new(minutes).unwrap(),
                colour: ColourRole::new(colour).unwrap(),
            };
            desk.services.insert(service.id.clone(), Arc::new(service));
        }
        let people = [
            ("chen", "Dr Chen", 8),
            ("garcia", "Dr García", 12),
            ("kowalski", "Dr Kowalski", 10),
            ("patel", "Dr Patel", 16),
            ("tanaka", "田中 先生", 9),
            ("weiss", "Dr Weiß-Hohenstein", 14),
        ];
        for (id, name, limit) in people {
            let hours = RangeSet::new([range("09:00", "12:00"), range("13:00", "17:30")]);
            let plain = Provider::new(ProviderId::new(id).unwrap(), Hours::always(Weekly::EveryDay(hours)), limit);
            let provider = Provider { name: Text::name("name", name).unwrap(), ..plain.unwrap() };
            desk.providers.insert(provider.id.clone(), Arc::new(provider));
        }
        desk.fill();
        desk
    }

    fn fill(&mut self) {
        let clients = [
            "Ada Lovelace",
            "Grace Hopper",
            "Alan Turing",
            "山田 花子",
            "Zoë Müller",
            "Edsger Dijkstra",
            "Radia Perlman",
            "Barbara Liskov",
            "Jürgen Schmidhuber",
            "Katherine Johnson",
            "Niklaus Wirth",
            "Lynn Conway",
        ];
        let services: Vec<_> = self.services.values().cloned().collect();
        let providers: Vec<_> = self.providers.keys().cloned().collect();
        let statuses =
            [Status::Done, Status::Done, Status::InProgress, Status::Arrived, Status::Confirmed, Status::Booked];
        let mut number = 0usize;
        for (row, provider) in providers.iter().enumerate() {
            let mut at = 540 + 5 * row;
            while at < 1000 {
                let service = &services[(number * 7 + row) % services.len()];
                let length = usize::from(service.duration.get());
                let slot = range_at(at, length);
                if self.providers[provider].hours_on(day()).contains(slot) {
                    let status = if slot.end().get() <= 830 {
                        statuses[number % 2].clone()
                    } else {
                        statuses[2 + number % 4].clone()
                    };
                    let request = Request {
                        id: RequestId::new(&format!("r{number:02}")).unwrap(),
                        day: day(),
                        dated: Dated::Named,
                        range: slot,
                        duration: service.duration,
                        preferred_provider: Some(provider.clone()),
                        client: Some(Text::name("client", clients[number % clients.len()]).unwrap()),
                        service: Some(service.id.clone()),
                        note: None,
                    };
                    self.put(request, provider.clone(), slot, status);
                    number += 1;
                }
                at += length + [0, 10, 0, 40, 5, 0, 25][number % 7];
            }
        }
    }

    fn put(&mut self, request: Request, provider: ProviderId, slot: TimeRange, status: Status) {
        let request = Arc::new(request);
        let overbooking = Overbooking::None;
        let one = Appointment { day: request.day, request, provider, slot, status, overbooking };
        self.appointments.insert(one.id().clone(), Arc::new(one));
    }

    pub(super) fn day(&self, day: NaiveDate) -> DaySnapshot {
        let on_day = self.appointments.values().filter(|one| one.day == day).cloned();
        let as_of = self.events.len() as u64;
        let contents = DayContents {
            providers: self.providers.values().cloned().collect(),
            services: self.services.values().cloned().collect(),
            appointments: on_day.collect(),
            ..DayContents::default()
        };
        DaySnapshot::new(day, as_of, contents)
    }

    /// The answer to a question, as a desk without competition gives it.
    pub(super) fn ask(&mut self, question: Question) -> Reply {
        match question {
            Question::Day(day) => Reply::Day(Ok(Box::new(self.day(day)))),
            Question::Submit(commands) => {
                let mut last = Ok(Answer::Unchanged);
                for command in commands {
                    last = self.submit(command);
                    if last.is_err() {
                        break;
                    }
                }
                Reply::Answer(last)
            }
            Question::Propose(request, _) => Reply::Proposal(Ok(self.propose(&request, None))),
            Question::ProposeMove(id, to, _) => {
                let own = Arc::clone(&self.appointments[&id]);
                let wish = Request {
                    day: to.day,
                    range: to.range,
                    duration: to.duration,
                    preferred_provider: to.provider,
                    ..(*own.request).clone()
                };
                Reply::Proposal(Ok(self.propose(&wish, Some(&id))))
            }
            Question::PreviewHours(provider, change) => Reply::Hours(Ok(self.preview(&provider, &change))),
            Question::Log { before } => {
                let older = self.events.iter().rev().filter(|event| event.number < before).take(200);
                Reply::Log(Ok(older.map(|event| (**event).clone()).collect()))
            }
        }
    }

    fn free(&self, provider: &Provider, day: NaiveDate, without: Option<&RequestId>) -> RangeSet {
        let own = self.appointments.values().filter(|one| one.day == day && one.provider == provider.id);
        let taken: RangeSet =
            own.filter(|one| one.is_live() && Some(one.id()) != without).map(|one| one.slot).collect();
        provider.hours_on(day).minus(&taken)
    }

    /// First fit, with the other fits as runner-ups; on a refusal the first fits anywhere that day.
    fn propose(&self, request: &Request, without: Option<&RequestId>) -> Proposal {
        let fits = |range: TimeRange, wanted: Option<&ProviderId>| -> Vec<Candidate> {
            let asked = self.providers.values().filter(|one| wanted.is_none_or(|id| *id == one.id));
            asked
                .flat_map(|provider| {
                    let free = self.free(provider, request.day, without);
                    let fitting: Vec<TimeRange> = free
                        .iter()
                        .filter_map(|gap| gap.intersection(range))
                        .filter_map(|gap| {
                            TimeRange::starting(gap.start(), request.duration).filter(|slot| gap.contains(*slot))
                        })
                        .collect();
                    fitting.into_iter().map(|slot| Candidate {
                        provider: provider.id.clone(),
                        name: provider.name.clone(),
                        day: request.day,
                        slot,
                        cost: Cost { unusable: i32::from(slot.start().get() % 10), pieces: 1, popularity_percent: 100 },
                    })
                })
                .collect()
        };
        let found = fits(request.range, request.preferred_provider.as_ref());
        if let [chosen, others @ ..] = found.as_slice() {
            return Proposal::Fits(Explanation {
                chosen: chosen.clone(),
                runners_up: others.iter().take(Explanation::RUNNERS_UP_MAX).cloned().collect(),
                reasons: vec![
                    format!("{}: most available slots of those who can host it", chosen.name),
                    format!("{}: flush with its neighbour, nothing becomes unusable", chosen.slot.start()),
                ],
            });
        }
        let asked =
            self.providers.values().filter(|one| request.preferred_provider.as_ref().is_none_or(|id| *id == one.id));
        let blocked = asked.map(|one| Blocked {
            provider: one.id.clone(),
            name: one.name.clone(),
            blocker: Blocker::NoRoom { range: request.range, longest: None },
        });
        let refusal = Refusal { blocked: blocked.collect() };
        let alternatives = fits(TimeRange::DAY, None).into_iter().take(5).collect();
        Proposal::Refused { refusal, alternatives }
    }

    fn preview(&self, provider: &ProviderId, change: &HoursChange) -> HoursPreview {
        let after = self.providers[provider].hours.changed(change);
        let own = self.appointments.values().filter(|one| one.provider == *provider && one.is_live());
        let touched = own.filter(|one| one.day >= change.first_day());
        let (kept, cancelled) =
            touched.cloned().partition(|one| !one.status.is_pending() || after.on(one.day).contains(one.slot));
        HoursPreview { kept, cancelled }
    }

    fn commit(&mut self, action: Action, edits: Edits) -> Answer {
        for edit in &edits.appointments {
            if let Some(after) = &edit.after {
                self.appointments.insert(after.id().clone(), Arc::clone(after));
            } else if let Some(before) = &edit.before {
                self.appointments.remove(before.id());
            }
        }
        for after in edits.providers.iter().filter_map(|edit| edit.after.as_ref()) {
            self.providers.insert(after.id.clone(), Arc::clone(after));
        }
        for after in edits.services.iter().filter_map(|edit| edit.after.as_ref()) {
            self.services.insert(after.id.clone(), Arc::clone(after));
        }
        let draft = Draft { at: self.at, actor: Channel::Desk.into(), action, edits };
        let event = Arc::new(Event { number: self.events.len() as u64 + 1, draft });
        self.events.push(Arc::clone(&event));
        Answer::Decided(event)
    }

    fn change(&mut self, id: &RequestId, action: Action, after: Appointment) -> Answer {
        let before = Arc::clone(&self.appointments[id]);
        let edit = Edit::changed(before, Arc::new(after));
        self.commit(action, Edits { appointments: [edit].into_iter().collect(), ..Edits::default() })
    }

    pub(super) fn submit(&mut self, command: Command) -> Result<Answer, DeskError> {
        let known = |desk: &Self, id: &RequestId| {
            desk.appointments.get(id).cloned().ok_or_else(|| DeskError::UnknownAppointment(id.clone()))
        };
        Ok(match command {
            Command::Book { request, .. } => match self.propose(&request, None) {
                Proposal::Fits(Explanation { chosen, .. }) => {
                    self.place(request, chosen.provider, chosen.slot, Overbooking::None)
                }
                Proposal::Refused { refusal, .. } => {
                    self.commit(Action::Refused { request: Arc::new(request), refusal }, Edits::default())
                }
            },
            Command::Overbook { request, provider, start } => {
                let slot = TimeRange::starting(start, request.duration).unwrap();
                self.place(request, provider, slot, Overbooking::Deliberate)
            }
            Command::Move { appointment, to, .. } => {
                let own = known(self, &appointment)?;
                let after =
                    Appointment { provider: to.provider.unwrap(), day: to.day, slot: to.range, ..(*own).clone() };
                self.change(&appointment.clone(), Action::Moved(appointment), after)
            }
            Command::SetStatus { appointment, status } => {
                let after = known(self, &appointment)?.with_status(status.clone());
                self.change(&appointment.clone(), Action::StatusSet(appointment, status), after)
            }
            Command::Cancel { appointment, cancellation } => {
                let after = known(self, &appointment)?.with_status(Status::Cancelled(cancellation));
                self.change(&appointment.clone(), Action::Cancelled(appointment), after)
            }
            Command::Undo => {
                let last = self.events.last().cloned().ok_or(DeskError::NothingToUndo)?;
                self.commit(Action::Undone(last.number), last.draft.edits.reversed())
            }
            other => self.change_roster(other),
        })
    }

    fn change_provider(&mut self, id: &ProviderId, action: Action, change: impl FnOnce(&mut Provider)) -> Answer {
        let before = Arc::clone(&self.providers[id]);
        let mut after = (*before).clone();
        change(&mut after);
        let edits = Edits { providers: vec![Edit::changed(before, Arc::new(after))], ..Edits::default() };
        self.commit(action, edits)
    }

    fn change_roster(&mut self, command: Command) -> Answer {
        match command {
            Command::AddProvider(provider) => {
                let edits = Edits { providers: vec![Edit::added(Arc::new(provider.clone()))], ..Edits::default() };
                self.commit(Action::ProviderAdded(provider.id), edits)
            }
            Command::ChangeHours { provider, change } => {
                let gone = self.preview(&provider, &change).cancelled;
                let before = Arc::clone(&self.providers[&provider]);
                let after = Provider { hours: before.hours.changed(&change), ..(*before).clone() };
                let status = Status::Cancelled(Cancellation { cause: Cause::HoursChanged, note: None });
                let edit =
                    |one: Arc<Appointment>| Edit::changed(Arc::clone(&one), Arc::new(one.with_status(status.clone())));
                let edits = Edits {
                    providers: vec![Edit::changed(before, Arc::new(after))],
                    appointments: gone.into_iter().map(edit).collect(),
                    ..Edits::default()
                };
                self.commit(Action::HoursChanged { provider, change }, edits)
            }
            Command::ChangeLimit { provider: id, max_daily_appointments } => {
                self.change_provider(&id.clone(), Action::LimitChanged(id), |provider| {
                    provider.max_daily_appointments = max_daily_appointments;
                })
            }
            Command::AddService(service) | Command::EditService(service) => {
                let edits = Edits { services: vec![Edit::added(Arc::new(service.clone()))], ..Edits::default() };
                self.commit(Action::ServiceAdded(service.id), edits)
            }
            Command::EditProvider { provider: id, name, services } => {
                self.change_provider(&id.clone(), Action::ProviderChanged(id), |provider| {
                    provider.name = name;
                    provider.services = services;
                })
            }
            Command::RetireProvider { provider: id, from } => {
                self.change_provider(&id.clone(), Action::ProviderRetired(id), |provider| {
                    provider.retired_from = Some(from);
                })
            }
            other => panic!("{other:?} is about an appointment"),
        }
    }

    fn place(&mut self, request: Request, provider: ProviderId, slot: TimeRange, overbooking: Overbooking) -> Answer {
        let id = request.id.clone();
        let request = Arc::new(request);
        let one = Appointment { day: request.day, request, provider, slot, status: Status::Booked, overbooking };
        let edits = Edits { appointments: [Edit::added(Arc::new(one))].into_iter().collect(), ..Edits::default() };
        self.commit(Action::Booked(id), edits)
    }
}

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

fn range_at(start: usize, length: usize) -> TimeRange {
    let at = |minute: usize| Minute::saturating(u16::try_from(minute).unwrap());
    TimeRange::new(at(start), at(start + length)).unwrap()
}
