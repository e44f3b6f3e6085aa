//! Books with a past: so many providers, each with so many appointments a day, on so many days that end with one.
//!
//! Every appointment is a quarter of an hour, one behind the other from eight o'clock on, and was booked as its
//! day began. The commits go to the store directly, many in a transaction, as no desk would let them.

use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use slotdesk::domain::{
    Action, Appointment, Channel, Draft, Edit, Edits, Minute, Minutes, Overbooking, Request, RequestId, Status,
    TimeRange,
};
use slotdesk::store::{Commit, Guard, Store, Verdict};

use crate::desks;

/// Commits in a transaction while a book is filled.
const BATCH: usize = 20_000;

/// What a book is filled with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    pub(crate) providers: usize,
    /// Appointments of one provider on one day, at most 28.
    pub(crate) a_day: usize,
    pub(crate) days: usize,
    pub(crate) last: NaiveDate,
}

impl History {
    /// Appointments of all.
    pub(crate) fn len(&self) -> usize {
        self.days * self.requests_a_day()
    }

    /// Appointments of one day, and as many requests in the log.
    pub(crate) fn requests_a_day(&self) -> usize {
        self.providers * self.a_day
    }

    /// The day of an appointment, counted from the oldest one.
    pub(crate) fn day_of(&self, number: usize) -> NaiveDate {
        self.last - Days::new((self.days - 1 - number / self.requests_a_day()) as u64)
    }

    /// The request of an appointment.
    pub(crate) fn request(&self, number: usize) -> Request {
        let id = RequestId::new(&format!("past{number:07}")).unwrap();
        Request { id, day: self.day_of(number), range: desks::range("08:00", "18:00"), ..desks::request(number) }
    }

    /// Puts the providers and all appointments into an empty book.
    pub(crate) fn fill(&self, store: &mut dyn Store) {
        let added = (0..self.providers).map(|number| {
            let provider = Arc::new(desks::provider(number));
            let action = Action::ProviderAdded(provider.id.clone());
            let edits = Edits { providers: vec![Edit::added(provider)], ..Edits::default() };
            commit((DateTime::UNIX_EPOCH, action), edits, [])
        });
        store.commit(&added.collect::<Vec<_>>()).unwrap();
        for from in (0..self.len()).step_by(BATCH) {
            let numbers = from..(from + BATCH).min(self.len());
            let commits: Vec<Commit> = numbers.map(|number| self.booked(number)).collect();
            let verdicts = store.commit(&commits).unwrap();
            assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Committed(_))));
        }
    }

    /// Appointment `number` of all: day by day, every provider once and then every one again.
    fn booked(&self, number: usize) -> Commit {
        let place = number % self.requests_a_day();
        let (which, who) = (place / self.providers, place % self.providers);
        let start = Minute::new(u16::try_from(8 * 60 + which * 15).unwrap()).unwrap();
        let request = Arc::new(self.request(number));
        let (day, provider) = (request.day, desks::provider(who).id);
        let appointment = Arc::new(Appointment {
            slot: TimeRange::starting(start, Minutes::new(15).unwrap()).unwrap(),
            provider: provider.clone(),
            day,
            status: Status::Booked,
            overbooking: Overbooking::None,
            request: Arc::clone(&request),
        });
        let edits = Edits { appointments: [Edit::added(appointment)].into_iter().collect(), ..Edits::default() };
        let guard = Guard { provider, provider_revision: 1, day, revision: which as u64 };
        let at = day.and_time(NaiveTime::MIN).and_utc();
        commit((at, Action::Booked(request.id.clone())), edits, [guard])
    }
}

fn commit<const N: usize>((at, action): (DateTime<Utc>, Action), edits: Edits, guards: [Guard; N]) -> Commit {
    let draft = Draft { at, actor: Channel::Http.into(), action, edits };
    Commit { draft: Arc::new(draft), guards: guards.into_iter().collect() }
}
