//! What the desk can take back.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use crate::domain::{Action, Channel, Event};

/// Changes that can be taken back; older ones are history.
pub(super) const DEPTH: usize = 200;

/// The newest changes made at this desk that were not taken back, newest last.
#[derive(Debug, Default)]
pub(super) struct UndoStack {
    changes: VecDeque<Arc<Event>>,
    /// Those that are being taken back, so that two quick undos take back two changes.
    begun: HashSet<u64>,
}

impl UndoStack {
    /// Takes in a committed event: something to take back, or something taken back.
    pub(super) fn note(&mut self, event: &Arc<Event>) {
        match &event.draft.action {
            Action::Undone(number) => self.give_up(*number),
            Action::Refused { .. } => {}
            _ if event.draft.actor.channel == Channel::Desk => {
                self.changes.push_back(Arc::clone(event));
                if self.changes.len() > DEPTH {
                    self.changes.pop_front();
                }
            }
            _ => {}
        }
    }

    /// Begins to take back the newest change.
    pub(super) fn begin(&mut self) -> Option<Arc<Event>> {
        let newest = self.changes.iter().rev().find(|change| !self.begun.contains(&change.number))?;
        self.begun.insert(newest.number);
        Some(Arc::clone(newest))
    }

    /// Makes a change the newest again after taking it back has failed for a reason that may pass.
    pub(super) fn put_back(&mut self, number: u64) {
        self.begun.remove(&number);
    }

    /// Removes a change that was taken back, or that no longer can be.
    pub(super) fn give_up(&mut self, number: u64) {
        self.begun.remove(&number);
        self.changes.retain(|change| change.number != number);
    }
}
