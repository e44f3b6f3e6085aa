//! The committed events as they come.

use std::sync::Arc;

use tokio::sync::broadcast::{self, error::RecvError};

use crate::domain::Event;

/// Batches a slow reader may be behind before it has to load a snapshot again.
///
/// A batch is one transaction, so this is at least a few seconds of a busy desk; what is kept for the
/// slowest reader is shared by all of them.
const BATCHES_KEPT: usize = 1024;

/// One transaction's events, in order.
pub(super) type Batch = Arc<[Arc<Event>]>;

/// The sending end, owned by the journal.
#[derive(Debug)]
pub(super) struct Publisher(broadcast::Sender<Batch>);

impl Publisher {
    pub(super) fn new() -> Self {
        Self(broadcast::Sender::new(BATCHES_KEPT))
    }

    pub(super) fn subscribe(&self) -> Feed {
        Feed(self.0.subscribe())
    }

    pub(super) fn publish(&self, events: Vec<Arc<Event>>) {
        if !events.is_empty() {
            // An error only says that nobody listens at the moment.
            let _ = self.0.send(events.into());
        }
    }
}

/// The committed events as they come, from the moment of subscribing.
#[derive(Debug)]
pub struct Feed(broadcast::Receiver<Batch>);

/// What a feed has for its reader.
#[derive(Debug, Clone)]
pub enum Feedback {
    /// Events, in order and without gaps.
    Events(Arc<[Arc<Event>]>),
    /// The reader was too slow and missed some: load a snapshot again; events from now on follow.
    Lagged,
}

impl Feed {
    /// Waits for the next batch; none when the desk is closed. Safe to cancel.
    pub async fn next(&mut self) -> Option<Feedback> {
        match self.0.recv().await {
            Ok(events) => Some(Feedback::Events(events)),
            Err(RecvError::Lagged(_)) => {
                // The snapshot will have what is still kept, and whoever has to go through all of that first
                // is soon too slow again.
                self.0 = self.0.resubscribe();
                Some(Feedback::Lagged)
            }
            Err(RecvError::Closed) => None,
        }
    }
}
