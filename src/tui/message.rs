//! What reaches the model, and what it asks of the world in return.

use std::time::Duration;

use chrono::NaiveDate;
use crossterm::event::{KeyEvent, MouseEvent};

use super::hits::Target;
use crate::demo::{DemoControl, DemoState};
use crate::desk::{Answer, Command, DaySnapshot, DeskError, Destination, Feedback, HoursPreview, Past, Pulse};
use crate::domain::{Event, HoursChange, Minute, ProviderId, Request, RequestId};
use crate::scheduler::Proposal;

/// The time, as far as a screen needs it; passed in so that every test is repeatable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Now {
    /// Since the screen was opened; never runs backwards.
    pub(super) elapsed: Duration,
    /// The civil date at the desk.
    pub(super) today: NaiveDate,
    /// The minute on the desk's clock.
    pub(super) minute: Minute,
}

/// Something that happened.
#[derive(Debug)]
pub(super) enum Message {
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something, over this part of the screen as it was last drawn.
    Mouse(MouseEvent, Option<Target>),
    /// The terminal pasted text.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The desk's feed brought something.
    Feed(Feedback),
    /// The workers were looked at.
    Pulse(Pulse),
    /// The demo went on.
    Demo(DemoState),
    /// A question was answered.
    Reply(Ticket, Reply),
    /// Time went by: the minute changed, or something shown has had its time.
    Clock,
}

/// Names one question, so that its answer finds whoever asked; later ones are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ticket(pub(super) u64);

/// Something the world is asked to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Effect {
    /// Ask the desk; the reply carries the ticket.
    Ask(Ticket, Question),
    /// Tell the demo.
    Demo(DemoControl),
    /// Take the mouse from the terminal, or give it back.
    CaptureMouse(MouseCapture),
    /// Draw every cell again, whatever the terminal is believed to show.
    Redraw,
    /// Stop this process until the shell continues it.
    Suspend,
    /// Leave.
    Quit,
}

/// Who gets the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MouseCapture {
    /// The desk: clicks select, the wheel scrolls.
    #[default]
    On,
    /// The terminal: text can be selected as anywhere else.
    Off,
}

impl MouseCapture {
    /// The other one.
    #[must_use]
    pub const fn toggled(self) -> Self {
        match self {
            Self::On => Self::Off,
            Self::Off => Self::On,
        }
    }
}

/// A question to the desk.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    /// What is on this day?
    Day(NaiveDate),
    /// Do these, one after the other, up to the first error.
    Submit(Vec<Command>),
    /// What would become of this request?
    Propose(Box<Request>, Past),
    /// What would become of this move?
    ProposeMove(RequestId, Destination, Past),
    /// What would this change of hours keep and cancel?
    PreviewHours(ProviderId, HoursChange),
    /// Which events come before this number?
    Log {
        /// The number; `u64::MAX` for the newest.
        before: u64,
    },
}

/// What the desk answered.
#[derive(Debug)]
pub(super) enum Reply {
    /// To [`Question::Day`].
    Day(Result<Box<DaySnapshot>, DeskError>),
    /// To [`Question::Submit`]: the last answer.
    Answer(Result<Answer, DeskError>),
    /// To [`Question::Propose`] and [`Question::ProposeMove`].
    Proposal(Result<Proposal, DeskError>),
    /// To [`Question::PreviewHours`].
    Hours(Result<HoursPreview, DeskError>),
    /// To [`Question::Log`].
    Log(Result<Vec<Event>, DeskError>),
}

/// What an update may use besides the model: the time, new identifiers, and a tray for effects.
pub(super) struct Cx<'a> {
    /// When the message came.
    pub(super) now: Now,
    /// Makes up request identifiers.
    pub(super) new_id: &'a dyn Fn() -> RequestId,
    /// What the update wants done, in order.
    pub(super) effects: Vec<Effect>,
}

impl Cx<'_> {
    /// Wants this done after the update.
    pub(super) fn want(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}
