//! Changes of who works here and what is on offer.
//!
//! They are decided one at a time (`Core::roster_changes`), which no booking ever waits for. A change
//! of a provider takes the locks of all its loaded days; days that are not loaded and have nothing on
//! them learn of it when they are.

use std::sync::Arc;

use chrono::NaiveDate;
use smallvec::SmallVec;

use super::LOOKS_MAX;
use crate::desk::DeskError;
use crate::desk::core::Core;
use crate::desk::workers::Settling;
use crate::domain::{Action, Cancellation, Cause, Edit, Edits, HoursChange, Provider, ProviderId, Service};
use crate::scheduler::{Day, ProviderDay, change_provider};
use crate::store::Reader;

/// The record of a provider after a change of hours.
pub(in crate::desk) fn with_hours(record: &Provider, change: &HoursChange) -> Provider {
    Provider { hours: record.hours.changed(change), revision: record.revision + 1, ..record.clone() }
}

/// Adds a provider; one who has left comes back with the new record.
pub(super) async fn add_provider(core: &Core, new: &Provider, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    let today = core.calendar.today();
    match join(core, new, settling) {
        None => Ok(()),
        Some(known) if known.is_retired_on(today) && !new.is_retired_on(today) => {
            let action = Action::ProviderAdded(new.id.clone());
            let record = |known: &Provider| Provider { revision: known.revision + 1, ..new.clone() };
            replace(core, &new.id, record, (action, Cause::ProviderRetired), settling).await
        }
        Some(known) if known.same_content(new) => Ok(()),
        Some(_) => Err(DeskError::ProviderExists(new.id.clone())),
    }
}

/// Lets a provider join every loaded day, unless somebody has the identifier: who that is.
fn join(core: &Core, new: &Provider, settling: &mut Settling<'_>) -> Option<Arc<Provider>> {
    let _one_at_a_time = core.roster_changes.lock();
    if let Some(known) = core.roster().providers.get(&new.id) {
        return Some(Arc::clone(known));
    }
    let added = Arc::new(Provider { revision: 1, ..new.clone() });
    let edits = Edits { providers: vec![Edit::added(Arc::clone(&added))], ..Edits::default() };
    settling.put(Action::ProviderAdded(new.id.clone()), edits.clone(), &[]);
    core.put_in_force(&edits);
    let joins = |day: &Day| {
        let provider_day = ProviderDay::new(Arc::clone(&added), day.date(), Vec::new(), 0)
            .skipping(&core.calendar.skipped(day.date()));
        day.rebuilt(Arc::clone(day.rules()), vec![provider_day])
    };
    core.days.rebuild(joins);
    None
}

/// Changes what neither hours nor limit are.
pub(super) async fn edit_provider(
    core: &Core,
    id: &ProviderId,
    edit: impl Fn(&mut Provider) + Send + Sync,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    let record = |known: &Provider| {
        let mut changed = Provider { revision: known.revision + 1, ..known.clone() };
        edit(&mut changed);
        changed
    };
    replace(core, id, record, (Action::ProviderChanged(id.clone()), Cause::House), settling).await
}

/// Changes hours and cancels what no longer fits.
pub(super) async fn change_hours(
    core: &Core,
    id: &ProviderId,
    change: &HoursChange,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    let action = Action::HoursChanged { provider: id.clone(), change: change.clone() };
    replace(core, id, |known| with_hours(known, change), (action, Cause::HoursChanged), settling).await
}

/// Changes the daily limit; cancels nothing.
pub(super) async fn change_limit(
    core: &Core,
    id: &ProviderId,
    max_daily_appointments: u32,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    let record = |known: &Provider| Provider { max_daily_appointments, revision: known.revision + 1, ..known.clone() };
    replace(core, id, record, (Action::LimitChanged(id.clone()), Cause::House), settling).await
}

/// Lets a provider leave.
pub(super) async fn retire(
    core: &Core,
    id: &ProviderId,
    from: NaiveDate,
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    let record = |known: &Provider| Provider {
        retired_from: Some(known.retired_from.map_or(from, |before| before.min(from))),
        revision: known.revision + 1,
        ..known.clone()
    };
    replace(core, id, record, (Action::ProviderRetired(id.clone()), Cause::ProviderRetired), settling).await
}

