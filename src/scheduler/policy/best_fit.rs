use super::{Policy, ProviderOrder};
use crate::scheduler::Openings;

/// The smallest gap, as near to one of its edges as possible.
#[derive(Debug, Clone, Copy)]
pub struct BestFit;

impl Policy for BestFit {
    fn name(&self) -> &'static str {
        "best-fit"
    }

    fn summary(&self) -> &'static str {
        "the smallest gap that has room, near an edge"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::RemainingAppointments
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        super::near_an_edge(openings, |gap| gap)
    }
}
