//! However the desk is left, the terminal is as it was.

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::Desk;

fn process(desk: &Desk) -> Pid {
    Pid::from_raw(i32::try_from(desk.terminal.process()).unwrap()).unwrap()
}

#[test]
fn a_signal_ends_the_program_cleanly_and_is_its_exit_code() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let mut desk = Desk::open(&[]);
        kill_process(process(&desk), signal).unwrap();
        let (status, after) = desk.terminal.ended();
        assert_eq!(status.exit_code(), code, "{after:?}");
        after.assert_restored();
    }
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
