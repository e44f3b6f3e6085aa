//! A change of hours: what stays and what would be cancelled is shown before anything happens.

mod change;

use std::sync::Arc;

use super::{Claim, Layer, Next, move_in_form, settle};
use crate::desk::{Command, HoursPreview};
use crate::domain::{Appointment, Event, HoursChange, ProviderId};
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::form::{Edit, Edited, Form};
use crate::tui::message::{Cx, Question, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::theme::Role;
use crate::tui::view::{Canvas, Remark};

pub(in crate::tui) use change::Scope;

/// A change of one provider's hours.
#[derive(Debug)]
pub(in crate::tui) struct Hours {
    provider: ProviderId,
    name: String,
    purpose: Purpose,
    form: Form,
    waiting: Option<Ticket>,
    asking: Option<Ticket>,
    /// What the preview is about, or will be.
    asked: Option<HoursChange>,
    preview: Option<HoursPreview>,
}

/// What the window was opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A change of hours of a kind that is chosen in the form.
    Change,
    /// The provider leaves.
    Leaving,
}

impl Hours {
    /// A form for the provider under the cursor, set to a kind of change.
    pub(in crate::tui) fn new(scope: Scope, model: &mut Model, cx: &mut Cx<'_>) -> Option<Self> {
        let row = Arc::clone(model.row()?);
        let mut hours = Self {
            provider: row.provider.id.clone(),
            name: row.provider.name.to_string(),
            purpose: if scope == Scope::Retire { Purpose::Leaving } else { Purpose::Change },
            form: change::form(scope, &row, model),
            waiting: None,
            asking: None,
            asked: None,
            preview: None,
        };
        hours.consider(model, cx);
        Some(hours)
    }

    /// The change as it stands, or what is wrong with it.
    fn change(&self, model: &Model) -> Result<HoursChange, crate::domain::Invalid> {
        let known = model.snapshot().and_then(|snapshot| snapshot.provider(&self.provider));
        change::read(self.scope(), &self.form, known.map(|provider| &provider.hours), model.now.today)
    }

    fn scope(&self) -> Scope {
        match self.purpose {
            Purpose::Leaving => Scope::Retire,
            Purpose::Change => change::scope(&self.form),
        }
    }

    fn title(&self) -> String {
        match self.scope() {
            Scope::Retire => format!("{} leaves", self.name),
            Scope::BlockOut => format!("Time kept free, {}", self.name),
            _ => format!("Hours of {}", self.name),
        }
    }

    fn consider(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let Ok(change) = self.change(model) else {
            self.asked = None;
            self.preview = None;
            return;
        };
        if self.asking.is_none() && self.asked.as_ref() != Some(&change) {
            self.preview = None;
            let question = Question::PreviewHours(self.provider.clone(), change.clone());
            self.asking = Some(model.ask(cx, question));
            self.asked = Some(change);
        }
    }

    /// Gives the command, but only when what it would cancel is on the screen.
    fn submit(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let change = match self.change(model) {
            Ok(change) => change,
            Err(error) => return self.form.blame(&error),
        };
        if self.waiting.is_some() {
            return;
        }
        if self.preview.is_none() || self.asked.as_ref() != Some(&change) {
            self.consider(model, cx);
            return model.say(Severity::Info, "One moment: working out what this would cancel");
        }
        let provider = self.provider.clone();
        let command = if self.scope() == Scope::Retire {
            Command::RetireProvider { provider, from: change.first_day() }
        } else {
            Command::ChangeHours { provider, change }
        };
        self.waiting = Some(model.submit(cx, None, vec![command]));
    }

    fn remarks(&self) -> Vec<Remark> {
        let Some(preview) = &self.preview else {
            let text = if self.asking.is_some() { "…" } else { "fill in to see what would stay and what would go" };
            return vec![Remark::new(Role::Dim, text)];
        };
        let line = |one: &Arc<Appointment>| {
            format!("  {} {}  {}", one.day.format("%a %-d %b"), one.slot, sentences::client(one))
        };
        let mut remarks = match preview.cancelled.len() {
            0 => vec![Remark::new(Role::Success, "nothing would be cancelled")],
            count => vec![Remark::new(Role::Error, format!("{count} would be cancelled"))],
        };
        remarks.extend(preview.cancelled.iter().map(|one| Remark::new(Role::Text, line(one))));
        if !preview.kept.is_empty() {
            remarks.push(Remark::new(Role::Success, format!("{} would stay", preview.kept.len())));
            remarks.extend(preview.kept.iter().map(|one| Remark::new(Role::Dim, line(one))));
        }
        remarks
    }
}

impl Layer for Hours {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if action == Action::FormSubmit {
            self.submit(model, cx);
            return Next::Stay;
        }
        move_in_form(&mut self.form, action).unwrap_or(Next::Stay)
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if self.form.edit(edit) == Edited::Value {
            self.consider(model, cx);
        }
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Hours(result) if self.asking == Some(ticket) => {
                self.asking = None;
                match result {
                    Ok(preview) => self.preview = Some(preview),
                    Err(error) => model.say(Severity::Error, sentences::capitalised(&error.to_string())),
                }
                if self.change(model).ok() != self.asked {
                    self.consider(model, cx);
                }
                Claim::Mine(Next::Stay)
            }
            Reply::Answer(result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                Claim::Mine(settle(&mut self.form, result, model))
            }
            other => Claim::Other(other),
        }
    }

    fn event(&mut self, event: &Arc<Event>, model: &mut Model, cx: &mut Cx<'_>) {
        let edits = &event.draft.edits;
        let images = edits.appointments.iter().flat_map(|edit| [&edit.before, &edit.after]).flatten();
        let mut providers = images.map(|one| &one.provider);
        if providers.any(|id| *id == self.provider) || !edits.providers.is_empty() {
            self.asked = None;
            self.consider(model, cx);
        }
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some(match self.scope() {
            Scope::Retire => "let the provider leave",
            Scope::BlockOut => "keep it free",
            _ => "change the hours",
        })
    }

    fn draw(&self, _model: &Model, canvas: &mut Canvas<'_>) {
        canvas.form(&self.title(), &self.form, self.waiting, &self.remarks());
    }
}
