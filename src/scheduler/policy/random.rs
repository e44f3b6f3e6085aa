use super::{Policy, ProviderOrder};
use crate::scheduler::{Opening, Openings};

/// Any start, each as likely as the other.
#[derive(Debug, Clone, Copy)]
pub struct Random;

impl Policy for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn summary(&self) -> &'static str {
        "any start, drawn from seeded dice; to compare with"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::RemainingAppointments
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        let starts = || openings.iter().flat_map(Opening::starts);
        // Counted first, so that the dice are thrown once and only for a request that is placed.
        let count = u64::try_from(starts().count()).ok().filter(|count| *count > 0)?;
        let index = usize::try_from(openings.dice().draw() % count).ok()?;
        starts().nth(index)
    }
}
