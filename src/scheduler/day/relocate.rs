//! Moving an appointment: out of one provider-day and into another, or into the same one, by the rules.

use std::sync::Arc;

use super::Day;
use super::ask::Wish;
use super::book::ROUNDS_MAX;
use super::survey::{StandIn, Survey, Surveyor};
use crate::domain::{Appointment, Edit, Minute, Minutes, Overbooking, ProviderId, Refusal, RequestId, TimeRange};
use crate::scheduler::explain::Explanation;
use crate::scheduler::locked::Locked;
use crate::scheduler::seat::Touched;

/// Which appointment is to go where.
#[derive(Debug, Clone)]
pub struct Move<'a> {
    /// The appointment as it is believed to be.
    pub appointment: &'a Arc<Appointment>,
    /// The only provider that will do; none for any.
    pub provider: Option<&'a ProviderId>,
    /// The range it has to lie in.
    pub range: TimeRange,
    /// Its new length.
    pub duration: Minutes,
    /// Minutes before this one are not given.
    pub earliest: Minute,
}

/// Why an appointment was not moved; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMoved {
    /// There is no room at the destination.
    #[error("no room: {0}")]
    Refused(Refusal),
    /// It is no longer where it was believed to be, or not as it was.
    #[error("appointment {0} has changed meanwhile")]
    Changed(RequestId),
}

impl Move<'_> {
    fn wish(&self) -> Wish<'_> {
        let service = self.appointment.request.service.as_ref();
        Wish { service, range: self.range, duration: self.duration, earliest: self.earliest }
    }

    fn changed(&self) -> NotMoved {
        NotMoved::Changed(self.appointment.id().clone())
    }

    fn placed(&self, to: &Day, provider: &ProviderId, slot: TimeRange) -> Appointment {
        let provider = provider.clone();
        Appointment { provider, day: to.date, slot, overbooking: Overbooking::None, ..(**self.appointment).clone() }
    }
}

impl Day {
    /// Moves an appointment from this day to another one, or within it, placed by the rules.
    ///
    /// Its own minutes and its own daily place count as free. On success `settle` is called exactly once,
    /// with what changed and the provider-days that were touched, while all of them are held. The answer
    /// is none if the rules leave it exactly where it is: then nothing was changed or settled. A move is
    /// no new wish, so it is not counted in the popularity.
    pub fn relocate<S>(
        &self,
        to: &Self,
        wanted: &Move<'_>,
        mut settle: S,
    ) -> Result<Option<Edit<Appointment>>, NotMoved>
    where
        S: FnMut(&Edit<Appointment>, &[Touched]),
    {
        let (from, to) = self.ends(to);
        if let Some(provider) = wanted.provider {
            let seat = to.seat(provider).ok_or_else(|| NotMoved::Refused(Self::unknown(provider)))?;
            return from.relocate_to(to, seat, wanted, &mut settle);
        }
        for _ in 0..ROUNDS_MAX {
            let watch = to.shared.releases.watch(wanted.duration, to.rules.start_grid);
            let stand_in = from.vacated(to, wanted)?;
            match to.survey(&wanted.wish(), stand_in.as_ref()) {
                Survey::Nobody(refusal) if watch.is_quiet() => return Err(NotMoved::Refused(refusal)),
                Survey::Nobody(_) => {}
                Survey::Hosts(hosts) => {
                    let best = hosts.into_iter().min().map_or(0, |(_, seat)| seat);
                    match from.relocate_to(to, best, wanted, &mut settle) {
                        Err(NotMoved::Refused(_)) => {}
                        other => return other,
                    }
                }
            }
        }
        from.relocate_with_all_held(to, wanted, &mut settle)
    }

    /// What a move would do, without doing it; see [`Day::propose`].
    pub fn propose_relocation(&self, to: &Self, wanted: &Move<'_>) -> Result<Explanation, NotMoved> {
        let (from, to) = self.ends(to);
        let stand_in = from.vacated(to, wanted)?;
        to.propose_wish(&wanted.wish(), wanted.provider, stand_in.as_ref()).map_err(NotMoved::Refused)
    }

