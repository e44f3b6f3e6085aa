//! The worker pool: tasks that decide one command after the other.
//!
//! A worker never waits for the store: it puts its decision into the journal's inbox and goes on. It
//! only waits for what it decides on and is not in memory, with readers that nobody else uses.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use smallvec::SmallVec;

use crate::store::{Commit, Guard};

use super::core::Core;
use super::inbox::Place;
use super::job::{Decision, Job, Work};
use super::register::Claim;
use super::setbacks::Setbacks;
use super::{Answer, DeskError, decide, repeat};
use crate::domain::{Action, Draft, Edits};
use crate::scheduler::Touched;
use crate::sync::atomic::Ordering;
use crate::sync::spawn;

/// How often a command is decided again because others changed the same day in between.
const TRIES_MAX: u8 = 16;

/// Decides what comes until the queue is closed and empty.
pub(super) async fn run(core: Arc<Core>, jobs: flume::Receiver<Job>) {
    while let Ok(job) = jobs.recv_async().await {
        core.meter.busy.fetch_add(1, Ordering::Relaxed);
        decide(&core, job).await;
        core.meter.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Decides one command: puts the decision into the journal's inbox, or answers at once.
pub(super) async fn decide(core: &Arc<Core>, job: Job) {
    let Some(job) = claimed(core, job) else { return };
    let place = core.inbox.reserve().await;
    let work = job.work.clone();
    let setbacks = core.setbacks();
    let mut settling = Settling { core, setbacks, open: Some((place, job)) };
    // A defect in one decision must cost neither the worker nor whoever waits for an answer.
    let outcome = AssertUnwindSafe(look(core, &work, &mut settling)).catch_unwind().await.unwrap_or_else(|_| {
        core.lose_roster();
        Err(DeskError::Defect)
    });
    match (settling.open.take(), outcome) {
        (None, _) => core.inbox.wake(),
        // These do not rest on what is in memory, or have waited for the store already.
        (Some((_, job)), Err(error @ (DeskError::Store(_) | DeskError::Defect | DeskError::UndoConflict(_)))) => {
            refuse(core, job, &error);
        }
        (Some((_, job)), outcome) => answer_when_stored(core, job, outcome.map(|()| Answer::Unchanged), setbacks),
    }
}

async fn look(core: &Core, work: &Work, settling: &mut Settling<'_>) -> Result<(), DeskError> {
    core.find_roster().await?;
    match work {
        Work::Book { request, past } => decide::book(core, request, *past, settling).await,
        Work::Overbook { request, provider, start } => {
            decide::overbook(core, request, provider, *start, settling).await
        }
        Work::Other(command) => decide::other(core, command, settling).await,
    }
}

/// Answers that the book is as asked already, or cannot be: when the store has everything that makes it so.
fn answer_when_stored(core: &Arc<Core>, job: Job, answer: Result<Answer, DeskError>, setbacks: Setbacks) {
    let mark = core.inbox.mark();
    if mark.is_settled() && core.setbacks() == setbacks {
        give(core, job, answer);
        return;
    }
    let core = Arc::clone(core);
    spawn(async move {
        mark.settled().await;
        if core.setbacks() == setbacks { give(&core, job, answer) } else { again(core, job).await }
    });
}

fn give(core: &Arc<Core>, job: Job, answer: Result<Answer, DeskError>) {
    match answer {
        Ok(answer) => job.reply.give(Ok(answer)),
        // It may have been answered before the register began, and the answer of then holds.
        Err(error) if job.work.request().is_some() => {
            spawn(repeat::from_store(Arc::clone(core), job, error));
        }
        Err(error) => refuse(core, job, &error),
    }
}

/// Has a command decided again, on what the store has now.
pub(super) fn again(core: Arc<Core>, mut job: Job) -> BoxFuture<'static, ()> {
    // Deciding can come back here, so the future has to be of a size that is known.
    async move {
        job.tries += 1;
        if job.tries > TRIES_MAX {
            refuse(&core, job, &DeskError::Overtaken);
            return;
        }
        // One that stays stale may hang on a provider whom somebody else has changed.
        if job.tries.is_multiple_of(4)
            && let Err(error) = core.reload_roster().await
        {
            refuse(&core, job, &error.into());
            return;
        }
        decide(&core, job).await;
    }
    .boxed()
}

/// Gives an error to a job and to everybody who waited for the same request.
pub(super) fn refuse(core: &Core, job: Job, error: &DeskError) {
    if let Some(request) = job.work.request() {
        for waiting in core.register.abandoned(&request.id) {
            waiting.reply.give(Err(error.clone()));
        }
    }
    job.reply.give(Err(error.clone()));
}

/// Takes a request's identifier, or answers a repetition; a job decided again has it already.
fn claimed(core: &Core, job: Job) -> Option<Job> {
    let Some(request) = job.work.request().filter(|_| job.tries == 0).cloned() else { return Some(job) };
    let Job { work, actor, reply, tries, held } = job;
    match core.register.claim(&request, reply) {
        Claim::Yours(reply) => Some(Job { work, actor, reply, tries, held }),
        Claim::Waiting => None,
        Claim::Answered(event, reply) => {
            reply.give(repeat::answer(&request, &event));
            None
        }
    }
}

/// The way of one decision into the journal: a reserved place and the job that goes with it.
pub(super) struct Settling<'a> {
    core: &'a Core,
    setbacks: Setbacks,
    open: Option<(Place<'a, Decision>, Job)>,
}

impl Settling<'_> {
    /// The setbacks of the desk when this was begun.
    pub(super) fn setbacks(&self) -> Setbacks {
        self.setbacks
    }

    /// Puts the decision in; called under the locks of the provider-days it touched, and only once.
    pub(super) fn put(&mut self, action: Action, edits: Edits, touched: &[Touched]) {
        let Some((place, mut job)) = self.open.take() else { return };
        let draft = Draft { at: self.core.calendar.now(), actor: job.actor.clone(), action, edits };
        let guards: SmallVec<[Guard; 1]> = touched.iter().map(guard).collect();
        job.held = self.core.days.hold(&guards);
        if draft.touches_roster() {
            self.core.send_roster();
        }
        place.put(Decision { commit: Commit { draft: Arc::new(draft), guards }, job, setbacks: self.setbacks });
    }
}

fn guard(touched: &Touched) -> Guard {
    Guard {
        provider: touched.provider.clone(),
        provider_revision: touched.provider_revision,
        day: touched.day,
        revision: touched.revision,
    }
}
