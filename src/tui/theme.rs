//! How the desk looks: what a piece of the screen means becomes a style that the terminal can show.
//!
//! Widgets name a [`Role`], never a colour. Default text is always the terminal's own; nothing is said
//! by colour alone, so that a theme without colours says the same.

mod depth;
mod glyphs;
mod ink;
mod name;
mod palette;
mod role;

use ratatui::style::{Color, Modifier, Style};

use crate::domain::{ColourRole, Status};
use crate::scheduler::Fragmentation;

pub use depth::{Background, ColourDepth};
pub use glyphs::{GlyphTable, Glyphs};
pub use name::{ThemeName, UnknownTheme};
pub use role::Role;

use ink::Ink;
use palette::Palette;
use role::Look;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminal {
    /// How many colours it shows.
    pub depth: ColourDepth,
    /// What it draws on.
    pub background: Background,
    /// Which signs its font has.
    pub glyphs: Glyphs,
}

/// Which of two shades a block has, so that neighbours can be told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shade {
    /// The service's own.
    #[default]
    Base,
    /// The other one.
    Alternate,
}

impl Shade {
    /// The other shade.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Base => Self::Alternate,
            Self::Alternate => Self::Base,
        }
    }
}

/// Styles and signs for every role on one terminal.
///
/// ```
/// use ratatui::style::{Color, Modifier};
/// use slotdesk::tui::theme::{Background, ColourDepth, Glyphs, Role, Terminal, Theme, ThemeName};
///
/// let terminal = Terminal { depth: ColourDepth::None, background: Background::Dark, glyphs: Glyphs::Unicode };
/// let selection = Theme::new(ThemeName::Auto, terminal).style(Role::Selection);
/// assert!(selection.has_modifier(Modifier::REVERSED));
/// assert_eq!((selection.fg, selection.bg), (None, None));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    name: ThemeName,
    terminal: Terminal,
    palette: &'static Palette,
}

impl Theme {
    /// The theme of this name, as the terminal can show it.
    pub fn new(name: ThemeName, terminal: Terminal) -> Self {
        Self { name, terminal, palette: name.palette(terminal.background) }
    }

    /// The name.
    pub fn name(&self) -> ThemeName {
        self.name
    }

    /// The same terminal with the next theme of the table.
    #[must_use]
    pub fn next(&self) -> Self {
        Self::new(self.name.next(), self.terminal)
    }

    /// How many colours it uses.
    pub fn depth(&self) -> ColourDepth {
        if self.name == ThemeName::Mono { ColourDepth::None } else { self.terminal.depth }
    }

    /// The signs.
    pub fn glyphs(&self) -> &'static GlyphTable {
        self.terminal.glyphs.table()
    }

    /// How something with this meaning looks.
    pub fn style(&self, role: Role) -> Style {
        let look = Look::of(role, self.palette);
        let mut modifier = look.always;
        if self.depth() <= ColourDepth::Ansi16 {
            modifier |= look.coarse;
        }
        if self.depth() == ColourDepth::None {
            modifier |= look.mono;
        }
        self.resolve(look.fg, look.bg).add_modifier(modifier)
    }

    /// How a block of a service looks.
    pub fn block(&self, colour: ColourRole, shade: Shade) -> Style {
        let swatch = self.palette.services[usize::from(colour.get()) % self.palette.services.len()];
        let ground = match shade {
            Shade::Base => swatch.bg,
            Shade::Alternate => swatch.alternate,
        };
        self.resolve(swatch.fg, ground)
    }

    /// The service's colour as text, for a small sign beside its name.
    pub fn service(&self, colour: ColourRole) -> Style {
        let block = self.block(colour, Shade::Base);
        Style { fg: block.bg, ..Style::default() }
    }

    /// How the sign and name of a status look.
    pub fn status(&self, status: &Status) -> Style {
        match status {
            Status::Booked => self.style(Role::Text),
            Status::Confirmed => self.style(Role::Info),
            Status::Arrived => self.style(Role::Watch).add_modifier(Modifier::BOLD),
            Status::InProgress => self.style(Role::Success).add_modifier(Modifier::BOLD),
            Status::Done | Status::Cancelled(_) => self.style(Role::Dim),
            Status::NoShow => self.style(Role::Red),
        }
    }

    /// How a day with this fragmentation looks.
    pub fn fragmentation(&self, phi: f64) -> Style {
        self.style(match phi {
            phi if phi > Fragmentation::RED => Role::Red,
            phi if phi >= Fragmentation::WATCH => Role::Watch,
            _ => Role::Calm,
        })
    }

    fn resolve(&self, fg: Ink, bg: Ink) -> Style {
        // What stays unset keeps the colour underneath, which starts as the terminal's default.
        let set = |ink: Ink| Some(ink.at(self.depth())).filter(|colour| *colour != Color::Reset);
        Style { fg: set(fg), bg: set(bg), ..Style::default() }
    }
}

#[cfg(test)]
mod tests;
