//! What happened, newest first; more is loaded where the list ends.

use std::sync::Arc;

use super::lines::Lines;
use super::{Claim, Layer, Next};
use crate::domain::Event;
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::form::Edit;
use crate::tui::message::{Cx, Question, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::view::Canvas;

/// Events kept; who reads further back than this loses the newest of them from the window.
const KEPT_MAX: usize = 5_000;
/// Lines before the end of the list at which more is asked for.
const AHEAD: usize = 20;

/// The newest part of the log.
#[derive(Debug)]
pub(in crate::tui) struct Log {
    events: Vec<Arc<Event>>,
    lines: Lines,
    asking: Option<Ticket>,
    end: End,
}

/// Whether the oldest event is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Further,
    Reached,
}

impl Log {
    /// Asks for the newest events.
    pub(in crate::tui) fn new(model: &mut Model, cx: &mut Cx<'_>) -> Self {
        let asking = Some(model.ask(cx, Question::Log { before: u64::MAX }));
        Self { events: Vec::new(), lines: Lines::default(), asking, end: End::Further }
    }

    fn more(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let near_end = self.lines.selected(self.events.len()) + AHEAD >= self.events.len();
        if near_end && self.asking.is_none() && self.end == End::Further && self.events.len() < KEPT_MAX {
            let before = self.events.last().map_or(u64::MAX, |oldest| oldest.number);
            self.asking = Some(model.ask(cx, Question::Log { before }));
        }
    }
}

impl Layer for Log {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if matches!(action, Action::MenuClose | Action::MenuChoose) {
            return Next::Close;
        }
        self.lines.act(action, self.events.len());
        self.more(model, cx);
        Next::Stay
    }

    fn edit(&mut self, edit: &Edit, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        if let Edit::Pick(line) = edit {
            self.lines = Lines::at(*line);
        }
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Log(result) if self.asking == Some(ticket) => {
                self.asking = None;
                match result {
                    Ok(older) => {
                        let oldest = self.events.last().map_or(u64::MAX, |event| event.number);
                        let older = older.into_iter().filter(|event| event.number < oldest).map(Arc::new);
                        let before = self.events.len();
                        self.events.extend(older);
                        self.end = if self.events.len() == before { End::Reached } else { End::Further };
                        self.more(model, cx);
                    }
                    Err(error) => model.say(Severity::Error, sentences::capitalised(&error.to_string())),
                }
                Claim::Mine(Next::Stay)
            }
            other => Claim::Other(other),
        }
    }

    fn event(&mut self, event: &Arc<Event>, _model: &mut Model, _cx: &mut Cx<'_>) {
        if self.events.first().is_some_and(|newest| newest.number >= event.number) {
            return;
        }
        self.events.insert(0, Arc::clone(event));
        self.events.truncate(KEPT_MAX);
        // Whoever reads further down keeps the line, not the number of it.
        let at = self.lines.selected(self.events.len());
        if at > 0 {
            self.lines = Lines::at(at + 1);
        }
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("close")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let line = |event: &Arc<Event>| sentences::logged(model.snapshot(), event, model.settings.zone);
        canvas.list("Log", &self.events, self.lines.selected(self.events.len()), &line);
    }
}
