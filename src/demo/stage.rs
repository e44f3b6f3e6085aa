//! Where a play takes place: the desk, or in a test whatever records the commands.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::desk::{Answer, Command, Desk, DeskError, Feed, Feedback};
use crate::domain::{Appointment, Channel, Event, RequestId};

/// What somebody else changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    /// These appointments; may repeat.
    These(Vec<RequestId>),
    /// Too much to tell.
    Anything,
}

/// Where a play takes place.
pub(super) trait Stage: Send {
    /// Has a command decided.
    fn submit(&self, command: Command) -> impl Future<Output = Result<Answer, DeskError>> + Send;

    /// An appointment as it is.
    fn appointment(&self, id: &RequestId) -> impl Future<Output = Result<Option<Arc<Appointment>>, DeskError>> + Send;

    /// Everything on a day.
    fn day(&self, day: NaiveDate) -> impl Future<Output = Result<Vec<Arc<Appointment>>, DeskError>> + Send;

    /// Waits until somebody who is not the play changed an appointment of the day; none when the desk is closed.
    fn changed(&mut self) -> impl Future<Output = Option<Changed>> + Send;
}

/// A real desk on the played day, with a feed of what others do to it.
pub(super) struct DeskStage {
    desk: Desk,
    feed: Feed,
    day: NaiveDate,
}

impl DeskStage {
    /// The stage on a desk.
    pub(super) fn new(desk: Desk, day: NaiveDate) -> Self {
        let feed = desk.subscribe();
        Self { desk, feed, day }
    }

    /// The appointments of the day that an event changed, unless the play itself caused it.
    fn by_others(&self, event: &Event) -> Vec<RequestId> {
        if event.draft.actor.channel == Channel::Demo {
            return Vec::new();
        }
        let after = event.draft.edits.appointments.iter().filter_map(|edit| edit.after.as_ref());
        after.filter(|appointment| appointment.day == self.day).map(|appointment| appointment.id().clone()).collect()
    }
}

impl Stage for DeskStage {
    async fn submit(&self, command: Command) -> Result<Answer, DeskError> {
        self.desk.submit(command, Channel::Demo.into()).await
    }

    async fn appointment(&self, id: &RequestId) -> Result<Option<Arc<Appointment>>, DeskError> {
        self.desk.appointment(id).await
    }

    async fn day(&self, day: NaiveDate) -> Result<Vec<Arc<Appointment>>, DeskError> {
        Ok(self.desk.day(day).await?.appointments().into_iter().cloned().collect())
    }

    async fn changed(&mut self) -> Option<Changed> {
        loop {
            let Feedback::Events(events) = self.feed.next().await? else {
                return Some(Changed::Anything);
            };
            let ids: Vec<RequestId> = events.iter().flat_map(|event| self.by_others(event)).collect();
            if !ids.is_empty() {
                return Some(Changed::These(ids));
            }
        }
    }
}
