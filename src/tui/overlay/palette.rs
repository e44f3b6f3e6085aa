//! All commands by name, found by any letters of it.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::lines::Lines;
use super::{Layer, Next};
use crate::tui::actions::{Action, Context};
use crate::tui::form::{Edit, Edited, Field, Form};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view::Canvas;

/// The command palette.
#[derive(Debug)]
pub(in crate::tui) struct Palette {
    form: Form,
    lines: Lines,
}

impl Palette {
    /// With every command that makes sense now.
    pub(in crate::tui) fn new() -> Self {
        Self { form: Form::new(vec![Field::text("find", "Command", "")]), lines: Lines::default() }
    }

    /// The commands that match what was typed, best first; in the order of the table before that.
    pub(in crate::tui) fn matches(&self, model: &Model) -> Vec<Action> {
        let commands = Action::ALL
            .iter()
            .copied()
            .filter(|action| action.works_in(Context::Desk) && *action != Action::Palette && model.allows(*action));
        let typed = self.form.value("find");
        if typed.is_empty() {
            return commands.collect();
        }
        let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut buffer = Vec::new();
        let mut score = |text: &str| pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher);
        let mut found: Vec<(u32, Action)> = commands
            .filter_map(|action| {
                // A name that matches beats a sentence that does.
                let by_name = score(&action.label()).map(|score| score + 1000);
                by_name.or_else(|| score(action.entry().sentence)).map(|score| (score, action))
            })
            .collect();
        found.sort_by_key(|(score, action)| (std::cmp::Reverse(*score), *action));
        found.into_iter().map(|(_, action)| action).collect()
    }

    fn run(&self, line: usize, model: &Model) -> Next {
        self.matches(model).get(line).map_or(Next::Stay, |action| Next::Run(*action))
    }
}

impl Layer for Palette {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        let count = self.matches(model).len();
        match action {
            Action::FormClose => Next::Close,
            Action::FormSubmit => self.run(self.lines.selected(count), model),
            _ => {
                self.lines.act(action, count);
                Next::Stay
            }
        }
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        if let Edit::Pick(line) = edit {
            return self.run(*line, model);
        }
        if self.form.edit(edit) == Edited::Value {
            self.lines = Lines::default();
        }
        Next::Stay
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("run")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let matches = self.matches(model);
        let lines: Vec<(String, String, String)> = matches
            .iter()
            .map(|action| {
                let keys = model.settings.keymap.shown(*action).join("  ");
                (action.label(), keys, action.entry().sentence.trim_end_matches('.').to_owned())
            })
            .collect();
        canvas.palette(&self.form, &lines, self.lines.selected(lines.len()));
    }
}
