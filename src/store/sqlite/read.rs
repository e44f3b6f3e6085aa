//! The reading end: each question is one read transaction of its own connection.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, params};

use super::archive::SqliteArchive;
use super::fault::Fault;
use super::rows::{self, APPOINTMENTS, EVENT_COLUMNS, Logged, json, unsigned};
use super::schema;
use crate::domain::{Appointment, Demand, Event, Minutes, ProviderId, RequestId};
use crate::store::record::{Unreadable, day_number, day_of, range_of};
use crate::store::{Archive, Reader, Roster, StoreError, StoredDay};

/// A reader of a book in SQLite.
#[derive(Debug)]
pub(super) struct SqliteReader {
    path: PathBuf,
    connection: Connection,
    log_stays: Arc<AtomicBool>,
}

impl SqliteReader {
    /// A reader that may be the last connection to the book. When it is dropped, the log beside the book goes into
    /// the book, unless `log_stays` by then.
    pub(super) fn of_desk(path: &Path, log_stays: Arc<AtomicBool>) -> Result<Self, StoreError> {
        let connection = schema::connect_reader(path).map_err(|error| Fault::from(error).explain(path))?;
        Ok(Self { path: path.to_path_buf(), connection, log_stays })
    }

    /// A reader of a book, whoever has it open.
    pub(super) fn of_any(path: &Path) -> Result<Self, StoreError> {
        let (connection, log_stays) = (schema::open_to_read(path)?, Arc::default());
        Ok(Self { path: path.to_path_buf(), connection, log_stays })
    }

    /// Asks for something, all of it from one state of the book.
    pub(super) fn ask<T>(&mut self, question: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let answer = self.connection.transaction().map_err(Fault::from).and_then(|state| question(&state));
        answer.map_err(|fault| fault.explain(&self.path))
    }
}

impl Drop for SqliteReader {
    fn drop(&mut self) {
        if self.log_stays.load(Ordering::Relaxed) {
            let _ = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }
}

impl Reader for SqliteReader {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        self.ask(roster)
    }

    fn day(&mut self, day: NaiveDate) -> Result<StoredDay, StoreError> {
        self.ask(|book| stored_day(book, day))
    }

    fn busy_days(
        &mut self,
        provider: &ProviderId,
        from: NaiveDate,
        to: Option<NaiveDate>,
    ) -> Result<Vec<NaiveDate>, StoreError> {
        self.ask(|book| {
            let mut statement = book.prepare_cached(
                "SELECT DISTINCT day FROM appointment \
                 WHERE provider = (SELECT key FROM provider WHERE id = ?1) AND day BETWEEN ?2 AND ?3 AND holds > 0 \
                 ORDER BY day",
            )?;
            let to = day_number(to.unwrap_or(NaiveDate::MAX));
            let days = statement.query_map(params![provider.as_str(), day_number(from), to], |row| row.get(0))?;
            days.map(|day| Ok(day_of(day?).ok_or(Unreadable("the day of an appointment is not a date"))?)).collect()
        })
    }

    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, StoreError> {
        self.ask(|book| rows::appointment_of(book, id))
    }

    fn answer(&mut self, id: &RequestId) -> Result<Option<Event>, StoreError> {
        self.ask(|book| rows::answer(book, id)?.map(|logged| logged.event(book)).transpose())
    }

    fn events_after(&mut self, after: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask(|book| log_after(book, after, limit)?.into_iter().map(|logged| logged.event(book)).collect())
    }

    fn events_before(&mut self, before: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        self.ask(|book| log_before(book, before, limit)?.into_iter().map(|logged| logged.event(book)).collect())
    }

    fn last_event(&mut self) -> Result<u64, StoreError> {
        self.ask(last_event)
    }

    fn demand(&mut self, since: DateTime<Utc>) -> Result<Demand, StoreError> {
        self.ask(|book| demand(book, since))
    }

    fn archive(&mut self) -> Result<Box<dyn Archive + '_>, StoreError> {
        Ok(Box::new(SqliteArchive::begin(&mut self.connection, &self.path)?))
    }
}

pub(super) fn last_event(book: &Connection) -> Result<u64, Fault> {
    let mut statement = book.prepare_cached("SELECT coalesce(max(number), 0) FROM event")?;
    unsigned(statement.query_row([], |row| row.get(0))?)
}

