//! The handle through which everybody talks to the desk.

use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use futures::future::BoxFuture;
use tokio::sync::watch;

use crate::domain::{Actor, Appointment, Event, Minutes, RequestId};
use crate::scheduler::Policy;
use crate::store::{Store, StoreError};
use crate::sync::atomic::Ordering;
use crate::sync::{RwLock, TaskHandle, spawn};

use super::core::Core;
use super::days::{DAYS_KEPT, Days, HeldDays};
use super::feed::Feed;
use super::identity::RequestIds;
use super::job::{Job, Reply};
use super::readers::Readers;
use super::roster::Roster;
use super::{Answer, Calendar, Command, DayContents, DaySnapshot, DeskError, journal, undo, workers};

/// How long a commit takes when something is wrong with the disk: a healthy one answers in milliseconds.
const SLOW: TimeDelta = TimeDelta::seconds(5);

/// How a desk is set up.
#[derive(Clone)]
pub struct Options {
    /// Workers that decide requests, at least 1.
    pub workers: usize,
    /// Commands that may wait for a worker, at least 1.
    pub queue_length: usize,
    /// Regular starts lie on minutes divisible by this, 1 to 1440.
    pub start_grid: Minutes,
    /// The rule that chooses the slot.
    pub policy: &'static dyn Policy,
    /// Days of past requests that teach which times are popular.
    pub popularity_days: u16,
    /// Feeds the identifiers that the desk makes up.
    pub seed: u64,
}

/// A running desk; clones talk to the same one.
///
/// It runs until [`Desk::close`] is called or the last clone is dropped.
#[derive(Clone)]
pub struct Desk {
    core: Arc<Core>,
    entrance: Arc<Entrance>,
}

/// The sending end of the queue, shared by the clones of a handle: the workers end without it.
struct Entrance {
    jobs: RwLock<Option<flume::Sender<Job>>>,
    ids: RequestIds,
    /// How closing the book ended, once it did.
    closed: watch::Receiver<Option<Result<(), StoreError>>>,
}

/// What the workers are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pulse {
    /// Workers in the pool.
    pub workers: usize,
    /// Workers that are deciding right now.
    pub busy: usize,
    /// Commands waiting for a worker.
    pub queued: usize,
    /// Bookings committed since the desk was opened.
    pub booked: u64,
    /// Requests refused since the desk was opened.
    pub refused: u64,
    /// Decisions that the store has not answered for, so that nobody is told of them yet.
    pub storing: usize,
    /// Whether the last commit failed, or what was read last, so that nothing can be booked at the moment.
    pub store_failing: bool,
    /// Whether the store has been at one commit for 5 seconds or more.
    pub store_slow: bool,
}

impl Desk {
    /// Opens a desk on a store.
    ///
    /// Call it inside a tokio runtime; reading who works here blocks for the moment it takes.
    pub fn open(store: Box<dyn Store>, calendar: Calendar, options: Options) -> Result<Self, DeskError> {
        Self::open_keeping(DAYS_KEPT, store, calendar, options)
    }

    /// [`Self::open`] with room for `days` loaded days, at least 1, instead of some four hundred.
    ///
    /// Those that are being decided on stay beyond that.
    pub fn open_keeping(
        days: usize,
        store: Box<dyn Store>,
        calendar: Calendar,
        options: Options,
    ) -> Result<Self, DeskError> {
        let mut reader = store.reader()?;
        let roster = Roster::from(reader.roster()?);
        let recent = reader.events_before(u64::MAX, undo::DEPTH)?;
        let readers = Readers::new(&*store)?;
        let ids = RequestIds::new(options.seed);
        let (workers, queue_length) = (options.workers.max(1), options.queue_length.max(1));
        let core = Arc::new(Core::new(calendar, options, Days::new(days.max(1)), readers, roster));
        core.publisher.begin_after(recent.first().map_or(0, |newest| newest.number));
        for event in recent.into_iter().rev() {
            core.undo.lock().note(&Arc::new(event));
        }
        let (jobs, queue) = flume::bounded(queue_length);
        let (tell_closed, closed) = watch::channel(None);
        let pool: Vec<_> = (0..workers).map(|_| spawn(workers::run(Arc::clone(&core), queue.clone()))).collect();
        let journal = journal::start(&core, store).map_err(|error| DeskError::NoThread(error.to_string()))?;
        // Made here, not in the task: a runtime that ends may drop the task before it has begun.
        let inbox = ClosesInbox(Arc::clone(&core));
        spawn(shut_down(inbox, pool, journal, tell_closed));
        Ok(Self { core, entrance: Arc::new(Entrance { jobs: RwLock::new(Some(jobs)), ids, closed }) })
    }

    /// Has a command decided; waits while the queue is full. The answer comes when the book has it.
    pub async fn submit(&self, command: Command, actor: Actor) -> Result<Answer, DeskError> {
        let jobs = self.jobs()?;
        let (job, answer) = self.job(command, actor);
        jobs.send_async(job).await.map_err(|_| DeskError::Closing)?;
        drop(jobs);
        answer.await.unwrap_or(Err(DeskError::Closing))
    }

