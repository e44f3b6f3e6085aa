use super::{Policy, ProviderOrder};
use crate::scheduler::Openings;

/// The earliest start.
#[derive(Debug, Clone, Copy)]
pub struct FirstFit;

impl Policy for FirstFit {
    fn name(&self) -> &'static str {
        "first-fit"
    }

    fn summary(&self) -> &'static str {
        "the earliest start"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::RemainingAppointments
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        openings.iter().next().map(|opening| opening.earliest())
    }
}
