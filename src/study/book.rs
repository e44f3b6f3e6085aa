//! The days of a desk's own book, as its log tells them.
//!
//! Each day of the period on which somebody asked for something becomes an [`Instance`]: the requests in the order
//! in which they came, accepted and refused, with the hours, limits and services as they were then, changes in between
//! included, and the popularity learned from the weeks before. What was changed after the day was over counts only for
//! what was entered later still. Under the policy that the desk used, the replay decides as the desk did
//! (`tests/study/log.rs`), except that
//!
//! * what was undone at the desk is taken as never done, and deliberate overbookings, which no policy would have made,
//!   are left out: what came while either stood may be decided otherwise;
//! * an appointment that moved to another day gives up its place on the first and takes exactly its new one on the
//!   second, if that is free; one that moved within its day stays where the policy has put it;
//! * nobody is seen to come: a change of hours cancels whatever no longer fits, also what the desk kept because it had
//!   begun;
//! * requests that came at the same time were decided side by side, each on what was popular just then, and are decided
//!   here one after the other, as they stand in the log;
//! * whether minutes gone by might be given is not in the log: in the replay they may where one was;
//! * the log does not tell when the desk was started and which days were only looked at. A day learns what is popular
//!   when it begins, here with its first request, at the desk when a decision first needs it; from then on its own
//!   requests alone add to that. A desk that is started again begins every day anew, with what was asked until then,
//!   and learns from the weeks before it first learned on that date, the study from those before the request.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::workload::{Happening, Instance};
use crate::domain::{
    Action, Appointment, Catalogue, Dated, Demand, Draft, Edit, Event, Minute, Minutes, Provider, ProviderId, Request,
    Status, TimeRange, first_minute_to_come, skipped_minutes,
};
use crate::scheduler::Yardstick;
use crate::store::{Reader, StoreError};

/// Events that are held at a time.
const PAGE: usize = 1_000;

/// What the log does not say about the desk.
#[derive(Debug, Clone, Copy)]
pub struct Bearings {
    /// Where it stands.
    pub time_zone: Tz,
    /// Regular starts lie on minutes divisible by this.
    pub start_grid: Minutes,
    /// Days of requests from which popular times are learned.
    pub popularity_days: u16,
}

impl Bearings {
    /// The date at the desk.
    fn date(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.time_zone).date_naive()
    }
}

/// The days from `from` to `to`, both included, on which the book has requests; a group per weekday.
pub fn read_book(
    reader: &mut dyn Reader,
    (from, to): (NaiveDate, NaiveDate),
    bearings: Bearings,
) -> Result<Vec<Instance>, StoreError> {
    // What is committed from here on is not part of the study, so both readings see the same log.
    let last = reader.last_event()?;
    let mut undos = Vec::new();
    each_event(reader, last, |event| {
        if let Action::Undone(number) = event.draft.action {
            undos.push((event.number, number));
        }
    })?;
    let never = undone(&undos);
    let mut chronicle = Chronicle::new((from, to), bearings);
    each_event(reader, last, |event| {
        if !never.contains(&event.number) {
            chronicle.take(&event.draft);
        }
    })?;
    Ok(chronicle.days.into_values().map(|told| told.instance).collect())
}

fn each_event(reader: &mut dyn Reader, last: u64, mut take: impl FnMut(&Event)) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = reader.events_after(after, PAGE)?;
        page.iter().filter(|event| event.number <= last).for_each(&mut take);
        match page.last() {
            Some(newest) if newest.number < last => after = newest.number,
            _ => return Ok(()),
        }
    }
}

/// The events that count as never having happened: undos and what they took back, given as (undo, what it undid).
fn undone(undos: &[(u64, u64)]) -> BTreeSet<u64> {
    let mut never = BTreeSet::new();
    // The newest first: an undo that was itself taken back takes nothing back.
    for (undo, target) in undos.iter().rev() {
        if never.insert(*undo) {
            never.insert(*target);
        }
    }
    never
}

/// The log read so far.
struct Chronicle {
    period: (NaiveDate, NaiveDate),
    bearings: Bearings,
    providers: BTreeMap<ProviderId, Arc<Provider>>,
    catalogue: Catalogue,
    /// The requests of the last weeks, with the time of their answer.
    lately: VecDeque<(DateTime<Utc>, TimeRange, Minutes)>,
    days: BTreeMap<NaiveDate, Told>,
}

/// A day of the period as far as it was told.
struct Told {
    instance: Instance,
    /// Changes made after the day was over: they are part of it only if somebody asks for it even later.
    afterwards: Vec<Happening>,
}

impl Chronicle {
    fn new(period: (NaiveDate, NaiveDate), bearings: Bearings) -> Self {
        let (providers, catalogue) = (BTreeMap::new(), Catalogue::default());
        Self { period, bearings, providers, catalogue, lately: VecDeque::new(), days: BTreeMap::new() }
    }

    fn take(&mut self, draft: &Draft) {
        if draft.touches_roster() {
            // What it cancelled is cancelled in the replay by the change itself.
            self.change_catalogue(draft);
            self.change_providers(draft);
            return;
        }
        match &draft.action {
            Action::Booked(_) | Action::Refused { .. } => {
                if let Some(request) = draft.answered() {
                    let earliest = self.earliest(draft, request);
                    let request = Arc::new(request.clone());
                    self.tell(draft.at, request.day, Happening::Book { request, earliest });
                }
            }
            Action::Overbooked(_) => {}
            _ => draft.edits.appointments.iter().for_each(|edit| self.move_or_cancel(draft.at, edit)),
        }
        if let Some(request) = draft.answered() {
            self.lately.push_back((draft.at, request.range, request.duration));
        }
    }

