//! Calling an appointment off, with the reason.

use super::{Claim, Layer, Next, answered, move_in_form};
use crate::desk::Command;
use crate::domain::{Cancellation, Cause, Invalid, RequestId, Text};
use crate::tui::actions::{Action, Context};
use crate::tui::form::{Edit, Field, Form};
use crate::tui::message::{Cx, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::theme::Role;
use crate::tui::view::{Canvas, Remark};

/// Who can call off by hand; the others are the book's own reasons.
const CAUSES: [Cause; 2] = [Cause::Client, Cause::House];

/// The reason being given.
#[derive(Debug)]
pub(in crate::tui) struct Cancel {
    appointment: RequestId,
    what: String,
    form: Form,
    waiting: Option<Ticket>,
}

impl Cancel {
    /// For the selected appointment.
    pub(in crate::tui) fn new(model: &Model) -> Option<Self> {
        let appointment = model.selected()?;
        let causes = CAUSES.iter().map(ToString::to_string).collect();
        let fields = vec![
            Field::choice("cause", "Called off", causes, 0),
            Field::text("note", "Because", "").hint("more in words, if there is more"),
        ];
        let what = format!("{}, {}", sentences::client(appointment), sentences::place(model.snapshot(), appointment));
        Some(Self { appointment: appointment.id().clone(), what, form: Form::new(fields), waiting: None })
    }

    fn cancellation(&self) -> Result<Cancellation, Invalid> {
        let note = self.form.optional("note").map(|note| Text::note("note", note)).transpose()?;
        Ok(Cancellation { cause: CAUSES[self.form.chosen("cause").min(1)], note })
    }
}

impl Layer for Cancel {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if action == Action::FormSubmit && self.waiting.is_none() {
            match self.cancellation() {
                Ok(cancellation) => {
                    let command = Command::Cancel { appointment: self.appointment.clone(), cancellation };
                    self.waiting = Some(model.submit(cx, Some(self.appointment.clone()), vec![command]));
                }
                Err(error) => self.form.blame(&error),
            }
            return Next::Stay;
        }
        move_in_form(&mut self.form, action).unwrap_or(Next::Stay)
    }

    fn edit(&mut self, edit: &Edit, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        self.form.edit(edit);
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, _cx: &mut Cx<'_>) -> Claim {
        answered(&mut self.form, &mut self.waiting, (ticket, reply), model)
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("cancel the appointment")
    }

    fn draw(&self, _model: &Model, canvas: &mut Canvas<'_>) {
        canvas.form("Call off", &self.form, self.waiting, &[Remark::new(Role::Text, &self.what)]);
    }
}
