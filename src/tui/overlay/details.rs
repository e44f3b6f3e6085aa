//! Everything that is known of one appointment, with what has happened to it.

use std::sync::Arc;

use super::{Claim, Layer, Next};
use crate::domain::{Event, RequestId};
use crate::tui::actions::{Action, Context};
use crate::tui::message::{Cx, Question, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::view::Canvas;

/// Most pages of the log that are searched; what is older is left to the log itself.
const PAGES_MAX: usize = 10;

/// One appointment, as it is now.
#[derive(Debug)]
pub(in crate::tui) struct Details {
    appointment: RequestId,
    /// What has happened to it, newest first.
    history: Vec<Arc<Event>>,
    asking: Option<Ticket>,
    pages: usize,
}

impl Details {
    /// The selected appointment; asks at once what has happened to it.
    pub(in crate::tui) fn new(model: &mut Model, cx: &mut Cx<'_>) -> Option<Self> {
        let appointment = model.selected()?.id().clone();
        let asking = Some(model.ask(cx, Question::Log { before: u64::MAX }));
        Some(Self { appointment, history: Vec::new(), asking, pages: 0 })
    }

    fn concerns(&self, event: &Event) -> bool {
        let edits = event.draft.edits.appointments.iter();
        edits.flat_map(|edit| edit.before.iter().chain(&edit.after)).any(|one| *one.id() == self.appointment)
    }

    /// Whether the event brought the appointment into the book, so that nothing can be older.
    fn is_first(&self, event: &Event) -> bool {
        let edits = event.draft.edits.appointments.iter();
        edits.filter(|edit| edit.before.is_none()).flat_map(|edit| &edit.after).any(|one| *one.id() == self.appointment)
    }

    fn take_in(&mut self, older: Vec<Event>, model: &mut Model, cx: &mut Cx<'_>) {
        self.pages += 1;
        let oldest = older.last().map(|event| event.number);
        for event in older {
            let known = self.history.iter().any(|other| other.number == event.number);
            if !known && self.concerns(&event) {
                self.history.push(Arc::new(event));
            }
        }
        let begun = self.history.iter().any(|event| self.is_first(event));
        if let Some(before) = oldest.filter(|_| !begun && self.pages < PAGES_MAX) {
            self.asking = Some(model.ask(cx, Question::Log { before }));
        }
    }
}

impl Layer for Details {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn act(&mut self, action: Action, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        match action {
            Action::MenuClose | Action::MenuChoose => Next::Close,
            _ => Next::Stay,
        }
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Log(result) if self.asking == Some(ticket) => {
                self.asking = None;
                // Without the log the rest of what is known is still worth reading.
                if let Ok(older) = result {
                    self.take_in(older, model, cx);
                }
                Claim::Mine(Next::Stay)
            }
            other => Claim::Other(other),
        }
    }

    fn event(&mut self, event: &Arc<Event>, _model: &mut Model, _cx: &mut Cx<'_>) {
        if self.concerns(event) && self.history.first().is_none_or(|newest| newest.number < event.number) {
            self.history.insert(0, Arc::clone(event));
        }
    }

    fn offers(&self, action: Action) -> bool {
        matches!(action, Action::MenuChoose | Action::MenuClose)
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("close")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let line = |event: &Arc<Event>| sentences::logged(model.snapshot(), event, model.settings.zone);
        let history: Vec<String> = self.history.iter().map(line).collect();
        canvas.appointment(model, &self.appointment, &history);
    }
}
