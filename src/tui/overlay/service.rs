//! Adding a service to the catalogue, or changing one.

use std::sync::Arc;

use super::provider::id_from;
use super::{Claim, Layer, Next, answered, move_in_form};
use crate::desk::Command;
use crate::domain::{Catalogue, ColourRole, Invalid, Service, ServiceId, Text};
use crate::tui::actions::{Action, Context};
use crate::tui::form::{Edit, Field, Form};
use crate::tui::message::{Cx, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::typed;
use crate::tui::view::Canvas;

/// A service being described.
#[derive(Debug)]
pub(in crate::tui) struct ServiceForm {
    /// Which is changed; none for a new one.
    known: Option<Arc<Service>>,
    form: Form,
    waiting: Option<Ticket>,
}

impl ServiceForm {
    /// A new service, in the next colour that the catalogue does not use.
    pub(in crate::tui) fn add(model: &Model) -> Self {
        let catalogue = model.snapshot().map(|snapshot| &snapshot.catalogue);
        let used: Vec<u8> = catalogue.into_iter().flat_map(Catalogue::iter).map(|one| one.colour.get()).collect();
        let colour = (0..ColourRole::COUNT).find(|role| !used.contains(role)).unwrap_or(0);
        Self { known: None, form: form("", "30", colour), waiting: None }
    }

    /// One of the catalogue.
    pub(in crate::tui) fn edit(known: Arc<Service>) -> Self {
        let form = form(known.name.as_str(), &known.duration.get().to_string(), known.colour.get());
        Self { known: Some(known), form, waiting: None }
    }

    fn command(&self) -> Result<Command, Invalid> {
        let name = Text::name("name", self.form.value("name"))?;
        let id = match &self.known {
            Some(known) => known.id.clone(),
            None => {
                ServiceId::new(&id_from(name.as_str())).map_err(|error| Invalid { field: "name".into(), ..error })?
            }
        };
        let duration = typed::duration("duration", self.form.value("duration"))?;
        let colour = u8::try_from(self.form.chosen("colour")).ok().and_then(|role| ColourRole::new(role).ok());
        let service = Service { id, name, duration, colour: colour.unwrap_or_default() };
        let add = self.known.is_none();
        Ok(if add { Command::AddService(service) } else { Command::EditService(service) })
    }
}

fn form(name: &str, duration: &str, colour: u8) -> Form {
    let colours = (1..=ColourRole::COUNT).map(|number| format!("colour {number}")).collect();
    Form::new(vec![
        Field::text("name", "Name", name).hint("what is done: Check-up"),
        Field::text("duration", "Takes", duration).hint("30, 45m, 1h30"),
        Field::choice("colour", "Colour", colours, colour.into()),
    ])
}

impl Layer for ServiceForm {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if action != Action::FormSubmit || self.waiting.is_some() {
            return move_in_form(&mut self.form, action).unwrap_or(Next::Stay);
        }
        match self.command() {
            Ok(command) => self.waiting = Some(model.submit(cx, None, vec![command])),
            Err(error) => self.form.blame(&error),
        }
        Next::Stay
    }

    fn edit(&mut self, edit: &Edit, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        self.form.edit(edit);
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, _cx: &mut Cx<'_>) -> Claim {
        answered(&mut self.form, &mut self.waiting, (ticket, reply), model)
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some(if self.known.is_none() { "add" } else { "change" })
    }

    fn draw(&self, _model: &Model, canvas: &mut Canvas<'_>) {
        let title = self.known.as_ref().map_or_else(|| "New service".to_owned(), |known| known.name.to_string());
        canvas.form(&title, &self.form, self.waiting, &[]);
    }
}
