//! What people do at a desk whose book has a long past, beside the same at one whose book is young.
//!
//! Once the book grows in days, at the same few appointments each, and once in requests, at the 1,400
//! appointments a day of a large house. Everything is asked of an open desk, one thing after the other, in memory
//! and on the disk; both desks have the same providers and the same days to come, so that whatever differs is
//! the past. All past appointments are still marked as booked, the dearest that they can be: nobody may say which
//! of them a change of hours has to look at without looking at their days.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Instant;

use chrono::{Days, NaiveDate};
use slotdesk::desk::{Answer, Command, Desk, Past};
use slotdesk::domain::{Channel, Exception, HoursChange, RangeSet};
use slotdesk::store::{MemoryStore, SqliteStore, Store};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::desks::{self, provider, range, today};
use crate::harness::{Bench, Compared, Goal};
use crate::history::History;

/// Times that each thing is done in a round.
const TIMES: u32 = 40;
/// Times that a book is opened in a round.
const OPENINGS: u32 = 5;
/// The same work may take this much longer: caches hold less of a larger book.
const CONSTANT: f64 = 1.5;
/// A tree of a thousand times as many entries is two or three pages deeper.
const LOGARITHMIC: f64 = 2.5;
/// Events behind the newest one that a client of the feed comes back with.
const BEHIND: u64 = 50;
/// Days of past requests that a desk learns from when it opens.
const LEARNED_FROM: usize = 28;
/// Days ahead that are booked, and the one whose hours change.
const DAYS_AHEAD: usize = 14;
const CHANGED: u64 = 20;

/// What is asked of a desk, with the name that it has in the table.
type Operation = (&'static str, fn(&Opened<'_>) -> f64);

/// What could depend on the days of a book.
const OF_DAYS: &[Operation] = &[
    ("booking", |opened| opened.book()),
    ("opening a day", |opened| opened.open_a_day()),
    ("undo", |opened| opened.undo()),
    ("change of hours", |opened| opened.change_hours()),
    ("preview of a change of hours", |opened| opened.preview()),
];

/// What could depend on the length of its log.
const OF_REQUESTS: &[Operation] = &[
    ("booking", |opened| opened.book()),
    ("repeated request", |opened| opened.repeat()),
    ("look-up of an appointment", |opened| opened.look_up()),
    ("opening a day", |opened| opened.open_a_day()),
    ("undo", |opened| opened.undo()),
    ("change of hours", |opened| opened.change_hours()),
    ("feed from a late event on", |opened| opened.catch_up()),
];

pub(super) fn measure(bench: &mut Bench) {
    let runtime = desks::runtime();
    let days = |days| History { providers: 10, a_day: 4, days, last: yesterday() };
    let requests = |days| History { providers: 50, a_day: 28, days, last: yesterday() };
    for medium in [Medium::Memory, Medium::Disk] {
        let young = Book::filled(days(1), medium);
        for many in [100, 3_650] {
            let what = format!("{many} ÷ 1 days, {}", medium.name());
            let old = Book::filled(days(many), medium);
            opening(bench, &runtime, &old, &Book::filled(days(LEARNED_FROM), medium));
            operations(bench, &runtime, (&old, &young), &what, (OF_DAYS, CONSTANT));
        }
        let young = Book::filled(requests(1), medium);
        let many = Book::filled(requests(715), medium);
        let what = format!("{} ÷ {} requests, {}", many.history.len(), young.history.len(), medium.name());
        opening(bench, &runtime, &many, &Book::filled(requests(LEARNED_FROM), medium));
        operations(bench, &runtime, (&many, &young), &what, (OF_REQUESTS, LOGARITHMIC));
    }
}

fn operations(
    bench: &mut Bench,
    runtime: &Runtime,
    (large, small): (&Book, &Book),
    what: &str,
    (operations, goal): (&[Operation], f64),
) {
    let (large, small) = (Opened::new(runtime, large), Opened::new(runtime, small));
    for (name, operation) in operations {
        step(bench, &format!("{name}, {what}"), goal, (|| operation(&large), || operation(&small)));
    }
}

/// Whoever opens a book learns from its newest weeks what is popular, so the small one has as many of them.
fn opening(bench: &mut Bench, runtime: &Runtime, large: &Book, small: &Book) {
    let what = format!("{} ÷ {LEARNED_FROM} days of {}", large.history.days, large.history.requests_a_day());
    let name = format!("opening the book, {what} requests, {}", large.medium.name());
    step(bench, &name, CONSTANT, (|| large.open(runtime), || small.open(runtime)));
}

fn step(bench: &mut Bench, name: &str, goal: f64, sides: (impl FnMut() -> f64, impl FnMut() -> f64)) {
    bench.compare(format!("(no mark) {name}"), Goal::AtMost(goal), sides, |Compared { ours, baseline, .. }| {
        format!("{ours:.0} of {baseline:.0} µs")
    });
}

/// The newest day of every history.
fn yesterday() -> NaiveDate {
    today() - Days::new(1)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Memory,
    Disk,
}

impl Medium {
    fn name(self) -> &'static str {
        match self {
            Self::Memory => "in memory",
            Self::Disk => "on disk",
        }
    }
}