    fn move_or_cancel(&mut self, at: DateTime<Utc>, edit: &Edit<Appointment>) {
        let live = |image: &Option<Arc<Appointment>>| image.clone().filter(|appointment| appointment.is_live());
        let (before, after) = (live(&edit.before), live(&edit.after));
        let day_of = |image: &Option<Arc<Appointment>>| image.as_ref().map(|appointment| appointment.day);
        if day_of(&before) == day_of(&after) {
            return;
        }
        if let Some(gone) = before
            && let Some(day) = self.days.get_mut(&gone.day)
        {
            day.instance.happenings.push(Happening::Cancel(gone.id().clone()));
        }
        if let Some(arrived) = after {
            let arrived = Arc::new(arrived.with_status(Status::Booked));
            self.tell(at, arrived.day, Happening::Arrive(arrived));
        }
    }

    fn change_catalogue(&mut self, draft: &Draft) {
        for edit in &draft.edits.services {
            match (&edit.after, &edit.before) {
                (Some(after), _) => self.catalogue.put(Arc::clone(after)),
                (None, Some(before)) => self.catalogue.remove(&before.id),
                (None, None) => {}
            }
        }
        if draft.edits.services.is_empty() || self.days.is_empty() {
            return;
        }
        let demand = self.demand(draft.at);
        let yardstick = Arc::new(Yardstick::learned(&self.catalogue, &demand));
        let today = self.bearings.date(draft.at);
        for day in self.days.values_mut() {
            day.change(today, Happening::Catalogue(Arc::clone(&yardstick)));
        }
    }

    fn change_providers(&mut self, draft: &Draft) {
        let today = self.bearings.date(draft.at);
        for after in draft.edits.providers.iter().filter_map(|edit| edit.after.as_ref()) {
            let before = self.providers.insert(after.id.clone(), Arc::clone(after));
            for (date, day) in &mut self.days {
                let judged = |provider: &Provider| {
                    (provider.hours_on(*date), provider.max_daily_appointments, provider.services.clone())
                };
                if before.as_deref().map(judged) != Some(judged(after)) {
                    day.change(today, Happening::Provider(Arc::clone(after)));
                }
            }
        }
    }

    /// Adds what somebody wants of a day of the period; begins the day with what is known now.
    fn tell(&mut self, now: DateTime<Utc>, date: NaiveDate, happening: Happening) {
        let (from, to) = self.period;
        if date < from || to < date {
            return;
        }
        if !self.days.contains_key(&date) {
            let day = self.begun(now, date);
            self.days.insert(date, day);
        }
        if let Some(Told { instance, afterwards }) = self.days.get_mut(&date) {
            instance.happenings.append(afterwards);
            instance.happenings.push(happening);
        }
    }

    fn begun(&mut self, now: DateTime<Utc>, date: NaiveDate) -> Told {
        let history = self.demand(now);
        let instance = Instance {
            name: date.format("%a/#%Y-%m-%d").to_string(),
            date,
            skipped: skipped_minutes(self.bearings.time_zone, date),
            yardstick: Arc::new(Yardstick::learned(&self.catalogue, &history)),
            start_grid: self.bearings.start_grid,
            providers: self.providers.values().cloned().collect(),
            history,
            happenings: Vec::new(),
            optimum: None,
        };
        Told { instance, afterwards: Vec::new() }
    }

    /// What was asked for in the last weeks; forgets what was asked before them.
    fn demand(&mut self, now: DateTime<Utc>) -> Demand {
        let learned = TimeDelta::days(i64::from(self.bearings.popularity_days));
        let is_old = |at: DateTime<Utc>| now.signed_duration_since(at) > learned;
        while self.lately.front().is_some_and(|(at, _, _)| is_old(*at)) {
            self.lately.pop_front();
        }
        let mut demand = Demand::default();
        // Where the clock was set back, old ones can stand behind newer ones.
        for (_, range, duration) in self.lately.iter().filter(|(at, _, _)| !is_old(*at)) {
            demand.add_many(*range, *duration, 1);
        }
        demand
    }

    /// The first minute that could be given when the request came in.
    fn earliest(&self, draft: &Draft, request: &Request) -> Minute {
        let to_come = first_minute_to_come(self.bearings.time_zone, draft.at, request.day);
        let placed = draft.edits.appointments.first().and_then(|edit| edit.after.as_ref());
        // Who got a minute that had gone by was allowed to: it was entered afterwards.
        let afterwards = placed.is_some_and(|placed| placed.slot.start() < to_come);
        // The original program's requests, which name no date, are asked whatever the clock says.
        if afterwards || request.dated == Dated::Implied { Minute::MIDNIGHT } else { to_come }
    }
}

impl Told {
    /// Adds a change that was made on the date `today`.
    fn change(&mut self, today: NaiveDate, change: Happening) {
        let is_over = self.instance.date < today;
        if is_over { &mut self.afterwards } else { &mut self.instance.happenings }.push(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_undo_that_was_taken_back_takes_nothing_back() {
        let never = |undos: &[(u64, u64)]| undone(undos).into_iter().collect::<Vec<_>>();
        assert_eq!(never(&[(5, 3)]), [3, 5]);
        assert_eq!(never(&[(5, 3), (6, 5)]), [5, 6]);
        assert_eq!(never(&[(5, 3), (6, 2)]), [2, 3, 5, 6]);
    }
}
