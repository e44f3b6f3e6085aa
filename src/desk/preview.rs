//! Looking ahead: what a request, a move or a change of hours would do. Nothing here changes anything.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use crate::domain::{Appointment, Dated, HoursChange, ProviderId, Refusal, Request, RequestId};
use crate::scheduler::{Candidate, Day, Explanation, NotMoved, Proposal, ProviderDay};

use super::core::Core;
use super::{Desk, DeskError, Destination, Past, decide};

/// Days after the one asked for that are searched for an alternative.
const DAYS_AHEAD: u64 = 14;

/// Alternatives shown with a refusal: as many as there are digit keys.
const ALTERNATIVES_MAX: usize = 9;

/// Alternatives on the day itself before later days get their turn.
const SAME_DAY_MAX: usize = 6;

/// What a change of hours would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HoursPreview {
    /// Live appointments that would stay, by day and start.
    pub kept: Vec<Arc<Appointment>>,
    /// Pending appointments that would be cancelled, by day and start.
    pub cancelled: Vec<Arc<Appointment>>,
}

impl Desk {
    /// What would become of a request now; changes nothing.
    pub async fn propose(&self, request: &Request, past: Past) -> Result<Proposal, DeskError> {
        let core = self.core();
        decide::validate(core, request)?;
        let request = Arc::new(request.clone());
        let day = core.day(request.day).await?;
        let earliest = core.earliest_for(&request, past);
        match day.propose(&request, earliest) {
            Ok(explanation) => Ok(Proposal::Fits(explanation)),
            Err(refusal) => refused(core, &day, &request, past, refusal).await,
        }
    }

    /// What would become of a move now; changes nothing.
    pub async fn propose_move(&self, id: &RequestId, to: &Destination, past: Past) -> Result<Proposal, DeskError> {
        let core = self.core();
        let (from, appointment) = decide::current(core, id).await?;
        let day = core.day(to.day).await?;
        match from.propose_relocation(&day, &decide::wanted(core, &appointment, to, past)) {
            Ok(explanation) => Ok(Proposal::Fits(explanation)),
            Err(NotMoved::Refused(refusal)) => refused(core, &day, &as_request(&appointment, to), past, refusal).await,
            Err(NotMoved::Changed(_)) => Err(DeskError::Overtaken),
        }
    }

    /// What a change of hours would keep and cancel; changes nothing.
    pub async fn preview_hours(&self, provider: &ProviderId, change: &HoursChange) -> Result<HoursPreview, DeskError> {
        let core = self.core();
        core.find_roster().await?;
        let roster = core.roster();
        let unknown = || DeskError::UnknownProvider(provider.clone());
        let record = Arc::clone(roster.providers.get(provider).ok_or_else(unknown)?);
        let changed = decide::with_hours(&record, change);
        let (id, first, last) = (provider.clone(), change.first_day(), change.last_day());
        let read = core.readers.read(move |reader| {
            let busy = reader.busy_days(&id, first, last)?;
            busy.into_iter().map(|day| Ok((day, reader.day(day)?.appointments))).collect::<Result<Vec<_>, _>>()
        });
        let mut preview = HoursPreview::default();
        for (date, appointments) in read.await? {
            let own = appointments.into_iter().filter(|one| one.provider == *provider).collect();
            let own_day = ProviderDay::new(Arc::clone(&record), date, own, 0).skipping(&core.calendar.skipped(date));
            let fates = own_day.fates(&changed);
            preview.kept.extend(fates.kept);
            preview.cancelled.extend(fates.dropped);
        }
        Ok(preview)
    }
}

/// A refusal with the nearest places that would do: that day first, then the days after it.
async fn refused(
    core: &Core,
    day: &Day,
    request: &Arc<Request>,
    past: Past,
    refusal: Refusal,
) -> Result<Proposal, DeskError> {
    let mut alternatives: Vec<Candidate> = day.alternatives(request, core.earliest_for(request, past), SAME_DAY_MAX);
    for date in days_after(request.day) {
        if alternatives.len() >= ALTERNATIVES_MAX {
            break;
        }
        let later = Arc::new(Request { day: date, dated: Dated::Named, ..Request::clone(request) });
        if let Ok(Explanation { chosen, .. }) = core.day(date).await?.propose(&later, core.earliest(date, past)) {
            alternatives.push(chosen);
        }
    }
    Ok(Proposal::Refused { refusal, alternatives })
}

/// The request that a move amounts to, to look for alternatives with.
fn as_request(appointment: &Appointment, to: &Destination) -> Arc<Request> {
    Arc::new(Request {
        day: to.day,
        dated: Dated::Named,
        range: to.range,
        duration: to.duration,
        preferred_provider: to.provider.clone(),
        ..(*appointment.request).clone()
    })
}

fn days_after(day: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    (1..=DAYS_AHEAD).filter_map(move |ahead| day.checked_add_days(Days::new(ahead)))
}