pub(super) fn roster(book: &Connection) -> Result<Roster, Fault> {
    let as_of = last_event(book)?;
    let providers = bodies(book, "provider", "SELECT body FROM provider ORDER BY id")?;
    let services = bodies(book, "service", "SELECT body FROM service ORDER BY id")?;
    Ok(Roster { as_of, providers, services })
}

fn bodies<T: serde::de::DeserializeOwned>(book: &Connection, what: &str, sql: &str) -> Result<Vec<Arc<T>>, Fault> {
    let mut statement = book.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(json(what, row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
    }
    Ok(all)
}

fn stored_day(book: &Connection, day: NaiveDate) -> Result<StoredDay, Fault> {
    let as_of = last_event(book)?;
    let number = day_number(day);
    let mut statement = book.prepare_cached(
        "SELECT p.id, d.revision FROM provider_day d JOIN provider p ON p.key = d.provider WHERE d.day = ?1 \
         ORDER BY p.id",
    )?;
    let mut rows = statement.query([number])?;
    let mut revisions = Vec::new();
    while let Some(row) = rows.next()? {
        revisions
            .push((provider_id(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?, unsigned(row.get(1)?)?));
    }
    // An appointment is on a day that was changed, so the changed days lead to all of them by the index
    // that guards against overlaps; an index on the day alone would be another one to maintain.
    let sql = format!(
        "{APPOINTMENTS} WHERE (a.provider, a.day) IN (SELECT provider, day FROM provider_day WHERE day = ?1) \
         ORDER BY a.start, e.request"
    );
    let mut statement = book.prepare_cached(&sql)?;
    let mut rows = statement.query([number])?;
    let mut appointments = Vec::new();
    while let Some(row) = rows.next()? {
        appointments.push(rows::appointment(row)?);
    }
    Ok(StoredDay { as_of, appointments, revisions })
}

pub(super) fn provider_id(text: &str) -> Result<ProviderId, Fault> {
    ProviderId::new(text).map_err(|error| Fault::Unreadable(error.to_string()))
}

pub(super) fn log_after(book: &Connection, after: u64, limit: usize) -> Result<Vec<Logged>, Fault> {
    let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE number > ?1 ORDER BY number LIMIT ?2");
    log(book, &sql, after, limit)
}

fn log_before(book: &Connection, before: u64, limit: usize) -> Result<Vec<Logged>, Fault> {
    let sql = format!("SELECT {EVENT_COLUMNS} FROM event WHERE number < ?1 ORDER BY number DESC LIMIT ?2");
    log(book, &sql, before, limit)
}

fn log(book: &Connection, sql: &str, number: u64, limit: usize) -> Result<Vec<Logged>, Fault> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = book.prepare_cached(sql)?;
    let mut rows = statement.query([number, limit])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Logged::read(row)?);
    }
    Ok(all)
}

fn demand(book: &Connection, since: DateTime<Utc>) -> Result<Demand, Fault> {
    let from = first_since(book, since.timestamp())?;
    let mut statement = book.prepare_cached(
        "SELECT range_start, range_end, duration FROM event \
         WHERE number >= ?1 AND request IS NOT NULL AND (at, nanos) >= (?2, ?3)",
    )?;
    let mut rows = statement.query(params![from, since.timestamp(), since.timestamp_subsec_nanos()])?;
    let mut counts: HashMap<(i64, i64, i64), u64> = HashMap::new();
    while let Some(row) = rows.next()? {
        *counts.entry((row.get(0)?, row.get(1)?, row.get(2)?)).or_default() += 1;
    }
    let mut demand = Demand::default();
    for ((start, end, duration), times) in counts {
        let asked = range_of(start, end).zip(Minutes::new(duration).ok());
        let (range, duration) = asked.ok_or(Unreadable("the range or duration of a request is not valid"))?;
        demand.add_many(range, duration, times);
    }
    Ok(demand)
}

/// The first event that can be at or after a second.
///
/// The clock may have been set back, so times do not always grow with the numbers; but `at + behind`, the
/// latest time so far, does, and so the log can be searched without an index on the time.
fn first_since(book: &Connection, second: i64) -> Result<i64, Fault> {
    let mut latest = book.prepare_cached("SELECT at + behind FROM event WHERE number = ?1")?;
    let mut low = 1;
    let mut high = rows::signed(last_event(book)?)? + 1;
    while low < high {
        let middle = low + (high - low) / 2;
        let reached: Option<i64> = latest.query_row([middle], |row| row.get(0)).optional()?;
        if reached.is_some_and(|reached| reached < second) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}
