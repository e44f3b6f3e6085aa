//! Changes of a provider's record over many days: hours, limit, services, retirement.

use std::sync::Arc;

use super::day::Day;
use super::locked::Locked;
use super::seat::Touched;
use crate::domain::{Appointment, Cancellation, Edit, Provider, Status};

/// What a change of a provider's record did to the given days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderChange {
    /// Live appointments that stayed where they are, by day and start.
    pub kept: Vec<Arc<Appointment>>,
    /// Pending appointments that were cancelled, by day and start.
    pub cancelled: Vec<Edit<Appointment>>,
}

/// Puts a changed record in force on all given days at once, and cancels what has no place any more.
///
/// The rule is [`ProviderDay::fates`](super::ProviderDay::fates): what fits wholly inside the new hours
/// stays, the rest of what is pending is cancelled for the reason given, and free time afterwards is the
/// new hours without what was kept. A lowered limit cancels nothing. `settle` is called exactly once,
/// with everything that was touched, while all the days are held. Days that do not know the provider are
/// left alone.
pub fn change_provider<S>(
    days: &[Arc<Day>],
    changed: &Arc<Provider>,
    reason: &Cancellation,
    settle: S,
) -> ProviderChange
where
    S: FnOnce(&ProviderChange, &[Touched]),
{
    let mut locked = Locked::new(days.iter().map(|day| (&**day, &changed.id)));
    let mut change = ProviderChange::default();
    let dates: Vec<_> = locked.iter().map(super::ProviderDay::day).collect();
    for date in dates {
        let fates = locked.get_mut(date, &changed.id).map(|day| day.take_over(Arc::clone(changed)));
        for dropped in fates.iter().flat_map(|fates| &fates.dropped) {
            let cancelled = dropped.with_status(Status::Cancelled(reason.clone()));
            change.cancelled.push(Edit::changed(Arc::clone(dropped), Arc::new(cancelled)));
        }
        change.kept.extend(fates.into_iter().flat_map(|fates| fates.kept));
    }
    settle(&change, &locked.touched());
    change
}
