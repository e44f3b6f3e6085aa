//! The table of built-in themes.

use std::fmt;
use std::str::FromStr;

use super::Background;
use super::palette::{self, Palette};

/// A built-in theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ThemeName {
    /// Follows the terminal's background.
    #[default]
    Auto,
    /// For dark terminals.
    Dark,
    /// For light terminals.
    Light,
    /// Nothing recedes.
    HighContrast,
    /// No colours.
    Mono,
}

/// The name of no theme; its `Display` lists those there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTheme(String);

impl ThemeName {
    /// The table: every theme and what people call it.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Auto, "auto"),
        (Self::Dark, "dark"),
        (Self::Light, "light"),
        (Self::HighContrast, "high-contrast"),
        (Self::Mono, "mono"),
    ];

    /// What people call it.
    pub fn key(self) -> &'static str {
        Self::ALL.iter().find(|(name, _)| *name == self).map_or("auto", |(_, key)| key)
    }

    /// The theme after this one in the table, and the first after the last.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|(name, _)| *name == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()].0
    }

    pub(super) fn palette(self, background: Background) -> &'static Palette {
        match (self, background) {
            (Self::Dark, _) | (Self::Auto, Background::Dark) => &palette::DARK,
            (Self::Light, _) | (Self::Auto, Background::Light) => &palette::LIGHT,
            (Self::HighContrast, Background::Light) => &palette::HIGH_CONTRAST_LIGHT,
            (Self::HighContrast, _) => &palette::HIGH_CONTRAST_DARK,
            (Self::Auto | Self::Mono, _) => &palette::EITHER,
        }
    }
}

impl fmt::Display for ThemeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for ThemeName {
    type Err = UnknownTheme;

    fn from_str(text: &str) -> Result<Self, UnknownTheme> {
        let found = Self::ALL.iter().find(|(_, key)| *key == text);
        found.map(|(name, _)| *name).ok_or_else(|| UnknownTheme(text.to_owned()))
    }
}

impl fmt::Display for UnknownTheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = ThemeName::ALL.map(|(_, key)| key).join(", ");
        write!(f, "there is no theme {:?}; choose one of {known}", self.0)
    }
}

impl std::error::Error for UnknownTheme {}
