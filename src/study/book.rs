//! The days of a desk's own book, as its log tells them.
//!
//! Each day of the period on which somebody asked for something becomes an [`Instance`]: the requests in the order
//! in which they came, accepted and refused, with the hours, limits and services as they were then, and the
//! popularity learned from the weeks before. What was undone at the desk is taken as never done. An appointment
//! that moved to another day gives up its place on the first and asks for exactly its new one on the second; one
//! that moved within its day stays where the policy has put it. Deliberate overbookings are left out: no policy
//! would have made them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use super::workload::{Happening, Instance};
use crate::domain::{
    Action, Appointment, Catalogue, Dated, Demand, Draft, Edit, Event, Minute, Minutes, Provider, ProviderId, Request,
    TimeRange,
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
    Ok(chronicle.days.into_values().collect())
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
    days: BTreeMap<NaiveDate, Instance>,
}

impl Chronicle {
    fn new(period: (NaiveDate, NaiveDate), bearings: Bearings) -> Self {
        let (providers, catalogue) = (BTreeMap::new(), Catalogue::default());
        Self { period, bearings, providers, catalogue, lately: VecDeque::new(), days: BTreeMap::new() }
    }

    fn take(&mut self, draft: &Draft) {
        if draft.touches_roster() {
            // What it cancelled is cancelled in the replay by the change itself.
            self.change_roster(draft);
            return;
        }
        match &draft.action {
            Action::Booked(_) | Action::Refused { .. } => {
                if let Some(request) = draft.answered() {
                    let earliest = self.earliest(draft, request);
                    self.ask(draft.at, Arc::new(request.clone()), earliest);
                }
            }
            Action::Overbooked(_) => {}
            _ => draft.edits.appointments.iter().for_each(|edit| self.move_or_cancel(draft.at, edit)),
        }
        if let Some(request) = draft.answered() {
            self.lately.push_back((draft.at, request.range, request.duration));
        }
    }

    fn ask(&mut self, at: DateTime<Utc>, request: Arc<Request>, earliest: Minute) {
        if let Some(day) = self.day(at, request.day) {
            day.happenings.push(Happening::Book { request, earliest });
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
            day.happenings.push(Happening::Cancel(gone.id().clone()));
        }
        if let Some(arrived) = after {
            let request = Request {
                day: arrived.day,
                dated: Dated::Named,
                range: arrived.slot,
                duration: arrived.slot.minutes(),
                preferred_provider: Some(arrived.provider.clone()),
                ..(*arrived.request).clone()
            };
            self.ask(at, Arc::new(request), Minute::MIDNIGHT);
        }
    }

    fn change_roster(&mut self, draft: &Draft) {
        for edit in &draft.edits.services {
            match (&edit.after, &edit.before) {
                (Some(after), _) => self.catalogue.put(Arc::clone(after)),
                (None, Some(before)) => self.catalogue.remove(&before.id),
                (None, None) => {}
            }
        }
        for after in draft.edits.providers.iter().filter_map(|edit| edit.after.as_ref()) {
            let before = self.providers.insert(after.id.clone(), Arc::clone(after));
            for (date, day) in &mut self.days {
                let judged = |provider: &Provider| {
                    (provider.hours_on(*date), provider.max_daily_appointments, provider.services.clone())
                };
                if before.as_deref().map(judged) != Some(judged(after)) {
                    day.happenings.push(Happening::Provider(Arc::clone(after)));
                }
            }
        }
    }

    /// A day of the period; begins it with what is known now.
    fn day(&mut self, now: DateTime<Utc>, date: NaiveDate) -> Option<&mut Instance> {
        let (from, to) = self.period;
        if date < from || to < date {
            return None;
        }
        let learned = TimeDelta::days(i64::from(self.bearings.popularity_days));
        while self.lately.front().is_some_and(|(at, _, _)| now.signed_duration_since(*at) > learned) {
            self.lately.pop_front();
        }
        Some(self.days.entry(date).or_insert_with(|| {
            let mut history = Demand::default();
            for (_, range, duration) in &self.lately {
                history.add_many(*range, *duration, 1);
            }
            Instance {
                name: date.format("%a/#%Y-%m-%d").to_string(),
                date,
                yardstick: Arc::new(Yardstick::learned(&self.catalogue, &history)),
                start_grid: self.bearings.start_grid,
                providers: self.providers.values().cloned().collect(),
                history,
                happenings: Vec::new(),
                optimum: None,
            }
        }))
    }

    /// The first minute that could be given when the request came in.
    fn earliest(&self, draft: &Draft, request: &Request) -> Minute {
        let local = draft.at.with_timezone(&self.bearings.time_zone);
        let minute = u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(u16::MAX);
        let by_the_clock = match local.date_naive().cmp(&request.day) {
            std::cmp::Ordering::Less => Minute::MIDNIGHT,
            std::cmp::Ordering::Equal => Minute::saturating(minute),
            std::cmp::Ordering::Greater => Minute::END_OF_DAY,
        };
        let placed = draft.edits.appointments.first().and_then(|edit| edit.after.as_ref());
        // Who got a minute that had gone by was allowed to: it was entered afterwards.
        let afterwards = placed.is_some_and(|placed| placed.slot.start() < by_the_clock);
        if afterwards { Minute::MIDNIGHT } else { by_the_clock }
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
