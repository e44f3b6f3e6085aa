//! Illness in a play: a provider goes home, and the clients look for other places.

use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Datelike, TimeDelta, Utc};

use super::super::agenda::Cue;
use super::super::front::Over;
use super::super::scenario::{Ill, Rebook};
use super::super::stage::Stage;
use super::Player;
use super::act::changed;
use crate::desk::Command;
use crate::domain::{
    Appointment, Cancellation, Cause, Dated, Exception, HoursChange, Minute, ProviderId, RangeSet, Request, Status,
    Text, TimeRange,
};

impl<S: Stage> Player<S> {
    /// Cuts the rest of a provider's day off and sends those home who already sit in the waiting room.
    pub(super) async fn go_home(&mut self, now: DateTime<Utc>, ill: Ill) -> Result<(), Over> {
        let minute = self.plan.minute(now);
        let Ok(rest) = TimeRange::new(minute, Minute::END_OF_DAY) else { return Ok(()) };
        // The rest is blocked, not the hours replaced: whatever they are by now, the morning stays.
        let exception = Exception::BlockOut(RangeSet::new([rest]));
        let change = HoursChange::On { day: self.plan.day, exception };
        let answer = self.submit(now, Command::ChangeHours { provider: ill.provider.clone(), change }).await?;
        let mut lost: Vec<Arc<Appointment>> =
            answer.iter().flat_map(changed).filter(|one| !one.is_live()).cloned().collect();
        for waiting in self.waiting(&ill.provider, minute).await? {
            let cancellation = Cancellation { cause: Cause::House, note: ill.note.clone().map(|note| note.0) };
            let command = Command::Cancel { appointment: waiting.id().clone(), cancellation };
            if self.submit(now, command).await?.is_some() {
                lost.push(waiting);
            }
        }
        self.tally.cancelled += u32::try_from(lost.len()).unwrap_or(u32::MAX);
        self.lost.append(&mut lost);
        Ok(())
    }

    /// Those who have arrived for a provider's appointments from a minute on; a change of hours leaves them.
    async fn waiting(&mut self, provider: &ProviderId, from: Minute) -> Result<Vec<Arc<Appointment>>, Over> {
        let mut all = self.day().await?;
        all.retain(|one| one.provider == *provider && one.slot.start() >= from && one.status == Status::Arrived);
        Ok(all)
    }

    /// Spreads the new requests of those who lost their appointment over the coming minutes.
    pub(super) async fn rebook(&mut self, now: DateTime<Utc>, rebook: Rebook) -> Result<(), Over> {
        let lost = std::mem::take(&mut self.lost);
        let apart = TimeDelta::minutes(rebook.minutes.0.into()) / i32::try_from(lost.len().max(1)).unwrap_or(i32::MAX);
        let mut due = now;
        for lost in lost {
            // Somebody may have undone the cancellation, and the client is content.
            let still_lost = self.appointment(lost.id()).await?.is_some_and(|one| !one.is_live());
            if still_lost {
                self.agenda.add(due, Cue::AskAgain { lost, ahead: 0, until: rebook.days.0 });
                due += apart;
            }
        }
        Ok(())
    }

    /// Asks for another place on the first of some days ahead; the others come next if there is none.
    pub(super) async fn ask_again(
        &mut self,
        now: DateTime<Utc>,
        lost: Arc<Appointment>,
        days: RangeInclusive<u32>,
    ) -> Result<(), Over> {
        let until = *days.end();
        let Some(ahead) = days.into_iter().find(|ahead| self.somebody_works(&lost, *ahead)) else { return Ok(()) };
        let duration = lost.request.duration;
        let left = (ahead == 0).then(|| self.rest_of_day(now, duration.get())).flatten();
        let request = Request {
            id: self.ids.next(),
            day: self.plan.ahead(ahead),
            dated: Dated::Named,
            range: left.unwrap_or(TimeRange::DAY),
            preferred_provider: None,
            note: self.instead_of(&lost),
            ..Request::clone(&lost.request)
        };
        if self.ask(now, request).await?.is_some() {
            self.tally.rebooked += 1;
        } else if ahead < until {
            self.agenda.add(now, Cue::AskAgain { lost, ahead: ahead + 1, until });
        }
        Ok(())
    }

    /// Whether anybody who could take an appointment's place has hours on a day; nobody asks for a Sunday.
    fn somebody_works(&self, lost: &Appointment, ahead: u32) -> bool {
        let weekday = self.plan.ahead(ahead).weekday();
        let suitable = |service| self.scenario.file().suitable(service, weekday, TimeRange::DAY, lost.request.duration);
        lost.request.service.as_ref().is_none_or(|service| !suitable(service).is_empty())
    }

    fn instead_of(&self, lost: &Appointment) -> Option<Text> {
        let staff = self.scenario.file().staff();
        let name = staff.get(&lost.provider).map_or(lost.provider.as_str(), |staff| staff.name.0.as_str());
        Text::note("note", &format!("instead of {} with {name}", lost.slot.start())).ok()
    }
}
