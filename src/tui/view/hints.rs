//! The keys that work now, read from the action table and the keymap.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::tui::actions::Action;
use crate::tui::model::Model;
use crate::tui::overlay::{Layer, Overlay};
use crate::tui::theme::Theme;
use crate::tui::widgets::{Footer, Hint, Severity, Toast};

/// A hint that owns its words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Owned {
    key: String,
    label: String,
    priority: u8,
}

impl Owned {
    /// The hint as widgets take it.
    pub(super) fn borrowed(&self) -> Hint<'_> {
        Hint { key: &self.key, label: &self.label, priority: self.priority }
    }
}

/// The footer of one frame.
pub(super) struct Line<'a> {
    theme: &'a Theme,
    hints: Vec<Owned>,
    toast: Option<(Severity, String)>,
}

impl<'a> Line<'a> {
    /// The keys that work now, and the message of the moment.
    pub(super) fn new(model: &'a Model) -> Self {
        let typing = match model.overlays.last() {
            Some(Overlay::Find(find)) => find.input().map(|input| (Severity::Info, format!("/{}▏", input.value()))),
            _ => None,
        };
        let said = model.activity.toast.as_ref().map(|toast| (toast.severity, toast.text.clone()));
        let filter = (!model.filter.is_empty()).then(|| {
            let clear = model.settings.keymap.shown(Action::Back).join(" ");
            (Severity::Info, format!("showing only \"{}\"; {clear} shows all", model.filter))
        });
        Self { theme: &model.settings.theme, hints: now(model), toast: typing.or(said).or(filter) }
    }

    fn with<T>(&self, f: impl FnOnce(&Footer<'_>) -> T) -> T {
        let hints: Vec<Hint<'_>> = self.hints.iter().map(Owned::borrowed).collect();
        let toast = self.toast.as_ref().map(|(severity, text)| Toast { severity: *severity, text });
        f(&Footer { theme: self.theme, hints: &hints, toast })
    }

    /// Lines that it takes.
    pub(super) fn height(&self, columns: u16) -> u16 {
        let keys = if columns >= 100 { 1 } else { 2 };
        self.with(|footer| footer.height(columns, keys))
    }

    /// Draws it.
    pub(super) fn draw(&self, area: Rect, buffer: &mut Buffer) {
        self.with(|footer| footer.render(area, buffer));
    }
}

/// The keys that work now, in the order of the table.
fn now(model: &Model) -> Vec<Owned> {
    let context = model.context();
    let top = model.overlays.last().map(Overlay::layer);
    let works = |action: &&Action| {
        let entry = action.entry();
        let offered = top.is_none_or(|layer| layer.offers(**action));
        // On a desk where nobody works yet there is next to nothing to take back.
        let pointless = **action == Action::Undo && model.rows().is_empty();
        entry.priority > 0 && action.works_in(context) && model.allows(**action) && offered && !pointless
    };
    Action::ALL
        .iter()
        .filter(works)
        .filter_map(|action| {
            let key = model.settings.keymap.shown(*action).into_iter().next()?;
            let chosen = matches!(action, Action::FormSubmit | Action::MenuChoose);
            let own = top.filter(|_| chosen).and_then(Layer::submit_label);
            let label = own.map_or_else(|| action.label(), str::to_owned);
            Some(Owned { key, label, priority: u8::MAX - action.entry().priority })
        })
        .collect()
}

/// What may follow the keys pressed so far.
pub(super) fn continuations(model: &Model) -> Vec<Owned> {
    let all = model.settings.keymap.continuations(model.context(), &model.pressed);
    all.into_iter().map(|(key, action)| Owned { key, label: action.label(), priority: 0 }).collect()
}
