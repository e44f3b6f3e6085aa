//! The loop: waits for something to happen, updates the model, draws what has changed.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crossterm::event::{Event, EventStream, MouseEventKind};
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use super::activity::{Activity, Motion};
use super::backend::{Backend, Live, Runner};
use super::hits::Hits;
use super::message::{Cx, Effect, Message, Now, Reply, Ticket};
use super::model::{Model, Settings};
use super::signals::{Request, Signal, Signals, is_hung_up, leave_when_hung_up};
use super::terminal::Screen;
use super::{Outcome, TuiError, update, view};
use crate::demo::{DemoControl, DemoLink, DemoState};

/// The shortest time between two frames: what happens faster is drawn together.
const FRAME: Duration = Duration::from_micros(16_667);
/// Messages taken in before the screen is drawn again, so that a flood cannot freeze it.
const BATCH_MAX: usize = 256;
/// How often the clock of a demo is looked at; it may run faster than the one on the wall.
const DEMO_CLOCK: Duration = Duration::from_millis(250);
/// How long leaving waits for commands that were given and not yet answered.
const PATIENCE: Duration = Duration::from_secs(5);

/// The screen at work.
pub(super) struct EventLoop<B: Backend> {
    backend: B,
    runner: Runner<B>,
    replies: mpsc::Receiver<(Ticket, Reply)>,
    signals: Signals,
    demo: Option<DemoLink>,
    model: Model,
    hits: Hits,
    opened: Instant,
    /// When the last frame was drawn; none before the first.
    drawn: Option<Instant>,
    dirty: Dirty,
}

/// Whether the screen differs from the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dirty {
    No,
    Yes,
}

/// Whether the loop goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Continue,
    Leave(Outcome),
}

/// What the terminal sends, up to its end.
struct Input(EventStream);

impl Stream for Input {
    type Item = std::io::Result<Event>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // Crossterm must not be asked then: it would look for the next key in nothing, for ever.
        if is_hung_up() { Poll::Ready(None) } else { self.0.poll_next_unpin(task) }
    }
}

/// One thing that woke the loop.
enum Woken {
    Signal(Request),
    Input(Option<std::io::Result<Event>>),
    Message(Message),
    Closed,
    Frame,
}

impl<B: Backend> EventLoop<B> {
    /// A loop that has not begun.
    pub(super) fn new(
        backend: B,
        settings: Settings,
        motion: Motion,
        demo: Option<DemoLink>,
    ) -> Result<Self, TuiError> {
        let (runner, replies) = Runner::new(backend.clone());
        let opened = Instant::now();
        let now = now(&backend, opened);
        let mut model = Model::new(settings, Activity::new(motion), now);
        model.demo = demo.as_ref().map(|link| link.state.borrow().clone());
        let signals = Signals::new()?;
        let (hits, drawn, dirty) = (Hits::default(), None, Dirty::Yes);
        Ok(Self { backend, runner, replies, signals, demo, model, hits, opened, drawn, dirty })
    }

    /// Runs until somebody leaves.
    pub(super) async fn run(mut self, mut screen: Screen, mut live: impl Live) -> Result<Outcome, TuiError> {
        let mut input = Input(EventStream::new());
        let watch = leave_when_hung_up()?;
        let (columns, rows) = screen.size()?;
        let mut effects = self.update(Message::Resized(columns, rows));
        effects.extend(self.update(Message::Pulse(self.backend.pulse())));
        let new_id = || self.backend.new_request_id();
        let mut cx = Cx { now: self.model.now, new_id: &new_id, effects: Vec::new() };
        update::start(&mut self.model, &mut cx);
        effects.append(&mut cx.effects);
        self.update_and_carry_out(effects, &mut screen)?;
        let outcome = loop {
            let woken = self.wait(&mut input, &mut live).await;
            match self.handle(woken, &mut screen)? {
                Step::Continue => {}
                Step::Leave(outcome) => break outcome,
            }
            match self.drain(&mut input, &mut screen).await? {
                Step::Continue => {}
                Step::Leave(outcome) => break outcome,
            }
            if self.dirty == Dirty::Yes && self.next_frame() <= Instant::now() {
                self.draw(&mut screen)?;
            }
        };
        drop(screen);
        watch.abort();
        // What was asked for before leaving is done; if the store hangs, leaving does not.
        let _ = tokio::time::timeout(PATIENCE, self.runner.finish(self.replies)).await;
        Ok(outcome)
    }

    /// Waits for whatever comes first.
    async fn wait(&mut self, input: &mut Input, live: &mut impl Live) -> Woken {
        let frame = self.next_frame().into();
        let wake = self.next_wake().into();
        tokio::select! {
            biased;
            request = self.signals.next() => Woken::Signal(request),
            event = input.next() => Woken::Input(event),
            () = sleep_until(frame), if self.dirty == Dirty::Yes => Woken::Frame,
            reply = self.replies.recv() => match reply {
                Some((ticket, reply)) => Woken::Message(Message::Reply(ticket, reply)),
                None => Woken::Closed,
            },
            feedback = live.next() => feedback.map_or(Woken::Closed, |one| Woken::Message(Message::Feed(one))),
            state = demo_state(&mut self.demo) => Woken::Message(Message::Demo(state)),
            () = sleep_until(wake) => Woken::Message(Message::Clock),
        }
    }

