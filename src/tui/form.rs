//! Fields that are filled in, one below the other.

use crossterm::event::{Event, KeyCode, KeyEvent};
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::{Invalid, Text};

/// Something that happens to whatever takes text.
#[derive(Debug, Clone)]
pub(super) enum Edit {
    /// A key that is bound to nothing.
    Key(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// A click on the line or field with this number.
    Pick(usize),
}

/// What an edit did to a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edited {
    /// A value is another one now.
    Value,
    /// Nothing but the cursor, or nothing at all.
    Nothing,
}

/// A row of a form; `name` is what errors call it.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The name by which it is asked for and by which errors find it.
    pub(super) name: &'static str,
    /// The label on the screen.
    pub(super) label: &'static str,
    /// What it holds.
    pub(super) value: Value,
    /// What is wrong with it, if anything.
    pub(super) error: Option<String>,
    /// What may be typed, shown while it is empty.
    pub(super) hint: &'static str,
}

/// What a field holds.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A line of text.
    Text(Input),
    /// One of several.
    Choice {
        /// What can be chosen, at least one.
        options: Vec<String>,
        /// Which one is.
        chosen: usize,
        /// What was typed to find it, since the cursor came here.
        typed: String,
    },
}

/// How much of the focused value the next character replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grip {
    /// All of it: the cursor has only just come here, and what stands there is a suggestion.
    Whole,
    /// Nothing: it is put in at the cursor.
    Nothing,
}

impl Field {
    /// A line of text with a first value.
    pub(super) fn text(name: &'static str, label: &'static str, value: impl Into<String>) -> Self {
        Self { name, label, value: Value::Text(Input::new(value.into())), error: None, hint: "" }
    }

    /// One of several; `chosen` is the number of the first one.
    pub(super) fn choice(name: &'static str, label: &'static str, options: Vec<String>, chosen: usize) -> Self {
        let chosen = chosen.min(options.len().saturating_sub(1));
        Self { name, label, value: Value::Choice { options, chosen, typed: String::new() }, error: None, hint: "" }
    }

    /// The same field with a hint of what may be typed.
    pub(super) fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    fn insert(&mut self, text: &str) -> Edited {
        let Value::Text(input) = &mut self.value else { return Edited::Nothing };
        let room = Text::NOTE_MAX.saturating_sub(input.value().graphemes(true).count());
        let mut changed = Edited::Nothing;
        for grapheme in text.graphemes(true).take(room) {
            for c in grapheme.chars() {
                // A field is one line; what controls a terminal is no text at all.
                let c = if c.is_whitespace() { ' ' } else { c };
                if !c.is_control() {
                    input.handle(tui_input::InputRequest::InsertChar(c));
                    changed = Edited::Value;
                }
            }
        }
        changed
    }

    /// Puts text in place of all that stands here; text with nothing to show changes nothing.
    fn replace(&mut self, text: &str) -> Edited {
        let Value::Text(input) = &mut self.value else { return Edited::Nothing };
        let before = std::mem::take(input);
        let edited = self.insert(text);
        if edited == Edited::Nothing {
            self.value = Value::Text(before);
        }
        edited
    }

    /// A key while the whole value is held: a character replaces it, deleting empties it, and
    /// everything else works on it as it stands.
    fn key_on_whole(&mut self, key: KeyEvent) -> Edited {
        match (&mut self.value, key.code) {
            (Value::Text(_), KeyCode::Char(c)) if types(key, c) => self.replace(c.encode_utf8(&mut [0; 4])),
            (Value::Text(input), KeyCode::Backspace | KeyCode::Delete) if !input.value().is_empty() => {
                *input = Input::default();
                Edited::Value
            }
            _ => self.key(key),
        }
    }

    fn key(&mut self, key: KeyEvent) -> Edited {
        match &mut self.value {
            Value::Choice { options, chosen, typed } => {
                let count = options.len().max(1);
                let next = match key.code {
                    KeyCode::Left => (*chosen + count - 1) % count,
                    KeyCode::Right | KeyCode::Char(' ') => (*chosen + 1) % count,
                    KeyCode::Home => 0,
                    KeyCode::End => count - 1,
                    KeyCode::Char(c) => found(options, *chosen, typed, c).unwrap_or(*chosen),
                    _ => *chosen,
                };
                if !matches!(key.code, KeyCode::Char(c) if c != ' ') {
                    typed.clear();
                }
                let changed = next != *chosen;
                *chosen = next;
                if changed { Edited::Value } else { Edited::Nothing }
            }
            Value::Text(_) if matches!(key.code, KeyCode::Char(c) if types(key, c)) => {
                let KeyCode::Char(c) = key.code else { return Edited::Nothing };
                self.insert(c.encode_utf8(&mut [0; 4]))
            }
            Value::Text(input) => match input.handle_event(&Event::Key(key)) {
                Some(changed) if changed.value => Edited::Value,
                _ => Edited::Nothing,
            },
        }
    }
}

