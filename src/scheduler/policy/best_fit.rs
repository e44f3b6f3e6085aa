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
        // Of gaps of one length the nearest to an edge wins, so the starts of each have to be seen.
        let starts = openings.iter().flat_map(|opening| opening.starts().map(move |start| (opening, start)));
        starts
            .min_by_key(|(opening, start)| {
                let (left, right) = opening.left_over(*start);
                (opening.gap.len(), left.min(right), *start)
            })
            .map(|(_, start)| start)
    }
}
