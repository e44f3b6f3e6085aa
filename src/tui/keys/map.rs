//! The keymap: what each key does in each context, from the action table and a file of overrides.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Chord, Sequence};
use crate::domain::{Invalid, excerpt};
use crate::tui::actions::{Action, Context};

/// Which keys call which action; the defaults are those of the action table.
///
/// ```
/// # use slotdesk::tui::Keymap;
/// let keymap = Keymap::from_toml("book = [\"b\", \"ctrl-n\"]")?;
/// let error = Keymap::from_toml("bok = \"b\"").unwrap_err();
/// assert!(error.to_string().contains("bok"));
/// # Ok::<(), slotdesk::tui::KeymapError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    keys: BTreeMap<Action, Vec<Sequence>>,
}

/// Longest name or key that an error repeats, in characters.
const SHOWN_CHARACTERS_MAX: usize = 60;
/// Longest message of the TOML parser that an error repeats, in characters.
const MESSAGE_CHARACTERS_MAX: usize = 300;

/// Why a keymap file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// The file is not TOML, or a value is neither a key nor a list of keys.
    #[error("the keymap cannot be read: {0}")]
    Syntax(String),
    /// There is no action of that name.
    #[error("keymap: there is no action \"{name}\"{}", nearest.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?")))]
    UnknownAction {
        /// What the file says.
        name: String,
        /// The action whose name is closest.
        nearest: Option<&'static str>,
    },
    /// A key is written in a way that nobody understands.
    #[error("keymap, {action}: {error}")]
    Key {
        /// The action it was meant for.
        action: &'static str,
        /// What is wrong with the key.
        error: Invalid,
    },
    /// Two actions that work in the same place want the same key, or one key begins the other.
    #[error("keymap: \"{key}\" of {action} is already taken by {other}; give one of them another key")]
    Taken {
        /// The key as it is shown.
        key: String,
        /// The action that comes second in the table.
        action: &'static str,
        /// The action that has it.
        other: &'static str,
    },
    /// A key that types a character cannot call an action where text is typed.
    #[error("keymap: \"{key}\" of {action} types text in a form; choose a key with ctrl or alt, or a function key")]
    TypesText {
        /// The key as it is shown.
        key: String,
        /// The action it was meant for.
        action: &'static str,
    },
    /// Nothing would close the program any more.
    #[error("keymap: {0} needs at least one key, or there is no way out")]
    NoWayOut(&'static str),
}

/// One key or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
}

/// What a key means after those pressed before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) enum Resolution {
    /// It calls this action.
    Action(Action),
    /// It begins longer sequences.
    Prefix,
    /// It means nothing here.
    Unknown,
}

impl Default for Keymap {
    fn default() -> Self {
        let keys = Action::ALL.iter().map(|action| {
            // The defaults are literals of the action table; a test reads every one of them.
            let sequences = action.entry().keys.iter().filter_map(|key| key.parse().ok()).collect();
            (*action, sequences)
        });
        Self { keys: keys.collect() }
    }
}

impl Keymap {
    /// The defaults with the overrides of a TOML table: action name = key, or list of keys; empty for none.
    pub fn from_toml(text: &str) -> Result<Self, KeymapError> {
        let overrides: BTreeMap<String, Written> = toml::from_str(text).map_err(|error| {
            // The parser's own rendering is a picture of several lines, with the text as it is.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            KeymapError::Syntax(format!("line {line}: {}", excerpt(error.message(), MESSAGE_CHARACTERS_MAX)))
        })?;
        let mut keymap = Self::default();
        for (name, written) in overrides {
            let Some(action) = Action::named(&name) else {
                let nearest = nearest(&name);
                return Err(KeymapError::UnknownAction { name: excerpt(&name, SHOWN_CHARACTERS_MAX), nearest });
            };
            let keys = match written {
                Written::One(key) => vec![key],
                Written::Several(keys) => keys,
            };
            let parsed: Result<Vec<Sequence>, Invalid> = keys.iter().map(|key| key.parse()).collect();
            let sequences = parsed.map_err(|error| KeymapError::Key { action: action.name(), error })?;
            keymap.keys.insert(action, sequences);
        }
        keymap.validated()
    }

    /// Checks what no single line can: that every key means one thing in every place.
    fn validated(self) -> Result<Self, KeymapError> {
        for (action, sequences) in &self.keys {
            let context = action.entry().context;
            if sequences.is_empty() && action.is_way_out() {
                return Err(KeymapError::NoWayOut(action.name()));
            }
            for sequence in sequences {
                let key = || excerpt(&sequence.to_string(), SHOWN_CHARACTERS_MAX);
                if context.takes_text() && sequence.chords()[0].types_text() {
                    return Err(KeymapError::TypesText { key: key(), action: action.name() });
                }
                if let Some(other) = self.rival(*action, sequence) {
                    return Err(KeymapError::Taken { key: key(), action: action.name(), other: other.name() });
                }
            }
        }
        Ok(self)
    }

    fn rival(&self, action: Action, sequence: &Sequence) -> Option<Action> {
        let earlier = self.keys.range(..action).filter(|(other, _)| other.meets(action));
        let clash = |other: &Sequence| {
            other.chords().starts_with(sequence.chords()) || sequence.chords().starts_with(other.chords())
        };
        earlier.into_iter().find(|(_, keys)| keys.iter().any(clash)).map(|(other, _)| *other)
    }

