use super::{Policy, ProviderOrder};
use crate::scheduler::Openings;

/// The rule of the program that slotdesk grew out of: one end of the first gap that has room.
#[derive(Debug, Clone, Copy)]
pub struct Seed;

impl Policy for Seed {
    fn name(&self) -> &'static str {
        "seed"
    }

    fn summary(&self) -> &'static str {
        "the original program's rule: the nearer end of the first gap that has room"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::RemainingAppointments
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        let opening = openings.iter().next()?;
        let (before, after) = opening.outside();
        Some(if before <= after { opening.earliest() } else { opening.latest() })
    }
}
