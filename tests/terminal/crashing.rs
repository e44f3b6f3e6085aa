//! A desk that panics with the terminal in its hands.
//!
//! The child process is this test program again: it shows a real screen whose clock panics when the
//! terminal has been taken over.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use portable_pty::CommandBuilder;
use slotdesk::desk::{Calendar, Clock, Desk, Options};
use slotdesk::domain::Minutes;
use slotdesk::scheduler::policy;
use slotdesk::store::MemoryStore;
use slotdesk::tui;
use slotdesk::tui::theme::{self, Background, ColourDepth, Glyphs, Theme, ThemeName};

use crate::pty::Terminal;

/// Set for the child: the file whose existence breaks its clock.
const CHILD: &str = "SLOTDESK_TEST_CRASHING";
/// Set for the child whose desk stops.
const STOPPING: &str = "SLOTDESK_TEST_STOPPING";

/// Stands still until its file exists.
struct BrittleClock(PathBuf);

impl Clock for BrittleClock {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.0.exists(), "the clock fell off the wall");
        DateTime::UNIX_EPOCH
    }
}

#[test]
fn the_terminal_is_given_back_after_a_panic_and_the_panic_is_told() {
    if let Some(breaks) = std::env::var_os(CHILD) {
        show_until_it_breaks(breaks.into());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let breaks = folder.path().join("broken");
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    let this = "crashing::the_terminal_is_given_back_after_a_panic_and_the_panic_is_told";
    command.args(["--exact", this, "--nocapture"]);
    command.env(CHILD, &breaks);
    command.env("TERM", "xterm-256color");
    command.env("RUST_BACKTRACE", "0");
    let mut terminal = Terminal::start(command, (120, 40));
    terminal.wait_for("This desk has no provider yet");
    std::fs::write(&breaks, "").unwrap();
    terminal.press("]");
    let (status, after) = terminal.ended();
    assert!(!status.success(), "{after:?}");
    assert!(after.contents.contains("the clock fell off the wall"), "{after:?}");
    after.assert_restored();
}

#[test]
fn a_desk_that_stops_below_its_screen_is_told() {
    if std::env::var_os(STOPPING).is_some() {
        show_until_it_stops();
        return;
    }
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "crashing::a_desk_that_stops_below_its_screen_is_told", "--nocapture"]);
    command.env(STOPPING, "1");
    command.env("TERM", "xterm-256color");
    let (status, after) = Terminal::start(command, (120, 40)).ended();
    assert!(status.success(), "{after:?}");
    assert!(after.contents.contains("the desk stopped while its screen was open"), "{after:?}");
    after.assert_restored();
}

fn show_until_it_stops() {
    let (desk, screen) = brittle(PathBuf::from("no such file"));
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let desk = desk();
        let (left, closed) = tokio::join!(tui::run(desk.clone(), screen), desk.close());
        closed.unwrap();
        let mut out = std::io::stdout();
        writeln!(out, "{}", left.unwrap_err()).unwrap();
    });
}

fn show_until_it_breaks(breaks: PathBuf) {
    let (desk, screen) = brittle(breaks);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        tui::run(desk(), screen).await.unwrap();
    });
}

/// A desk, to be opened inside a runtime, whose clock breaks when a file exists, and its screen.
fn brittle(breaks: PathBuf) -> (impl FnOnce() -> Desk, tui::Options) {
    let grid = Minutes::new(5).unwrap();
    let options = Options {
        workers: 1,
        queue_length: 8,
        start_grid: grid,
        policy: policy::POLICIES[0],
        popularity_days: 28,
        seed: 1,
    };
    let calendar = Calendar::new(Arc::new(BrittleClock(breaks)), chrono_tz::UTC);
    let terminal = theme::Terminal { depth: ColourDepth::True, background: Background::Dark, glyphs: Glyphs::Unicode };
    let screen = tui::Options::new("brittle".to_owned(), Theme::new(ThemeName::Auto, terminal), grid);
    let desk = move || Desk::open(Box::new(MemoryStore::new()), calendar, options).unwrap();
    (desk, screen)
}
