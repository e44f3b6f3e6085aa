//! The terminal, taken over and given back: on every way out, a panic included.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::panic;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use parking_lot::Mutex;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::TuiError;
use super::message::MouseCapture;

/// A frame of a large terminal in full colour; one write instead of thousands.
const FRAME_BYTES: usize = 64 * 1024;

type Hook = Box<dyn Fn(&panic::PanicHookInfo<'_>) + Send + Sync>;

/// The terminal while the desk has it.
pub(super) struct Screen {
    terminal: ratatui::Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: MouseCapture,
    /// What other threads wanted to report; it waits until the screen is left.
    reports: Arc<Mutex<Vec<String>>>,
    before: Arc<Hook>,
}

impl Screen {
    /// Takes the terminal over.
    pub(super) fn open(mouse: MouseCapture) -> Result<Self, TuiError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(TuiError::NoTerminal);
        }
        // The theme decides about colours. Left to itself, crossterm answers NO_COLOR with an empty
        // attribute sequence, which also takes the reversal away that marks the selection.
        crossterm::style::force_color_output(true);
        let reports = Arc::new(Mutex::new(Vec::new()));
        let before: Arc<Hook> = Arc::new(panic::take_hook());
        set_hook(thread::current().id(), Arc::clone(&before), Arc::clone(&reports));
        let backend = CrosstermBackend::new(BufWriter::with_capacity(FRAME_BYTES, io::stdout()));
        enter(mouse).inspect_err(|_| leave())?;
        let terminal = ratatui::Terminal::new(backend).inspect_err(|_| leave())?;
        Ok(Self { terminal, mouse, reports, before })
    }

    /// Columns and rows.
    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Draws a frame; terminals that can show it at once.
    pub(super) fn draw<T>(&mut self, draw: impl FnOnce(&mut Buffer) -> T) -> io::Result<Option<T>> {
        let mut drawn = None;
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let result = self.terminal.draw(|frame| drawn = Some(draw(frame.buffer_mut()))).map(|_| ());
        // Ended in any case: a terminal that waits for the end shows nothing more.
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        result.map(|()| drawn)
    }

    /// Draws every cell with the next frame.
    pub(super) fn invalidate(&mut self) -> io::Result<()> {
        // Clearing asks the terminal where its cursor is, and the answer would be read as a key press;
        // giving it the size it has forgets what it shows without asking.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Takes the mouse, or gives it back.
    pub(super) fn capture(&mut self, mouse: MouseCapture) -> io::Result<()> {
        self.mouse = mouse;
        match mouse {
            MouseCapture::On => execute!(io::stdout(), EnableMouseCapture),
            MouseCapture::Off => execute!(io::stdout(), DisableMouseCapture),
        }
    }

    /// Gives the terminal back, stops the program, and takes it over again when it goes on.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        leave();
        super::signals::stop()?;
        enter(self.mouse)?;
        self.invalidate()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        leave();
        let before = Arc::clone(&self.before);
        // A panicking thread may not touch the hook; the program ends with the one there is.
        if !thread::panicking() {
            panic::set_hook(Box::new(move |info| before(info)));
        }
        for report in self.reports.lock().drain(..) {
            // Nothing is left to tell that standard error is closed.
            let _ = writeln!(io::stderr(), "{report}");
        }
    }
}

fn enter(mouse: MouseCapture) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
    match mouse {
        MouseCapture::On => execute!(io::stdout(), EnableMouseCapture),
        MouseCapture::Off => Ok(()),
    }
}

/// Gives the terminal back. Each step is tried even if one before it failed; there is nobody left to
/// tell about a failure.
fn leave() {
    let _ = execute!(io::stdout(), EndSynchronizedUpdate, DisableMouseCapture, DisableBracketedPaste);
    let _ = execute!(io::stdout(), LeaveAlternateScreen, cursor::Show);
    let _ = disable_raw_mode();
}

/// A panic of the screen's own thread gives the terminal back before it is reported. The report of
/// another thread waits: the desk goes on, and its screen must not be written over.
fn set_hook(screen: ThreadId, before: Arc<Hook>, reports: Arc<Mutex<Vec<String>>>) {
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == screen {
            leave();
            before(info);
        } else {
            reports.lock().push(info.to_string());
        }
    }));
}
