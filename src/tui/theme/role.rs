//! What a piece of the screen means, which decides how it looks.

use ratatui::style::Modifier;

use super::ink::Ink;
use super::palette::Palette;

/// What a piece of the screen means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text: whatever the terminal's default is.
    Text,
    /// Text that matters less.
    Dim,
    /// A name or number that matters more.
    Strong,
    /// The product's own colour.
    Accent,
    /// The title of a panel.
    Title,
    /// The border of a panel.
    Border,
    /// The border of the panel that takes the keys.
    BorderFocus,
    /// The selected row or block in the panel that takes the keys.
    Selection,
    /// The selected row or block in another panel.
    SelectionIdle,
    /// The column or row of the cursor.
    Cursor,
    /// Time outside the hours.
    Closed,
    /// Free time.
    Free,
    /// Free time too short for every service.
    Unusable,
    /// Labels of the time axis.
    Axis,
    /// The present.
    Now,
    /// Where an appointment would go.
    GhostFits,
    /// Where an appointment may go, before the desk has said.
    GhostPending,
    /// Where an appointment cannot go.
    GhostBlocked,
    /// Fragmentation that needs no attention.
    Calm,
    /// Fragmentation to keep an eye on.
    Watch,
    /// Fragmentation that costs appointments.
    Red,
    /// What has just changed.
    Flash,
    /// Something failed.
    Error,
    /// Something needs attention.
    Warning,
    /// Something worth knowing.
    Info,
    /// Something worked.
    Success,
    /// A key.
    Key,
    /// What a key does.
    KeyLabel,
    /// The part of a text that was searched for.
    Match,
    /// A called-off appointment.
    Struck,
    /// What is typed into a field.
    Input,
    /// The cursor inside a field.
    InputCursor,
    /// The caption of a demo.
    Caption,
}

impl Role {
    /// Every role, for checks.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 33] = [
        Self::Text,
        Self::Dim,
        Self::Strong,
        Self::Accent,
        Self::Title,
        Self::Border,
        Self::BorderFocus,
        Self::Selection,
        Self::SelectionIdle,
        Self::Cursor,
        Self::Closed,
        Self::Free,
        Self::Unusable,
        Self::Axis,
        Self::Now,
        Self::GhostFits,
        Self::GhostPending,
        Self::GhostBlocked,
        Self::Calm,
        Self::Watch,
        Self::Red,
        Self::Flash,
        Self::Error,
        Self::Warning,
        Self::Info,
        Self::Success,
        Self::Key,
        Self::KeyLabel,
        Self::Match,
        Self::Struck,
        Self::Input,
        Self::InputCursor,
        Self::Caption,
    ];
}

/// How a role looks, before the terminal's colours are known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) fg: Ink,
    pub(crate) bg: Ink,
    /// On every terminal.
    pub(crate) always: Modifier,
    /// Where sixteen colours or none have to do.
    pub(crate) coarse: Modifier,
    /// Where there are no colours.
    pub(crate) mono: Modifier,
}

impl Look {
    const fn new(fg: Ink, bg: Ink) -> Self {
        let none = Modifier::empty();
        Self { fg, bg, always: none, coarse: none, mono: none }
    }

    const fn text(fg: Ink) -> Self {
        Self::new(fg, Ink::DEFAULT)
    }

    const fn always(self, always: Modifier) -> Self {
        Self { always, ..self }
    }

    const fn coarse(self, coarse: Modifier) -> Self {
        Self { coarse, ..self }
    }

    const fn mono(self, mono: Modifier) -> Self {
        Self { mono, ..self }
    }

    /// The one table of what every role looks like in a palette.
    pub(crate) const fn of(role: Role, palette: &Palette) -> Self {
        let plain = Ink::DEFAULT;
        match role {
            Role::Text | Role::KeyLabel => Self::text(plain),
            // Sixteen colours have no grey that is safe on every ground, so the terminal dims its own.
            Role::Dim | Role::Axis => Self::text(palette.dim).coarse(Modifier::DIM),
            Role::Border | Role::Closed => Self::text(palette.faint).coarse(Modifier::DIM),
            Role::Strong => Self::text(plain).always(Modifier::BOLD),
            Role::Accent | Role::BorderFocus | Role::Title | Role::Key => {
                Self::text(palette.accent).always(Modifier::BOLD)
            }
            Role::Selection => {
                Self::new(palette.selection.fg, palette.selection.bg).always(Modifier::BOLD).mono(Modifier::REVERSED)
            }
            Role::SelectionIdle => Self::new(palette.selection_idle.fg, palette.selection_idle.bg)
                .always(Modifier::BOLD)
                .mono(Modifier::UNDERLINED),
            Role::Cursor => Self::text(palette.accent).always(Modifier::BOLD).mono(Modifier::REVERSED),
            Role::Free => Self::new(palette.faint, palette.lane).coarse(Modifier::DIM),
            Role::Unusable => Self::new(palette.unusable.fg, palette.unusable.bg),
            Role::Now => Self::text(palette.now).always(Modifier::BOLD),
            Role::GhostFits => {
                Self::new(palette.ghost_fits.fg, palette.ghost_fits.bg).always(Modifier::BOLD).mono(Modifier::REVERSED)
            }
            Role::GhostPending => Self::new(palette.selection_idle.fg, palette.selection_idle.bg)
                .always(Modifier::ITALIC)
                .mono(Modifier::UNDERLINED),
            Role::GhostBlocked => Self::new(palette.ghost_blocked.fg, palette.ghost_blocked.bg)
                .always(Modifier::BOLD.union(Modifier::CROSSED_OUT))
                .mono(Modifier::REVERSED),
            Role::Calm | Role::Success => Self::text(palette.good),
            Role::Watch => Self::text(palette.warn),
            Role::Warning => Self::text(palette.warn).always(Modifier::BOLD),
            Role::Red | Role::Error => Self::text(palette.alarm).always(Modifier::BOLD),
            Role::Info => Self::text(palette.accent),
            Role::Flash => {
                Self::new(palette.flash.fg, palette.flash.bg).always(Modifier::BOLD).mono(Modifier::UNDERLINED)
            }
            Role::Match => Self::new(palette.flash.fg, palette.flash.bg).mono(Modifier::UNDERLINED),
            Role::Struck => Self::text(palette.dim).always(Modifier::CROSSED_OUT).coarse(Modifier::DIM),
            Role::Input => Self::text(plain).always(Modifier::UNDERLINED),
            Role::InputCursor => Self::text(plain).always(Modifier::REVERSED),
            Role::Caption => Self::new(palette.caption.fg, palette.caption.bg).mono(Modifier::BOLD),
        }
    }
}
