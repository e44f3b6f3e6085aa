//! The journal: the one thread that writes the book.
//!
//! It takes all decisions that gathered while the last transaction was written, makes them durable in
//! one more (group commit), and only then lets their answers and events out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;

use crate::domain::Event;
use crate::store::{Commit, Store, StoreError, Verdict};

use super::core::Core;
use super::job::{Decision, Job};
use super::{Answer, DeskError, repeat, workers};

/// Writes until the inbox is closed and empty.
pub(super) fn run(core: &Arc<Core>, mut store: Box<dyn Store>, runtime: &Handle) {
    let mut taken = Vec::new();
    while core.inbox.take(&mut taken) {
        let places = taken.len();
        let setbacks = core.setbacks();
        for outdated in taken.extract_if(.., |decision| decision.setbacks != setbacks) {
            core.unlearn(&outdated.commit);
            runtime.spawn(workers::again(Arc::clone(core), outdated.job));
        }
        let (commits, jobs): (Vec<Commit>, Vec<Job>) =
            taken.drain(..).map(|decision: Decision| (decision.commit, decision.job)).unzip();
        match committed(&mut *store, &commits) {
            Ok(_) if commits.is_empty() => {}
            Ok(verdicts) => {
                core.meter.store_failing.store(false, Ordering::Relaxed);
                conclude(core, runtime, commits, jobs, &verdicts);
            }
            Err(error) => {
                core.meter.store_failing.store(true, Ordering::Relaxed);
                fail(core, &commits, jobs, &error);
            }
        }
        core.inbox.settle(places);
    }
}

/// What the store says; a defect in it must not leave everybody waiting for ever.
fn committed(store: &mut dyn Store, commits: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
    let broken = |detail: &str| StoreError::Failing { detail: detail.to_owned() };
    let verdicts = catch_unwind(AssertUnwindSafe(|| store.commit(commits)))
        .unwrap_or_else(|_| Err(broken("writing stopped unexpectedly")))?;
    if verdicts.len() == commits.len() { Ok(verdicts) } else { Err(broken("not every change was answered")) }
}

fn conclude(core: &Arc<Core>, runtime: &Handle, commits: Vec<Commit>, jobs: Vec<Job>, verdicts: &[Verdict]) {
    let mut events = Vec::with_capacity(commits.len());
    let mut answers = Vec::with_capacity(commits.len());
    let mut guards = Vec::with_capacity(commits.len());
    for ((commit, job), verdict) in commits.into_iter().zip(jobs).zip(verdicts) {
        match verdict {
            Verdict::Committed(number) => {
                let draft = Arc::unwrap_or_clone(commit.draft);
                let event = Arc::new(Event { number: *number, draft });
                guards.extend(commit.guards.into_iter().map(|guard| (guard, *number)));
                core.learn(&event);
                events.push(Arc::clone(&event));
                answers.push((job, event));
            }
            Verdict::Stale => {
                core.unlearn(&commit);
                if commit.draft.touches_roster() {
                    core.count_setback();
                }
                runtime.spawn(workers::again(Arc::clone(core), job));
            }
            Verdict::Answered => {
                core.unlearn(&commit);
                runtime.spawn(repeat::from_store(Arc::clone(core), job, commit.draft));
            }
        }
    }
    core.days.committed(&guards);
    core.publisher.publish(events);
    for (job, event) in answers {
        if let Some(request) = event.draft.answered() {
            let waiting = core.register.answered(&request.id, &event);
            repeat::answer_all(waiting, &event);
        }
        job.reply.give(Ok(Answer::Decided(event)));
    }
}

/// Forgets what was decided, and tells everybody that nothing was stored.
fn fail(core: &Arc<Core>, commits: &[Commit], jobs: Vec<Job>, error: &StoreError) {
    for commit in commits {
        core.unlearn(commit);
    }
    core.count_setback();
    for job in jobs {
        workers::refuse(core, job, &DeskError::Store(error.clone()));
    }
}
