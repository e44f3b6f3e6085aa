//! Durable bookings through the desk's queue, without HTTP, beside inserts that only write.
//!
//! Both baselines write the rows of a finished round (event and appointment, with the very same contents) by
//! prepared statements, one transaction per batch, with the journal mode and the synchronisation of a book. They
//! decide nothing, serialise nothing and answer nobody. Their batch is as large as the number of requests in
//! flight, which is the most that a group commit could gather.
//!
//! One writes into the tables of a book, so that the database has the same work on both sides: what refuses a
//! double booking, a gap in the log or a stranger's appointment belongs to the rows of a book. The other writes
//! into bare tables that keep the integer keys and the unique request, and nothing else; how far the two are
//! apart is what these guarantees cost. With one in flight a transaction of the baseline is a single event in a
//! bare table, or the rows of one booking in the tables of a book.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use slotdesk::desk::{Desk, Feedback};
use slotdesk::domain::Channel;
use slotdesk::store::MemoryStore;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::desks::{self, BOOKINGS};
use crate::harness::{Bench, Compared, Goal, per_second};

/// Bookings of a round with one in flight: each waits for the disk.
const ONE_BY_ONE: usize = 2_000;
const EVENT: &str = "at, nanos, behind, request, range_start, range_end, duration, body, checksum";
const APPOINTMENT: &str = "number, provider, day, start, finish, status, cancellation, overbooked";

pub(crate) fn measure(bench: &mut Bench) {
    let runtime = desks::runtime();
    let rows = Rows::of_a_round(&runtime);
    for tables in [Tables::OfABook, Tables::Bare] {
        for (in_flight, goal) in [(64, 0.50), (256, 0.60), (1024, 0.70)] {
            group(bench, &runtime, (&rows, tables), in_flight, goal);
        }
    }
    let alone = [
        (Tables::Bare, Width::Event, "one-row transactions"),
        (Tables::OfABook, Width::Both, "the same rows, same tables"),
    ];
    for (tables, width, beside) in alone {
        let sides = (|| desk_round(&runtime, 1, ONE_BY_ONE).0, || rows.insert(1, ONE_BY_ONE, tables, width));
        let name = format!("queue, 1 in flight ÷ {beside}");
        bench.compare(name, Goal::AtLeast(0.80), sides, |Compared { ours, baseline, .. }| {
            format!("{ours:.0} of {baseline:.0} a second")
        });
    }
}

fn group(bench: &mut Bench, runtime: &Runtime, (rows, tables): (&Rows, Tables), in_flight: usize, goal: f64) {
    let batch = Cell::new(0.0);
    let ours = || {
        let (rate, mean) = desk_round(runtime, in_flight, BOOKINGS);
        batch.set(mean);
        rate
    };
    let raw = || rows.insert(in_flight, BOOKINGS, tables, Width::Both);
    let into = if tables == Tables::Bare { "raw, bare tables" } else { "raw, same tables" };
    let name = format!("queue, {in_flight} in flight ÷ {into}");
    bench.compare(name, Goal::AtLeast(goal), (ours, raw), |Compared { ours, baseline, work }| {
        let batch = batch.get();
        format!("{ours:.0} of {baseline:.0} a second, {batch:.0} a transaction, {work:.1} × the processor time")
    });
}

/// Bookings a second on a new book, and how many went into a transaction on average.
fn desk_round(runtime: &Runtime, in_flight: usize, bookings: usize) -> (f64, f64) {
    let (_folder, _, store) = desks::new_book();
    runtime.block_on(async {
        let desk = desks::open(Box::new(store)).await;
        let measured = submit_all(&desk, in_flight, bookings).await;
        desk.close().await.unwrap();
        measured
    })
}