    /// The keys of an action as they are shown, the first one first.
    pub(in crate::tui) fn shown(&self, action: Action) -> Vec<String> {
        self.keys.get(&action).into_iter().flatten().map(ToString::to_string).collect()
    }

    /// What `chord` means in a context after the chords pressed before.
    pub(in crate::tui) fn resolve(&self, context: Context, pressed: &[Chord]) -> Resolution {
        let mut prefix = false;
        for (action, sequences) in self.keys.iter().filter(|(action, _)| action.works_in(context)) {
            for sequence in sequences {
                if sequence.chords() == pressed {
                    return Resolution::Action(*action);
                }
                prefix |= sequence.chords().starts_with(pressed);
            }
        }
        if prefix { Resolution::Prefix } else { Resolution::Unknown }
    }

    /// What may follow the chords pressed so far: the rest of the sequence and its action.
    pub(in crate::tui) fn continuations(&self, context: Context, pressed: &[Chord]) -> Vec<(String, Action)> {
        let all = self.keys.iter().filter(|(action, _)| action.works_in(context));
        all.flat_map(|(action, sequences)| {
            let tails = sequences.iter().filter_map(|sequence| sequence.chords().strip_prefix(pressed));
            let shown = tails.filter(|tail| !tail.is_empty());
            shown.map(|tail| (tail.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), *action))
        })
        .collect()
    }
}

/// The action name with the most letters in common with `name`, if it has at least half of them.
fn nearest(name: &str) -> Option<&'static str> {
    let pairs = |text: &str| text.as_bytes().windows(2).map(<[u8]>::to_vec).collect::<Vec<_>>();
    let wanted = pairs(name);
    let likeness = |action: &Action| {
        let own = pairs(action.name());
        let shared = own.iter().filter(|pair| wanted.contains(pair)).count();
        (shared * 200) / (own.len() + wanted.len()).max(1)
    };
    Action::ALL.iter().max_by_key(|action| likeness(action)).filter(|best| likeness(best) >= 50).map(|best| best.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(keys: &str) -> Vec<Chord> {
        keys.parse::<Sequence>().unwrap().chords().to_vec()
    }

    #[test]
    fn every_default_key_can_be_read() {
        for action in Action::ALL {
            let shown = Keymap::default().shown(*action);
            assert_eq!(shown.len(), action.entry().keys.len(), "{}", action.name());
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_context() {
        Keymap::default().validated().unwrap();
    }

    #[test]
    fn sequences_and_prefixes_are_told_apart() {
        let keymap = Keymap::default();
        assert_eq!(keymap.resolve(Context::Desk, &pressed("g")), Resolution::Prefix);
        assert_eq!(keymap.resolve(Context::Desk, &pressed("g g")), Resolution::Action(Action::First));
        assert_eq!(keymap.resolve(Context::Desk, &pressed("g z")), Resolution::Unknown);
        let after_g = keymap.continuations(Context::Desk, &pressed("g"));
        assert!(after_g.contains(&("d".to_owned(), Action::GoToDate)), "{after_g:?}");
    }

    #[test]
    fn overrides_replace_the_defaults_of_their_action_only() {
        let keymap = Keymap::from_toml("book = [\"f2\", \"ctrl-n\"]\nundo = \"U\"").unwrap();
        assert_eq!(keymap.shown(Action::Book), ["F2", "^n"]);
        assert_eq!(keymap.resolve(Context::Desk, &pressed("b")), Resolution::Unknown);
        assert_eq!(keymap.resolve(Context::Desk, &pressed("x")), Resolution::Action(Action::Cancel));
    }

    #[test]
    fn errors_name_the_key_and_what_is_allowed() {
        let error = |text: &str| Keymap::from_toml(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("canel = \"x\""), @r#"keymap: there is no action "canel"; did you mean "cancel"?"#);
        insta::assert_snapshot!(error("zzzz = \"x\""), @r#"keymap: there is no action "zzzz""#);
        insta::assert_snapshot!(error("book = \"hyper-b\""), @r#"keymap, book: key: "hyper-b" is not valid, expected a character, a key such as enter, esc, tab, space, left, pgup or f1, or one of them after ctrl-, alt- or shift-"#);
        insta::assert_snapshot!(error("undo = \"b\""), @r#"keymap: "b" of undo is already taken by book; give one of them another key"#);
        insta::assert_snapshot!(error("undo = \"g\""), @r#"keymap: "g g" of first is already taken by undo; give one of them another key"#);
        insta::assert_snapshot!(error("form-next = \"n\""), @r#"keymap: "n" of form-next types text in a form; choose a key with ctrl or alt, or a function key"#);
        insta::assert_snapshot!(error("force-quit = []"), @"keymap: force-quit needs at least one key, or there is no way out");
        assert!(error("book = 3").starts_with("the keymap cannot be read"));
        insta::assert_snapshot!(error("undo = \"U\"\nbook = \u{1b}[2J"), @"the keymap cannot be read: line 2: unexpected key or value, expected newline, `#`");
    }
}
