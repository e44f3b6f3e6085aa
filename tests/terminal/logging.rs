//! A log beside the desk: never on its screen.

use std::fs;
use std::path::Path;

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::desk;
use crate::pty::Terminal;

const WELCOME: &str = "This desk has no provider yet";

fn logging(home: &Path, log: &str) -> CommandBuilder {
    let mut command = desk::command(home, &[]);
    command.args(["--log", log, "--log-level", "trace"]);
    command
}

/// A name for a provider, which the log would not repeat.
fn work(terminal: &mut Terminal) {
    terminal.wait_for(WELCOME);
    terminal.press("p");
    terminal.wait_for("New provider");
    terminal.press("Dr Noether\r");
    terminal.wait_for("nothing is booked yet");
}

#[test]
fn the_log_of_a_desk_goes_into_its_file_and_not_onto_the_screen() {
    let home = TempDir::new().unwrap();
    let log = home.path().join("desk.log");
    let mut terminal = Terminal::start(logging(home.path(), log.to_str().unwrap()), (160, 45));
    work(&mut terminal);
    terminal.press("q");
    let (status, after) = terminal.ended();
    assert!(status.success(), "{status:?}");
    after.assert_restored();
    let text = fs::read_to_string(&log).unwrap();
    assert!(text.contains("listening to this machine") && text.contains("no longer listening"), "{text}");
    assert!(!text.contains("Noether") && !text.contains('\u{1b}'), "{text}");
    assert!(!after.printed().contains("listening to"), "{after:?}");
}

#[test]
fn a_log_that_cannot_be_written_does_not_show_on_the_screen() {
    let home = TempDir::new().unwrap();
    let mut terminal = Terminal::start(logging(home.path(), "/dev/full"), (160, 45));
    work(&mut terminal);
    terminal.press("q");
    let (status, after) = terminal.ended();
    assert!(status.success(), "{status:?}");
    after.assert_restored();
    assert!(!after.printed().contains("tracing") && !after.printed().contains("No space left"), "{after:?}");
}

#[test]
fn a_terminal_is_no_log() {
    let home = TempDir::new().unwrap();
    for log in ["/dev/tty", "/dev/stderr"] {
        let mut terminal = Terminal::start(logging(home.path(), log), (160, 45));
        terminal.wait_for(&format!("slotdesk: the log {log} cannot be written: it is a terminal"));
        assert_eq!(terminal.ended().0.exit_code(), 2);
    }
}
