//! Which minutes of a day clients ask for most (scheduling rule §3), accepted or refused.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::domain::{Demand, Minutes, RangeSet, TimeRange};

const DAY: usize = 1440;
/// One request adds ⌊this × duration ÷ open minutes in its range⌋ to each of those minutes.
const CONTRIBUTION: u32 = 1_000_000;
/// Where every counter starts.
const INITIAL: u64 = 500_000;
/// Minutes per block: a reader adds up half as many differences on average, a writer raises one level for
/// each block that a range reaches into.
const BLOCK: usize = 32;
/// Requests logged one by one before they are folded into counts.
const LOG_MAX: usize = 256;

/// One counter per open minute of a day: how much the requests so far want it.
///
/// The counters are stored as differences from minute to minute, with the level that each block of minutes
/// starts on: a request raises a whole range by the same amount, which is two differences and one level per
/// block. Readers take a level, add up the differences from there on and take no lock, so they neither wait
/// for a decision nor hold one up; writers take a short one. A reader that meets a writer half-way has what
/// that one adds in some minutes and not in others, though no counter is ever below 0: that can change which
/// of the possible starts is preferred, never which of them are possible. Whoever decides alone reads
/// exactly what was added before.
#[derive(Debug)]
pub struct Popularity {
    counters: Counters,
    open_minutes: AtomicU64,
    writer: Mutex<Writer>,
}

/// The counters themselves.
#[derive(Debug)]
struct Counters {
    /// What each minute has more than the one before it; the first of a block counts in its level.
    differences: Box<[AtomicU64]>,
    /// The counter of the first minute of each block.
    levels: Box<[AtomicU64]>,
    /// Sum of the counters of all open minutes.
    total: AtomicU64,
}

/// What only writers need.
#[derive(Debug)]
struct Writer {
    /// How many providers work in each minute.
    working: Box<[u32]>,
    /// `open_before[m]`: open minutes before minute m.
    open_before: Box<[u16]>,
    /// The requests of earlier days.
    history: Arc<Demand>,
    /// The requests of this day: counted, and the newest ones one by one.
    counted: HashMap<(TimeRange, Minutes), u64, foldhash::fast::RandomState>,
    log: Vec<(TimeRange, Minutes)>,
}

impl Popularity {
    /// The counters of a day on which somebody works in each of `hours`, taught by earlier requests.
    pub fn new<'a>(hours: impl IntoIterator<Item = &'a RangeSet>, history: Arc<Demand>) -> Self {
        let writer = Writer {
            working: vec![0; DAY].into(),
            open_before: vec![0; DAY + 1].into(),
            history,
            counted: HashMap::default(),
            log: Vec::with_capacity(LOG_MAX),
        };
        let new = Self { counters: Counters::of(0), open_minutes: AtomicU64::new(0), writer: Mutex::new(writer) };
        {
            let mut writer = new.writer.lock();
            for one in hours {
                writer.count(one, |working| working + 1);
            }
            new.rebuild(&mut writer);
        }
        new
    }

    /// Counts a request for `duration` within `range`.
    pub fn add(&self, range: TimeRange, duration: Minutes) {
        let mut writer = self.writer.lock();
        self.counters.raise(&writer, range, duration, 1);
        writer.log.push((range, duration));
        if writer.log.len() >= LOG_MAX {
            writer.fold();
        }
    }

    /// Takes in that one provider's hours of this day changed from `before` to `after`.
    ///
    /// If that opens or closes a minute, all counters are computed anew from the requests of earlier
    /// days and of this one, as if the hours had always been so: a newly open minute starts with what
    /// people asked for, not as the quietest of the day.
    pub fn change_hours(&self, before: &RangeSet, after: &RangeSet) {
        if before == after {
            return;
        }
        let mut writer = self.writer.lock();
        // A provider whose hours were never counted cannot be taken out, hence the saturation.
        writer.count(before, |working| working.saturating_sub(1));
        writer.count(after, |working| working + 1);
        if writer.is_open_changed() {
            self.rebuild(&mut writer);
        }
    }

    /// The counter of a minute (at most 1439) that is open.
    pub fn counter(&self, minute: u16) -> u64 {
        not_below_zero(self.counters.of_minute(minute))
    }

    /// Sum of the counters of all open minutes, and how many of them there are.
    pub fn whole(&self) -> (u64, u64) {
        (self.counters.total.load(Ordering::Relaxed), self.open_minutes.load(Ordering::Relaxed))
    }

    /// Sums over a slot of fixed length that moves along the day.
    pub fn window(&self, duration: Minutes) -> Window<'_> {
        Window { counters: &self.counters, duration: duration.get(), at: None }
    }

    fn rebuild(&self, writer: &mut Writer) {
        writer.fold();
        let mut open = 0;
        for (minute, working) in writer.working.iter().enumerate() {
            writer.open_before[minute] = open;
            open += u16::from(*working > 0);
        }
        writer.open_before[DAY] = open;
        // Beside the counters that are read meanwhile, which therefore never lack the requests counted last.
        let rebuilt = Counters::of(open);
        let today = writer.counted.iter().map(|((range, duration), times)| (*range, *duration, *times));
        for (range, duration, times) in writer.history.iter().chain(today) {
            rebuilt.raise(writer, range, duration, times);
        }
        self.counters.copy(&rebuilt);
        self.open_minutes.store(open.into(), Ordering::Relaxed);
    }
}

/// What a reader adds up is below 0 while a writer has lowered what follows a range and not yet raised its levels.
fn not_below_zero(sum: u64) -> u64 {
    sum.cast_signed().max(0).cast_unsigned()
}

