//! The line in which a filter is typed; the list follows every letter.

use tui_input::Input;

use super::{Layer, Next};
use crate::tui::actions::{Action, Context};
use crate::tui::cursor::Pane;
use crate::tui::form::{Edit, Field, Form, Value};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view::Canvas;

/// A filter being typed.
#[derive(Debug)]
pub(in crate::tui) struct Find {
    form: Form,
}

impl Find {
    /// Goes on with the filter there is.
    pub(in crate::tui) fn new(model: &mut Model) -> Self {
        model.cursor.pane = Pane::List;
        Self { form: Form::new(vec![Field::text("find", "Find", model.filter.clone())]) }
    }

    /// The line as it is being typed.
    pub(in crate::tui) fn input(&self) -> Option<&Input> {
        match self.form.fields().first().map(|field| &field.value) {
            Some(Value::Text(input)) => Some(input),
            _ => None,
        }
    }
}

impl Layer for Find {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        match action {
            Action::FormClose => {
                model.filter.clear();
                Next::Close
            }
            Action::FormSubmit => {
                model.select_first_match();
                Next::Close
            }
            Action::FormNext | Action::FormPageDown => {
                model.select_next_match(1);
                Next::Stay
            }
            Action::FormPrevious | Action::FormPageUp => {
                model.select_next_match(-1);
                Next::Stay
            }
            _ => Next::Stay,
        }
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        self.form.edit(edit);
        self.form.value("find").clone_into(&mut model.filter);
        model.select_first_match();
        Next::Stay
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("keep the filter")
    }

    fn draw(&self, _model: &Model, _canvas: &mut Canvas<'_>) {
        // The footer shows the line, so that nothing of the list is covered.
    }
}
