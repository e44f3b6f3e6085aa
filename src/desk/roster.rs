//! Who works here and what is on offer, as decided; swapped whole when it changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Catalogue, Edits, Provider, ProviderId};
use crate::store;

/// The providers and services that decisions are made with.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    pub(super) providers: BTreeMap<ProviderId, Arc<Provider>>,
    pub(super) catalogue: Catalogue,
}

impl From<store::Roster> for Roster {
    fn from(stored: store::Roster) -> Self {
        Self {
            providers: stored.providers.into_iter().map(|provider| (provider.id.clone(), provider)).collect(),
            catalogue: stored.services.into_iter().collect(),
        }
    }
}

impl Roster {
    /// The roster after a change.
    pub(super) fn changed(&self, edits: &Edits) -> Self {
        let mut new = self.clone();
        for edit in &edits.providers {
            match (&edit.after, &edit.before) {
                (Some(after), _) => drop(new.providers.insert(after.id.clone(), Arc::clone(after))),
                (None, Some(before)) => drop(new.providers.remove(&before.id)),
                (None, None) => {}
            }
        }
        for edit in &edits.services {
            match (&edit.after, &edit.before) {
                (Some(after), _) => new.catalogue.put(Arc::clone(after)),
                (None, Some(before)) => new.catalogue.remove(&before.id),
                (None, None) => {}
            }
        }
        new
    }
}
