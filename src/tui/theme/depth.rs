//! What a terminal can show: how many colours, and on what ground.

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColourDepth {
    /// None at all: only bold, reversed and the like.
    None,
    /// The sixteen colours that the person chose for the terminal.
    Ansi16,
    /// The fixed palette of 256.
    Ansi256,
    /// 24 bits.
    True,
}

/// What the terminal draws on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Background {
    /// Light text on dark ground.
    Dark,
    /// Dark text on light ground.
    Light,
    /// Nobody knows, so that every colour has to be readable on both.
    Unknown,
}
