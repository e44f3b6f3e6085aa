//! One batch, one transaction.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::{CachedStatement, Connection, OptionalExtension, TransactionBehavior, params};

use super::checksum::Columns;
use super::fault::Fault;
use super::ledger::{Known, Ledger};
use super::rows::{self, json, signed, unsigned};
use crate::domain::{
    Appointment, Draft, Edit, Overbooking, Provider, ProviderId, Request, RequestId, Service, ServiceId, Status,
};
use crate::store::judge::{self, Current, Place};
use crate::store::record::{Asked, Body, day_number};
use crate::store::{Commit, Verdict};

/// How a batch goes into its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// All at once; a rule of the schema that refuses one refuses all.
    Together,
    /// Each behind a savepoint: slower, and one that is refused is left out.
    OneByOne,
}

/// Stores a batch; on an error nothing of it, and the ledger has to be told to forget.
pub(super) fn attempt(
    connection: &mut Connection,
    ledger: &mut Ledger,
    batch: &[Commit],
    pace: Pace,
) -> Result<Vec<Verdict>, Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if pace == Pace::OneByOne {
        ledger.forget();
    }
    ledger.refresh(&transaction)?;
    let mut writer = Writer::new(&transaction, ledger)?;
    let verdicts = batch.iter().map(|commit| match pace {
        Pace::Together => writer.take(commit),
        Pace::OneByOne => writer.take_alone(commit),
    });
    let verdicts = verdicts.collect::<Result<Vec<_>, _>>()?;
    writer.write_revisions()?;
    drop(writer);
    transaction.commit()?;
    Ok(verdicts)
}

struct Writer<'c> {
    connection: &'c Connection,
    ledger: &'c mut Ledger,
    /// The revisions that stand in the file of the provider-days changed since, by day number and key: a day
    /// that many commits of a batch change is written once.
    changed: BTreeMap<(i64, i64), u64>,
    insert_event: CachedStatement<'c>,
    insert_appointment: CachedStatement<'c>,
}

