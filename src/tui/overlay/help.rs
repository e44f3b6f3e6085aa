//! Every key and what it does, from the live keymap; typing filters.

use super::lines::Lines;
use super::{Layer, Next};
use crate::tui::actions::{Action, Context, Group};
use crate::tui::form::{Edit, Edited, Field, Form};
use crate::tui::message::Cx;
use crate::tui::model::Model;
use crate::tui::view::Canvas;

/// The help window.
#[derive(Debug)]
pub(in crate::tui) struct Help {
    /// What had the keyboard when help was asked for; its keys come first.
    context: Context,
    form: Form,
    lines: Lines,
}

/// A heading and its lines: keys, and what they do.
pub(in crate::tui) type HelpGroup = (&'static str, Vec<(String, String)>);

impl Help {
    /// Help for what has the keyboard.
    pub(in crate::tui) fn new(context: Context) -> Self {
        Self { context, form: Form::new(vec![Field::text("find", "Find", "")]), lines: Lines::default() }
    }

    /// The groups with the actions that match what was typed.
    pub(in crate::tui) fn groups(&self, model: &Model) -> Vec<HelpGroup> {
        let words: Vec<String> = self.form.value("find").split_whitespace().map(str::to_lowercase).collect();
        let lines = |group: Group| -> Vec<(String, String)> {
            let actions = Action::ALL.iter().filter(|action| action.entry().group == group);
            let lines = actions.map(|action| (model.settings.keymap.shown(*action).join("  "), *action));
            lines
                .filter(|(keys, action)| {
                    let text = format!("{keys} {} {}", action.name(), action.entry().sentence).to_lowercase();
                    words.iter().all(|word| text.contains(word))
                })
                .map(|(keys, action)| (keys, action.entry().sentence.trim_end_matches('.').to_owned()))
                .collect()
        };
        let mut groups: Vec<Group> = Group::ALL.to_vec();
        let first = match self.context {
            Context::Carry => Some(Group::Carrying),
            Context::Form | Context::Menu => Some(Group::Windows),
            Context::Desk | Context::Anywhere => None,
        };
        groups.sort_by_key(|group| Some(*group) != first);
        groups.into_iter().map(|group| (group.title(), lines(group))).filter(|(_, lines)| !lines.is_empty()).collect()
    }

    fn count(&self, model: &Model) -> usize {
        self.groups(model).iter().map(|(_, lines)| lines.len() + 1).sum()
    }
}

impl Layer for Help {
    fn context(&self) -> Context {
        Context::Form
    }

    fn act(&mut self, action: Action, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        if matches!(action, Action::FormClose | Action::FormSubmit) {
            return Next::Close;
        }
        let count = self.count(model);
        self.lines.act(action, count);
        Next::Stay
    }

    fn edit(&mut self, edit: &Edit, _model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        if self.form.value("find").is_empty()
            && let Edit::Key(key) = edit
            && let Some('?' | 'q') = crate::tui::keys::Chord::from(*key).character()
        {
            return Next::Close;
        }
        if !matches!(edit, Edit::Pick(_)) && self.form.edit(edit) == Edited::Value {
            self.lines = Lines::default();
        }
        Next::Stay
    }

    fn submit_label(&self) -> Option<&'static str> {
        Some("close")
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let groups = self.groups(model);
        let count = groups.iter().map(|(_, lines)| lines.len() + 1).sum();
        canvas.help(self.form.value("find"), &groups, self.lines.selected(count));
    }
}
