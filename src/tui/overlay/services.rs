//! The catalogue as a menu.

use std::sync::Arc;

use super::lines::Lines;
use super::{Layer, Next, Overlay, ServiceForm};
use crate::domain::Service;
use crate::tui::actions::{Action, Context};
use crate::tui::form::Edit;
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view::Canvas;

/// The catalogue, with a line for a new service at the end.
#[derive(Debug, Default)]
pub(in crate::tui) struct Services {
    lines: Lines,
}

fn catalogue(model: &Model) -> Vec<Arc<Service>> {
    model.snapshot().into_iter().flat_map(|snapshot| snapshot.catalogue.iter().cloned()).collect()
}

impl Services {
    fn open(&self, model: &Model) -> Next {
        let services = catalogue(model);
        let chosen = services.get(self.lines.selected(services.len() + 1));
        let form = chosen.map_or_else(|| ServiceForm::add(model), |service| ServiceForm::edit(Arc::clone(service)));
        Next::Open(Overlay::Service(form))
    }
}

impl Layer for Services {
    fn context(&self) -> Context {
        Context::Menu
    }

    fn act(&mut self, action: Action, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        match action {
            Action::MenuClose => Next::Close,
            Action::MenuChoose => self.open(model),
            _ => {
                self.lines.act(action, catalogue(model).len() + 1);
                Next::Stay
            }
        }
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        if let Edit::Pick(line) = edit {
            self.lines = Lines::at(*line);
            return self.open(model);
        }
        Next::Stay
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("open")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let services = catalogue(model);
        let line = |service: &Arc<Service>| format!("{}, {}", service.name, service.duration);
        let mut lines: Vec<String> = services.iter().map(line).collect();
        lines.push("a new service …".to_owned());
        canvas.menu("Services", &lines, self.lines.selected(lines.len()));
    }
}
