//! The committed events as they come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::domain::Event;

/// Batches a slow reader may be behind before it has to load a snapshot again.
///
/// A batch is one transaction, so this is at least a few seconds of a busy desk; what is kept for the
/// slowest reader is shared by all of them.
const BATCHES_KEPT: usize = 1024;

/// One transaction's events, in order.
pub(super) type Batch = Arc<[Arc<Event>]>;

/// The sending end, used by the journal; none when the desk is closed.
///
/// Handles of a closed desk may live on, so the feeds cannot wait for the last one to be dropped.
#[derive(Debug)]
pub(super) struct Publisher {
    batches: RwLock<Option<broadcast::Sender<Batch>>>,
    /// The number of the newest event that was published.
    newest: Arc<AtomicU64>,
}

impl Publisher {
    pub(super) fn new() -> Self {
        Self { batches: RwLock::new(Some(broadcast::Sender::new(BATCHES_KEPT))), newest: Arc::default() }
    }

    /// Counts what was committed before the desk was opened as published.
    pub(super) fn begin_after(&self, newest: u64) {
        self.newest.store(newest, Ordering::Release);
    }

    /// The number of the newest event that was published.
    pub(super) fn newest(&self) -> u64 {
        self.newest.load(Ordering::Acquire)
    }

    /// The events from now on; a feed that has ended when the desk is closed.
    pub(super) fn subscribe(&self) -> Feed {
        let open = self.batches.read().as_ref().map(broadcast::Sender::subscribe);
        let batches = open.unwrap_or_else(|| broadcast::channel(1).1);
        Feed { batches, last: self.newest(), newest: Arc::clone(&self.newest) }
    }

    pub(super) fn publish(&self, events: Vec<Arc<Event>>) {
        if let (Some(sender), Some(last)) = (&*self.batches.read(), events.last()) {
            self.newest.store(last.number, Ordering::Release);
            // An error only says that nobody listens at the moment.
            let _ = sender.send(events.into());
        }
    }

    /// Ends every feed after what was published.
    pub(super) fn close(&self) {
        self.batches.write().take();
    }
}

/// The committed events as they come, from the moment of subscribing.
#[derive(Debug)]
pub struct Feed {
    batches: broadcast::Receiver<Batch>,
    /// The number of the newest event that the reader knows.
    last: u64,
    newest: Arc<AtomicU64>,
}

/// What a feed has for its reader.
#[derive(Debug, Clone)]
pub enum Feedback {
    /// Events, in order and without gaps.
    Events(Arc<[Arc<Event>]>),
    /// The reader missed some, for being slow or because the store had not told of them: load a snapshot again;
    /// events from now on follow.
    Lagged,
}

impl Feed {
    /// Waits for the next batch; none when the desk is closed. Safe to cancel.
    pub async fn next(&mut self) -> Option<Feedback> {
        match self.batches.recv().await {
            Ok(events) => Some(self.taken(events)),
            Err(RecvError::Lagged(_)) => {
                // The snapshot will have what is still kept, and whoever has to go through all of that first
                // is soon too slow again.
                self.batches = self.batches.resubscribe();
                self.last = self.newest.load(Ordering::Acquire);
                Some(Feedback::Lagged)
            }
            Err(RecvError::Closed) => None,
        }
    }

    /// A batch, unless something was stored before it that was never published: a commit may take effect
    /// although the store answers it with an error.
    fn taken(&mut self, events: Batch) -> Feedback {
        let follows = events.first().is_none_or(|first| first.number <= self.last + 1);
        self.last = events.last().map_or(self.last, |last| last.number.max(self.last));
        if follows { Feedback::Events(events) } else { Feedback::Lagged }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Channel, Draft, Edits, ProviderId};

    fn event(number: u64) -> Arc<Event> {
        let action = Action::ProviderAdded(ProviderId::new("chen").unwrap());
        let at = chrono::DateTime::UNIX_EPOCH;
        Arc::new(Event { number, draft: Draft { at, actor: Channel::Desk.into(), action, edits: Edits::default() } })
    }

    #[tokio::test]
    async fn a_feed_with_a_gap_says_that_something_is_missing_and_goes_on() {
        let publisher = Publisher::new();
        publisher.begin_after(6);
        let mut feed = publisher.subscribe();
        publisher.publish(vec![event(7), event(8)]);
        publisher.publish(vec![event(10)]);
        publisher.publish(vec![event(11)]);
        assert!(matches!(feed.next().await, Some(Feedback::Events(events)) if events.len() == 2));
        assert!(matches!(feed.next().await, Some(Feedback::Lagged)), "9 was never published");
        assert!(matches!(feed.next().await, Some(Feedback::Events(events)) if events[0].number == 11));
    }

    #[tokio::test]
    async fn readers_share_what_is_published_and_none_waits_for_one_that_does_not_read() {
        let publisher = Publisher::new();
        let mut idle = publisher.subscribe();
        let mut readers: Vec<Feed> = (0..10).map(|_| publisher.subscribe()).collect();
        let sent: Vec<_> = (1..=2 * BATCHES_KEPT as u64).map(event).collect();
        for one in &sent {
            publisher.publish(vec![Arc::clone(one)]);
            for reader in &mut readers {
                let Some(Feedback::Events(events)) = reader.next().await else { panic!("nothing is missed") };
                assert!(Arc::ptr_eq(&events[0], one), "event {} was copied", one.number);
            }
        }
        // What nobody can read any more is not kept for the one that never came.
        assert_eq!(Arc::strong_count(&sent[0]), 1);
        assert!(matches!(idle.next().await, Some(Feedback::Lagged)));
    }
}
