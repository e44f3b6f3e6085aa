//! What is still to be played, in the order of demo time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::Caption;
use super::scenario::{CallOff, Ill, Rebook, Relocate, Scenario};
use crate::desk::Command;
use crate::domain::{Appointment, Minute, Request, RequestId, TimeRange};

/// Something to be done at a moment of demo time.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cue {
    /// Send a command that was known before the play began.
    Change(Command),
    /// Ask for an appointment.
    Ask(Request),
    /// Ask again for an appointment that an illness called off, on a day so many days ahead.
    AskAgain {
        /// What was called off.
        lost: Arc<Appointment>,
        /// The day to look at, counted from the played one.
        ahead: u32,
        /// The last day to look at.
        until: u32,
    },
    /// A client calls the appointment off.
    CallOff(CallOff),
    /// One of those who have an appointment later in the day calls it off; the number says which one.
    CallAnyOff(u32),
    /// A client wants another time or provider.
    Relocate(Relocate),
    /// A provider goes home.
    Ill(Ill),
    /// Everybody without an appointment begins to ask again.
    Rebook(Rebook),
    /// See how far a visit has come.
    Visit(RequestId),
    /// Tell the audience.
    Say(Caption),
    /// The script is over.
    End,
}

/// What is still to be done; cues for the same moment come in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    cues: BTreeMap<(DateTime<Utc>, u64), Cue>,
    added: u64,
}

impl Agenda {
    /// Adds a cue.
    pub(super) fn add(&mut self, due: DateTime<Utc>, cue: Cue) {
        self.cues.insert((due, self.added), cue);
        self.added += 1;
    }

    /// When the next cue is due.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.cues.first_key_value().map(|((due, _), _)| *due)
    }

    /// Takes the next cue out.
    pub(super) fn pop(&mut self) -> Option<(DateTime<Utc>, Cue)> {
        self.cues.pop_first().map(|((due, _), cue)| (due, cue))
    }
}

/// The day on which a scenario is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PlayDay {
    /// Which day.
    pub(super) day: NaiveDate,
    start: Minute,
    begins: DateTime<Utc>,
}

impl PlayDay {
    /// The day of a scenario whose clock shows `begins` at the scenario's start.
    pub(super) fn new(scenario: &Scenario, day: NaiveDate, begins: DateTime<Utc>) -> Self {
        Self { day, start: scenario.start(), begins }
    }

    /// The moment that is so many seconds after midnight on the wall.
    ///
    /// Counted from the start, so that it agrees with the clock whatever the zone did during the night.
    pub(super) fn moment(&self, seconds: i64) -> DateTime<Utc> {
        self.begins + TimeDelta::seconds(seconds - i64::from(self.start.get()) * 60)
    }

    /// The moment of a minute of the day.
    pub(super) fn at(&self, minute: Minute) -> DateTime<Utc> {
        self.moment(i64::from(minute.get()) * 60)
    }

    /// The minute that the wall shows at a moment; 24:00 for everything after the day.
    pub(super) fn minute(&self, moment: DateTime<Utc>) -> Minute {
        let minutes = i64::from(self.start.get()) + (moment - self.begins).num_minutes();
        Minute::saturating(u16::try_from(minutes.max(0)).unwrap_or(u16::MAX))
    }

    /// The day so many days after the played one.
    pub(super) fn ahead(&self, days: u32) -> NaiveDate {
        self.day.checked_add_days(chrono::Days::new(days.into())).unwrap_or(self.day)
    }

    /// What somebody who calls at `now` can still have of `range` on the played day, if it is long enough.
    pub(super) fn rest(range: TimeRange, now: Minute, minutes_min: u16) -> Option<TimeRange> {
        // People round up, and whoever picks up the phone needs a moment.
        let earliest = Minute::saturating(now.get().next_multiple_of(5));
        let rest = TimeRange::new(range.start().max(earliest), range.end()).ok()?;
        (rest.len() >= minutes_min).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_for_one_moment_come_in_the_order_in_which_they_were_added() {
        let now: DateTime<Utc> = "2026-11-23T08:00:00Z".parse().unwrap();
        let later = now + TimeDelta::seconds(1);
        let mut agenda = Agenda::default();
        let id = |text: &str| Cue::Visit(RequestId::new(text).unwrap());
        agenda.add(later, id("third"));
        agenda.add(now, id("first"));
        agenda.add(now, id("second"));
        assert_eq!(agenda.next_due(), Some(now));
        let order: Vec<Cue> = std::iter::from_fn(|| agenda.pop()).map(|(_, cue)| cue).collect();
        assert_eq!(order, [id("first"), id("second"), id("third")]);
    }

    #[test]
    fn what_is_left_of_a_range_begins_now_or_is_nothing() {
        let range = TimeRange::parse("09:00", "12:00").unwrap();
        let rest = |now: &str, least| PlayDay::rest(range, now.parse().unwrap(), least).map(|rest| rest.to_string());
        assert_eq!(rest("08:00", 30).as_deref(), Some("09:00–12:00"));
        assert_eq!(rest("10:01", 30).as_deref(), Some("10:05–12:00"));
        assert_eq!(rest("11:31", 30), None);
        assert_eq!(rest("23:59", 1), None);
    }
}