/// Whether a key types the character, and is no command.
fn types(key: KeyEvent, c: char) -> bool {
    super::keys::Chord::from(key).character() == Some(c)
}

/// The option that what was typed leads to: the next one with a word that begins like it.
///
/// "Dr Chen" is found by `c` as well as by `d`: in a list of doctors the first letters tell nobody apart. A
/// letter that leads nowhere after the others begins anew, so that the same letter again goes on.
fn found(options: &[String], chosen: usize, typed: &mut String, c: char) -> Option<usize> {
    let count = options.len();
    let next = |from: usize, wanted: &str| {
        (from..from + count).map(|at| at % count).find(|at| has_word(&options[*at].to_lowercase(), wanted))
    };
    let first = typed.is_empty();
    typed.extend(c.to_lowercase());
    let longer = (!first).then(|| next(chosen, typed)).flatten();
    longer.or_else(|| {
        *typed = c.to_lowercase().collect();
        next(chosen + 1, typed)
    })
}

fn has_word(option: &str, beginning: &str) -> bool {
    option.split_word_bound_indices().any(|(at, _)| option[at..].starts_with(beginning))
}

/// Fields and which of them has the cursor.
#[derive(Debug, Clone)]
pub(super) struct Form {
    fields: Vec<Field>,
    focus: usize,
    grip: Grip,
}

impl Form {
    /// A form with the cursor in its first field.
    pub(super) fn new(fields: Vec<Field>) -> Self {
        Self { fields, focus: 0, grip: Grip::Whole }
    }

    /// The fields from top to bottom.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The number of the field that has the cursor.
    pub(super) fn focus(&self) -> usize {
        self.focus
    }

    /// How much of the focused value the next character replaces.
    pub(super) fn grip(&self) -> Grip {
        self.grip
    }

    /// Puts the cursor into the field of that name.
    pub(super) fn focus_on(&mut self, name: &str) {
        if let Some(at) = self.fields.iter().position(|field| field.name == name) {
            self.enter(at);
        }
    }

    fn enter(&mut self, at: usize) {
        self.focus = at.min(self.fields.len().saturating_sub(1));
        self.grip = Grip::Whole;
        if let Some(Value::Choice { typed, .. }) = self.fields.get_mut(self.focus).map(|field| &mut field.value) {
            typed.clear();
        }
    }

    /// Puts the cursor into the next field, or the one before; round and round.
    pub(super) fn step(&mut self, by: isize) {
        let count = self.fields.len().max(1);
        self.enter((self.focus + count).saturating_add_signed(by) % count);
    }

    /// Takes an edit; a changed value loses its error.
    pub(super) fn edit(&mut self, edit: &Edit) -> Edited {
        if let Edit::Pick(at) = edit {
            self.enter(*at);
            return Edited::Nothing;
        }
        let grip = std::mem::replace(&mut self.grip, Grip::Nothing);
        let Some(field) = self.fields.get_mut(self.focus) else { return Edited::Nothing };
        let edited = match (edit, grip) {
            (Edit::Key(key), Grip::Whole) => field.key_on_whole(*key),
            (Edit::Key(key), Grip::Nothing) => field.key(*key),
            (Edit::Paste(text), Grip::Whole) => field.replace(text),
            (Edit::Paste(text), Grip::Nothing) => field.insert(text),
            (Edit::Pick(_), _) => Edited::Nothing,
        };
        if edited == Edited::Value {
            field.error = None;
        }
        edited
    }

    fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The text of a field, without spaces around it; empty for a choice.
    pub(super) fn value(&self, name: &str) -> &str {
        match self.field(name).map(|field| &field.value) {
            Some(Value::Text(input)) => input.value().trim(),
            _ => "",
        }
    }

    /// The text of a field that may be left empty.
    pub(super) fn optional(&self, name: &str) -> Option<&str> {
        Some(self.value(name)).filter(|value| !value.is_empty())
    }

    /// The number of what is chosen in a field; 0 for a text.
    pub(super) fn chosen(&self, name: &str) -> usize {
        match self.field(name).map(|field| &field.value) {
            Some(Value::Choice { chosen, .. }) => *chosen,
            _ => 0,
        }
    }

