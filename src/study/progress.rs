//! A bar on the standard error while days are played.

use std::io::Write;

use parking_lot::Mutex;

/// Cells of the bar.
const CELLS: usize = 30;

/// A bar that grows on a terminal; drawn once per percent, so that it costs nothing.
#[derive(Debug)]
pub struct Progress<W> {
    whole: usize,
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    terminal: W,
    done: usize,
    shown: Option<usize>,
}

impl<W: Write> Progress<W> {
    /// A bar for so many days.
    pub fn new(terminal: W, whole: usize) -> Self {
        Self { whole, state: Mutex::new(State { terminal, done: 0, shown: None }) }
    }

    /// One day more is done.
    pub fn advance(&self) {
        let mut state = self.state.lock();
        state.done += 1;
        let percent = state.done * 100 / self.whole.max(1);
        if state.shown != Some(percent) {
            state.shown = Some(percent);
            let filled = (percent * CELLS / 100).min(CELLS);
            let bar = format!(
                "\r[{}{}] {percent:3} % of {} days",
                "#".repeat(filled),
                ".".repeat(CELLS - filled),
                self.whole
            );
            // A bar that cannot be drawn is no reason to stop.
            let _ = state.terminal.write_all(bar.as_bytes()).and_then(|()| state.terminal.flush());
        }
    }

    /// Wipes the bar away.
    pub fn finish(self) -> W {
        let mut terminal = self.state.into_inner().terminal;
        let _ = terminal.write_all(b"\r\x1b[K").and_then(|()| terminal.flush());
        terminal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_drawn_once_per_percent_and_wiped_away() {
        let progress = Progress::new(Vec::new(), 1000);
        (0..1000).for_each(|_| progress.advance());
        let drawn = String::from_utf8(progress.finish()).unwrap();
        assert_eq!(drawn.matches('\r').count(), 102);
        assert!(drawn.contains("[###############...............]  50 % of 1000 days"), "{drawn}");
        assert!(drawn.ends_with("100 % of 1000 days\r\u{1b}[K"));
    }
}
