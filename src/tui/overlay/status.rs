//! The menu of statuses.

use super::lines::{Lines, digit};
use super::{Layer, Next};
use crate::domain::{RequestId, Status};
use crate::tui::actions::{Action, Context};
use crate::tui::form::Edit;
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::view::Canvas;

/// A status being chosen.
#[derive(Debug)]
pub(in crate::tui) struct StatusMenu {
    appointment: RequestId,
    title: String,
    lines: Lines,
}

impl StatusMenu {
    /// For the selected appointment, with the status after its own selected.
    pub(in crate::tui) fn new(model: &Model) -> Option<Self> {
        let appointment = model.selected()?;
        let own = Status::BY_HAND.iter().position(|status| *status == appointment.status).unwrap_or(0);
        let lines = Lines::at((own + 1).min(Status::BY_HAND.len() - 1));
        Some(Self { appointment: appointment.id().clone(), title: sentences::client(appointment), lines })
    }

    fn set(&self, line: usize, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if let Some(status) = Status::BY_HAND.get(line) {
            model.set_status(cx, self.appointment.clone(), status.clone());
        }
        Next::Close
    }
}

impl Layer for StatusMenu {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let count = Status::BY_HAND.len();
        match action {
            Action::MenuClose => Next::Close,
            Action::MenuChoose => self.set(self.lines.selected(count), model, cx),
            _ => {
                self.lines.act(action, count);
                Next::Stay
            }
        }
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let picked = match edit {
            Edit::Pick(line) => Some(*line),
            _ => digit(edit, Status::BY_HAND.len()),
        };
        picked.map_or(Next::Stay, |line| self.set(line, model, cx))
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("set")
    }

    fn draw(&self, _model: &Model, canvas: &mut Canvas<'_>) {
        let glyphs = canvas.theme().glyphs();
        let lines: Vec<String> = Status::BY_HAND
            .iter()
            .enumerate()
            .map(|(number, status)| format!("{}  {} {status}", number + 1, glyphs.status(status)))
            .collect();
        canvas.menu(&self.title, &lines, self.lines.selected(lines.len()));
    }
}
