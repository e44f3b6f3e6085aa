//! One command on its way through the desk.

use std::sync::Arc;

use tokio::sync::{Notify, oneshot};

use crate::domain::{Actor, Minute, ProviderId, Request};
use crate::store::Commit;
use crate::sync::Mutex;

use super::days::HeldDays;
use super::setbacks::{Footing, Setbacks};
use super::{Answer, Command, DeskError, Past};

/// What a worker is to decide; cheap to clone.
#[derive(Debug, Clone)]
pub(super) enum Work {
    /// A booking by the rules: the one that has to be fast.
    Book { request: Arc<Request>, past: Past },
    /// A booking over the rules.
    Overbook { request: Arc<Request>, provider: ProviderId, start: Minute },
    /// Anything else.
    Other(Arc<Command>),
}

impl Work {
    /// The request whose identifier is an idempotency key.
    pub(super) fn request(&self) -> Option<&Arc<Request>> {
        match self {
            Self::Book { request, .. } | Self::Overbook { request, .. } => Some(request),
            Self::Other(_) => None,
        }
    }
}

impl From<Command> for Work {
    fn from(command: Command) -> Self {
        match command {
            Command::Book { request, past } => Self::Book { request: Arc::new(request), past },
            Command::Overbook { request, provider, start } => {
                Self::Overbook { request: Arc::new(request), provider, start }
            }
            other => Self::Other(Arc::new(other)),
        }
    }
}

/// A command, who gave it, and where its answer goes.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) actor: Actor,
    pub(super) reply: Reply,
    /// How often it was decided on a state that turned out to be stale.
    pub(super) tries: u8,
    /// The days that it was decided on.
    pub(super) held: HeldDays,
}

/// A decision on its way to the store, with the job it answers.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) commit: Commit,
    pub(super) job: Job,
    /// The setbacks of the desk before anything was looked at for it.
    pub(super) setbacks: Setbacks,
}

impl Decision {
    /// Whether it may rest on what was not stored, now that there are these setbacks.
    pub(super) fn is_outdated(&self, now: Setbacks) -> bool {
        let Commit { draft, guards } = &self.commit;
        let footing = if guards.is_empty() && !draft.touches_roster() { Footing::Bare } else { Footing::Known };
        now.outdate(self.setbacks, footing)
    }
}

/// Where an answer goes; counts as outstanding until it is given or dropped.
#[derive(Debug)]
pub(super) struct Reply {
    sender: oneshot::Sender<Result<Answer, DeskError>>,
    _ticket: Ticket,
}

impl Reply {
    pub(super) fn new(outstanding: &Arc<Outstanding>) -> (Self, oneshot::Receiver<Result<Answer, DeskError>>) {
        let (sender, receiver) = oneshot::channel();
        (Self { sender, _ticket: Ticket::new(outstanding) }, receiver)
    }

    /// Gives the answer; whoever asked may have gone, which is no harm.
    pub(super) fn give(self, answer: Result<Answer, DeskError>) {
        let _ = self.sender.send(answer);
    }
}

/// Counts the commands that were accepted and not yet answered, so that closing can wait for them.
#[derive(Debug, Default)]
pub(super) struct Outstanding {
    count: Mutex<usize>,
    none_left: Notify,
}

impl Outstanding {
    /// Waits until every accepted command has its answer.
    pub(super) async fn drained(&self) {
        loop {
            let notified = self.none_left.notified();
            if *self.count.lock() == 0 {
                return;
            }
            notified.await;
        }
    }
}

#[derive(Debug)]
struct Ticket(Arc<Outstanding>);

impl Ticket {
    fn new(outstanding: &Arc<Outstanding>) -> Self {
        *outstanding.count.lock() += 1;
        Self(Arc::clone(outstanding))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut count = self.0.count.lock();
        *count -= 1;
        if *count == 0 {
            self.0.none_left.notify_waiters();
        }
    }
}