/// Puts a provider's changed record in force on all days at once.
async fn replace(
    core: &Core,
    id: &ProviderId,
    record: impl Fn(&Provider) -> Provider + Send + Sync,
    (action, cause): (Action, Cause),
    settling: &mut Settling<'_>,
) -> Result<(), DeskError> {
    for _ in 0..LOOKS_MAX {
        let unknown = || DeskError::UnknownProvider(id.clone());
        let known = core.roster().providers.get(id).cloned().ok_or_else(unknown)?;
        let changed = Arc::new(record(&known));
        if changed.same_content(&known) {
            return Ok(());
        }
        let busy = core.days_of_other_hours(&known, &changed).await?;
        let _one_at_a_time = core.roster_changes.lock();
        if core.roster().providers.get(id) != Some(&known) {
            continue;
        }
        let reason = Cancellation { cause, note: None };
        change_provider(&core.days.with(busy), &changed, &reason, |change, touched| {
            let edits = Edits {
                providers: vec![Edit::changed(Arc::clone(&known), Arc::clone(&changed))],
                appointments: SmallVec::from_vec(change.cancelled.clone()),
                ..Edits::default()
            };
            settling.put(action.clone(), edits.clone(), touched);
            core.put_in_force(&edits);
        });
        return Ok(());
    }
    Err(DeskError::Overtaken)
}

impl Core {
    /// The days on which a provider has live appointments and, with the changed record, other hours or none.
    ///
    /// There may be more of them than are kept in memory, so whoever wants them all has to hold them. What
    /// is booked after they were read is on a day that is loaded; should that be forgotten before the change
    /// is decided, the store refuses the change and it is decided again.
    pub(super) async fn days_of_other_hours(
        &self,
        before: &Provider,
        after: &Provider,
    ) -> Result<Vec<Arc<Day>>, DeskError> {
        let Some(span) = before.span_of_other_hours(after) else { return Ok(Vec::new()) };
        let provider = before.id.clone();
        let read = move |reader: &mut dyn Reader| reader.busy_days(&provider, *span.start(), Some(*span.end()));
        let busy = self.readers.read_to_decide(read).await?;
        let mut days = Vec::new();
        // Who leaves on a day off has other days all the same: even what was booked over the hours goes.
        let differs = |date: &NaiveDate| {
            before.hours_on(*date) != after.hours_on(*date) || before.is_retired_on(*date) != after.is_retired_on(*date)
        };
        for date in busy.into_iter().filter(differs) {
            days.push(self.day(date).await?);
        }
        Ok(days)
    }

    /// Makes changed providers and services those that decisions are made with.
    pub(in crate::desk) fn put_in_force(&self, edits: &Edits) {
        let mut roster = self.roster.write();
        *roster = Arc::new(roster.changed(edits));
    }

    /// Judges slots by a changed catalogue from now on.
    pub(in crate::desk) fn rejudge(&self) {
        let (roster, demand) = (self.roster(), self.demand_so_far());
        let rules = self.rules(&roster, &demand);
        self.days.rebuild(|day| day.rebuilt(Arc::clone(&rules), Vec::new()));
    }
}

/// Adds a service.
pub(super) fn add_service(core: &Core, new: &Service, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    let _one_at_a_time = core.roster_changes.lock();
    match core.roster().catalogue.get(&new.id) {
        Some(known) if **known == *new => Ok(()),
        Some(_) => Err(DeskError::ServiceExists(new.id.clone())),
        None => {
            let edit = Edit::added(Arc::new(new.clone()));
            settle_service(core, Action::ServiceAdded(new.id.clone()), edit, settling);
            Ok(())
        }
    }
}

/// Replaces a service.
pub(super) fn edit_service(core: &Core, new: &Service, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    let _one_at_a_time = core.roster_changes.lock();
    let unknown = || DeskError::UnknownService(new.id.clone());
    let known = core.roster().catalogue.get(&new.id).cloned().ok_or_else(unknown)?;
    if *known != *new {
        let edit = Edit::changed(known, Arc::new(new.clone()));
        settle_service(core, Action::ServiceChanged(new.id.clone()), edit, settling);
    }
    Ok(())
}

fn settle_service(core: &Core, action: Action, edit: Edit<Service>, settling: &mut Settling<'_>) {
    let edits = Edits { services: vec![edit], ..Edits::default() };
    settling.put(action, edits.clone(), &[]);
    core.put_in_force(&edits);
    core.rejudge();
}
