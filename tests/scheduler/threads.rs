//! Many threads on one day: no overlap, no limit broken, nothing refused that had a place, no deadlock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use slotdesk::domain::{Appointment, Cancellation, Cause, Minute, Provider, ProviderId};
use slotdesk::scheduler::{Day, Move, ProviderDay, Touched, change_provider};

use crate::figures::report;
use crate::support::{
    book, cancel, date, day, day_on, provider, provider_id, range, ranges, request, rules, with_hours,
};

const THREADS: usize = 64;
/// Bookings that each of them asks for.
const ROUNDS: usize = 30;
/// Far longer than any of these tests takes; only a deadlock reaches it.
const DEADLOCK: Duration = Duration::from_secs(120);

/// Runs all jobs at once and fails if they do not end.
fn together(jobs: Vec<Box<dyn FnOnce() + Send>>) {
    let (done, all_done) = mpsc::channel();
    let start = Arc::new(Barrier::new(jobs.len()));
    let threads: Vec<_> = jobs
        .into_iter()
        .map(|job| {
            let (done, start) = (done.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                job();
                // The receiver is gone only when the test has failed already.
                let _ = done.send(());
            })
        })
        .collect();
    drop(done);
    for _ in 0..threads.len() {
        match all_done.recv_timeout(DEADLOCK) {
            Ok(()) | Err(mpsc::RecvTimeoutError::Disconnected) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("some threads wait for each other"),
        }
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

fn providers(count: usize, limit: u32) -> Vec<Provider> {
    (0..count)
        .map(|number| provider(&format!("p{number:03}"), &[("08:00", "12:00"), ("13:00", "18:00")], limit))
        .collect()
}

fn assert_rules_hold(day: &Day) {
    let all: Vec<ProviderId> = day.providers().cloned().collect();
    for id in all {
        let provider_day = day.provider_day(&id).unwrap();
        let live = provider_day.live();
        assert!(live.windows(2).all(|pair| pair[0].slot.end() <= pair[1].slot.start()), "double booking of {id}");
        assert!(live.iter().all(|one| provider_day.hours().contains(one.slot)), "outside the hours of {id}");
        assert!(provider_day.booked() <= provider_day.provider().max_daily_appointments, "limit of {id}");
        let fresh = ProviderDay::new(Arc::clone(provider_day.provider()), day.date(), live.to_vec(), 0);
        assert_eq!((provider_day.gaps(), provider_day.booked_minutes()), (fresh.gaps(), fresh.booked_minutes()));
    }
}

/// What was settled, in the order in which it was.
type Journal = Arc<Mutex<Vec<Touched>>>;

fn assert_in_order(journal: &Journal) {
    let mut next: HashMap<ProviderId, u64> = HashMap::new();
    for touched in journal.lock().unwrap().iter() {
        let expected = next.entry(touched.provider.clone()).or_default();
        assert_eq!(touched.revision, *expected, "what is settled first has the lower revision");
        *expected += 1;
    }
}

#[test]
fn sixty_four_threads_double_book_nobody_and_settle_in_the_order_of_revisions() {
    let (mut requests, mut all_booked, mut all_cancelled) = (0, 0, 0);
    for count in [1, 4, 200] {
        let day = day(providers(count, 12));
        let journal = Journal::default();
        let [booked, cancelled] = [(); 2].map(|()| Arc::new(AtomicU64::new(0)));
        let jobs = (0..THREADS).map(|thread| {
            let (day, journal) = (Arc::clone(&day), Arc::clone(&journal));
            let (booked, cancelled) = (Arc::clone(&booked), Arc::clone(&cancelled));
            let job = move || {
                for round in 0..ROUNDS {
                    let duration = [15, 30, 20, 45][(thread + round) % 4];
                    let preferred =
                        if round % 3 == 0 { format!(" @p{:03}", (thread * 7 + round) % count) } else { String::new() };
                    let text = format!("t{thread}r{round} {duration} 08:00-18:00{preferred}");
                    let placed =
                        day.book(&request(&text), Minute::MIDNIGHT, |_, touched| journal.lock().unwrap().push(touched));
                    booked.fetch_add(u64::from(placed.is_ok()), Ordering::Relaxed);
                    if let (Ok(placed), true) = (placed, round % 5 == 0) {
                        let edits = crate::support::edits(crate::support::cancelled(&placed));
                        let record = |touched: &[Touched]| journal.lock().unwrap().extend_from_slice(touched);
                        slotdesk::scheduler::apply_edits(std::slice::from_ref(&day), &edits, record).unwrap();
                        cancelled.fetch_add(1, Ordering::Relaxed);
                    }
                }
            };
            Box::new(job) as Box<dyn FnOnce() + Send>
        });
        together(jobs.collect());
        assert_rules_hold(&day);
        assert_in_order(&journal);
        let [booked, cancelled] = [booked, cancelled].map(|count| count.load(Ordering::Relaxed));
        assert_eq!(journal.lock().unwrap().len() as u64, booked + cancelled, "each is settled once");
        assert!(booked > 0 && cancelled > 0);
        requests += THREADS * ROUNDS;
        all_booked += booked;
        all_cancelled += cancelled;
    }
    report(
        "sixty_four_threads_double_book_nobody_and_settle_in_the_order_of_revisions",
        &format!(
            "{THREADS} threads, {requests} requests: {all_booked} booked, {all_cancelled} of them cancelled again"
        ),
    );
}

#[test]
fn of_sixty_four_who_want_one_place_exactly_one_gets_it() {
    for preferred in ["", " @p000"] {
        let day = day(providers(1, 12));
        let accepted = Arc::new(AtomicU64::new(0));
        let jobs = (0..THREADS).map(|thread| {
            let (day, accepted) = (Arc::clone(&day), Arc::clone(&accepted));
            let job = move || {
                let placed = book(&day, &format!("t{thread} 30 09:00-09:30{preferred}"));
                accepted.fetch_add(u64::from(placed.is_ok()), Ordering::Relaxed);
            };
            Box::new(job) as Box<dyn FnOnce() + Send>
        });
        together(jobs.collect());
        assert_eq!(accepted.load(Ordering::Relaxed), 1);
    }
}

/// Tells the others that its thread has ended, however it has.
struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One of two places is always free, but never the same one for long.
#[test]
fn nothing_is_refused_while_somebody_could_have_hosted() {
    let day = day(["a", "z"].map(|id| provider(id, &[("09:00", "09:30")], 8)));
    let wanderer = book(&day, "wanderer 30 09:00-09:30").unwrap();
    let finished = Arc::new(AtomicBool::new(false));
    let mover = {
        let (day, finished) = (Arc::clone(&day), Arc::clone(&finished));
        move || {
            let mut current = wanderer;
            while !finished.load(Ordering::Relaxed) {
                let to = provider_id(if current.provider.as_str() == "a" { "z" } else { "a" });
                if let Some(after) = relocate(&day, &current, &to) {
                    current = after;
                }
            }
        }
    };
    let booker = move || {
        let _ended = SetOnDrop(finished);
        for round in 0..20_000 {
            let placed = book(&day, &format!("r{round} 30 09:00-09:30")).unwrap();
            cancel(&day, &placed).unwrap();
        }
    };
    together(vec![Box::new(mover), Box::new(booker)]);
}

fn relocate(day: &Day, current: &Arc<Appointment>, to: &ProviderId) -> Option<Arc<Appointment>> {
    let wanted = Move {
        appointment: current,
        provider: Some(to),
        range: range("08:00", "18:00"),
        duration: current.slot.minutes(),
        earliest: Minute::MIDNIGHT,
    };
    day.relocate(day, &wanted, |_, _| {}).ok()??.after
}

#[test]
fn crossing_moves_between_providers_and_days_do_not_deadlock_and_lose_nothing() {
    let tomorrow = day_on(date().succ_opt().unwrap(), rules("least-fragmentation", 5), providers(3, 100));
    let days = [day(providers(3, 100)), tomorrow];
    let jobs = (0..16).map(|thread: usize| {
        let days = days.clone();
        let job = move || {
            let first = format!("t{thread} 15 08:00-18:00 @p{:03}", thread % 3);
            let mut current = book(&days[0], &first).unwrap();
            for round in 0..300 {
                let to = provider_id(&format!("p{:03}", (thread + round) % 3));
                let provider = (round % 3 > 0).then_some(&to);
                let from = usize::from(current.day != date());
                let wanted = Move {
                    appointment: &current,
                    provider,
                    range: range("08:00", "18:00"),
                    duration: current.slot.minutes(),
                    earliest: Minute::MIDNIGHT,
                };
                let moved = days[from].relocate(&days[(thread + round) % 2], &wanted, |_, _| {}).unwrap();
                current = moved.and_then(|edit| edit.after).unwrap_or(current);
            }
        };
        Box::new(job) as Box<dyn FnOnce() + Send>
    });
    // A change over both days takes its locks in the same order.
    let changing = {
        let days = days.clone();
        move || {
            let mut record = Arc::new(provider("p001", &[("08:00", "12:00"), ("13:00", "18:00")], 100));
            for _ in 0..300 {
                record = with_hours(&record, ranges(&[("08:00", "12:00"), ("13:00", "18:00")]));
                let reason = Cancellation { cause: Cause::HoursChanged, note: None };
                assert!(change_provider(&days, &record, &reason, |_, _| {}).cancelled.is_empty());
            }
        }
    };
    together(jobs.chain([Box::new(changing) as Box<dyn FnOnce() + Send>]).collect());
    for day in &days {
        assert_rules_hold(day);
    }
    let live: usize = days
        .iter()
        .map(|day| day.providers().map(|id| day.provider_day(id).unwrap().live().len()).sum::<usize>())
        .sum();
    assert_eq!(live, 16);
}

#[test]
fn nothing_is_lost_while_a_day_is_rebuilt_under_those_who_decide_on_it() {
    let first = day(providers(6, 200));
    let accepted = Arc::new(AtomicU64::new(0));
    let bookers = (0..4).map(|thread| {
        let (day, accepted) = (Arc::clone(&first), Arc::clone(&accepted));
        let job = move || {
            for round in 0..100 {
                let placed = book(&day, &format!("t{thread}r{round} 5 08:00-18:00"));
                accepted.fetch_add(u64::from(placed.is_ok()), Ordering::Relaxed);
            }
        };
        Box::new(job) as Box<dyn FnOnce() + Send>
    });
    let rebuilder = {
        let mut day = Arc::clone(&first);
        move || {
            for number in 0..50 {
                let joins = provider(&format!("q{number}"), &[("08:00", "09:00")], 4);
                let joined = ProviderDay::new(Arc::new(joins), day.date(), Vec::new(), 0);
                day = day.rebuilt(Arc::clone(day.rules()), vec![joined]);
            }
        }
    };
    together(bookers.chain([Box::new(rebuilder) as Box<dyn FnOnce() + Send>]).collect());
    assert_rules_hold(&first);
    let live: usize = first.providers().map(|id| first.provider_day(id).unwrap().live().len()).sum();
    assert_eq!(live as u64, accepted.load(Ordering::Relaxed));
    // The order that the newest day asks in is the one its provider-days call for.
    let wish = request("after 5 08:00-18:00");
    let explained = first.propose(&wish, Minute::MIDNIGHT).unwrap();
    let booked = first.book(&wish, Minute::MIDNIGHT, |_, _| {}).unwrap();
    assert_eq!(explained.chosen.provider, booked.provider);
}
