//! The book as somebody would keep it who knows nothing but single minutes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{Datelike, NaiveDate};
use slotdesk::domain::{
    Appointment, Exception, HoursChange, Overbooking, Provider, RangeSet, Request, Service, Status, Weekly,
};

use crate::script::{date, dates};

/// Which minutes of a day.
pub(crate) type Minutes = Vec<bool>;

pub(crate) fn minutes(ranges: &RangeSet) -> Minutes {
    let mut all = vec![false; 1440];
    for range in ranges.iter() {
        all[usize::from(range.start().get())..usize::from(range.end().get())].fill(true);
    }
    all
}

/// A day's minutes instead of the pattern, or those it lacks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Special {
    Instead(Minutes),
    Without(Minutes),
}

/// A provider as last changed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) limit: u32,
    pub(crate) services: Option<BTreeSet<String>>,
    pub(crate) leaves: Option<NaiveDate>,
    /// By first day: whether it is one for all weekdays, and each weekday's minutes.
    patterns: BTreeMap<NaiveDate, (bool, Vec<Minutes>)>,
    specials: BTreeMap<NaiveDate, Special>,
}

fn pattern(weekly: &Weekly) -> (bool, Vec<Minutes>) {
    match weekly {
        Weekly::EveryDay(ranges) => (true, vec![minutes(ranges); 7]),
        Weekly::PerWeekday(days) => (false, days.iter().map(minutes).collect()),
    }
}

impl Record {
    /// Somebody new, whose hours have always been those of the first day.
    pub(crate) fn new(provider: &Provider) -> Self {
        let always = provider.hours.pattern_on(date(0)).unwrap();
        Self {
            name: provider.name.to_string(),
            limit: provider.max_daily_appointments,
            services: provider.services.as_ref().map(|own| own.iter().map(ToString::to_string).collect()),
            leaves: provider.retired_from,
            patterns: BTreeMap::from([(NaiveDate::MIN, pattern(always))]),
            specials: BTreeMap::new(),
        }
    }

    pub(crate) fn change_hours(&mut self, change: &HoursChange) {
        match change {
            HoursChange::From { day, weekly } => {
                self.patterns.retain(|from, _| from < day);
                self.patterns.insert(*day, pattern(weekly));
            }
            HoursChange::On { day, exception: Exception::Instead(hours) } => {
                self.specials.insert(*day, Special::Instead(minutes(hours)));
            }
            HoursChange::On { day, exception: Exception::BlockOut(cut) } => {
                self.specials.insert(*day, Special::Without(minutes(cut)));
            }
            HoursChange::Usual { day } => drop(self.specials.remove(day)),
        }
    }

    pub(crate) fn has_left(&self, day: NaiveDate) -> bool {
        self.leaves.is_some_and(|from| day >= from)
    }

    /// The minutes somebody is there and the clock shows.
    pub(crate) fn open(&self, day: NaiveDate) -> Minutes {
        let (_, week) = self.patterns.range(..=day).next_back().unwrap().1;
        let mut open = week[day.weekday().num_days_from_monday() as usize].clone();
        match self.specials.get(&day) {
            Some(Special::Instead(instead)) => open.clone_from(instead),
            Some(Special::Without(cut)) => open.iter_mut().zip(cut).for_each(|(open, cut)| *open &= !cut),
            None => {}
        }
        for (minute, open) in open.iter_mut().enumerate() {
            *open &= !self.has_left(day) && !is_skipped(day, minute);
        }
        open
    }
}

/// On the night to the Sunday the clocks go from 02:00 to 03:00.
pub(crate) fn is_skipped(day: NaiveDate, minute: usize) -> bool {
    day == date(2) && (120..180).contains(&minute)
}

/// Somebody's place in the book, cancelled ones included.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placed {
    pub(crate) provider: String,
    pub(crate) day: NaiveDate,
    pub(crate) at: Range<usize>,
    pub(crate) status: Status,
    pub(crate) over: bool,
    pub(crate) service: Option<String>,
}

impl Placed {
    pub(crate) fn of(one: &Appointment) -> Self {
        Self {
            provider: one.provider.to_string(),
            day: one.day,
            at: usize::from(one.slot.start().get())..usize::from(one.slot.end().get()),
            status: one.status.clone(),
            over: one.overbooking == Overbooking::Deliberate,
            service: one.request.service.as_ref().map(ToString::to_string),
        }
    }

    fn shares_minutes_with(&self, other: &Self) -> bool {
        let same_day = self.provider == other.provider && self.day == other.day;
        same_day && self.at.start < other.at.end && other.at.start < self.at.end
    }

    /// Whether a change of hours may take it away.
    pub(crate) fn is_bound_to_hours(&self) -> bool {
        self.status.is_pending() && !self.over
    }

    pub(crate) fn lies_in(&self, open: &[bool]) -> bool {
        open[self.at.clone()].iter().all(|open| *open)
    }
}

