//! Adding a provider, or changing its name, services and limit.

use std::collections::BTreeSet;

use super::prompt::limit;
use super::{Claim, Layer, Next, answered, move_in_form};
use crate::desk::Command;
use crate::domain::{Hours, Invalid, Provider, ProviderId, ServiceId, Text, Weekly};
use crate::tui::actions::{Action, Context};
use crate::tui::form::{Edit, Field, Form};
use crate::tui::message::{Cx, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::typed;
use crate::tui::view::Canvas;

/// A provider being described.
#[derive(Debug)]
pub(in crate::tui) struct ProviderForm {
    /// Who is changed; none for a new one.
    known: Option<std::sync::Arc<Provider>>,
    form: Form,
    waiting: Option<Ticket>,
}

impl ProviderForm {
    /// A new provider.
    pub(in crate::tui) fn add() -> Self {
        let fields = vec![
            Field::text("name", "Name", "").hint("as on the door: Dr Chen"),
            Field::text("provider", "Id", "").hint("short and for good: chen; empty to use the name"),
            Field::text("hours", "Hours", "9-12, 13-17").hint("every day; 9-12, 13-17"),
            Field::text("max_daily_appointments", "At most", "16").hint("appointments a day"),
            services_field(None),
        ];
        Self { known: None, form: Form::new(fields), waiting: None }
    }

    /// The provider under the cursor.
    pub(in crate::tui) fn edit(model: &Model) -> Option<Self> {
        let known = std::sync::Arc::clone(&model.row()?.provider);
        let fields = vec![
            Field::text("name", "Name", known.name.as_str()),
            Field::text("max_daily_appointments", "At most", known.max_daily_appointments.to_string())
                .hint("appointments a day"),
            services_field(known.services.as_ref()),
        ];
        Some(Self { known: Some(known), form: Form::new(fields), waiting: None })
    }

    fn services(&self) -> Result<Option<BTreeSet<ServiceId>>, Invalid> {
        let Some(list) = self.form.optional("services") else { return Ok(None) };
        let ids = list.split(',').map(str::trim).filter(|id| !id.is_empty());
        ids.map(|id| ServiceId::new(id).map_err(|error| Invalid { field: "services".into(), ..error }))
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// What has to be done, in order; nothing where nothing was changed.
    fn commands(&self) -> Result<Vec<Command>, Invalid> {
        let name = Text::name("name", self.form.value("name"))?;
        let max_daily_appointments = limit(self.form.value("max_daily_appointments"))?;
        let services = self.services()?;
        let Some(known) = &self.known else {
            let id = self.form.optional("provider").map_or_else(|| id_from(name.as_str()), str::to_owned);
            let hours = typed::ranges("hours", self.form.value("hours"))?;
            let hours = Hours::always(Weekly::EveryDay(hours));
            let plain = Provider::new(ProviderId::new(&id)?, hours, max_daily_appointments)?;
            return Ok(vec![Command::AddProvider(Provider { name, services, ..plain })]);
        };
        let provider = known.id.clone();
        let mut commands = Vec::new();
        if name != known.name || services != known.services {
            commands.push(Command::EditProvider { provider: provider.clone(), name, services });
        }
        if max_daily_appointments != known.max_daily_appointments {
            commands.push(Command::ChangeLimit { provider, max_daily_appointments });
        }
        Ok(commands)
    }
}

fn services_field(services: Option<&BTreeSet<ServiceId>>) -> Field {
    let ids = services.into_iter().flatten().map(ServiceId::as_str).collect::<Vec<_>>().join(", ");
    Field::text("services", "Services", ids).hint("ids with commas between; empty for all")
}

/// A short identifier from the last word of a name.
pub(super) fn id_from(name: &str) -> String {
    let last = name.split_whitespace().next_back().unwrap_or_default();
    last.to_lowercase().chars().filter(|c| c.is_alphanumeric()).take(32).collect()
}

impl Layer for ProviderForm {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if action != Action::FormSubmit || self.waiting.is_some() {
            return move_in_form(&mut self.form, action).unwrap_or(Next::Stay);
        }
        match self.commands() {
            Ok(commands) if commands.is_empty() => return Next::Close,
            Ok(commands) => self.waiting = Some(model.submit(cx, None, commands)),
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
        let title = self.known.as_ref().map_or_else(|| "New provider".to_owned(), |known| known.name.to_string());
        canvas.form(&title, &self.form, self.waiting, &[]);
    }
}
