//! What the environment tells of the terminal.

use std::collections::BTreeMap;
use std::ffi::OsString;

use super::Settings;
use crate::tui::theme::{Background, ColourDepth, Glyphs, Terminal};

impl Settings {
    /// The terminal as it was chosen, and where nothing was chosen, as the environment describes it.
    pub fn terminal(&self, environment: &BTreeMap<String, OsString>) -> Terminal {
        let variable =
            |name: &str| environment.get(name).and_then(|value| value.to_str()).filter(|text| !text.is_empty());
        Terminal {
            depth: self.colour.unwrap_or_else(|| depth(variable)),
            background: background(variable("COLORFGBG")),
            glyphs: self.glyphs.unwrap_or_else(|| glyphs(variable)),
        }
    }
}

/// See <https://no-color.org> for the first rule; the others are what terminals do.
fn depth<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> ColourDepth {
    let term = variable("TERM").unwrap_or_default();
    if variable("NO_COLOR").is_some() || term == "dumb" {
        return ColourDepth::None;
    }
    match variable("COLORTERM") {
        Some("truecolor" | "24bit") => ColourDepth::True,
        _ if term.contains("direct") => ColourDepth::True,
        _ if term.contains("256") => ColourDepth::Ansi256,
        _ => ColourDepth::Ansi16,
    }
}

/// Some terminals say which of the 16 colours are before and behind the text: `15;0`.
fn background(colours: Option<&str>) -> Background {
    let behind = colours.and_then(|text| text.rsplit(';').next()).and_then(|last| last.parse::<u8>().ok());
    match behind {
        Some(7 | 15) => Background::Light,
        Some(0..=6 | 8) => Background::Dark,
        _ => Background::Unknown,
    }
}

/// The first of these variables that is set decides, as in the C library.
fn glyphs<'a>(variable: impl Fn(&str) -> Option<&'a str>) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable).unwrap_or_default();
    let charset = locale.to_ascii_lowercase().replace('-', "");
    if charset.contains("utf8") { Glyphs::Unicode } else { Glyphs::Ascii }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Folders, Machine};

    fn terminal(environment: &[(&str, &str)]) -> Terminal {
        let folders = Folders { config: "/c".into(), data: "/d".into() };
        let settings = Settings::usual(&folders, &Machine { processors: 1, time_zone: None });
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
        settings.terminal(&environment)
    }

    #[test]
    fn the_depth_is_what_the_terminal_says_and_no_color_beats_it() {
        let depth = |environment: &[(&str, &str)]| terminal(environment).depth;
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), ColourDepth::True);
        assert_eq!(depth(&[("TERM", "xterm-256color")]), ColourDepth::Ansi256);
        assert_eq!(depth(&[("TERM", "linux")]), ColourDepth::Ansi16);
        assert_eq!(depth(&[("TERM", "dumb")]), ColourDepth::None);
        assert_eq!(depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "1")]), ColourDepth::None);
        assert_eq!(depth(&[("COLORTERM", "truecolor"), ("NO_COLOR", "")]), ColourDepth::True);
    }

    #[test]
    fn signs_follow_the_locale() {
        let glyphs = |environment: &[(&str, &str)]| terminal(environment).glyphs;
        assert_eq!(glyphs(&[("LANG", "de_DE.UTF-8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_CTYPE", "C.utf8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[]), Glyphs::Ascii);
    }

    #[test]
    fn the_ground_is_known_only_where_the_terminal_tells() {
        let ground = |colours| terminal(&[("COLORFGBG", colours)]).background;
        assert_eq!(ground("15;0"), Background::Dark);
        assert_eq!(ground("0;default;15"), Background::Light);
        assert_eq!(ground("what"), Background::Unknown);
        assert_eq!(terminal(&[]).background, Background::Unknown);
    }
}
