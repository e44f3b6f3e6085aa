//! The journal: the one place that writes the book.
//!
//! It takes all decisions that gathered while the last transaction was written, makes them durable in
//! one more (group commit), and only then lets their answers and events out.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::mpsc::{self, error::SendError};

use crate::domain::Event;
use crate::store::{Commit, Latency, Reader, Store, StoreError, Verdict};
use crate::sync::atomic::Ordering;
use crate::sync::{Handle, spawn, spawn_blocking, thread};

use super::core::Core;
use super::gathering::Gathering;
use super::job::{Decision, Job};
use super::{Answer, DeskError, repeat, workers};

/// Batches that the store has and that are not announced yet, before writing waits for announcing.
const STORED_MAX: usize = 64;

/// Starts the journal inside a runtime; the future is ready when it has ended and the store is closed.
///
/// It ends when the inbox is closed and empty. A store that makes its callers wait gets a thread of its own, and
/// what it has stored is announced meanwhile by a task. Handing over to a thread costs more than the commit
/// of a store that does not, so for that one a task does both.
pub(super) fn start(core: &Arc<Core>, store: Box<dyn Store>) -> io::Result<BoxFuture<'static, Result<(), StoreError>>> {
    let (reader, known) = (store.reader().ok(), core.publisher.newest());
    let mut journal =
        Journal { core: Arc::clone(core), store, reader, runtime: Handle::current(), taken: Vec::new(), known };
    if journal.store.latency() == Latency::None {
        let writing = spawn(async move {
            while journal.core.inbox.next(&mut journal.taken).await {
                let stored = journal.write();
                announce(&journal.core, stored);
            }
            journal.store.close()
        });
        return Ok(async move { writing.await.unwrap_or(Ok(())) }.boxed());
    }
    let (hand_over, mut stored) = mpsc::channel(STORED_MAX);
    let announcing = spawn({
        let core = Arc::clone(core);
        async move {
            while let Some(stored) = stored.recv().await {
                announce(&core, stored);
            }
        }
    });
    let writing = thread::Builder::new().name("journal".to_owned()).spawn(move || {
        let mut gathering = Gathering::default();
        while journal.core.inbox.take(&mut journal.taken, &mut gathering) {
            let since = Instant::now();
            let stored = journal.write();
            gathering.note(stored.places, since.elapsed());
            // A runtime that ends takes the task with it; some may still hear of what is stored.
            if let Err(SendError(stored)) = hand_over.blocking_send(stored) {
                announce(&journal.core, stored);
            }
        }
        journal.store.close()
    })?;
    let ended = async move {
        let written = spawn_blocking(move || writing.join()).await;
        drop(announcing.await);
        // A journal that panicked has said so.
        written.ok().and_then(Result::ok).unwrap_or(Ok(()))
    };
    Ok(ended.boxed())
}

struct Journal {
    core: Arc<Core>,
    store: Box<dyn Store>,
    reader: Option<Box<dyn Reader>>,
    runtime: Handle,
    taken: Vec<Decision>,
    /// The newest event that was handed over to be announced.
    known: u64,
}

/// A batch that the store has answered for.
#[derive(Debug)]
struct Stored {
    /// Older events that nobody was told of.
    missed: Vec<Arc<Event>>,
    /// What it has now, in the order of the events.
    committed: Vec<(Commit, Job, u64)>,
    /// Whose changes it failed to take.
    failed: Vec<(Job, DeskError)>,
    /// The places of the whole batch in the inbox.
    places: usize,
}

