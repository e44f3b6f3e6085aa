//! What the writer remembers of the book from one batch to the next.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::fault::Fault;
use super::rows::unsigned;
use crate::domain::ProviderId;

/// Provider-days remembered before the memory is begun anew: some megabytes, and months for most desks.
const DAYS_MAX: usize = 65_536;

/// A provider's key in the tables, and the revision of its record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) key: i64,
    pub(super) revision: u64,
}

/// Revisions and the end of the log, as the newest transaction of this connection left them.
///
/// They are asked for with every commit and change only by it, so asking the file each time would be waste.
/// If another connection has written all the same, everything is forgotten; and the triggers would still
/// refuse what was decided on a revision that is no longer true.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The number of the newest event.
    pub(super) last: u64,
    /// The latest time of any event, in seconds.
    pub(super) latest: i64,
    pub(super) providers: HashMap<ProviderId, Known>,
    /// By provider key and day number.
    pub(super) days: HashMap<(i64, i64), u64>,
    /// SQLite's count of the changes by other connections; none to read everything anew.
    seen: Option<i64>,
}

impl Ledger {
    /// The ledger of a book that was just opened; reads the end of its log.
    pub(super) fn read(connection: &mut Connection) -> Result<Self, Fault> {
        let mut ledger = Self::default();
        let transaction = connection.transaction()?;
        ledger.refresh(&transaction)?;
        Ok(ledger)
    }

    /// Forgets everything: a transaction was rolled back.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Brings the ledger up to date at the start of a transaction.
    pub(super) fn refresh(&mut self, connection: &Connection) -> Result<(), Fault> {
        let changes = connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        if self.seen == Some(changes) && self.days.len() <= DAYS_MAX {
            return Ok(());
        }
        self.forget();
        let newest = connection
            .prepare_cached("SELECT number, at + behind FROM event ORDER BY number DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (last, latest) = newest.unwrap_or((0, i64::MIN));
        self.last = unsigned(last)?;
        self.latest = latest;
        self.seen = Some(changes);
        Ok(())
    }
}