    /// [`Self::submit`], but a full queue is [`DeskError::Busy`] at once.
    pub async fn try_submit(&self, command: Command, actor: Actor) -> Result<Answer, DeskError> {
        let (job, answer) = self.job(command, actor);
        self.jobs()?.try_send(job).map_err(|error| match error {
            flume::TrySendError::Full(_) => DeskError::Busy,
            flume::TrySendError::Disconnected(_) => DeskError::Closing,
        })?;
        answer.await.unwrap_or(Err(DeskError::Closing))
    }

    fn jobs(&self) -> Result<flume::Sender<Job>, DeskError> {
        self.entrance.jobs.read().clone().ok_or(DeskError::Closing)
    }

    fn job(&self, command: Command, actor: Actor) -> (Job, tokio::sync::oneshot::Receiver<Result<Answer, DeskError>>) {
        let (reply, answer) = Reply::new(&self.core.outstanding);
        (Job { work: command.into(), actor, reply, tries: 0, held: HeldDays::default() }, answer)
    }

    /// One day as committed. Subscribe first, then load, then apply what the feed brings.
    pub async fn day(&self, day: NaiveDate) -> Result<DaySnapshot, DeskError> {
        let demand = self.core.demand().await?;
        let read = self.core.readers.read(move |reader| Ok((reader.roster()?, reader.day(day)?)));
        let (roster, stored) = read.await?;
        // The two were read one after the other: what came in between is applied again, which changes
        // nothing.
        let as_of = roster.as_of.min(stored.as_of);
        let contents = DayContents {
            providers: roster.providers,
            services: roster.services,
            appointments: stored.appointments,
            skipped: self.core.calendar.skipped(day),
            demand,
        };
        Ok(DaySnapshot::new(day, as_of, contents))
    }

    /// One appointment as committed.
    pub async fn appointment(&self, id: &RequestId) -> Result<Option<Arc<Appointment>>, DeskError> {
        let id = id.clone();
        Ok(self.core.readers.read(move |reader| reader.appointment(&id)).await?)
    }

    /// The event that answered a request, as committed: booked, overbooked or refused.
    pub async fn answer(&self, id: &RequestId) -> Result<Option<Event>, DeskError> {
        let id = id.clone();
        Ok(self.core.readers.read(move |reader| reader.answer(&id)).await?)
    }

    /// Up to `limit` events before number `before` (`u64::MAX` for the newest), newest first.
    pub async fn log(&self, before: u64, limit: usize) -> Result<Vec<Event>, DeskError> {
        Ok(self.core.readers.read(move |reader| reader.events_before(before, limit)).await?)
    }

    /// Up to `limit` events after number `after`, oldest first.
    pub async fn log_after(&self, after: u64, limit: usize) -> Result<Vec<Event>, DeskError> {
        Ok(self.core.readers.read(move |reader| reader.events_after(after, limit)).await?)
    }

    /// The events committed from now on.
    pub fn subscribe(&self) -> Feed {
        self.core.publisher.subscribe()
    }

    /// What the workers are doing.
    pub fn pulse(&self) -> Pulse {
        let meter = &self.core.meter;
        let storing_since = *meter.storing_since.lock();
        Pulse {
            workers: self.core.options.workers.max(1),
            busy: meter.busy.load(Ordering::Relaxed),
            queued: self.entrance.jobs.read().as_ref().map_or(0, flume::Sender::len),
            booked: meter.booked.load(Ordering::Relaxed),
            refused: meter.refused.load(Ordering::Relaxed),
            storing: self.core.inbox.unsettled(),
            store_failing: meter.store_failing.load(Ordering::Relaxed) || self.core.readers.are_failing(),
            store_slow: storing_since.is_some_and(|since| self.core.calendar.now() - since >= SLOW),
        }
    }

    /// The desk's clock and time zone.
    pub fn calendar(&self) -> &Calendar {
        &self.core.calendar
    }

    /// The step of regular starts.
    pub fn start_grid(&self) -> Minutes {
        self.core.options.start_grid
    }

    /// A request identifier that was not used before.
    pub fn new_request_id(&self) -> RequestId {
        self.entrance.ids.next()
    }

    /// Takes no more commands, decides and commits those already taken, and closes the book.
    ///
    /// An error says where what was stored is, if it is not in the book.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.entrance.jobs.write().take();
        let mut closed = self.entrance.closed.clone();
        // An error says that the task that closes has ended, which it does when all is closed.
        let ended = closed.wait_for(Option::is_some).await;
        ended.map_or(Ok(()), |ended| ended.clone().unwrap_or(Ok(())))
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }
}

/// Lets the journal end, and with it the store, even if the runtime is gone before everything was answered.
struct ClosesInbox(Arc<Core>);

impl Drop for ClosesInbox {
    fn drop(&mut self) {
        self.0.inbox.close();
    }
}

/// Ends the desk when the queue's last sender is gone: workers first, then what they left behind,
/// then the journal with its store.
async fn shut_down(
    inbox: ClosesInbox,
    pool: Vec<TaskHandle<()>>,
    journal: BoxFuture<'static, Result<(), StoreError>>,
    tell: watch::Sender<Option<Result<(), StoreError>>>,
) {
    for worker in pool {
        let _ = worker.await;
    }
    inbox.0.outstanding.drained().await;
    let core = Arc::clone(&inbox.0);
    drop(inbox);
    let closed = journal.await;
    core.publisher.close();
    let _ = tell.send(Some(closed));
}
