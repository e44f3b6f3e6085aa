//! What the model says to each command, and whether the desk said the same.

use slotdesk::desk::{Answer, Command, DeskError, Destination, Past};
use slotdesk::domain::{Appointment, Cancellation, Cause, Dated, Event, Provider, Request, Status, TimeRange};

use crate::model::{Book, Change, Minutes, Model, Placed, Record, Wanted, is_skipped};
use crate::script::From;

/// What has to come of a command.
#[derive(Debug, PartialEq)]
pub(crate) enum Foreseen {
    /// An event.
    Change,
    /// No change, because the book is so already.
    Unchanged,
    /// An event, unless the best place is the one it has.
    ChangeOrNot,
    /// The event with this number once more.
    Repeated(u64),
    /// An error; a word of what kind.
    Error(&'static str),
}

fn kind(error: &DeskError) -> &'static str {
    match error {
        DeskError::Invalid(_) => "invalid",
        DeskError::UnknownProvider(_) => "unknown provider",
        DeskError::UnknownService(_) => "unknown service",
        DeskError::UnknownAppointment(_) => "unknown appointment",
        DeskError::ProviderExists(_) => "provider exists",
        DeskError::ServiceExists(_) => "service exists",
        DeskError::IdTaken(_) => "id taken",
        DeskError::IsCancelled(_) => "cancelled",
        DeskError::NoRoom(_) => "no room",
        DeskError::NothingToUndo => "nothing to undo",
        DeskError::UndoConflict(_) => "undo conflict",
        DeskError::Store(_) => "store",
        DeskError::Busy | DeskError::Overtaken | DeskError::Closing | DeskError::NoThread(_) | DeskError::Defect => {
            "nothing that may happen here"
        }
    }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

fn span(range: TimeRange) -> std::ops::Range<usize> {
    usize::from(range.start().get())..usize::from(range.end().get())
}

impl Model {
    /// What has to come of a command now.
    pub(crate) fn foresee(&self, command: &Command) -> Foreseen {
        match command {
            Command::Book { request, .. } => self.foresee_request(request).unwrap_or(Foreseen::Change),
            Command::Overbook { request, provider, start } => self.foresee_request(request).unwrap_or_else(|| {
                let start = usize::from(start.get());
                let end = start + usize::from(request.duration.get());
                if end > 1440 || (start..end).any(|minute| is_skipped(request.day, minute)) {
                    Foreseen::Error("invalid")
                } else if self.book.providers.contains_key(provider.as_str()) {
                    Foreseen::Change
                } else {
                    Foreseen::Error("unknown provider")
                }
            }),
            Command::Move { appointment, to, past } => self.foresee_move(appointment.as_str(), to, *past),
            Command::SetStatus { appointment, status } => self.foresee_status(appointment.as_str(), status),
            Command::Cancel { appointment, .. } => match self.book.placed.get(appointment.as_str()) {
                None => Foreseen::Error("unknown appointment"),
                Some(one) if one.status.is_live() => Foreseen::Change,
                Some(_) => Foreseen::Unchanged,
            },
            Command::Undo => match self.taken_back() {
                None => Foreseen::Error("nothing to undo"),
                Some((_, Ok(_))) => Foreseen::Change,
                Some((_, Err(_))) => Foreseen::Error("undo conflict"),
            },
            Command::AddProvider(new) => self.foresee_provider(new),
            Command::AddService(new) => match self.book.services.get(new.id.as_str()) {
                None => Foreseen::Change,
                Some(known) if known == new => Foreseen::Unchanged,
                Some(_) => Foreseen::Error("service exists"),
            },
            Command::EditService(new) => match self.book.services.get(new.id.as_str()) {
                None => Foreseen::Error("unknown service"),
                Some(known) if known == new => Foreseen::Unchanged,
                Some(_) => Foreseen::Change,
            },
            Command::EditProvider { provider, .. }
            | Command::ChangeHours { provider, .. }
            | Command::ChangeLimit { provider, .. }
            | Command::RetireProvider { provider, .. } => {
                let Some(known) = self.book.providers.get(provider.as_str()) else {
                    return Foreseen::Error("unknown provider");
                };
                if changed_record(known, command) == *known { Foreseen::Unchanged } else { Foreseen::Change }
            }
        }
    }

    fn foresee_request(&self, request: &Request) -> Option<Foreseen> {
        if let Some((first, number)) = self.answered.get(request.id.as_str()) {
            return Some(if first.same_content(request) {
                Foreseen::Repeated(*number)
            } else {
                Foreseen::Error("id taken")
            });
        }
        let unknown = request.service.as_ref().is_some_and(|id| !self.book.services.contains_key(id.as_str()));
        unknown.then_some(Foreseen::Error("unknown service"))
    }

    fn foresee_provider(&self, new: &Provider) -> Foreseen {
        match self.book.providers.get(new.id.as_str()) {
            None => Foreseen::Change,
            Some(known) if known.has_left(self.today) => Foreseen::Change,
            Some(known) if *known == Record::new(new) => Foreseen::Unchanged,
            Some(_) => Foreseen::Error("provider exists"),
        }
    }

