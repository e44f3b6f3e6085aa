//! The desk's screen: a message comes in, the update changes the model, the view draws it.
//!
//! ```text
//!  keys, mouse, paste ─┐
//!  the desk's feed     ├─ Message ─▶ update(&mut Model) ─▶ Effect ─▶ the desk, the demo, the terminal
//!  answers, the clock ─┘                  │
//!                                         └─▶ view(&Model) ─▶ frame and what can be clicked in it
//! ```
//!
//! Everything that the screen knows is in one model, which the update alone changes; drawing it reads no
//! clock, takes no lock and waits for nothing. An idle screen wakes once a minute.

mod actions;
mod activity;
mod backend;
mod cursor;
mod event_loop;
mod form;
mod hits;
mod keys;
mod message;
mod model;
mod overlay;
mod sentences;
mod shown;
mod signals;
mod terminal;
#[cfg(test)]
mod tests;
pub mod theme;
mod typed;
mod update;
mod view;
pub mod widgets;

use std::io;

use crate::demo::DemoLink;
use crate::desk::{Command, Desk};
use crate::domain::{Actor, Channel, Minutes};

pub use actions::actions_markdown;
pub use activity::Motion;
pub use keys::{Chord, Keymap, KeymapError, Sequence};
pub use message::MouseCapture;
pub use signals::Signal;

use backend::Session;
use event_loop::EventLoop;
use model::Settings;
use terminal::Screen;
use theme::Theme;

/// How the screen is set up.
#[derive(Debug)]
pub struct Options {
    /// What the book is called in the header.
    pub book_label: String,
    /// Where the API listens, if it does; shown in the header.
    pub listen: Option<String>,
    /// How everything looks.
    pub theme: Theme,
    /// Who has the mouse at first.
    pub mouse: MouseCapture,
    /// Whether changes are highlighted for a moment.
    pub motion: Motion,
    /// What the keys do.
    pub keymap: Keymap,
    /// What fills an empty book with an example clinic; nothing to offer none.
    pub clinic: Vec<Command>,
    /// The steps in which appointments are moved, the desk's own grid.
    pub start_grid: Minutes,
    /// Who is at the desk, for the log.
    pub actor: Actor,
    /// The demo that is playing, if one is.
    pub demo: Option<DemoLink>,
}

impl Options {
    /// The usual screen of a book that is called `book_label`.
    pub fn new(book_label: String, theme: Theme, start_grid: Minutes) -> Self {
        Self {
            book_label,
            listen: None,
            theme,
            mouse: MouseCapture::default(),
            motion: Motion::default(),
            keymap: Keymap::default(),
            clinic: Vec::new(),
            start_grid,
            actor: Actor::from(Channel::Desk),
            demo: None,
        }
    }
}

/// Why the screen was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody left it.
    Left,
    /// The system asked the program to end.
    Signalled(Signal),
}

/// Why there is no screen; a sentence for whoever started the program.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// Input or output is not a terminal.
    #[error(
        "the desk needs a terminal; use \"slotdesk serve\" to run it without one, or \"slotdesk --help\" for the rest"
    )]
    NoTerminal,
    /// The terminal says of itself that it can only write line after line.
    #[error(
        "the desk needs a terminal with a cursor, and TERM=dumb says that this one has none; use \"slotdesk serve\" to run it without a screen"
    )]
    DumbTerminal,
    /// The desk stopped below its screen.
    #[error("the desk stopped while its screen was open; what it said was booked is in the book")]
    DeskEnded,
    /// The terminal does not do what it should.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] io::Error),
}

/// Shows the desk until somebody leaves it; the terminal is as before afterwards.
pub async fn run(desk: Desk, options: Options) -> Result<Outcome, TuiError> {
    let zone = desk.calendar().zone();
    let settings = Settings {
        book_label: options.book_label,
        listen: options.listen,
        theme: options.theme,
        mouse: options.mouse,
        keymap: options.keymap,
        clinic: options.clinic,
        grid: options.start_grid.get(),
        zone,
    };
    let feed = desk.subscribe();
    let session = Session::new(desk, options.actor);
    let screen = Screen::open(settings.mouse)?;
    let event_loop = EventLoop::new(session, settings, options.motion, options.demo)?;
    event_loop.run(screen, feed).await
}
