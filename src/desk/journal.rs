//! The journal: the one thread that writes the book.
//!
//! It takes all decisions that gathered while the last transaction was written, makes them durable in
//! one more (group commit), and only then lets their answers and events out.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::runtime::Handle;

use crate::domain::{Draft, Event};
use crate::store::{Commit, Store, StoreError, Verdict};

use super::core::Core;
use super::job::{Decision, Job};
use super::{Answer, DeskError, repeat, workers};

/// How often a command is decided again because others changed the same day in between.
const TRIES_MAX: u8 = 16;

/// Writes until the inbox is closed and empty.
pub(super) fn run(core: &Arc<Core>, mut store: Box<dyn Store>, runtime: &Handle) {
    let mut taken = Vec::new();
    while core.inbox.take(&mut taken) {
        let places = taken.len();
        let (commits, jobs): (Vec<Commit>, Vec<Job>) =
            taken.drain(..).map(|decision: Decision| (decision.commit, decision.job)).unzip();
        match store.commit(&commits) {
            Ok(verdicts) => {
                core.meter.store_failing.store(false, Ordering::Relaxed);
                conclude(core, runtime, commits, jobs, &verdicts);
            }
            Err(error) => {
                core.meter.store_failing.store(true, Ordering::Relaxed);
                fail(core, runtime, commits, jobs, &error);
            }
        }
        core.inbox.settle(places);
    }
}

fn conclude(core: &Arc<Core>, runtime: &Handle, commits: Vec<Commit>, jobs: Vec<Job>, verdicts: &[Verdict]) {
    let mut events = Vec::with_capacity(commits.len());
    let mut answers = Vec::with_capacity(commits.len());
    for ((commit, job), verdict) in commits.into_iter().zip(jobs).zip(verdicts) {
        match verdict {
            Verdict::Committed(number) => {
                let draft = Arc::unwrap_or_clone(commit.draft);
                let event = Arc::new(Event { number: *number, draft });
                core.learn(&event);
                events.push(Arc::clone(&event));
                answers.push((job, event));
            }
            Verdict::Stale => {
                core.unlearn(&commit);
                runtime.spawn(again(Arc::clone(core), job, commit.draft));
            }
            Verdict::Answered => {
                core.unlearn(&commit);
                runtime.spawn(repeat::from_store(Arc::clone(core), job, commit.draft));
            }
        }
    }
    core.publisher.publish(events);
    for (job, event) in answers {
        if let Some(request) = event.draft.answered() {
            let waiting = core.register.answered(&request.id, &event);
            repeat::answer_all(waiting, &event);
        }
        job.reply.give(Ok(Answer::Decided(event)));
    }
}

/// Tells everybody that nothing was stored, and forgets what was decided.
fn fail(core: &Arc<Core>, runtime: &Handle, commits: Vec<Commit>, jobs: Vec<Job>, error: &StoreError) {
    if commits.iter().any(|commit| commit.draft.touches_roster()) {
        let core = Arc::clone(core);
        // Until it can be read again, what hangs on the unstored roster is refused as stale.
        runtime.spawn(async move { core.reload_roster().await });
    }
    for (commit, job) in commits.into_iter().zip(jobs) {
        core.unlearn(&commit);
        workers::refuse(core, job, &DeskError::Store(error.clone()));
    }
}

/// Has a command decided again, on what the store has now.
async fn again(core: Arc<Core>, mut job: Job, draft: Arc<Draft>) {
    job.tries += 1;
    if job.tries > TRIES_MAX {
        workers::refuse(&core, job, &DeskError::Overtaken);
        return;
    }
    // A booking that stays stale may hang on a provider that the store never got.
    if (draft.touches_roster() || job.tries.is_multiple_of(4))
        && let Err(error) = core.reload_roster().await
    {
        workers::refuse(&core, job, &error.into());
        return;
    }
    workers::decide(&core, job).await;
}