    fn foresee_status(&self, id: &str, status: &Status) -> Foreseen {
        match self.book.placed.get(id) {
            None => Foreseen::Error("unknown appointment"),
            Some(one) if !one.status.is_live() => Foreseen::Error("cancelled"),
            Some(one) if one.status == *status => Foreseen::Unchanged,
            Some(one) => {
                let after = Placed { status: status.clone(), ..one.clone() };
                let fits = after.lies_in(&self.book.providers[&one.provider].open(one.day));
                // What is history outside the hours of now cannot be to come again.
                let refused = after.is_bound_to_hours() && !fits;
                if refused { Foreseen::Error("invalid") } else { Foreseen::Change }
            }
        }
    }

    fn foresee_move(&self, id: &str, to: &Destination, past: Past) -> Foreseen {
        if to.duration.get() > to.range.len() {
            return Foreseen::Error("invalid");
        }
        let Some(one) = self.book.placed.get(id) else { return Foreseen::Error("unknown appointment") };
        if !one.status.is_live() {
            return Foreseen::Error("cancelled");
        }
        let (vacated, wanted) = self.vacated(id, to, past);
        let asked = |provider: &String| to.provider.as_ref().is_none_or(|only| only.as_str() == provider);
        if vacated.providers.keys().any(|provider| asked(provider) && vacated.has_room(provider, &wanted)) {
            Foreseen::ChangeOrNot
        } else {
            Foreseen::Error("no room")
        }
    }

    /// The book without an appointment that is to move, and what is wanted for it.
    fn vacated(&self, id: &str, to: &Destination, past: Past) -> (Book, Wanted) {
        let mut vacated = self.book.clone();
        let one = vacated.placed.remove(id);
        let earliest = if past == Past::Allow { 0 } else { self.first_to_come(to.day) };
        let length = usize::from(to.duration.get());
        let service = one.and_then(|one| one.service);
        (vacated, Wanted { day: to.day, within: span(to.range), length, service, earliest })
    }

    fn wanted(&self, request: &Request, past: Past) -> Wanted {
        let any_time = past == Past::Allow || request.dated == Dated::Implied;
        Wanted {
            day: request.day,
            within: span(request.range),
            length: usize::from(request.duration.get()),
            service: request.service.as_ref().map(ToString::to_string),
            earliest: if any_time { 0 } else { self.first_to_come(request.day) },
        }
    }

    /// Compares what came with what had to come, and takes it over.
    pub(crate) fn follow(
        &mut self,
        (from, command): (From, &Command),
        answer: &Result<Answer, DeskError>,
    ) -> Result<(), String> {
        let foreseen = self.foresee(command);
        match (&foreseen, answer) {
            (Foreseen::Change | Foreseen::ChangeOrNot, Ok(Answer::Decided(event))) => {
                self.take_over(from, command, event)
            }
            (Foreseen::Unchanged | Foreseen::ChangeOrNot, Ok(Answer::Unchanged)) => Ok(()),
            (Foreseen::Repeated(number), Ok(Answer::Repeated(event))) if event.number == *number => Ok(()),
            (Foreseen::Error(expected), Err(error)) if kind(error) == *expected => {
                if let (DeskError::UndoConflict(_), Some((number, _))) = (error, self.taken_back()) {
                    self.given_up.insert(number);
                }
                Ok(())
            }
            (_, Err(error)) => Err(format!("{foreseen:?} had to come, but: {error}")),
            (_, Ok(answer)) => Err(format!("{foreseen:?} had to come, but {answer:?}")),
        }
    }

    fn take_over(&mut self, from: From, command: &Command, event: &Event) -> Result<(), String> {
        ensure(event.number == self.last_event + 1, || format!("event {} follows {}", event.number, self.last_event))?;
        let before = self.book.clone();
        self.apply(command, event)?;
        self.last_event = event.number;
        self.book.keeps_the_rules()?;
        let changed = self.book != before;
        if *command != Command::Undo && from == From::Desk && changed {
            self.done.push(Change { number: event.number, before, after: self.book.clone() });
        }
        Ok(())
    }

