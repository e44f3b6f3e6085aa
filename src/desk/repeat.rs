//! A request that was made before gets the answer it got then (design rule 5).

use std::sync::Arc;

use crate::domain::{Event, Request};

use super::core::Core;
use super::job::Job;
use super::register::Waiting;
use super::{Answer, DeskError, workers};

/// The answer to a repetition of the request that `event` answered.
pub(super) fn answer(request: &Request, event: &Arc<Event>) -> Result<Answer, DeskError> {
    match event.draft.answered() {
        Some(first) if first.same_content(request) => Ok(Answer::Repeated(Arc::clone(event))),
        _ => Err(DeskError::IdTaken(request.id.clone())),
    }
}

/// Answers everybody who asked while the request was being decided.
pub(super) fn answer_all(waiting: Vec<Waiting>, event: &Arc<Event>) {
    for Waiting { request, reply } in waiting {
        reply.give(answer(&request, event));
    }
}

/// Answers a job whose request the store has, or may have, an answer for; refuses it if there is none.
pub(super) async fn from_store(core: Arc<Core>, job: Job, otherwise: DeskError) {
    let Some(request) = job.work.request().cloned() else { return workers::refuse(&core, job, &otherwise) };
    let id = request.id.clone();
    match core.readers.read_to_decide(move |reader| reader.answer(&id)).await {
        Ok(Some(event)) => {
            let event = Arc::new(event);
            answer_all(core.register.answered(&request.id, &event), &event);
            job.reply.give(answer(&request, &event));
        }
        Ok(None) => workers::refuse(&core, job, &otherwise),
        Err(error) => workers::refuse(&core, job, &error.into()),
    }
}
