//! Windows over the desk, one above the other; the topmost has the keyboard.

mod book;
mod cancel;
mod carry;
mod details;
mod find;
mod help;
mod hours;
mod lines;
mod log;
mod palette;
mod prompt;
mod provider;
mod service;
mod services;
mod status;
mod welcome;

use std::sync::Arc;

use chrono::NaiveDate;

pub(super) use book::Book;
pub(super) use cancel::Cancel;
pub(super) use carry::Carry;
pub(super) use details::Details;
pub(super) use find::Find;
pub(super) use help::Help;
pub(super) use hours::{Hours, Scope};
pub(super) use log::Log;
pub(super) use palette::Palette;
pub(super) use prompt::Prompt;
pub(super) use provider::ProviderForm;
pub(super) use service::ServiceForm;
pub(super) use services::Services;
pub(super) use status::StatusMenu;
pub(super) use welcome::WelcomeMenu;

use super::actions::{Action, Context};
use super::activity::Severity;
use super::form::{Edit, Form};
use super::message::{Cx, Reply, Ticket};
use super::model::Model;
use super::sentences;
use super::view::Canvas;
use crate::desk::{Answer, DeskError};
use crate::domain::{Event, ProviderId, TimeRange};

/// A window over the desk.
#[derive(Debug)]
pub(super) enum Overlay {
    Book(Box<Book>),
    Cancel(Cancel),
    Carry(Box<Carry>),
    Details(Details),
    Find(Find),
    Help(Help),
    Hours(Box<Hours>),
    Log(Log),
    Palette(Palette),
    Prompt(Prompt),
    Provider(ProviderForm),
    Service(ServiceForm),
    Services(Services),
    Status(StatusMenu),
    Welcome(WelcomeMenu),
}

/// What becomes of a window after it was given something.
#[derive(Debug)]
pub(super) enum Next {
    /// It stays.
    Stay,
    /// It closes.
    Close,
    /// It stays, with another one above it.
    Open(Overlay),
    /// It closes, and an action of the desk is run.
    Run(Action),
}

/// Whether a reply was for the window.
pub(super) enum Claim {
    /// It was, and this becomes of the window.
    Mine(Next),
    /// It was not; here it is back.
    Other(Reply),
}

/// Whether an appointment could go where a ghost is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// The desk has not said yet.
    Unknown,
    /// It could.
    Fits,
    /// It could not.
    Blocked,
    /// It could go nowhere in this range.
    NoRoom,
}

/// Where something would go, drawn on the timelines before it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ghost {
    pub(super) provider: ProviderId,
    pub(super) day: NaiveDate,
    pub(super) slot: TimeRange,
    pub(super) fit: Fit,
}

/// What every window can do.
pub(super) trait Layer {
    /// Which keys it understands.
    fn context(&self) -> Context;

    /// An action of its context.
    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next;

    /// Text, or a click on one of its lines.
    fn edit(&mut self, _edit: &Edit, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        Next::Stay
    }

    /// An answer from the desk.
    fn reply(&mut self, _ticket: Ticket, reply: Reply, _model: &mut Model, _cx: &mut Cx<'_>) -> Claim {
        Claim::Other(reply)
    }

    /// A committed change.
    fn event(&mut self, _event: &Arc<Event>, _model: &mut Model, _cx: &mut Cx<'_>) {}

    /// Where something would go.
    fn ghost(&self) -> Option<Ghost> {
        None
    }

    /// Lines below the timelines that it stands on, where its ghost has to stay in view; 0 for a window
    /// that may cover them.
    fn lines_below(&self) -> u16 {
        0
    }

    /// Whether an action of its context has a meaning here, for the footer.
    fn offers(&self, action: Action) -> bool {
        !matches!(action, Action::FormOverbook | Action::FormPlaces)
    }

    /// What Enter does, for the footer, where that is not always the same.
    fn submit_label(&self) -> Option<&'static str> {
        None
    }

    /// Draws it over the desk.
    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>);
}

macro_rules! each {
    ($self:ident, boxed: $($boxed:ident),*; $($kind:ident),*) => {
        match $self { $(Overlay::$boxed(window) => &**window,)* $(Overlay::$kind(window) => window,)* }
    };
    ($self:ident, mut boxed: $($boxed:ident),*; $($kind:ident),*) => {
        match $self { $(Overlay::$boxed(window) => &mut **window,)* $(Overlay::$kind(window) => window,)* }
    };
}

impl Overlay {
    /// The window behind the name.
    pub(super) fn layer(&self) -> &dyn Layer {
        each!(self, boxed: Book, Carry, Hours; Cancel, Details, Find, Help, Log, Palette, Prompt, Provider, Service, Services, Status, Welcome)
    }

    /// The window behind the name, to be changed.
    pub(super) fn layer_mut(&mut self) -> &mut dyn Layer {
        each!(self, mut boxed: Book, Carry, Hours; Cancel, Details, Find, Help, Log, Palette, Prompt, Provider, Service, Services, Status, Welcome)
    }
}

/// Moves through a form; none if the action is not about that.
fn move_in_form(form: &mut Form, action: Action) -> Option<Next> {
    match action {
        Action::FormNext => form.step(1),
        Action::FormPrevious => form.step(-1),
        Action::FormClose => return Some(Next::Close),
        _ => return None,
    }
    Some(Next::Stay)
}

/// An answer to a form that waits for one; any other is not the form's.
fn answered(form: &mut Form, waiting: &mut Option<Ticket>, answer: (Ticket, Reply), model: &mut Model) -> Claim {
    match answer {
        (ticket, Reply::Answer(result)) if *waiting == Some(ticket) => {
            *waiting = None;
            Claim::Mine(settle(form, result, model))
        }
        (_, other) => Claim::Other(other),
    }
}

/// What becomes of a form when its command was answered: it closes with the good news, or stays with
/// the bad, so that nothing typed is lost.
fn settle(form: &mut Form, result: Result<Answer, DeskError>, model: &mut Model) -> Next {
    match result {
        Ok(answer) => {
            announce(&answer, model);
            Next::Close
        }
        Err(error) => {
            let said = match &error {
                DeskError::Invalid(invalid) => {
                    form.blame(invalid);
                    form.in_words(invalid)
                }
                other => sentences::failed(other),
            };
            model.say(Severity::Error, said);
            Next::Stay
        }
    }
}

/// Says what an answer came to.
pub(super) fn announce(answer: &Answer, model: &mut Model) {
    let severity = match answer {
        _ if answer.refusal().is_some() => Severity::Warning,
        Answer::Decided(_) => Severity::Success,
        Answer::Repeated(_) | Answer::Unchanged => Severity::Info,
    };
    let text = sentences::answer(model.snapshot(), answer);
    model.say(severity, text);
}
