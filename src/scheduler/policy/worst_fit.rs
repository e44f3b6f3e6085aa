use std::cmp::Reverse;

use super::{Policy, ProviderOrder};
use crate::scheduler::Openings;

/// The largest gap, as near to one of its edges as possible.
#[derive(Debug, Clone, Copy)]
pub struct WorstFit;

impl Policy for WorstFit {
    fn name(&self) -> &'static str {
        "worst-fit"
    }

    fn summary(&self) -> &'static str {
        "the largest gap, near an edge"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::RemainingAppointments
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        super::near_an_edge(openings, Reverse)
    }
}
