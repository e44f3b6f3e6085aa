use proptest::prelude::*;

use super::*;
use crate::domain::Minute;

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

fn minutes(length: i64) -> Minutes {
    Minutes::new(length).unwrap()
}

/// The rule word by word: a counter per minute, raised one by one.
struct Naive {
    open: Vec<bool>,
    counters: Vec<u64>,
}

impl Naive {
    fn new(hours: &[RangeSet], wishes: &[(TimeRange, Minutes)]) -> Self {
        let minute = |m: u16| Minute::new(m).unwrap();
        let open: Vec<bool> =
            (0..1440).map(|m| hours.iter().any(|set| set.iter().any(|range| range.covers(minute(m))))).collect();
        let mut new = Self { counters: open.iter().map(|open| u64::from(*open) * 500_000).collect(), open };
        for (range, duration) in wishes {
            let within: Vec<usize> =
                (range.start().get().into()..range.end().get().into()).filter(|m| new.open[*m]).collect();
            for m in &within {
                new.counters[*m] += 1_000_000 * u64::from(duration.get()) / within.len() as u64;
            }
        }
        new
    }

    fn assert_same(&self, popularity: &Popularity) {
        for minute in (0..1440u16).filter(|m| self.open[usize::from(*m)]) {
            assert_eq!(popularity.counter(minute), self.counters[usize::from(minute)], "minute {minute}");
        }
        let open = self.open.iter().filter(|open| **open).count() as u64;
        assert_eq!(popularity.whole(), (self.counters.iter().sum(), open));
    }
}

#[test]
fn history_teaches_as_in_the_worked_example() {
    let hours = RangeSet::new([range("09:00", "12:00")]);
    let mut history = Demand::default();
    history.add_many(range("09:00", "10:00"), minutes(30), 1);
    history.add_many(range("09:00", "12:30"), minutes(20), 1);
    let popularity = Popularity::new([&hours], Arc::new(history));
    assert_eq!(popularity.counter(9 * 60), 1_111_111);
    assert_eq!(popularity.counter(11 * 60), 611_111);
    assert_eq!(popularity.window(minutes(30)).sum(9 * 60 + 45), 15 * 1_111_111 + 15 * 611_111);
}

fn ranges() -> impl Strategy<Value = TimeRange> {
    (0u16..1440, 1u16..600).prop_map(|(start, length)| {
        TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).unwrap()
    })
}

fn hours() -> impl Strategy<Value = RangeSet> {
    prop::collection::vec(ranges(), 0..3).prop_map(RangeSet::new)
}

fn wishes() -> impl Strategy<Value = Vec<(TimeRange, Minutes)>> {
    prop::collection::vec((ranges(), (1i64..=1440).prop_map(minutes)), 0..20)
}

proptest! {
    #[test]
    fn counters_are_those_of_the_rule_word_by_word(
        hours in prop::collection::vec(hours(), 1..3), earlier in wishes(), today in wishes()
    ) {
        let mut history = Demand::default();
        for (range, duration) in &earlier {
            history.add_many(*range, *duration, 1);
        }
        let popularity = Popularity::new(&hours, Arc::new(history));
        for (range, duration) in &today {
            popularity.add(*range, *duration);
        }
        Naive::new(&hours, &[earlier, today].concat()).assert_same(&popularity);
    }

    #[test]
    fn a_change_of_hours_leaves_the_counters_as_if_they_had_always_been_so(
        before in hours(), after in hours(), other in hours(), today in wishes()
    ) {
        let popularity = Popularity::new([&before, &other], Arc::default());
        for (range, duration) in &today {
            popularity.add(*range, *duration);
        }
        popularity.change_hours(&before, &after);
        Naive::new(&[after, other], &today).assert_same(&popularity);
    }

    #[test]
    fn a_window_that_slides_and_jumps_sums_the_counters(
        today in wishes(), duration in 1u16..200, starts in prop::collection::vec(0u16..1200, 1..20)
    ) {
        let whole = RangeSet::new([TimeRange::DAY]);
        let popularity = Popularity::new([&whole], Arc::default());
        for (range, duration) in &today {
            popularity.add(*range, *duration);
        }
        let mut window = popularity.window(minutes(duration.into()));
        for start in starts {
            let expected: u64 = (start..start + duration).map(|minute| popularity.counter(minute)).sum();
            prop_assert_eq!(window.sum(start), expected);
        }
    }
}

#[test]
fn a_long_log_is_folded_and_still_counts() {
    let hours = RangeSet::new([range("09:00", "17:00")]);
    let popularity = Popularity::new([&hours], Arc::default());
    for _ in 0..3_000 {
        popularity.add(range("09:00", "10:00"), minutes(30));
    }
    let later = RangeSet::new([range("09:30", "17:00")]);
    popularity.change_hours(&hours, &later);
    assert_eq!(popularity.counter(9 * 60 + 30), 500_000 + 3_000 * 1_000_000);
    assert!(popularity.writer.lock().log.len() < LOG_MAX);
}

/// What a reader finds after each store that counting a request takes.
#[test]
fn no_counter_is_below_zero_while_a_request_is_half_counted() {
    let hours = RangeSet::new([range("09:00", "17:00")]);
    let popularity = Popularity::new([&hours], Arc::default());
    let Counters { differences, levels, .. } = &popularity.counters;
    let add = |cell: &AtomicU64, amount: u64| cell.fetch_add(amount, Ordering::Relaxed);
    // From 09:00 to 10:20; that block began at 10:08.
    add(&differences[9 * 60], 3_000_000);
    add(&differences[10 * 60 + 20], 3_000_000u64.wrapping_neg());
    assert_eq!(popularity.counter(10 * 60 + 30), 0);
    let mut window = popularity.window(minutes(10));
    assert_eq!((window.sum(10 * 60 + 21), window.sum(10 * 60 + 22)), (0, 0), "afresh and slid");
    for level in &levels[(9 * 60usize).div_ceil(BLOCK)..(10 * 60 + 20usize).div_ceil(BLOCK)] {
        add(level, 3_000_000);
    }
    assert_eq!(popularity.counter(10 * 60 + 30), 500_000);
    assert_eq!(popularity.window(minutes(10)).sum(10 * 60 + 21), 10 * 500_000);
}