    /// The newest source and destination; the same one when both are of one date, so that seats can be compared.
    fn ends<'a>(&'a self, to: &'a Self) -> (&'a Self, &'a Self) {
        let to = to.newest();
        (if self.date == to.date { to } else { self.newest() }, to)
    }

    /// The appointment's provider-day without it, if that is one of the destination's; an error if it is
    /// not as believed.
    fn vacated(&self, to: &Self, wanted: &Move<'_>) -> Result<Option<StandIn>, NotMoved> {
        let provider = &wanted.appointment.provider;
        let mut source = self.provider_day(provider).ok_or_else(|| wanted.changed())?;
        let current = source.remove(wanted.appointment.id());
        if current.as_ref() != Some(wanted.appointment) {
            return Err(wanted.changed());
        }
        Ok(to.seat(provider).filter(|_| self.date == to.date).map(|seat| (seat, source)))
    }

    fn relocate_to<S>(
        &self,
        to: &Self,
        seat: usize,
        wanted: &Move<'_>,
        settle: &mut S,
    ) -> Result<Option<Edit<Appointment>>, NotMoved>
    where
        S: FnMut(&Edit<Appointment>, &[Touched]),
    {
        let source = self.seat(&wanted.appointment.provider).ok_or_else(|| wanted.changed())?;
        let locked = Locked::of_seats(vec![(self, source), (to, seat)]);
        finish(locked, to, seat, wanted, settle)
    }

    fn relocate_with_all_held<S>(
        &self,
        to: &Self,
        wanted: &Move<'_>,
        settle: &mut S,
    ) -> Result<Option<Edit<Appointment>>, NotMoved>
    where
        S: FnMut(&Edit<Appointment>, &[Touched]),
    {
        let source = self.seat(&wanted.appointment.provider).ok_or_else(|| wanted.changed())?;
        let all = (0..to.seats.len()).map(|seat| (to, seat)).chain([(self, source)]).collect();
        let locked = Locked::of_seats(all);
        let mut surveyor = Surveyor::new(to, wanted.wish());
        let mut vacated = locked.get(self.date, &wanted.appointment.provider).cloned();
        if let Some(vacated) = &mut vacated {
            vacated.remove(wanted.appointment.id());
        }
        let days = locked.iter().filter(|provider_day| provider_day.day() == to.date);
        for (seat, provider_day) in days.enumerate() {
            let is_source = self.date == to.date && seat == source;
            surveyor.ask(seat, vacated.as_ref().filter(|_| is_source).unwrap_or(provider_day));
        }
        match surveyor.finish() {
            Survey::Nobody(refusal) => Err(NotMoved::Refused(refusal)),
            Survey::Hosts(hosts) => {
                let best = hosts.into_iter().min().map_or(0, |(_, seat)| seat);
                finish(locked, to, best, wanted, settle)
            }
        }
    }
}

/// Decides and applies a move whose source and destination are held.
fn finish<S>(
    mut locked: Locked<'_>,
    to: &Day,
    seat: usize,
    wanted: &Move<'_>,
    settle: &mut S,
) -> Result<Option<Edit<Appointment>>, NotMoved>
where
    S: FnMut(&Edit<Appointment>, &[Touched]),
{
    let before = wanted.appointment;
    let provider = to.seats[seat].id();
    let source = locked.get(before.day, &before.provider).ok_or_else(|| wanted.changed())?;
    if source.get(before.id()) != Some(before) {
        return Err(wanted.changed());
    }
    let stays = before.day == to.date && before.provider == *provider;
    let vacated = stays.then(|| {
        let mut vacated = source.clone();
        vacated.remove(before.id());
        vacated
    });
    let wish = wanted.wish();
    let target = vacated.as_ref().or_else(|| locked.get(to.date, provider)).ok_or_else(|| wanted.changed())?;
    let Some(slot) = to.choose(target, &wish, &to.rules.dice) else {
        return Err(NotMoved::Refused(Refusal { blocked: vec![to.blocked(target, &wish)] }));
    };
    let after = wanted.placed(to, provider, slot);
    if after == **before {
        return Ok(None);
    }
    let edit = Edit::changed(Arc::clone(before), Arc::new(after));
    if let Some(source) = locked.get_mut(before.day, &before.provider) {
        source.remove(before.id());
    }
    if let (Some(target), Some(after)) = (locked.get_mut(to.date, provider), &edit.after) {
        target.insert(Arc::clone(after));
    }
    settle(&edit, &locked.touched());
    Ok(Some(edit))
}
