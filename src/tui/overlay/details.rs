//! Everything that is known of one appointment.

use super::{Layer, Next};
use crate::domain::RequestId;
use crate::tui::actions::{Action, Context};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view::Canvas;

/// One appointment, as it is now.
#[derive(Debug)]
pub(in crate::tui) struct Details {
    pub(in crate::tui) appointment: RequestId,
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

    fn submit_label(&self) -> Option<&'static str> {
        Some("close")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        canvas.appointment(model, &self.appointment);
    }
}
