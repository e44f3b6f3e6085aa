//! A whole book at one point of the log.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::{Connection, Transaction, params};

use super::checksum::Columns;
use super::fault::Fault;
use super::read::{self, provider_id};
use super::rows::{self, APPOINTMENTS, unsigned};
use super::schema;
use crate::domain::{Appointment, ProviderId, RequestId};
use crate::store::record::{Unreadable, day_of};
use crate::store::{Archive, Entry, Roster, StoreError};

/// A read transaction that stays open, so that all pages are of the same state.
pub(super) struct SqliteArchive<'c> {
    state: Transaction<'c>,
    path: &'c Path,
}

impl<'c> SqliteArchive<'c> {
    pub(super) fn begin(connection: &'c mut Connection, path: &'c Path) -> Result<Self, StoreError> {
        let begin = |connection: &'c mut Connection| {
            let state = connection.transaction()?;
            // A transaction takes its state with the first thing it reads.
            read::last_event(&state)?;
            Ok(state)
        };
        let state = begin(connection).map_err(|fault: Fault| fault.explain(path))?;
        Ok(Self { state, path })
    }

    fn ask<T>(&self, question: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        question(&self.state).map_err(|fault| fault.explain(self.path))
    }
}

impl Archive for SqliteArchive<'_> {
    fn roster(&mut self) -> Result<Roster, StoreError> {
        self.ask(read::roster)
    }

    fn entries_after(&mut self, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        self.ask(|book| read::log_after(book, after, limit)?.into_iter().map(|logged| logged.entry(book)).collect())
    }

    fn appointments_after(
        &mut self,
        after: Option<&RequestId>,
        limit: usize,
    ) -> Result<Vec<Arc<Appointment>>, StoreError> {
        self.ask(|book| {
            let sql = format!("{APPOINTMENTS} WHERE e.request > ?1 ORDER BY e.request LIMIT ?2");
            let mut statement = book.prepare_cached(&sql)?;
            // No identifier is empty, so all of them come after that.
            let after = after.map_or("", RequestId::as_str);
            let mut rows = statement.query(params![after, i64::try_from(limit).unwrap_or(i64::MAX)])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(rows::appointment(row)?);
            }
            Ok(all)
        })
    }

    fn revisions(&mut self) -> Result<Vec<(ProviderId, NaiveDate, u64)>, StoreError> {
        self.ask(|book| {
            let mut statement = book.prepare_cached(
                "SELECT p.id, d.day, d.revision FROM provider_day d JOIN provider p ON p.key = d.provider \
                 ORDER BY p.id, d.day",
            )?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                let provider = provider_id(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
                let day = day_of(row.get(1)?).ok_or(Unreadable("the day of a revision is not a date"))?;
                all.push((provider, day, unsigned(row.get(2)?)?));
            }
            Ok(all)
        })
    }

    fn integrity(&mut self) -> Result<Vec<String>, StoreError> {
        self.ask(|book| {
            let mut wrong = damages(book)?;
            wrong.extend(altered_events(book)?);
            wrong.extend(dangling(book)?);
            wrong.extend(altered(book)?);
            Ok(wrong)
        })
    }
}

/// What SQLite finds wrong in its own pages and indexes.
fn damages(book: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement = book.prepare("PRAGMA integrity_check")?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let found = rows.collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").map(|line| format!("the file is damaged: {line}")).collect())
}

/// Events that are not as they were stored.
fn altered_events(book: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement = book.prepare(
        "SELECT number, at, nanos, behind, request, range_start, range_end, duration, body, checksum FROM event",
    )?;
    let mut rows = statement.query([])?;
    let mut altered = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column)?.as_bytes_or_null().map_err(rusqlite::Error::from);
        let columns = Columns {
            number: row.get(0)?,
            at: row.get(1)?,
            nanos: row.get(2)?,
            behind: row.get(3)?,
            request: text(4)?,
            asked: [row.get(5)?, row.get(6)?, row.get(7)?],
            body: text(8)?.unwrap_or_default(),
        };
        if row.get::<_, i64>(9)? != i64::from(columns.checksum()) {
            altered.push(format!("event {} is not as it was stored", columns.number));
        }
    }
    Ok(altered)
}

/// Rows that refer to rows which are not there.
fn dangling(book: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement = book.prepare("PRAGMA foreign_key_check")?;
    let rows = statement.query_map([], |row| {
        let (table, key, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // Tables without row numbers do not say which of their rows it is.
        let row = key.map_or_else(|| format!("a row of {table}"), |key| format!("{table} {key}"));
        Ok(format!("{row} refers to a missing {parent}"))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Tables, indexes and triggers that are not as this program made them.
fn altered(book: &Connection) -> Result<Vec<String>, Fault> {
    let expected = schema::expected_objects()?;
    let found = schema::objects(book)?;
    let missing = expected.iter().filter(|object| !found.contains(object));
    let missing = missing.map(|(name, _)| format!("{name} is missing from the book or was altered"));
    let names = |name: &String| expected.iter().any(|(known, _)| known == name);
    let foreign =
        found.iter().filter(|(name, _)| !names(name)).map(|(name, _)| format!("{name} is not of this program"));
    Ok(missing.chain(foreign).collect())
}