    /// Fills a text field in.
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.error = None;
            if let Value::Text(input) = &mut field.value {
                *input = Input::new(value.into());
            }
        }
    }

    /// Chooses an option by its number.
    pub(super) fn choose(&mut self, name: &str, option: usize) {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        if let Some(Value::Choice { options, chosen, .. }) = field.map(|field| &mut field.value) {
            *chosen = option.min(options.len().saturating_sub(1));
        }
    }

    fn about(&self, error: &Invalid) -> Option<usize> {
        self.fields.iter().position(|field| error.field.starts_with(field.name))
    }

    /// What is wrong, by the name that the field has on the screen.
    pub(super) fn in_words(&self, error: &Invalid) -> String {
        let field = self.about(error).and_then(|at| self.fields.get(at));
        let shown = field.map_or(error.field.clone(), |field| field.label.into());
        Invalid { field: shown, ..error.clone() }.to_string()
    }

    /// Shows what is wrong below the field it is about, or below the first one, and goes there.
    pub(super) fn blame(&mut self, error: &Invalid) {
        let at = self.about(error).unwrap_or(0);
        self.enter(at);
        if let Some(field) = self.fields.get_mut(at) {
            field.error = Some(format!("{} is not valid, expected {}", error.value, error.expected));
        }
    }

    /// Takes every error away.
    pub(super) fn forgive(&mut self) {
        for field in &mut self.fields {
            field.error = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyModifiers;

    use super::*;

    fn form() -> Form {
        let services = vec!["none".to_owned(), "Checkup".to_owned(), "Cleaning".to_owned()];
        Form::new(vec![Field::text("client", "Client", ""), Field::choice("service", "Service", services, 0)])
    }

    fn press(form: &mut Form, code: KeyCode) -> Edited {
        form.edit(&Edit::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    #[test]
    fn deleting_takes_a_whole_character_as_people_see_it() {
        let mut form = form();
        form.edit(&Edit::Paste("Zoe\u{308}👩‍⚕️".to_owned()));
        press(&mut form, KeyCode::Backspace);
        assert_eq!(form.value("client"), "Zoe\u{308}");
        press(&mut form, KeyCode::Backspace);
        assert_eq!(form.value("client"), "Zo");
    }

    #[test]
    fn pasted_text_becomes_one_harmless_bounded_line() {
        let mut form = form();
        form.edit(&Edit::Paste("Ada\r\nL\u{1b}[2J\u{7}".to_owned()));
        assert_eq!(form.value("client"), "Ada  L[2J");
        form.edit(&Edit::Paste("x".repeat(1_000_000)));
        assert!(form.value("client").len() <= Text::NOTE_MAX + 2);
    }

    #[test]
    fn choices_turn_round_and_follow_a_letter() {
        let mut form = form();
        form.step(1);
        for (code, chosen) in
            [(KeyCode::Char('c'), 1), (KeyCode::Char('c'), 2), (KeyCode::Right, 0), (KeyCode::Left, 2)]
        {
            assert_eq!(press(&mut form, code), Edited::Value);
            assert_eq!(form.chosen("service"), chosen);
        }
        assert_eq!(press(&mut form, KeyCode::Char('z')), Edited::Nothing);
    }

    #[test]
    fn what_is_suggested_gives_way_to_what_is_typed_and_can_be_put_right() {
        let fresh = || {
            let mut form =
                Form::new(vec![Field::text("client", "Client", ""), Field::text("range", "Between", "9-12")]);
            form.step(1);
            form
        };
        let typed = |codes: &[KeyCode]| {
            let mut form = fresh();
            for code in codes {
                press(&mut form, *code);
            }
            form.value("range").to_owned()
        };
        let (nine, end, back) = (KeyCode::Char('8'), KeyCode::End, KeyCode::Backspace);
        assert_eq!(typed(&[nine]), "8");
        assert_eq!(typed(&[nine, nine]), "88");
        assert_eq!(typed(&[end, nine]), "9-128");
        assert_eq!(typed(&[end, back]), "9-1");
        assert_eq!(typed(&[back]), "");
        let mut form = fresh();
        form.edit(&Edit::Paste("\u{1b}\u{7}".to_owned()));
        assert_eq!(form.value("range"), "9-12", "a paste of nothing takes nothing away");
        form.step(1);
        form.step(1);
        form.edit(&Edit::Paste("13-15".to_owned()));
        assert_eq!(form.value("range"), "13-15");
    }

    #[test]
    fn choices_are_found_by_any_word_and_by_more_than_a_letter() {
        let names = ["anybody", "Dr Mei Chen", "Dr Rohan Patel", "Nurse Yuki Patchett"];
        for (letters, chosen) in [("p", 2), ("pp", 3), ("pa", 2), ("patc", 3), ("y", 3), ("c", 1), ("z", 0), ("da", 0)]
        {
            let options = names.map(str::to_owned).to_vec();
            let mut form = Form::new(vec![Field::choice("provider", "With", options, 0)]);
            for c in letters.chars() {
                press(&mut form, KeyCode::Char(c));
            }
            assert_eq!(form.chosen("provider"), chosen, "{letters}");
        }
    }

    #[test]
    fn an_error_is_shown_at_its_field_until_that_changes() {
        let mut form = form();
        form.blame(&Invalid::new("service", "x", "another"));
        assert_eq!(form.focus(), 1);
        assert!(form.fields()[1].error.is_some());
        press(&mut form, KeyCode::Right);
        assert!(form.fields()[1].error.is_none());
    }
}
