//! What a play does at each cue.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::agenda::{Cue, PlayDay};
use super::super::front::Over;
use super::super::scenario::{CallOff, Relocate};
use super::super::stage::Stage;
use super::super::{Caption, visit};
use super::Player;
use crate::desk::{Answer, Command, DeskError, Destination, Past};
use crate::domain::{Action, Appointment, Cancellation, Cause, Request, RequestId, TimeRange};

/// How long the play waits before it tries a change of status again that the desk could not store.
const RETRY_AFTER: TimeDelta = TimeDelta::minutes(1);

/// How long before an appointment its client calls it off at the latest.
const NOTICE: TimeDelta = TimeDelta::minutes(40);

impl<S: Stage> Player<S> {
    /// Does what a cue says. `now` is when the cue was due, so that a late wake-up changes nothing.
    pub(super) async fn act(&mut self, now: DateTime<Utc>, cue: Cue) -> Result<(), Over> {
        match cue {
            Cue::Change(command) => self.submit(now, command).await.map(drop),
            Cue::Ask(request) => self.ask(now, request).await.map(drop),
            Cue::AskAgain { lost, ahead, until } => self.ask_again(now, lost, ahead..=until).await,
            Cue::CallOff(call_off) => self.call_off(now, call_off).await,
            Cue::CallAnyOff(draw) => self.call_any_off(now, draw).await,
            Cue::Relocate(relocate) => self.relocate(now, relocate).await,
            Cue::Ill(ill) => self.go_home(now, ill).await,
            Cue::Rebook(rebook) => self.rebook(now, rebook).await,
            Cue::Visit(id) => self.go_on(now, id).await,
            Cue::Say(caption) => {
                self.say(&caption);
                Ok(())
            }
            Cue::End => {
                self.front.finish();
                Ok(())
            }
        }
    }

    /// Sends a command, counts what became of it, and has a look at every visit that it changed.
    pub(super) async fn submit(&mut self, now: DateTime<Utc>, command: Command) -> Result<Option<Answer>, Over> {
        match self.front.until(self.stage.submit(command)).await? {
            Ok(answer) => {
                if let Some(refusal) = answer.refusal() {
                    self.tally.refuse(refusal);
                }
                let day = self.plan.day;
                for changed in changed(&answer).filter(|one| one.day == day) {
                    self.look_at(changed.id().clone(), now);
                }
                Ok(Some(answer))
            }
            Err(error) => self.shrug(error).map(|()| None),
        }
    }

    /// Lives with an error: refusals and what others did are part of the day, the rest is told.
    fn shrug(&mut self, error: DeskError) -> Result<(), Over> {
        match error {
            DeskError::Closing => return Err(Over),
            DeskError::NoRoom(refusal) => self.tally.refuse(&refusal),
            DeskError::IsCancelled(_) | DeskError::UnknownAppointment(_) => {
                tracing::debug!(%error, "somebody else was there before the demo");
            }
            other => {
                tracing::warn!(error = %other, "a step of the demo did not work");
                let text = format!("{other}. The play goes on.");
                self.front.say(Caption { title: "A step did not work".to_owned(), text });
            }
        }
        Ok(())
    }

    /// Makes a request; whether it was placed.
    pub(super) async fn ask(&mut self, now: DateTime<Utc>, request: Request) -> Result<Option<Arc<Appointment>>, Over> {
        let (id, client) = (request.id.clone(), request.client.clone());
        let answer = self.submit(now, Command::Book { request, past: Past::Refuse }).await?;
        let placed = answer.as_ref().and_then(Answer::appointment).cloned();
        if placed.is_some() {
            self.tally.booked += 1;
            self.booked.extend(client.map(|client| (client, id)));
        }
        Ok(placed)
    }

    async fn call_off(&mut self, now: DateTime<Utc>, call_off: CallOff) -> Result<(), Over> {
        // Without room for the booking there is nothing to call off.
        let Some(appointment) = self.booked.remove(&call_off.client.0) else { return Ok(()) };
        let cancellation = Cancellation { cause: Cause::Client, note: call_off.note.map(|note| note.0) };
        self.submit(now, Command::Cancel { appointment, cancellation }).await.map(drop)
    }