    fn apply(&mut self, command: &Command, event: &Event) -> Result<(), String> {
        match command {
            Command::Book { request, past } => {
                let wanted = self.wanted(request, *past);
                self.answered.insert(request.id.to_string(), (request.clone(), event.number));
                self.book_or_refuse(request, &wanted, event)
            }
            Command::Overbook { request, provider, start } => {
                self.answered.insert(request.id.to_string(), (request.clone(), event.number));
                let placed = placed(event)?;
                let start = usize::from(start.get());
                let as_asked =
                    placed.provider == *provider && span(placed.slot).start == start && Placed::of(placed).over;
                ensure(as_asked && placed.slot.len() == request.duration.get(), || format!("{placed:?}"))?;
                self.book.placed.insert(request.id.to_string(), Placed::of(placed));
                Ok(())
            }
            Command::Move { appointment, to, past } => {
                let (vacated, wanted) = self.vacated(appointment.as_str(), to, *past);
                let moved = placed(event)?;
                let provider = moved.provider.as_str();
                let asked = to.provider.as_ref().is_none_or(|only| *only == moved.provider) && moved.day == to.day;
                let fits = moved.slot.len() == to.duration.get()
                    && vacated.may_start(provider, &wanted, span(moved.slot).start);
                ensure(asked && fits, || format!("moved to {provider} {}", moved.slot))?;
                self.book.placed.insert(appointment.to_string(), Placed::of(moved));
                Ok(())
            }
            Command::SetStatus { appointment, status } => self.with_status(appointment.as_str(), status),
            Command::Cancel { appointment, cancellation } => {
                self.with_status(appointment.as_str(), &Status::Cancelled(cancellation.clone()))
            }
            Command::Undo => {
                let Some((number, Ok(book))) = self.taken_back() else {
                    return Err("nothing can be taken back".into());
                };
                self.done.retain(|change| change.number != number);
                self.book = book;
                Ok(())
            }
            Command::AddService(new) | Command::EditService(new) => {
                self.book.services.insert(new.id.to_string(), new.clone());
                Ok(())
            }
            Command::AddProvider(new) => {
                let id = new.id.as_str();
                if self.book.providers.contains_key(id) {
                    self.put_record(id, &Record::new(new), Cause::ProviderRetired);
                } else {
                    self.book.providers.insert(id.to_owned(), Record::new(new));
                }
                Ok(())
            }
            Command::EditProvider { provider, .. }
            | Command::ChangeHours { provider, .. }
            | Command::ChangeLimit { provider, .. }
            | Command::RetireProvider { provider, .. } => {
                let cause = match command {
                    Command::RetireProvider { .. } => Cause::ProviderRetired,
                    Command::ChangeHours { .. } => Cause::HoursChanged,
                    _ => Cause::House,
                };
                let record = changed_record(&self.book.providers[provider.as_str()], command);
                self.put_record(provider.as_str(), &record, cause);
                Ok(())
            }
        }
    }

    fn with_status(&mut self, id: &str, status: &Status) -> Result<(), String> {
        let one = self.book.placed.get_mut(id).ok_or("there is no such appointment")?;
        one.status = status.clone();
        Ok(())
    }

    fn book_or_refuse(&mut self, request: &Request, wanted: &Wanted, event: &Event) -> Result<(), String> {
        let asked = |provider: &str| request.preferred_provider.as_ref().is_none_or(|only| only.as_str() == provider);
        let Ok(placed) = placed(event) else {
            let host = self.book.providers.keys().find(|id| asked(id) && self.book.has_room(id, wanted));
            return host.map_or(Ok(()), |host| Err(format!("{host} has room, but: {:?}", event.draft.action)));
        };
        let provider = placed.provider.as_str();
        ensure(asked(provider), || format!("rule 3: {provider} is not who was asked for"))?;
        let fits = placed.slot.len() == request.duration.get() && placed.day == request.day;
        let may = fits && self.book.may_start(provider, wanted, span(placed.slot).start);
        ensure(may, || format!("{provider} {} cannot be given", placed.slot))?;
        self.book.placed.insert(request.id.to_string(), Placed::of(placed));
        Ok(())
    }

    /// Puts a record in force: what no longer has a place is cancelled, and nothing else.
    fn put_record(&mut self, id: &str, record: &Record, cause: Cause) {
        let was = self.book.providers.insert(id.to_owned(), record.clone());
        let was = was.unwrap_or_else(|| record.clone());
        for one in self.book.placed.values_mut().filter(|one| one.provider == id && one.status.is_pending()) {
            let (before, after) = (was.open(one.day), record.open(one.day));
            let closes = |(before, after): (&bool, &bool)| *before && !*after;
            let lost = |open: &Minutes| before[one.at.clone()].iter().zip(&open[one.at.clone()]).any(closes);
            let leaves = record.has_left(one.day) && !was.has_left(one.day);
            let goes = if one.over { leaves || lost(&after) } else { !one.lies_in(&after) };
            if goes {
                one.status = Status::Cancelled(Cancellation { cause, note: None });
            }
        }
    }
}

fn placed(event: &Event) -> Result<&Appointment, String> {
    let edit = event.draft.edits.appointments.first();
    edit.and_then(|edit| edit.after.as_deref()).ok_or_else(|| "the event places nothing".to_owned())
}

fn changed_record(known: &Record, command: &Command) -> Record {
    let mut record = known.clone();
    match command {
        Command::EditProvider { name, services, .. } => {
            record.name = name.to_string();
            record.services = services.as_ref().map(|own| own.iter().map(ToString::to_string).collect());
        }
        Command::ChangeHours { change, .. } => record.change_hours(change),
        Command::ChangeLimit { max_daily_appointments, .. } => record.limit = *max_daily_appointments,
        Command::RetireProvider { from, .. } => {
            record.leaves = Some(record.leaves.map_or(*from, |before| before.min(*from)));
        }
        _ => {}
    }
    record
}
