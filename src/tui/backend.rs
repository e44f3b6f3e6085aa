//! The world that answers the screen's questions: a desk, or in tests something that plays one.

use std::future::Future;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::message::{Question, Reply, Ticket};
use crate::desk::{Answer, Calendar, Command, Desk, DeskError, Feed, Feedback, Pulse};
use crate::domain::{Actor, RequestId};

/// Events that one look into the log brings.
const LOG_PAGE: usize = 200;
/// Commands of one screen that may wait for their turn. Nobody types this far ahead of a desk that
/// works; a key that is held down must not fill the memory while the store is away.
const COMMANDS_MAX: usize = 64;
/// Answers that may wait for the screen; it takes them as fast as they come.
const REPLIES_MAX: usize = 64;

/// Answers questions.
pub(super) trait Backend: Clone + Send + Sync + 'static {
    /// The answer to a question.
    fn ask(&self, question: Question) -> impl Future<Output = Reply> + Send;

    /// What the workers are doing.
    fn pulse(&self) -> Pulse;

    /// A request identifier that was not used before.
    fn new_request_id(&self) -> RequestId;

    /// The clock and the time zone.
    fn calendar(&self) -> &Calendar;
}

/// Brings committed events.
pub(super) trait Live: Send {
    /// The next ones; none when the desk is closed.
    fn next(&mut self) -> impl Future<Output = Option<Feedback>> + Send;
}

impl Live for Feed {
    async fn next(&mut self) -> Option<Feedback> {
        Feed::next(self).await
    }
}

/// A desk, with whoever sits at it.
#[derive(Clone)]
pub(super) struct Session {
    desk: Desk,
    actor: Actor,
}

impl Session {
    /// Somebody at a desk.
    pub(super) fn new(desk: Desk, actor: Actor) -> Self {
        Self { desk, actor }
    }

    async fn submit(&self, commands: Vec<Command>) -> Result<Answer, DeskError> {
        let mut last = Answer::Unchanged;
        for command in commands {
            last = self.desk.submit(command, self.actor.clone()).await?;
        }
        Ok(last)
    }
}

impl Backend for Session {
    async fn ask(&self, question: Question) -> Reply {
        match question {
            Question::Day(day) => Reply::Day(self.desk.day(day).await.map(Box::new)),
            Question::Submit(commands) => Reply::Answer(self.submit(commands).await),
            Question::Propose(request, past) => Reply::Proposal(self.desk.propose(&request, past).await),
            Question::ProposeMove(id, to, past) => Reply::Proposal(self.desk.propose_move(&id, &to, past).await),
            Question::PreviewHours(provider, change) => Reply::Hours(self.desk.preview_hours(&provider, &change).await),
            Question::Log { before } => Reply::Log(self.desk.log(before, LOG_PAGE).await),
        }
    }

    fn pulse(&self) -> Pulse {
        self.desk.pulse()
    }

    fn new_request_id(&self) -> RequestId {
        self.desk.new_request_id()
    }

    fn calendar(&self) -> &Calendar {
        self.desk.calendar()
    }
}

/// Has questions answered without making the screen wait: commands one after the other, in the order
/// in which they were given, everything else at once.
pub(super) struct Runner<B> {
    backend: B,
    commands: mpsc::Sender<(Ticket, Question)>,
    clerk: JoinHandle<()>,
    replies: mpsc::Sender<(Ticket, Reply)>,
}

impl<B: Backend> Runner<B> {
    /// A runner, and where its answers arrive.
    pub(super) fn new(backend: B) -> (Self, mpsc::Receiver<(Ticket, Reply)>) {
        let (replies, answers) = mpsc::channel(REPLIES_MAX);
        let (commands, mut given) = mpsc::channel::<(Ticket, Question)>(COMMANDS_MAX);
        let (clerk_backend, clerk_replies) = (backend.clone(), replies.clone());
        let clerk = tokio::spawn(async move {
            while let Some((ticket, question)) = given.recv().await {
                let reply = clerk_backend.ask(question).await;
                // Where nobody waits for answers any more, commands that were given are done all the same.
                let _ = clerk_replies.send((ticket, reply)).await;
            }
        });
        (Self { backend, commands, clerk, replies }, answers)
    }

    /// Has a question answered; none, or the answer at once where too many commands wait.
    pub(super) fn ask(&self, ticket: Ticket, question: Question) -> Option<Reply> {
        if matches!(question, Question::Submit(_)) {
            let full = self.commands.try_send((ticket, question)).is_err();
            return full.then_some(Reply::Answer(Err(DeskError::Busy)));
        }
        let (backend, replies) = (self.backend.clone(), self.replies.clone());
        tokio::spawn(async move {
            let reply = backend.ask(question).await;
            // The screen may have been left meanwhile.
            let _ = replies.send((ticket, reply)).await;
        });
        None
    }

    /// Waits until the commands that were given are done; nobody hears the answers any more.
    pub(super) async fn finish(self, answers: mpsc::Receiver<(Ticket, Reply)>) {
        drop(answers);
        drop(self.commands);
        // A panic in there was reported by the panic hook already.
        let _ = self.clerk.await;
    }
}