    fn handle(&mut self, woken: Woken, screen: &mut Screen) -> Result<Step, TuiError> {
        match woken {
            Woken::Frame => Ok(Step::Continue),
            Woken::Signal(Request::End(signal)) => Ok(Step::Leave(Outcome::Signalled(signal))),
            Woken::Signal(Request::Suspend) => {
                self.suspend(screen)?;
                Ok(Step::Continue)
            }
            Woken::Closed => Err(TuiError::DeskEnded),
            Woken::Input(None) => Ok(Step::Leave(Outcome::Signalled(Signal::Hangup))),
            Woken::Input(Some(event)) => match self.message(event?) {
                Some(message) => self.take(message, screen),
                None => Ok(Step::Continue),
            },
            Woken::Message(message) => self.take(message, screen),
        }
    }

    /// Takes in what has come meanwhile, so that a burst costs one frame.
    async fn drain(&mut self, input: &mut Input, screen: &mut Screen) -> Result<Step, TuiError> {
        for _ in 0..BATCH_MAX {
            // The stream remembers the first waker that finds it empty, so it has to be this task's.
            let ready = poll_fn(|task| Poll::Ready(input.poll_next_unpin(task))).await;
            let woken = match ready {
                Poll::Ready(event) => Woken::Input(event),
                Poll::Pending => match self.replies.try_recv() {
                    Ok((ticket, reply)) => Woken::Message(Message::Reply(ticket, reply)),
                    Err(_) => return Ok(Step::Continue),
                },
            };
            let step = self.handle(woken, screen)?;
            if step != Step::Continue {
                return Ok(step);
            }
        }
        Ok(Step::Continue)
    }

    /// An event of the terminal as a message; none where it means nothing.
    fn message(&self, event: Event) -> Option<Message> {
        Some(match event {
            Event::Key(key) => Message::Key(key),
            Event::Paste(text) => Message::Paste(text),
            Event::Resize(columns, rows) => Message::Resized(columns, rows),
            // The pointer reports every cell that it passes.
            Event::Mouse(mouse) if matches!(mouse.kind, MouseEventKind::Moved | MouseEventKind::Drag(_)) => {
                return None;
            }
            Event::Mouse(mouse) => Message::Mouse(mouse, self.hits.at(mouse.column, mouse.row)),
            Event::FocusGained | Event::FocusLost => return None,
        })
    }

    fn take(&mut self, message: Message, screen: &mut Screen) -> Result<Step, TuiError> {
        let is_feed = matches!(message, Message::Feed(_));
        let mut effects = self.update(message);
        let look = is_feed || self.model.activity.wants_a_look(self.model.now);
        if look {
            effects.extend(self.update(Message::Pulse(self.backend.pulse())));
        }
        self.update_and_carry_out(effects, screen)
    }

    fn update(&mut self, message: Message) -> Vec<Effect> {
        self.dirty = Dirty::Yes;
        let backend = &self.backend;
        let new_id = || backend.new_request_id();
        let mut cx = Cx { now: now(backend, self.opened), new_id: &new_id, effects: Vec::new() };
        update::update(&mut self.model, message, &mut cx);
        cx.effects
    }

    fn update_and_carry_out(&mut self, effects: Vec<Effect>, screen: &mut Screen) -> Result<Step, TuiError> {
        for effect in effects {
            match effect {
                Effect::Ask(ticket, question) => {
                    if let Some(reply) = self.runner.ask(ticket, question) {
                        // An answer at once is the refusal of a command, which asks nothing further.
                        self.update(Message::Reply(ticket, reply));
                    }
                }
                Effect::Demo(control) => self.control(control),
                Effect::CaptureMouse(mouse) => screen.capture(mouse)?,
                Effect::Redraw => screen.invalidate()?,
                Effect::Suspend => self.suspend(screen)?,
                Effect::Quit => return Ok(Step::Leave(Outcome::Left)),
            }
        }
        Ok(Step::Continue)
    }

    fn control(&self, control: DemoControl) {
        if let Some(link) = &self.demo {
            // A demo that is behind with key presses, or over, needs no more of them.
            let _ = link.control.try_send(control);
        }
    }

    fn suspend(&mut self, screen: &mut Screen) -> Result<(), TuiError> {
        screen.suspend()?;
        let (columns, rows) = screen.size()?;
        self.update(Message::Resized(columns, rows));
        Ok(())
    }

    fn draw(&mut self, screen: &mut Screen) -> Result<(), TuiError> {
        let model = &self.model;
        if let Some(hits) = screen.draw(|buffer| view::draw(model, buffer))? {
            self.hits = hits;
        }
        self.drawn = Some(Instant::now());
        self.dirty = Dirty::No;
        Ok(())
    }

    fn next_frame(&self) -> Instant {
        self.drawn.map_or(self.opened, |drawn| drawn + FRAME)
    }

    /// When something changes by the mere passing of time: the minute, at the latest.
    fn next_wake(&self) -> Instant {
        let now = Instant::now();
        let second = u64::from(chrono::Timelike::second(&self.backend.calendar().now()));
        let minute = now + Duration::from_secs(60 - second.min(59));
        let moving = self.model.activity.next_wake(self.model.now).map(|elapsed| self.opened + elapsed);
        let playing = self.model.demo.as_ref().is_some_and(|state| !state.paused && !state.finished);
        let demo = playing.then(|| now + DEMO_CLOCK);
        [Some(minute), moving, demo].into_iter().flatten().min().unwrap_or(minute)
    }
}

fn now(backend: &impl Backend, opened: Instant) -> Now {
    let calendar = backend.calendar();
    Now { elapsed: opened.elapsed(), today: calendar.today(), minute: calendar.minute() }
}

/// The next state of the demo; waits for ever where there is none, or none any more.
async fn demo_state(demo: &mut Option<DemoLink>) -> DemoState {
    if let Some(link) = demo
        && link.state.changed().await.is_ok()
    {
        return link.state.borrow_and_update().clone();
    }
    std::future::pending().await
}
