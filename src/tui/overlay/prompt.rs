//! One question with one line for the answer: a date, or a daily limit.

use super::{Claim, Layer, Next, answered, move_in_form};
use crate::desk::Command;
use crate::domain::{Invalid, ProviderId};
use crate::tui::actions::{Action, Context};
use crate::tui::form::{Edit, Field, Form};
use crate::tui::message::{Cx, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::typed;
use crate::tui::view::Canvas;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    Date,
    Limit(ProviderId),
}

/// One question with one line for the answer.
#[derive(Debug)]
pub(in crate::tui) struct Prompt {
    question: Question,
    title: String,
    form: Form,
    waiting: Option<Ticket>,
}

impl Prompt {
    /// Which day shall be shown?
    pub(in crate::tui) fn date() -> Self {
        let field = Field::text("day", "Day", "").hint("tomorrow, fri, +3, 24.12, 2026-12-24");
        Self { question: Question::Date, title: "Go to a day".to_owned(), form: Form::new(vec![field]), waiting: None }
    }

    /// How many appointments may the provider under the cursor have a day?
    pub(in crate::tui) fn limit(model: &Model) -> Option<Self> {
        let provider = &model.row()?.provider;
        let field = Field::text("max_daily_appointments", "At most", provider.max_daily_appointments.to_string());
        Some(Self {
            question: Question::Limit(provider.id.clone()),
            title: format!("Appointments a day, {}", provider.name),
            form: Form::new(vec![field.hint("a number; a lower one cancels nothing")]),
            waiting: None,
        })
    }

    fn submit(&mut self, model: &mut Model, cx: &mut Cx<'_>) -> Result<Next, Invalid> {
        match &self.question {
            Question::Date => {
                let day = typed::date("day", self.form.value("day"), model.now.today)?;
                model.leaf_to(cx, day);
                Ok(Next::Close)
            }
            Question::Limit(provider) => {
                let max_daily_appointments = limit(self.form.value("max_daily_appointments"))?;
                let command = Command::ChangeLimit { provider: provider.clone(), max_daily_appointments };
                self.waiting = Some(model.submit(cx, None, vec![command]));
                Ok(Next::Stay)
            }
        }
    }
}

/// A daily limit as typed.
pub(super) fn limit(text: &str) -> Result<u32, Invalid> {
    let invalid = || Invalid::new("max_daily_appointments", text, "a number of appointments, 0 or more");
    text.parse().map_err(|_| invalid())
}

impl Layer for Prompt {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if action == Action::FormSubmit && self.waiting.is_none() {
            return self.submit(model, cx).unwrap_or_else(|error| {
                self.form.blame(&error);
                Next::Stay
            });
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
        Some(if self.question == Question::Date { "go" } else { "change the limit" })
    }

    fn draw(&self, _model: &Model, canvas: &mut Canvas<'_>) {
        canvas.form(&self.title, &self.form, self.waiting, &[]);
    }
}
