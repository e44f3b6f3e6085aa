//! A selected line among many, for every list in a window.

use crate::tui::actions::Action;

/// Lines that a page key moves by.
const PAGE: usize = 10;

/// Which line is selected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Lines {
    selected: usize,
}

impl Lines {
    /// A list with this line selected.
    pub(super) fn at(selected: usize) -> Self {
        Self { selected }
    }

    /// The number of the selected line, below `count` unless that is 0.
    pub(super) fn selected(self, count: usize) -> usize {
        self.selected.min(count.saturating_sub(1))
    }

    /// Moves through `count` lines; whether the action was about that.
    pub(super) fn act(&mut self, action: Action, count: usize) -> bool {
        let last = count.saturating_sub(1);
        let at = self.selected(count);
        self.selected = match action {
            Action::MenuDown | Action::FormNext => (at + 1).min(last),
            Action::MenuUp | Action::FormPrevious => at.saturating_sub(1),
            Action::MenuFirst => 0,
            Action::MenuLast => last,
            Action::MenuPageDown | Action::FormPageDown => (at + PAGE).min(last),
            Action::MenuPageUp | Action::FormPageUp => at.saturating_sub(PAGE),
            _ => return false,
        };
        true
    }
}

/// The line that a digit names: 1 for the first.
pub(super) fn digit(edit: &crate::tui::form::Edit, count: usize) -> Option<usize> {
    let crate::tui::form::Edit::Key(key) = edit else { return None };
    let number = crate::tui::keys::Chord::from(*key).character()?.to_digit(10)? as usize;
    number.checked_sub(1).filter(|line| *line < count)
}
