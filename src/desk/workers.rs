//! The worker pool: tasks that decide one command after the other.
//!
//! A worker never waits for the store: it puts its decision into the journal's inbox and goes on. It
//! only waits for a day to be loaded that nobody has looked at yet.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::store::{Commit, Guard};

use super::core::Core;
use super::inbox::Place;
use super::job::{Decision, Job, Work};
use super::register::Claim;
use super::{Answer, DeskError, decide, repeat};
use crate::domain::{Action, Draft, Edits};
use crate::scheduler::Touched;

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
    let mut settling = Settling { core, open: Some((place, job)) };
    let outcome = match &work {
        Work::Book { request, past } => decide::book(core, request, *past, &mut settling).await,
        Work::Overbook { request, provider, start } => {
            decide::overbook(core, request, provider, *start, &mut settling).await
        }
        Work::Other(command) => decide::other(core, command, &mut settling).await,
    };
    match (settling.open.take(), outcome) {
        (None, _) => core.inbox.wake(),
        (Some((_, job)), Ok(())) => job.reply.give(Ok(Answer::Unchanged)),
        (Some((_, job)), Err(error)) => refuse(core, job, &error),
    }
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
    let Job { work, actor, reply, tries } = job;
    match core.register.claim(&request, reply) {
        Claim::Yours(reply) => Some(Job { work, actor, reply, tries }),
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
    open: Option<(Place<'a, Decision>, Job)>,
}

impl Settling<'_> {
    /// Puts the decision in; called under the locks of the provider-days it touched, and only once.
    pub(super) fn put(&mut self, action: Action, edits: Edits, touched: &[Touched]) {
        let Some((place, job)) = self.open.take() else { return };
        let draft = Draft { at: self.core.calendar.now(), actor: job.actor.clone(), action, edits };
        let guards = touched.iter().map(guard).collect();
        place.put(Decision { commit: Commit { draft: Arc::new(draft), guards }, job });
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
