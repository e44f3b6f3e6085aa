//! However the desk is left, the terminal is as it was.

use std::io::Read;
use std::time::{Duration, Instant};

use portable_pty::{PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::desk::{Desk, command};
use crate::figures::report;
use crate::pty::Terminal;

fn process(desk: &Desk) -> Pid {
    Pid::from_raw(i32::try_from(desk.terminal.process()).unwrap()).unwrap()
}

#[test]
fn a_signal_ends_the_program_cleanly_and_is_its_exit_code() {
    let mut codes = Vec::new();
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut desk = Desk::open(&[]);
        kill_process(process(&desk), signal).unwrap();
        let (status, after) = desk.terminal.ended();
        assert_eq!(status.exit_code(), code, "{after:?}");
        after.assert_restored();
        codes.push(status.exit_code().to_string());
    }
    report(
        "a_signal_ends_the_program_cleanly_and_is_its_exit_code",
        &format!("{} signals, exit codes {}", codes.len(), codes.join(", ")),
    );
}

#[test]
fn a_terminal_without_a_cursor_is_told_so_and_shown_no_screen() {
    let home = TempDir::new().unwrap();
    let mut terminal = Terminal::start(command(home.path(), &[("TERM", "dumb")]), (80, 24));
    let (status, after) = terminal.ended();
    assert_eq!(status.exit_code(), 2, "{after:?}");
    assert!(after.printed().contains("TERM=dumb"), "{after:?}");
}

#[test]
fn control_z_gives_the_terminal_back_until_the_program_is_continued() {
    let mut desk = Desk::open(&[]);
    desk.terminal.press("\u{1a}");
    desk.terminal.wait_until("the shell's screen", |screen| !screen.alternate_screen());
    let state = format!("/proc/{}/stat", desk.terminal.process());
    // The last thing before the program stops is the terminal given back; the kernel says when it has.
    while !std::fs::read_to_string(&state).unwrap().contains(") T ") {
        std::thread::yield_now();
    }
    kill_process(process(&desk), Signal::CONT).unwrap();
    desk.terminal.wait_until("the desk's screen", |screen| {
        screen.alternate_screen() && screen.contents().contains("This desk has no provider yet")
    });
    desk.terminal.press("\u{3}");
    let (status, after) = desk.terminal.ended();
    assert!(status.success(), "{after:?}");
    after.assert_restored();
}

#[test]
fn a_terminal_that_is_closed_ends_the_program() {
    let home = tempfile::tempdir().unwrap();
    let size = PtySize { rows: 30, cols: 100, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut child = pair.slave.spawn_command(crate::desk::command(home.path(), &[])).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let (mut seen, mut chunk) = (String::new(), [0; 4096]);
    // A word alone: what is blank is skipped.
    while !seen.contains("provider") {
        let read = output.read(&mut chunk).unwrap();
        seen.push_str(&String::from_utf8_lossy(&chunk[..read]));
    }
    // What closing the window does.
    drop((output, pair.master));
    let until = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "a desk without a terminal runs on, and keeps its book from others");
        std::thread::yield_now();
    }
}
