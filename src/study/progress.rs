//! A bar on the standard error while days are played.

use std::io::Write;

use parking_lot::Mutex;

/// Most cells of the bar, and the fewest that still show a bar.
const CELLS_MAX: usize = 30;
const CELLS_MIN: usize = 5;

/// A bar that grows on a terminal; drawn once per percent, so that it costs nothing.
#[derive(Debug)]
pub struct Progress<W> {
    whole: usize,
    /// Cells of the bar; 0 where there is no room for one.
    cells: usize,
    state: Mutex<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    terminal: W,
    done: usize,
    shown: Option<usize>,
}

impl<W: Write> Progress<W> {
    /// A bar for so many days on a terminal with so many columns.
    pub fn new(terminal: W, whole: usize, columns: u16) -> Self {
        // A line that is as long as the terminal is wide would be broken, and never be drawn over again.
        let left = usize::from(columns).saturating_sub(told(100, whole).len() + "[] ".len() + 1);
        let cells = if left < CELLS_MIN { 0 } else { left.min(CELLS_MAX) };
        Self { whole, cells, state: Mutex::new(State { terminal, done: 0, shown: None }) }
    }

    /// One day more is done.
    pub fn advance(&self) {
        let mut state = self.state.lock();
        state.done += 1;
        let percent = state.done * 100 / self.whole.max(1);
        if state.shown != Some(percent) {
            state.shown = Some(percent);
            let filled = (percent * self.cells / 100).min(self.cells);
            let bar = match self.cells {
                0 => String::new(),
                cells => format!("[{}{}] ", "#".repeat(filled), ".".repeat(cells - filled)),
            };
            let line = format!("\r{bar}{}", told(percent, self.whole));
            // A bar that cannot be drawn is no reason to stop.
            let _ = state.terminal.write_all(line.as_bytes()).and_then(|()| state.terminal.flush());
        }
    }

    /// Wipes the bar away.
    pub fn finish(self) -> W {
        let mut terminal = self.state.into_inner().terminal;
        let _ = terminal.write_all(b"\r\x1b[K").and_then(|()| terminal.flush());
        terminal
    }
}

fn told(percent: usize, whole: usize) -> String {
    format!("{percent:3} % of {whole} days")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_is_drawn_once_per_percent_and_wiped_away() {
        let progress = Progress::new(Vec::new(), 1000, 80);
        (0..1000).for_each(|_| progress.advance());
        let drawn = String::from_utf8(progress.finish()).unwrap();
        assert_eq!(drawn.matches('\r').count(), 102);
        assert!(drawn.contains("[###############...............]  50 % of 1000 days"), "{drawn}");
        assert!(drawn.ends_with("100 % of 1000 days\r\u{1b}[K"));
    }

    #[test]
    fn on_a_narrow_terminal_no_line_is_broken() {
        for columns in 20..60_u16 {
            let progress = Progress::new(Vec::new(), 1000, columns);
            (0..1000).for_each(|_| progress.advance());
            let drawn = String::from_utf8(progress.finish()).unwrap();
            assert!(drawn.split('\r').all(|line| line.len() < usize::from(columns)), "{columns}: {drawn}");
            assert_eq!(drawn.contains('#'), columns >= 27);
        }
    }
}
