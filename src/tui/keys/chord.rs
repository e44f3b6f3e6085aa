//! One key with its modifiers, and several pressed one after the other.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::domain::{Invalid, printable};

/// What a chord may look like, as the end of an error sentence.
const EXPECTED: &str = "a character, a key such as enter, esc, tab, space, left, pgup or f1, \
                        or one of them after ctrl-, alt- or shift-";

/// Names of the keys that are not characters: as written in a keymap file, and as shown.
const NAMED: &[(KeyCode, &str, &str)] = &[
    (KeyCode::Enter, "enter", "Enter"),
    (KeyCode::Esc, "esc", "Esc"),
    (KeyCode::Tab, "tab", "Tab"),
    (KeyCode::Char(' '), "space", "Space"),
    (KeyCode::Backspace, "backspace", "Backspace"),
    (KeyCode::Delete, "delete", "Del"),
    (KeyCode::Insert, "insert", "Ins"),
    (KeyCode::Left, "left", "←"),
    (KeyCode::Right, "right", "→"),
    (KeyCode::Up, "up", "↑"),
    (KeyCode::Down, "down", "↓"),
    (KeyCode::Home, "home", "Home"),
    (KeyCode::End, "end", "End"),
    (KeyCode::PageUp, "pgup", "PgUp"),
    (KeyCode::PageDown, "pgdn", "PgDn"),
];

/// A key with the modifiers held down; shift is part of a character, not a modifier of it.
///
/// It reads what a keymap file holds and displays what a person expects on the screen:
///
/// ```
/// # use slotdesk::tui::Chord;
/// assert_eq!("ctrl-d".parse::<Chord>()?.to_string(), "^d");
/// assert_eq!("shift-tab".parse::<Chord>()?.to_string(), "Shift-Tab");
/// assert!("hyper-x".parse::<Chord>().is_err());
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

impl Chord {
    fn new(code: KeyCode, modifiers: KeyModifiers) -> Self {
        let relevant = modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT);
        // Terminals disagree on how they report shifted keys; each is reduced to one form.
        match code {
            KeyCode::BackTab => Self { code: KeyCode::Tab, modifiers: relevant | KeyModifiers::SHIFT },
            KeyCode::Char(c) if relevant.contains(KeyModifiers::CONTROL) => {
                Self { code: KeyCode::Char(c.to_ascii_lowercase()), modifiers: relevant - KeyModifiers::SHIFT }
            }
            KeyCode::Char(c) => Self { code: KeyCode::Char(c), modifiers: relevant - KeyModifiers::SHIFT },
            other => Self { code: other, modifiers: relevant },
        }
    }

    /// Whether pressing it in a text field types a character.
    pub fn types_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.modifiers.is_empty()
    }

    /// The character it is, if it is a plain one.
    pub fn character(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if self.modifiers.is_empty() => Some(c),
            _ => None,
        }
    }
}

impl From<KeyEvent> for Chord {
    fn from(event: KeyEvent) -> Self {
        Self::new(event.code, event.modifiers)
    }
}

impl FromStr for Chord {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || Invalid::new("key", text, EXPECTED);
        let mut modifiers = KeyModifiers::empty();
        let mut rest = text;
        loop {
            let cut = [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
                .into_iter()
                .find_map(|(prefix, modifier)| rest.strip_prefix(prefix).map(|tail| (tail, modifier)));
            let Some((tail, modifier)) = cut else { break };
            modifiers |= modifier;
            rest = tail;
        }
        let mut characters = rest.chars();
        if let (Some(c), None) = (characters.next(), characters.next()) {
            let shifted = modifiers.contains(KeyModifiers::SHIFT);
            // A key that cannot be shown could be in no help, and space has a name.
            return if shifted || printable(rest) != rest || c.is_whitespace() {
                Err(invalid())
            } else {
                Ok(Self::new(KeyCode::Char(c), modifiers))
            };
        }
        if let Some((code, _, _)) = NAMED.iter().find(|(_, name, _)| *name == rest) {
            return Ok(Self::new(*code, modifiers));
        }
        let number: u8 = rest.strip_prefix('f').and_then(|digits| digits.parse().ok()).ok_or_else(invalid)?;
        if (1..=12).contains(&number) { Ok(Self::new(KeyCode::F(number), modifiers)) } else { Err(invalid()) }
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modifiers.contains(KeyModifiers::CONTROL) {
            f.write_str("^")?;
        }
        if self.modifiers.contains(KeyModifiers::ALT) {
            f.write_str("Alt-")?;
        }
        if self.modifiers.contains(KeyModifiers::SHIFT) {
            f.write_str("Shift-")?;
        }
        match self.code {
            KeyCode::F(number) => write!(f, "F{number}"),
            code => match NAMED.iter().find(|(named, _, _)| *named == code) {
                Some((_, _, shown)) => f.write_str(shown),
                None => match code {
                    KeyCode::Char(c) => f.write_str(&printable(c.encode_utf8(&mut [0; 4]))),
                    _ => f.write_str("?"),
                },
            },
        }
    }
}

/// Chords pressed one after the other: `g g`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence(Vec<Chord>);

impl Sequence {
    /// The chords in the order in which they are pressed; at least one.
    pub fn chords(&self) -> &[Chord] {
        &self.0
    }
}

impl FromStr for Sequence {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let chords: Vec<Chord> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        if chords.is_empty() {
            return Err(Invalid::new("key", text, EXPECTED));
        }
        Ok(Self(chords))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, chord) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{chord}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_terminals_send_for_a_shifted_key_is_one_chord() {
        let shifted = KeyEvent::new(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(Chord::from(shifted), "G".parse().unwrap());
        let back = KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT);
        assert_eq!(Chord::from(back), "shift-tab".parse().unwrap());
        let control = KeyEvent::new(KeyCode::Char('D'), KeyModifiers::CONTROL | KeyModifiers::SHIFT);
        assert_eq!(Chord::from(control), "ctrl-d".parse().unwrap());
    }

    #[test]
    fn keys_are_read_strictly_and_shown_as_people_write_them() {
        for (written, shown) in [
            ("q", "q"),
            ("-", "-"),
            ("ctrl-c", "^c"),
            ("pgdn", "PgDn"),
            ("f1", "F1"),
            ("space", "Space"),
            ("left", "←"),
        ] {
            assert_eq!(written.parse::<Chord>().unwrap().to_string(), shown);
        }
        for bad in ["", "ctrl-", "f0", "f13", "shift-a", "qq", "Enter", "\u{1b}", "\u{202e}", "alt-\u{200f}"] {
            assert!(bad.parse::<Chord>().is_err(), "{bad:?}");
        }
        let from_terminal = KeyEvent::new(KeyCode::Char('\u{9b}'), KeyModifiers::NONE);
        assert_eq!(Chord::from(from_terminal).to_string(), "�");
        assert_eq!("g g".parse::<Sequence>().unwrap().to_string(), "g g");
        assert!(" ".parse::<Sequence>().is_err());
    }
}
