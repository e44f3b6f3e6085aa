//! A provider's place in a day, with the lock that decisions about it are made under.

use std::sync::Arc;

use chrono::NaiveDate;

use super::provider_day::ProviderDay;
use crate::domain::ProviderId;
use crate::sync::{Mutex, MutexGuard};

/// A provider-day as it was when a change was decided on it, for the store to check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Whose day.
    pub provider: ProviderId,
    /// The revision of the provider's record that was in force.
    pub provider_revision: u64,
    /// Which day.
    pub day: NaiveDate,
    /// The revision of that provider's day before the change.
    pub revision: u64,
}

/// A provider-day behind its lock; rebuilt days share it with the days they replace.
#[derive(Debug, Clone)]
pub(super) struct Seat(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    id: ProviderId,
    /// The place in the list that the day was made from.
    position: u32,
    day: Mutex<ProviderDay>,
}

impl Seat {
    pub(super) fn new(day: ProviderDay, position: u32) -> Self {
        // Allocated one after the other, so that a decision finds both in the same place of the memory.
        let id = day.id().detached();
        Self(Arc::new(Inner { id, position, day: Mutex::new(day) }))
    }

    pub(super) fn id(&self) -> &ProviderId {
        &self.0.id
    }

    pub(super) fn position(&self) -> u32 {
        self.0.position
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, ProviderDay> {
        self.0.day.lock()
    }

    pub(super) fn try_lock(&self) -> Option<MutexGuard<'_, ProviderDay>> {
        self.0.day.try_lock()
    }
}
