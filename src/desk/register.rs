//! Which request identifiers are taken: the first look-up of idempotency.
//!
//! The register knows the requests that are being decided and the newest ones that were; the store
//! knows all of them and has the last word.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::domain::{Action, Event, Request, RequestId};
use crate::sync::Mutex;

use super::job::Reply;

/// Answers kept at hand, newest first out last; older repetitions are found in the store.
const ANSWERS_KEPT: usize = 16_384;

/// Most blockers in the refusals among them, 7 MiB: one that a clinic of hundreds gives names everybody, and
/// would take the memory of tens of bookings.
const BLOCKERS_KEPT: usize = 131_072;

/// The requests being decided and the newest answers.
#[derive(Debug, Default)]
pub(super) struct Register(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    entries: HashMap<RequestId, Entry>,
    answered: VecDeque<RequestId>,
    /// In all of the answers.
    blockers: usize,
}

#[derive(Debug)]
enum Entry {
    /// Somebody is on it; these want to know too.
    Deciding(Vec<Waiting>),
    /// It has this answer.
    Answered(Arc<Event>),
}

/// A repetition that came in while its request was being decided.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) request: Arc<Request>,
    pub(super) reply: Reply,
}

/// What the register says to a request.
#[derive(Debug)]
pub(super) enum Claim {
    /// Nobody else is on it: decide it, and tell the register how it went.
    Yours(Reply),
    /// It was answered before; the reply is still to be given.
    Answered(Arc<Event>, Reply),
    /// It is being decided; the reply will come with that.
    Waiting,
}

impl Register {
    /// Takes the identifier for the caller, unless somebody has it.
    pub(super) fn claim(&self, request: &Arc<Request>, reply: Reply) -> Claim {
        let mut state = self.0.lock();
        match state.entries.get_mut(&request.id) {
            None => {
                state.entries.insert(request.id.clone(), Entry::Deciding(Vec::new()));
                Claim::Yours(reply)
            }
            Some(Entry::Answered(event)) => Claim::Answered(Arc::clone(event), reply),
            Some(Entry::Deciding(waiting)) => {
                waiting.push(Waiting { request: Arc::clone(request), reply });
                Claim::Waiting
            }
        }
    }

    /// Remembers the answer; returns who waited for it.
    pub(super) fn answered(&self, id: &RequestId, event: &Arc<Event>) -> Vec<Waiting> {
        let mut state = self.0.lock();
        let before = state.entries.insert(id.clone(), Entry::Answered(Arc::clone(event)));
        state.answered.push_back(id.clone());
        state.blockers += blockers(event);
        while state.answered.len() > ANSWERS_KEPT || state.blockers > BLOCKERS_KEPT {
            let oldest = state.answered.pop_front().and_then(|oldest| state.entries.remove(&oldest));
            let Some(Entry::Answered(oldest)) = oldest else { break };
            state.blockers -= blockers(&oldest);
        }
        match before {
            Some(Entry::Deciding(waiting)) => waiting,
            _ => Vec::new(),
        }
    }

    /// Gives the identifier up after a failure; returns who waited for the answer.
    pub(super) fn abandoned(&self, id: &RequestId) -> Vec<Waiting> {
        match self.0.lock().entries.remove(id) {
            Some(Entry::Deciding(waiting)) => waiting,
            _ => Vec::new(),
        }
    }
}

fn blockers(event: &Event) -> usize {
    match &event.draft.action {
        Action::Refused { refusal, .. } => refusal.blocked.len(),
        _ => 0,
    }
}