/// What somebody wants of a provider's day.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) day: NaiveDate,
    pub(crate) within: Range<usize>,
    pub(crate) length: usize,
    pub(crate) service: Option<String>,
    /// The first minute that may be given.
    pub(crate) earliest: usize,
}

/// A change that can be taken back: every record before and after.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) number: u64,
    pub(crate) before: Book,
    pub(crate) after: Book,
}

/// How many events can be taken back at most.
pub(crate) const UNDO_DEPTH: u64 = 200;

/// Everything that is written in the book.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Book {
    pub(crate) providers: BTreeMap<String, Record>,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) placed: BTreeMap<String, Placed>,
}

/// The book, who was answered what, and what time it is.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) book: Book,
    /// Requests that have their answer, with the number of the event that gave it.
    pub(crate) answered: BTreeMap<String, (Request, u64)>,
    /// Everything done at the desk that was not taken back.
    pub(crate) done: Vec<Change>,
    /// What can still be taken back, until the desk is opened again.
    pub(crate) given_up: BTreeSet<u64>,
    pub(crate) last_event: u64,
    pub(crate) today: NaiveDate,
    pub(crate) minute: usize,
}

impl Model {
    pub(crate) fn new(today: NaiveDate, minute: usize) -> Self {
        Self {
            book: Book::default(),
            answered: BTreeMap::new(),
            done: Vec::new(),
            given_up: BTreeSet::new(),
            last_event: 0,
            today,
            minute,
        }
    }

    /// The desk is opened again: what could not be taken back is tried again, what is long ago is not.
    pub(crate) fn reopened(&mut self) {
        self.given_up.clear();
        let last = self.last_event;
        self.done.retain(|change| change.number + UNDO_DEPTH > last);
    }

    /// The first minute of a day that has not gone by.
    pub(crate) fn first_to_come(&self, day: NaiveDate) -> usize {
        match day.cmp(&self.today) {
            std::cmp::Ordering::Less => 1440,
            std::cmp::Ordering::Equal => self.minute,
            std::cmp::Ordering::Greater => 0,
        }
    }
}

impl Book {
    /// Live appointments of a provider's day.
    pub(crate) fn live<'a>(
        &'a self,
        provider: &'a str,
        day: NaiveDate,
    ) -> impl Iterator<Item = (&'a String, &'a Placed)> {
        let here = move |one: &Placed| one.provider == provider && one.day == day && one.status.is_live();
        self.placed.iter().filter(move |(_, one)| here(one))
    }

    /// The minutes that are open and nobody's.
    pub(crate) fn free(&self, provider: &str, day: NaiveDate) -> Minutes {
        let mut free = self.providers[provider].open(day);
        for (_, one) in self.live(provider, day) {
            free[one.at.clone()].fill(false);
        }
        free
    }

    /// Whether a provider may take it from that minute on: grid or edge, free, in time, within the limit.
    pub(crate) fn may_start(&self, provider: &str, wanted: &Wanted, start: usize) -> bool {
        let free = self.free(provider, wanted.day);
        self.may_have(provider, wanted) && Self::starts(&free, wanted, start)
    }

    /// Whether a provider can take it at all.
    pub(crate) fn has_room(&self, provider: &str, wanted: &Wanted) -> bool {
        let free = self.free(provider, wanted.day);
        self.may_have(provider, wanted) && (0..1440).any(|start| Self::starts(&free, wanted, start))
    }

    fn may_have(&self, provider: &str, wanted: &Wanted) -> bool {
        let record = &self.providers[provider];
        let gives = wanted
            .service
            .as_ref()
            .is_none_or(|service| record.services.as_ref().is_none_or(|own| own.contains(service)));
        let booked = u32::try_from(self.live(provider, wanted.day).count()).unwrap();
        !record.has_left(wanted.day) && gives && booked < record.limit
    }

    fn starts(free: &[bool], wanted: &Wanted, start: usize) -> bool {
        let end = start + wanted.length;
        let in_time = start >= wanted.within.start.max(wanted.earliest) && end <= wanted.within.end;
        in_time && free[start..end].iter().all(|free| *free) && {
            let opens = start == 0 || !free[start - 1];
            let closes = end == 1440 || !free[end];
            opens || closes || start.is_multiple_of(5)
        }
    }

    /// The rules that hold whatever was done.
    pub(crate) fn keeps_the_rules(&self) -> Result<(), String> {
        let live: Vec<_> = self.placed.iter().filter(|(_, one)| one.status.is_live()).collect();
        for (number, (id, one)) in live.iter().enumerate() {
            let twice =
                live[..number].iter().find(|(_, other)| !one.over && !other.over && one.shares_minutes_with(other));
            if let Some((other, _)) = twice {
                return Err(format!("rule 1: {id} and {other} share minutes"));
            }
            if one.is_bound_to_hours() && !one.lies_in(&self.providers[&one.provider].open(one.day)) {
                return Err(format!("rule 2: {id} lies outside the hours"));
            }
        }
        Ok(())
    }

    /// One day as lines: who is there when, and who has which minutes.
    pub(crate) fn picture(&self, day: NaiveDate) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, record) in &self.providers {
            let booked: usize = self.live(id, day).map(|(_, one)| one.at.len()).sum();
            if !record.has_left(day) || booked > 0 {
                let (open, free) = (runs(&record.open(day)), runs(&self.free(id, day)));
                lines.push(format!("{id}: there {open}; free {free}; {booked} min booked"));
            }
        }
        let mut on_day: Vec<_> = self.placed.iter().filter(|(_, one)| one.day == day).collect();
        on_day.sort_by_key(|(id, one)| (one.at.start, one.provider.clone(), (*id).clone()));
        for (id, one) in on_day {
            let over = if one.over { " over" } else { "" };
            lines.push(format!("{} {} {id} {}{over}", run(&one.at), one.provider, one.status));
        }
        lines
    }
}

