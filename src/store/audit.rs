//! Whether a stored book keeps the rules of the desk, from its first event to its last.
//!
//! The log is played again from the beginning. Each event is judged on the state before it, and in the end the
//! state has to be the stored one. Memory grows with the state of the book, not with its log.

mod compare;
mod replay;
mod rules;
mod violation;

pub use violation::Violation;

use chrono::NaiveDate;
use chrono_tz::Tz;

use self::replay::Replay;
use super::{Archive, Reader, StoreError};
use crate::domain::{RangeSet, printable, skipped_minutes};

/// Entries of the log that are held at a time.
const PAGE: usize = 1_000;

/// Violations that are told one by one: more help nobody.
const TOLD_MAX: usize = 1_000;

/// Every rule that the book breaks, in the order of the log; empty for a sound one.
///
/// Commits may go on meanwhile: what is audited is the book as it was when this began. An error means that
/// the book could not be read at all; what cannot be understood in it is a violation.
pub fn audit(reader: &mut dyn Reader) -> Result<Vec<Violation>, StoreError> {
    audit_with(reader, &|_| RangeSet::default())
}

/// [`audit`] of a desk in `zone`: nothing may be placed on minutes that the clocks there skip.
pub fn audit_in(reader: &mut dyn Reader, zone: Tz) -> Result<Vec<Violation>, StoreError> {
    audit_with(reader, &|day| skipped_minutes(zone, day))
}

/// The minutes that a day does not have.
type Skipped<'a> = &'a dyn Fn(NaiveDate) -> RangeSet;

fn audit_with(reader: &mut dyn Reader, skipped: Skipped<'_>) -> Result<Vec<Violation>, StoreError> {
    let mut archive = reader.archive()?;
    let mut findings = Findings::default();
    match examine(&mut *archive, skipped, &mut findings) {
        Err(StoreError::Damaged { detail, .. }) => findings.add(Violation::Unreadable(printable(&detail))),
        done => done?,
    }
    Ok(findings.all())
}

fn examine(archive: &mut dyn Archive, skipped: Skipped<'_>, findings: &mut Findings) -> Result<(), StoreError> {
    for line in archive.integrity()? {
        findings.add(Violation::Storage(printable(&line)));
    }
    let mut replay = Replay::default();
    let mut last = 0;
    loop {
        let page = archive.entries_after(last, PAGE)?;
        let Some(newest) = page.last() else { break };
        last = newest.event.number;
        for entry in &page {
            rules::judge(&replay, entry, findings);
            replay.play(entry);
            rules::judge_outcome(&replay, entry, skipped, findings);
        }
    }
    compare::with_stored(replay, archive, PAGE, findings)
}

/// The violations found so far.
#[derive(Debug, Default)]
struct Findings {
    told: Vec<Violation>,
    untold: usize,
}

impl Findings {
    fn add(&mut self, violation: Violation) {
        if self.told.len() < TOLD_MAX {
            self.told.push(violation);
        } else {
            self.untold += 1;
        }
    }

    fn all(mut self) -> Vec<Violation> {
        if self.untold > 0 {
            self.told.push(Violation::More(self.untold));
        }
        self.told
    }
}
