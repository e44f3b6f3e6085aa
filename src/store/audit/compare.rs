//! Whether the stored state is what the log leaves.

use std::collections::BTreeMap;

use super::Findings;
use super::replay::Replay;
use super::violation::Violation;
use crate::store::{Archive, StoreError};

const MISSING: &str = "it is not stored";
const EXTRA: &str = "the log does not know it";
const OTHER: &str = "it was changed behind the log's back";

/// Compares every record; `page` is how many appointments are held at a time.
pub(super) fn with_stored(
    mut replay: Replay,
    archive: &mut dyn Archive,
    page: usize,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let roster = archive.roster()?;
    let stored = roster.providers.into_iter().map(|provider| (provider.id.clone(), provider)).collect();
    records(&replay.providers, &stored, |id| format!("provider {id}"), findings);
    let stored = roster.services.into_iter().map(|service| (service.id.clone(), service)).collect();
    records(&replay.services, &stored, |id| format!("service {id}"), findings);
    let stored = archive.revisions()?.into_iter().map(|(provider, day, revision)| ((provider, day), revision));
    let stored = stored.collect();
    records(&replay.revisions, &stored, |(provider, day)| format!("the revision of {provider} on {day}"), findings);
    appointments(&mut replay, archive, page, findings)
}

fn appointments(
    replay: &mut Replay,
    archive: &mut dyn Archive,
    page: usize,
    findings: &mut Findings,
) -> Result<(), StoreError> {
    let mut last = None;
    loop {
        let stored = archive.appointments_after(last.as_ref(), page)?;
        let Some(newest) = stored.last() else { break };
        last = Some(newest.id().clone());
        for appointment in &stored {
            let difference = match replay.appointments.remove(appointment.id()) {
                Some(logged) if logged == *appointment => continue,
                Some(_) => OTHER,
                None => EXTRA,
            };
            let record = format!("appointment {}", appointment.id());
            findings.add(Violation::NotAsLogged { record, difference });
        }
    }
    let mut missing: Vec<_> = replay.appointments.keys().collect();
    missing.sort_unstable();
    for id in missing {
        findings.add(Violation::NotAsLogged { record: format!("appointment {id}"), difference: MISSING });
    }
    Ok(())
}

fn records<K: Ord, V: PartialEq>(
    logged: &BTreeMap<K, V>,
    stored: &BTreeMap<K, V>,
    name: impl Fn(&K) -> String,
    findings: &mut Findings,
) {
    for (key, value) in logged {
        let difference = match stored.get(key) {
            Some(stored) if stored == value => continue,
            Some(_) => OTHER,
            None => MISSING,
        };
        findings.add(Violation::NotAsLogged { record: name(key), difference });
    }
    for key in stored.keys().filter(|key| !logged.contains_key(*key)) {
        findings.add(Violation::NotAsLogged { record: name(key), difference: EXTRA });
    }
}