    /// Calls off one of the appointments whose clients are still at home.
    async fn call_any_off(&mut self, now: DateTime<Utc>, draw: u32) -> Result<(), Over> {
        let mut candidates = self.day().await?;
        candidates.retain(|one| {
            one.status.is_pending() && self.plan.at(one.slot.start()) >= now + NOTICE && self.is_extra(one)
        });
        candidates.sort_by(|a, b| a.id().cmp(b.id()));
        let Some(one) = candidates.get(draw as usize % candidates.len().max(1)) else { return Ok(()) };
        let cancellation = Cancellation { cause: Cause::Client, note: None };
        self.submit(now, Command::Cancel { appointment: one.id().clone(), cancellation }).await.map(drop)
    }

    /// Whether the play booked an appointment for somebody of whom the script will not speak again; what
    /// people booked at the desk is theirs to call off.
    fn is_extra(&self, appointment: &Appointment) -> bool {
        let client = appointment.request.client.as_ref().filter(|client| !self.cast.contains(*client));
        client.is_some_and(|client| self.booked.get(client) == Some(appointment.id()))
    }

    async fn relocate(&mut self, now: DateTime<Utc>, relocate: Relocate) -> Result<(), Over> {
        let Some(id) = self.booked.get(&relocate.client.0).cloned() else { return Ok(()) };
        let Some(appointment) = self.appointment(&id).await? else { return Ok(()) };
        let duration = appointment.slot.minutes();
        let left = (relocate.day.0 == 0).then(|| self.rest_of_day(now, duration.get())).flatten();
        let range = relocate.between.map(|between| between.0).or(left).unwrap_or(TimeRange::DAY);
        let to = Destination { provider: relocate.with, day: self.plan.ahead(relocate.day.0), range, duration };
        self.submit(now, Command::Move { appointment: id, to, past: Past::Refuse }).await.map(drop)
    }

    /// Everything on the played day; nothing while the store fails.
    pub(super) async fn day(&mut self) -> Result<Vec<Arc<Appointment>>, Over> {
        match self.front.until(self.stage.day(self.plan.day)).await? {
            Ok(all) => Ok(all),
            Err(error) => self.shrug(error).map(|()| Vec::new()),
        }
    }

    pub(super) fn rest_of_day(&self, now: DateTime<Utc>, minutes_min: u16) -> Option<TimeRange> {
        PlayDay::rest(TimeRange::DAY, self.plan.minute(now), minutes_min)
    }

    /// Brings a visit one status further if it is time, or waits until it is.
    async fn go_on(&mut self, now: DateTime<Utc>, id: RequestId) -> Result<(), Over> {
        if self.visits.get(&id) != Some(&now) {
            return Ok(());
        }
        self.visits.remove(&id);
        let Some(appointment) = self.appointment(&id).await? else { return Ok(()) };
        let next = visit::next(&appointment, &self.scenario.file().flow, self.seed)
            .filter(|_| appointment.day == self.plan.day);
        let Some(next) = next else { return Ok(()) };
        let due = self.plan.moment(next.second);
        if due > now {
            self.look_at(id, due);
            return Ok(());
        }
        let command = Command::SetStatus { appointment: id.clone(), status: next.status };
        if self.submit(now, command).await?.is_none() {
            self.look_at(id, now + RETRY_AFTER);
        }
        Ok(())
    }

    pub(super) async fn appointment(&mut self, id: &RequestId) -> Result<Option<Arc<Appointment>>, Over> {
        match self.front.until(self.stage.appointment(id)).await? {
            Ok(appointment) => Ok(appointment),
            Err(error) => self.shrug(error).map(|()| None),
        }
    }
}

/// The appointments as an answer left them.
pub(super) fn changed(answer: &Answer) -> impl Iterator<Item = &Arc<Appointment>> {
    let event = answer.event().filter(|event| !matches!(event.draft.action, Action::Refused { .. }));
    event.into_iter().flat_map(|event| &event.draft.edits.appointments).filter_map(|edit| edit.after.as_ref())
}