fn run(at: &Range<usize>) -> String {
    format!("{:02}:{:02}–{:02}:{:02}", at.start / 60, at.start % 60, at.end / 60, at.end % 60)
}

fn runs(minutes: &[bool]) -> String {
    let mut all = Vec::new();
    let mut since = None;
    for (minute, set) in minutes.iter().copied().chain([false]).enumerate() {
        match (since, set) {
            (None, true) => since = Some(minute),
            (Some(start), false) => {
                all.push(run(&(start..minute)));
                since = None;
            }
            _ => {}
        }
    }
    all.join(", ")
}

impl Model {
    /// What would be there if the newest change at the desk were taken back; why it cannot be, if so.
    pub(crate) fn taken_back(&self) -> Option<(u64, Result<Book, String>)> {
        let newest = self.done.iter().rev().find(|change| !self.given_up.contains(&change.number))?;
        Some((newest.number, self.without(newest)))
    }

    fn without(&self, Change { before, after, .. }: &Change) -> Result<Book, String> {
        let mut book = self.book.clone();
        let Book { providers, services, placed } = &mut book;
        restore(providers, &before.providers, &after.providers, |added| {
            Some(Record { leaves: Some(self.today), ..added.clone() })
        })?;
        restore(services, &before.services, &after.services, |_| None)?;
        restore(placed, &before.placed, &after.placed, |added| {
            let undone = slotdesk::domain::Cancellation { cause: slotdesk::domain::Cause::Undone, note: None };
            Some(Placed { status: Status::Cancelled(undone), ..added.clone() })
        })?;
        self.may_become(&book)?;
        Ok(book)
    }

    /// Whether what comes back finds its place, and nothing falls out of its hours.
    fn may_become(&self, book: &Book) -> Result<(), String> {
        let was = |id: &String| self.book.placed.get(id).filter(|one| one.status.is_live());
        for (id, one) in book.placed.iter().filter(|(_, one)| one.status.is_live()) {
            let open = book.providers[&one.provider].open(one.day);
            let stays = was(id).is_some_and(|was| {
                (&was.provider, was.day, &was.at, was.over) == (&one.provider, one.day, &one.at, one.over)
            });
            if !stays && !one.over {
                if book.live(&one.provider, one.day).any(|(other, held)| other != id && held.shares_minutes_with(one)) {
                    return Err(format!("the minutes of {id} are taken"));
                }
                if one.status.is_pending() && !one.lies_in(&open) {
                    return Err(format!("{id} would come back outside the hours"));
                }
            }
            let begun = was(id).is_some_and(|was| !was.status.is_pending());
            if stays && begun && one.is_bound_to_hours() && !one.lies_in(&open) {
                return Err(format!("{id} would be to come again, outside the hours"));
            }
            let fitted = self.book.providers.get(&one.provider).is_some_and(|was| one.lies_in(&was.open(one.day)));
            if one.is_bound_to_hours() && fitted && !one.lies_in(&open) {
                return Err(format!("{id} would fall out of the hours"));
            }
        }
        for (id, record) in &book.providers {
            for day in dates() {
                let regular = |book: &Book| book.live(id, day).filter(|(_, one)| !one.over).count();
                let grown = regular(book) > regular(&self.book);
                if grown && book.live(id, day).count() > record.limit as usize {
                    return Err(format!("{id} has no daily place left"));
                }
            }
        }
        Ok(())
    }
}

/// Puts back what a change did to some records, if they are as it left them.
fn restore<T: Clone + PartialEq>(
    now: &mut BTreeMap<String, T>,
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
    without: impl Fn(&T) -> Option<T>,
) -> Result<(), String> {
    for (id, made) in after.iter().filter(|(id, made)| before.get(*id) != Some(*made)) {
        if now.get(id) != Some(made) {
            return Err(format!("{id} has changed since"));
        }
        match before.get(id).cloned().or_else(|| without(made)) {
            Some(back) => drop(now.insert(id.clone(), back)),
            None => drop(now.remove(id)),
        }
    }
    Ok(())
}