impl<'c> Writer<'c> {
    fn new(connection: &'c Connection, ledger: &'c mut Ledger) -> Result<Self, Fault> {
        let insert_event = connection.prepare_cached(
            "INSERT OR FAIL INTO event (at, nanos, behind, request, range_start, range_end, duration, body, checksum) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let insert_appointment = connection.prepare_cached(
            "INSERT OR FAIL INTO appointment (number, provider, day, start, finish, status, cancellation, overbooked) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        Ok(Self { connection, ledger, changed: BTreeMap::new(), insert_event, insert_appointment })
    }

    /// [`Self::take`], taken back if a rule of the schema refuses it.
    fn take_alone(&mut self, commit: &Commit) -> Result<Verdict, Fault> {
        self.connection.execute_batch("SAVEPOINT one")?;
        match self.take(commit).and_then(|verdict| self.write_revisions().map(|()| verdict)) {
            Ok(verdict) => {
                self.connection.execute_batch("RELEASE one")?;
                Ok(verdict)
            }
            Err(fault) if fault.is_constraint() => {
                self.connection.execute_batch("ROLLBACK TO one; RELEASE one")?;
                self.changed.clear();
                self.ledger.forget();
                self.ledger.refresh(self.connection)?;
                Ok(Verdict::Stale)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Writes a commit, unless it is stale or answered.
    fn take(&mut self, commit: &Commit) -> Result<Verdict, Fault> {
        if !judge::accepts(commit, self)? {
            return self.is_answered(commit).map(|yes| if yes { Verdict::Answered } else { Verdict::Stale });
        }
        let number = self.ledger.last + 1;
        if !self.log(number, commit)? {
            return Ok(Verdict::Answered);
        }
        for guard in &commit.guards {
            self.raise(&guard.provider, guard.day, guard.revision)?;
        }
        for edit in &commit.draft.edits.providers {
            self.edit_provider(edit)?;
        }
        for edit in &commit.draft.edits.services {
            self.edit_service(edit)?;
        }
        self.edit_appointments(number, &commit.draft)?;
        Ok(Verdict::Committed(number))
    }

    fn is_answered(&self, commit: &Commit) -> Result<bool, Fault> {
        let Some(request) = commit.draft.answered() else { return Ok(false) };
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM event WHERE request = ?1")?;
        Ok(statement.exists([request.id.as_str()])?)
    }

    /// Writes the event; false if its request was answered before.
    fn log(&mut self, number: u64, commit: &Commit) -> Result<bool, Fault> {
        let draft = &commit.draft;
        let asked = draft.answered().map(Asked::from);
        let body = serde_json::to_string(&Body::of(commit)).map_err(|error| Fault::Unreadable(error.to_string()))?;
        let at = draft.at.timestamp();
        let latest = self.ledger.latest.max(at);
        let request = asked.as_ref().map(|asked| asked.id.as_str());
        let minutes = |of: fn(&Asked) -> u16| asked.as_ref().map(|asked| i64::from(of(asked)));
        let columns = Columns {
            // The database gives it by itself: the next one.
            number: signed(number)?,
            at,
            nanos: draft.at.timestamp_subsec_nanos().into(),
            behind: latest.saturating_sub(at),
            request: request.map(str::as_bytes),
            asked: [
                minutes(|asked| asked.range.start().get()),
                minutes(|asked| asked.range.end().get()),
                minutes(|asked| asked.duration.get()),
            ],
            body: body.as_bytes(),
        };
        let [start, end, duration] = columns.asked;
        let Columns { nanos, behind, .. } = columns;
        let checksum = columns.checksum();
        let inserted =
            self.insert_event.execute(params![at, nanos, behind, request, start, end, duration, body, checksum]);
        match inserted {
            // The request is the only thing in an event that another event can have as well.
            Err(error) if Fault::is_duplicate(&error) => return Ok(false),
            other => other?,
        };
        self.ledger.last = number;
        self.ledger.latest = latest;
        Ok(true)
    }

    /// Raises the revision of a provider's day that stands at `revision`.
    fn raise(&mut self, provider: &ProviderId, day: NaiveDate, revision: u64) -> Result<(), Fault> {
        let key = self.key(provider)?;
        let day = day_number(day);
        self.changed.entry((day, key)).or_insert(revision);
        self.ledger.days.insert((key, day), revision + 1);
        Ok(())
    }

    /// Writes the raised revisions, each day once.
    fn write_revisions(&mut self) -> Result<(), Fault> {
        let mut insert = self.connection.prepare_cached(
            "INSERT OR FAIL INTO provider_day (day, provider, base, revision) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let mut update = self.connection.prepare_cached(
            "UPDATE OR FAIL provider_day SET base = ?3, revision = ?4 WHERE day = ?1 AND provider = ?2",
        )?;
        for ((day, key), base) in std::mem::take(&mut self.changed) {
            let revision = self.ledger.days.get(&(key, day)).copied().unwrap_or(base + 1);
            let statement = if base == 0 { &mut insert } else { &mut update };
            let written = statement.execute(params![day, key, signed(base)?, signed(revision)?])?;
            if written != 1 {
                return Err(Fault::Unreadable("the revision of a day has vanished".into()));
            }
        }
        Ok(())
    }

    fn edit_provider(&mut self, edit: &Edit<Provider>) -> Result<(), Fault> {
        let base = edit.before.as_ref().map_or(Ok(0), |before| signed(before.revision))?;
        if let Some(after) = &edit.after {
            let revision = signed(after.revision)?;
            let body = serde_json::to_string(&**after).map_err(|error| Fault::Unreadable(error.to_string()))?;
            let sql = if edit.before.is_some() {
                "UPDATE OR FAIL provider SET base = ?2, revision = ?3, body = ?4 WHERE id = ?1"
            } else {
                "INSERT OR FAIL INTO provider (id, base, revision, body) VALUES (?1, ?2, ?3, ?4)"
            };
            self.connection.prepare_cached(sql)?.execute(params![after.id.as_str(), base, revision, body])?;
            // Its key is read when it is asked for.
            self.ledger.providers.remove(&after.id);
        } else if let Some(before) = &edit.before {
            let key = self.key(&before.id)?;
            self.connection.prepare_cached("DELETE FROM provider WHERE key = ?1")?.execute([key])?;
            self.ledger.providers.remove(&before.id);
            self.ledger.days.retain(|(provider, _), _| *provider != key);
            self.changed.retain(|(_, provider), _| *provider != key);
        }
        Ok(())
    }

    fn edit_service(&mut self, edit: &Edit<Service>) -> Result<(), Fault> {
        if let Some(after) = &edit.after {
            let body = serde_json::to_string(&**after).map_err(|error| Fault::Unreadable(error.to_string()))?;
            let sql = "INSERT INTO service (id, body) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET body = ?2";
            self.connection.prepare_cached(sql)?.execute(params![after.id.as_str(), body])?;
        } else if let Some(before) = &edit.before {
            self.connection.prepare_cached("DELETE FROM service WHERE id = ?1")?.execute([before.id.as_str()])?;
        }
        Ok(())
    }

    fn edit_appointments(&mut self, number: u64, draft: &Draft) -> Result<(), Fault> {
        let edits = &draft.edits.appointments;
        let answered = draft.answered().map(|request| &request.id);
        // What is given up in the same change is free for the others, whatever the order of the edits.
        for before in edits.iter().filter_map(|edit| edit.before.as_ref()) {
            let sql = "DELETE FROM appointment WHERE number = (SELECT number FROM event WHERE request = ?1)";
            self.connection.prepare_cached(sql)?.execute([before.id().as_str()])?;
        }
        for after in edits.iter().filter_map(|edit| edit.after.as_ref()) {
            let number = if answered == Some(after.id()) { signed(number)? } else { self.booked_by(after.id())? };
            self.insert_appointment(number, after)?;
        }
        Ok(())
    }

    fn insert_appointment(&mut self, number: i64, new: &Appointment) -> Result<(), Fault> {
        let provider = self.key(&new.provider)?;
        self.insert_appointment.execute(params![
            number,
            provider,
            day_number(new.day),
            new.slot.start().get(),
            new.slot.end().get(),
            new.status.key(),
            cancellation(&new.status)?,
            new.overbooking == Overbooking::Deliberate,
        ])?;
        Ok(())
    }

    /// The number of the event that booked an appointment, which is its key.
    fn booked_by(&self, id: &RequestId) -> Result<i64, Fault> {
        let mut statement = self.connection.prepare_cached("SELECT number FROM event WHERE request = ?1")?;
        Ok(statement.query_row([id.as_str()], |row| row.get(0))?)
    }

    fn known(&mut self, id: &ProviderId) -> Result<Option<Known>, Fault> {
        if let Some(known) = self.ledger.providers.get(id) {
            return Ok(Some(*known));
        }
        let mut statement = self.connection.prepare_cached("SELECT key, revision FROM provider WHERE id = ?1")?;
        let found = statement.query_row([id.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((key, revision)) = found else { return Ok(None) };
        let known = Known { key, revision: unsigned(revision)? };
        self.ledger.providers.insert(id.clone(), known);
        Ok(Some(known))
    }

    fn key(&mut self, id: &ProviderId) -> Result<i64, Fault> {
        let known = self.known(id)?;
        Ok(known.ok_or_else(|| Fault::Unreadable(format!("provider {id} has vanished")))?.key)
    }
}

fn cancellation(status: &Status) -> Result<Option<String>, Fault> {
    let Status::Cancelled(cancellation) = status else { return Ok(None) };
    let text = serde_json::to_string(cancellation).map_err(|error| Fault::Unreadable(error.to_string()))?;
    Ok(Some(text))
}

impl Current for Writer<'_> {
    type Error = Fault;

    fn provider_revision(&mut self, id: &ProviderId) -> Result<Option<u64>, Fault> {
        Ok(self.known(id)?.map(|known| known.revision))
    }

    fn day_revision(&mut self, id: &ProviderId, day: NaiveDate) -> Result<u64, Fault> {
        let Some(Known { key, .. }) = self.known(id)? else { return Ok(0) };
        let day = day_number(day);
        if let Some(revision) = self.ledger.days.get(&(key, day)) {
            return Ok(*revision);
        }
        let sql = "SELECT revision FROM provider_day WHERE day = ?1 AND provider = ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let found: Option<i64> = statement.query_row([day, key], |row| row.get(0)).optional()?;
        let revision = unsigned(found.unwrap_or(0))?;
        self.ledger.days.insert((key, day), revision);
        Ok(revision)
    }

    fn provider(&mut self, id: &ProviderId) -> Result<Option<Arc<Provider>>, Fault> {
        rows::provider(self.connection, id)
    }

    fn service(&mut self, id: &ServiceId) -> Result<Option<Arc<Service>>, Fault> {
        let mut statement = self.connection.prepare_cached("SELECT body FROM service WHERE id = ?1")?;
        let body: Option<String> = statement.query_row([id.as_str()], |row| row.get(0)).optional()?;
        body.map(|body| json(format_args!("service {id}"), &body)).transpose()
    }

    fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, Fault> {
        rows::appointment_of(self.connection, id)
    }

    fn accepted(&mut self, id: &RequestId) -> Result<Option<Arc<Request>>, Fault> {
        let answer = rows::answer(self.connection, id)?;
        Ok(answer.map(|answer| answer.accepted(self.connection)).transpose()?.flatten())
    }

    fn pending(&mut self, id: &ProviderId, days: &RangeInclusive<NaiveDate>) -> Result<Vec<Place>, Fault> {
        let Some(Known { key, .. }) = self.known(id)? else { return Ok(Vec::new()) };
        let sql = "SELECT e.request, a.day, a.start, a.finish FROM appointment a JOIN event e ON e.number = a.number \
             WHERE a.provider = ?1 AND a.day BETWEEN ?2 AND ?3 AND a.holds = 1 AND a.status IN ('booked', 'confirmed')";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([key, day_number(*days.start()), day_number(*days.end())])?;
        let mut pending = Vec::new();
        while let Some(row) = rows.next()? {
            pending.push(rows::place(row)?);
        }
        Ok(pending)
    }

    fn has_appointments(&mut self, id: &ProviderId) -> Result<bool, Fault> {
        let sql = "SELECT 1 FROM appointment WHERE provider = (SELECT key FROM provider WHERE id = ?1)";
        Ok(self.connection.prepare_cached(sql)?.exists([id.as_str()])?)
    }
}