impl Counters {
    /// The counters of a day with this many open minutes that nobody has asked for yet.
    fn of(open: u16) -> Self {
        let all = |length: usize, value| (0..length).map(|_| AtomicU64::new(value)).collect();
        let total = AtomicU64::new(u64::from(open) * INITIAL);
        Self { differences: all(DAY + 1, 0), levels: all(DAY / BLOCK + 1, INITIAL), total }
    }

    /// The counter of a minute; as a negative number in two's complement, if a writer is half-way.
    fn of_minute(&self, minute: u16) -> u64 {
        let minute = usize::from(minute);
        let block = minute / BLOCK;
        let level = self.levels[block].load(Ordering::Relaxed);
        // Differences are negative where a range ends; wrapping sums come out right all the same.
        let inside = &self.differences[block * BLOCK + 1..=minute];
        inside.iter().fold(level, |sum, difference| sum.wrapping_add(difference.load(Ordering::Relaxed)))
    }

    fn difference(&self, minute: u16) -> u64 {
        self.differences[usize::from(minute)].load(Ordering::Relaxed)
    }

    fn raise(&self, writer: &Writer, range: TimeRange, duration: Minutes, times: u64) {
        let (start, end) = (usize::from(range.start().get()), usize::from(range.end().get()));
        let open = u32::from(writer.open_before[end] - writer.open_before[start]);
        // A million times the longest duration, 1440, is below 2^32.
        let Some(each) = (CONTRIBUTION * u32::from(duration.get())).checked_div(open) else {
            return;
        };
        let (each, open) = (u64::from(each).wrapping_mul(times), u64::from(open));
        // The writer's lock keeps other writers out, so a load and a store make an addition.
        let add = |cell: &AtomicU64, amount: u64| {
            cell.store(cell.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed);
        };
        add(&self.differences[start], each);
        add(&self.differences[end], each.wrapping_neg());
        // The blocks whose first minute lies in the range.
        for level in &self.levels[start.div_ceil(BLOCK)..end.div_ceil(BLOCK)] {
            add(level, each);
        }
        add(&self.total, each.wrapping_mul(open));
    }

    /// Takes over what others are.
    fn copy(&self, others: &Self) {
        let cells = self.differences.iter().chain(&self.levels).chain([&self.total]);
        let theirs = others.differences.iter().chain(&others.levels).chain([&others.total]);
        for (cell, other) in cells.zip(theirs) {
            cell.store(other.load(Ordering::Relaxed), Ordering::Relaxed);
        }
    }
}

impl Writer {
    fn count(&mut self, hours: &RangeSet, change: impl Fn(u32) -> u32) {
        for range in hours.iter() {
            for working in &mut self.working[range.start().get().into()..range.end().get().into()] {
                *working = change(*working);
            }
        }
    }

    fn is_open_changed(&self) -> bool {
        let was_open = self.open_before.windows(2).map(|pair| pair[0] < pair[1]);
        self.working.iter().zip(was_open).any(|(working, was_open)| (*working > 0) != was_open)
    }

    /// Counts the logged requests, so that the log stays as short as the wishes are varied.
    fn fold(&mut self) {
        for wish in self.log.drain(..) {
            *self.counted.entry(wish).or_default() += 1;
        }
    }
}

/// Popularity of a slot of fixed length as it moves along the day; cheapest when it moves forward.
#[derive(Debug)]
pub struct Window<'a> {
    counters: &'a Counters,
    duration: u16,
    at: Option<Position>,
}

#[derive(Debug, Clone, Copy)]
struct Position {
    start: u16,
    /// The counters of the first and the last minute of the slot.
    head: u64,
    tail: u64,
    sum: u64,
}

impl Window<'_> {
    /// Sum of the counters of the minutes from `start`, which must all be open.
    pub fn sum(&mut self, start: u16) -> u64 {
        let position = match self.at {
            // Sliding takes two steps a minute, starting afresh one per minute of the slot and some eighty more.
            Some(near) if near.start <= start && start - near.start < self.duration => self.slid(near, start),
            _ => self.fresh(start),
        };
        self.at = Some(position);
        not_below_zero(position.sum)
    }

    fn fresh(&self, start: u16) -> Position {
        let head = self.counters.of_minute(start);
        let (mut tail, mut sum) = (head, head);
        let beyond = &self.counters.differences[usize::from(start) + 1..usize::from(start + self.duration)];
        // Four at a time, so that few of the additions have to wait for the ones before.
        let (fours, rest) = beyond.as_chunks();
        for four in fours {
            let [a, b, c, d] = four.each_ref().map(|difference| difference.load(Ordering::Relaxed));
            let [ab, abc] = [a.wrapping_add(b), a.wrapping_add(b).wrapping_add(c)];
            let abcd = abc.wrapping_add(d);
            let risen = a.wrapping_add(ab).wrapping_add(abc).wrapping_add(abcd);
            sum = sum.wrapping_add(tail.wrapping_mul(4)).wrapping_add(risen);
            tail = tail.wrapping_add(abcd);
        }
        for difference in rest {
            tail = tail.wrapping_add(difference.load(Ordering::Relaxed));
            sum = sum.wrapping_add(tail);
        }
        Position { start, head, tail, sum }
    }

    fn slid(&self, mut position: Position, start: u16) -> Position {
        while position.start < start {
            position.tail = position.tail.wrapping_add(self.counters.difference(position.start + self.duration));
            position.sum = position.sum.wrapping_add(position.tail).wrapping_sub(position.head);
            position.start += 1;
            position.head = position.head.wrapping_add(self.counters.difference(position.start));
        }
        position
    }
}

#[cfg(test)]
mod tests;