/// Where a book is.
enum Place {
    Memory(MemoryStore),
    Disk(PathBuf, #[expect(dead_code, reason = "removes the folder in the end")] TempDir),
}

/// A book with a past.
struct Book {
    history: History,
    medium: Medium,
    place: Place,
    /// How much was asked of it so far, so that nothing is asked twice.
    done: Cell<usize>,
}

impl Book {
    fn filled(history: History, medium: Medium) -> Self {
        let place = match medium {
            Medium::Memory => Place::Memory(MemoryStore::new()),
            Medium::Disk => {
                let folder = desks::folder();
                Place::Disk(folder.path().join("desk.db"), folder)
            }
        };
        let book = Self { history, medium, place, done: Cell::new(0) };
        history.fill(&mut *book.store());
        book
    }

    fn store(&self) -> Box<dyn Store> {
        match &self.place {
            Place::Memory(store) => Box::new(store.clone()),
            Place::Disk(path, _) => Box::new(SqliteStore::open(path).unwrap()),
        }
    }

    /// Microseconds until a desk on the book shows the newest day.
    fn open(&self, runtime: &Runtime) -> f64 {
        runtime.block_on(async {
            let mut spent = 0.0;
            for _ in 0..OPENINGS {
                let since = Instant::now();
                let desk = desks::open_as_stored(self.store());
                desk.day(yesterday()).await.unwrap();
                spent += since.elapsed().as_secs_f64();
                desk.close().await.unwrap();
            }
            spent * 1e6 / f64::from(OPENINGS)
        })
    }
}

/// A desk that is open on a book.
struct Opened<'a> {
    runtime: &'a Runtime,
    desk: Desk,
    book: &'a Book,
}

impl<'a> Opened<'a> {
    fn new(runtime: &'a Runtime, book: &'a Book) -> Self {
        let desk = runtime.block_on(async { desks::open_as_stored(book.store()) });
        let opened = Self { runtime, desk, book };
        (0..DAYS_AHEAD).for_each(|_| opened.book_next());
        opened
    }

    /// Microseconds that each of [`TIMES`] took.
    fn timed(&self, mut work: impl FnMut(usize)) -> f64 {
        let since = Instant::now();
        for _ in 0..TIMES {
            let number = self.book.done.get();
            self.book.done.set(number + 1);
            work(number);
        }
        since.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
    }

    fn submit(&self, command: Command) -> Answer {
        self.runtime.block_on(self.desk.submit(command, Channel::Desk.into())).unwrap()
    }

    fn book_next(&self) {
        let number = self.book.done.get();
        self.book.done.set(number + 1);
        let mut request = desks::request(number);
        // Days that begin empty whatever the book.
        request.day = today() + Days::new(1 + (number % DAYS_AHEAD) as u64);
        let answer = self.submit(Command::Book { request, past: Past::Refuse });
        assert!(answer.refusal().is_none(), "every request of the load is accepted");
    }

    fn book(&self) -> f64 {
        self.timed(|_| self.book_next())
    }

    /// Requests of the oldest day, which the desk has to ask its store for.
    fn repeat(&self) -> f64 {
        self.timed(|number| {
            let request = self.book.history.request(number % self.book.history.requests_a_day());
            let answer = self.submit(Command::Book { request, past: Past::Refuse });
            assert!(matches!(answer, Answer::Repeated(_)), "it was answered before");
        })
    }

    fn look_up(&self) -> f64 {
        self.timed(|number| {
            // Far apart, so that no page serves many of them.
            let request = self.book.history.request(number * 7_919 % self.book.history.len());
            assert!(self.runtime.block_on(self.desk.appointment(&request.id)).unwrap().is_some());
        })
    }

    fn open_a_day(&self) -> f64 {
        self.timed(|number| {
            let day = self.book.history.day_of(number * 7_919 % self.book.history.len());
            let snapshot = self.runtime.block_on(self.desk.day(day)).unwrap();
            assert_eq!(snapshot.appointments().len(), self.book.history.requests_a_day());
        })
    }

    fn undo(&self) -> f64 {
        (0..TIMES).for_each(|_| self.book_next());
        self.timed(|_| drop(self.submit(Command::Undo)))
    }

    /// A holiday and its end, on a day that nobody is booked on.
    fn change_hours(&self) -> f64 {
        self.timed(|number| {
            let change = if number % 2 == 0 { off() } else { HoursChange::Usual { day: changed_day() } };
            self.submit(Command::ChangeHours { provider: provider(0).id, change });
        })
    }

    fn preview(&self) -> f64 {
        self.timed(|_| {
            let preview = self.runtime.block_on(self.desk.preview_hours(&provider(0).id, &off())).unwrap();
            assert!(preview.cancelled.is_empty());
        })
    }

    fn catch_up(&self) -> f64 {
        let newest = self.newest();
        self.timed(|_| {
            let missed = self.runtime.block_on(self.desk.log_after(newest - BEHIND, 200)).unwrap();
            assert_eq!(missed.len() as u64, BEHIND);
        })
    }

    fn newest(&self) -> u64 {
        self.runtime.block_on(self.desk.log(u64::MAX, 1)).unwrap()[0].number
    }
}

impl Drop for Opened<'_> {
    fn drop(&mut self) {
        self.runtime.block_on(self.desk.close()).unwrap();
    }
}

fn changed_day() -> NaiveDate {
    today() + Days::new(CHANGED)
}

fn off() -> HoursChange {
    HoursChange::On { day: changed_day(), exception: Exception::BlockOut(RangeSet::new([range("09:00", "10:00")])) }
}