/// Bookings a second on a book in memory.
pub(crate) fn memory_round(runtime: &Runtime, in_flight: usize) -> f64 {
    runtime.block_on(async {
        let desk = desks::open(Box::new(MemoryStore::new())).await;
        let (rate, _) = submit_all(&desk, in_flight, BOOKINGS).await;
        desk.close().await.unwrap();
        rate
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
async fn submit_all(desk: &Desk, in_flight: usize, bookings: usize) -> (f64, f64) {
    let mut shares: Vec<Vec<_>> = (0..in_flight).map(|_| Vec::new()).collect();
    (0..bookings).for_each(|number| shares[number % in_flight].push(desks::booking(number)));
    let mut feed = desk.subscribe();
    let counting = tokio::spawn(async move {
        let (mut transactions, mut events) = (0_usize, 0);
        while events < bookings {
            match feed.next().await {
                Some(Feedback::Events(batch)) => (transactions, events) = (transactions + 1, events + batch.len()),
                Some(Feedback::Lagged) | None => break,
            }
        }
        events as f64 / transactions as f64
    });
    let since = std::time::Instant::now();
    let clients = shares.into_iter().map(|share| {
        let desk = desk.clone();
        tokio::spawn(async move {
            for command in share {
                let answer = desk.submit(command, Channel::Http.into()).await.unwrap();
                assert!(answer.refusal().is_none(), "every request of the load is accepted");
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let rate = bookings as f64 / since.elapsed().as_secs_f64();
    (rate, counting.await.unwrap())
}

/// How much of a booking the baseline writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    Event,
    Both,
}

/// Where the baseline writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tables {
    OfABook,
    Bare,
}

/// The rows that a round of bookings leaves in a book.
pub(crate) struct Rows {
    /// A new book with its providers, before the first booking.
    book: (TempDir, PathBuf),
    bookings: Vec<(Vec<Value>, Vec<Value>)>,
}

impl Rows {
    pub(crate) fn of_a_round(runtime: &Runtime) -> Self {
        let (_folder, path, store) = desks::new_book();
        runtime.block_on(async {
            let desk = desks::open(Box::new(store)).await;
            submit_all(&desk, 256, BOOKINGS).await;
            desk.close().await.unwrap();
        });
        let book = Connection::open(&path).unwrap();
        let events = read(
            &book,
            &format!("SELECT {EVENT} FROM event WHERE number IN (SELECT number FROM appointment) ORDER BY number"),
        );
        let appointments = read(&book, &format!("SELECT {APPOINTMENT} FROM appointment ORDER BY number"));
        assert!(events.len() >= BOOKINGS);
        Self { book: book_of_providers(runtime), bookings: events.into_iter().zip(appointments).collect() }
    }

    /// Bookings a second that are only written, `batch` in a transaction.
    pub(crate) fn insert(&self, batch: usize, bookings: usize, tables: Tables, width: Width) -> f64 {
        let folder = desks::folder();
        let path = folder.path().join("raw.db");
        let mut connection = match tables {
            Tables::OfABook => {
                std::fs::copy(&self.book.1, &path).unwrap();
                connect(&path)
            }
            Tables::Bare => bare_book(&path),
        };
        per_second(bookings, || {
            for rows in self.bookings[..bookings].chunks(batch) {
                let transaction = connection.transaction().unwrap();
                let mut event = transaction.prepare_cached(&insert("event", EVENT, 9)).unwrap();
                let mut appointment = transaction.prepare_cached(&insert("appointment", APPOINTMENT, 8)).unwrap();
                for (of_event, of_appointment) in rows {
                    event.execute(params_from_iter(of_event)).unwrap();
                    if width == Width::Both {
                        appointment.execute(params_from_iter(of_appointment)).unwrap();
                    }
                }
                drop((event, appointment));
                transaction.commit().unwrap();
            }
        })
    }
}

fn read(book: &Connection, sql: &str) -> Vec<Vec<Value>> {
    let mut statement = book.prepare(sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| (0..columns).map(|at| row.get(at)).collect()).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

fn insert(table: &str, columns: &str, count: usize) -> String {
    let places = vec!["?"; count].join(", ");
    format!("INSERT INTO {table} ({columns}) VALUES ({places})")
}

/// A book with the providers of the desk and nothing else.
fn book_of_providers(runtime: &Runtime) -> (TempDir, PathBuf) {
    let (folder, path, store) = desks::new_book();
    runtime.block_on(async {
        let desk = desks::open_without_bookings(Box::new(store)).await;
        desk.close().await.unwrap();
    });
    (folder, path)
}

/// A connection that writes as durably as a book.
fn connect(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    let pragmas = "PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA foreign_keys = on; \
         PRAGMA recursive_triggers = on; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;";
    connection.execute_batch(pragmas).unwrap();
    connection
}

/// A file with two plain tables.
fn bare_book(path: &Path) -> Connection {
    let connection = connect(path);
    let tables = "CREATE TABLE event (number INTEGER PRIMARY KEY, at INTEGER, nanos INTEGER, behind INTEGER, \
         request TEXT UNIQUE, range_start INTEGER, range_end INTEGER, duration INTEGER, body TEXT, checksum INTEGER) STRICT; \
         CREATE TABLE appointment (number INTEGER PRIMARY KEY, provider INTEGER, day INTEGER, start INTEGER, \
         finish INTEGER, status TEXT, cancellation TEXT, overbooked INTEGER) STRICT;";
    connection.execute_batch(tables).unwrap();
    connection
}