impl Journal {
    /// Has a batch stored. What cannot be is forgotten at once, before anything else is written.
    fn write(&mut self) -> Stored {
        let core = &self.core;
        let places = self.taken.len();
        // In order, because what is sent back outdates what may rest on it.
        for outdated in self.taken.extract_if(.., |decision| decision.is_outdated(core.setbacks())) {
            core.unlearn(&outdated.commit);
            self.runtime.spawn(workers::again(Arc::clone(core), outdated.job));
        }
        let (commits, jobs): (Vec<Commit>, Vec<Job>) =
            self.taken.drain(..).map(|decision: Decision| (decision.commit, decision.job)).unzip();
        *core.meter.storing_since.lock() = Some(core.calendar.now());
        let verdicts = verdicts(&mut *self.store, &commits);
        *core.meter.storing_since.lock() = None;
        match verdicts {
            Ok(verdicts) => {
                if !commits.is_empty() {
                    if core.meter.store_failing.swap(false, Ordering::Relaxed) {
                        tracing::info!("the book can be written again");
                    }
                    core.readers.recover();
                }
                let committed = self.sort_out(commits, jobs, &verdicts);
                let missed = committed.first().map_or(Vec::new(), |(_, _, number)| self.missed_before(*number));
                self.known = committed.last().map_or(self.known, |(_, _, number)| *number);
                Stored { missed, committed, failed: Vec::new(), places }
            }
            Err(error) => {
                if !core.meter.store_failing.swap(true, Ordering::Relaxed) {
                    tracing::error!(%error, "the book cannot be written; nothing is booked until it can be");
                }
                for commit in &commits {
                    core.unlearn(commit);
                }
                core.setbacks.count();
                let failed = jobs.into_iter().map(|job| (job, DeskError::Store(error.clone()))).collect();
                Stored { missed: self.missed_before(u64::MAX), committed: Vec::new(), failed, places }
            }
        }
    }

    /// Keeps what was committed, and has the rest decided or answered again.
    fn sort_out(&self, commits: Vec<Commit>, jobs: Vec<Job>, verdicts: &[Verdict]) -> Vec<(Commit, Job, u64)> {
        let core = &self.core;
        let mut committed = Vec::with_capacity(commits.len());
        for ((commit, job), verdict) in commits.into_iter().zip(jobs).zip(verdicts) {
            match verdict {
                Verdict::Committed(number) => committed.push((commit, job, *number)),
                Verdict::Stale => {
                    core.unlearn(&commit);
                    self.runtime.spawn(workers::again(Arc::clone(core), job));
                }
                Verdict::Answered => {
                    core.unlearn(&commit);
                    // Without an answer the store, which said that it has one, does not work as it should.
                    self.runtime.spawn(repeat::from_store(Arc::clone(core), job, DeskError::Overtaken));
                }
            }
        }
        committed
    }

    /// The stored events in front of number `before` that nobody was told of.
    ///
    /// A commit may take effect although the store answers it with an error: a connection that is lost at the very
    /// end is one. What cannot be read now is noticed by the gap in the numbers.
    fn missed_before(&mut self, before: u64) -> Vec<Arc<Event>> {
        if before <= self.known + 1 {
            return Vec::new();
        }
        let known = self.known;
        let read = self.reader.as_mut().map_or(Ok(Vec::new()), |reader| reader.events_after(known, usize::MAX));
        let missed = read.unwrap_or_default().into_iter().filter(|event| event.number < before);
        let missed: Vec<_> = missed.map(Arc::new).collect();
        self.known = missed.last().map_or(known, |event| event.number);
        missed
    }
}

/// What the store says; a defect in it must not leave everybody waiting for ever.
fn verdicts(store: &mut dyn Store, commits: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
    let broken = |detail: &str| StoreError::Failing { detail: detail.to_owned() };
    let verdicts = catch_unwind(AssertUnwindSafe(|| store.commit(commits)))
        .unwrap_or_else(|_| Err(broken("writing stopped unexpectedly")))?;
    if verdicts.len() == commits.len() { Ok(verdicts) } else { Err(broken("not every change was answered")) }
}

/// Lets the answers and events of a batch out.
fn announce(core: &Core, stored: Stored) {
    let Stored { missed, committed, failed, places } = stored;
    for event in &missed {
        core.take_in(event);
    }
    core.publisher.publish(missed);
    let mut events = Vec::with_capacity(committed.len());
    let mut jobs = Vec::with_capacity(committed.len());
    let mut guards = Vec::with_capacity(committed.len());
    for (commit, job, number) in committed {
        let draft = Arc::unwrap_or_clone(commit.draft);
        let event = Arc::new(Event { number, draft });
        guards.extend(commit.guards.into_iter().map(|guard| (guard, number)));
        core.learn(&event);
        events.push(event);
        jobs.push(job);
    }
    core.days.committed(&guards);
    core.publisher.publish(events.clone());
    for (job, event) in jobs.into_iter().zip(events) {
        if let Some(request) = event.draft.answered() {
            let waiting = core.register.answered(&request.id, &event);
            repeat::answer_all(waiting, &event);
        }
        job.reply.give(Ok(Answer::Decided(event)));
    }
    for (job, error) in failed {
        workers::refuse(core, job, &error);
    }
    core.inbox.settle(places);
}
