//! What the system tells the program while the screen is open.

use std::io;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::signal::unix::{SignalKind, signal};

/// How long leaving may take once the terminal is gone: longer than the desk waits for its store.
const GRACE: Duration = Duration::from_secs(10);

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Sent by `kill -INT`; the key is read as a key.
    Interrupt,
    /// Sent by `kill -QUIT`; the key is read as a key.
    Quit,
    /// Sent by `kill` and by a system that shuts down.
    Terminate,
    /// The terminal is gone.
    Hangup,
}

impl Signal {
    /// The exit code by which shells know it: 128 and the number of the signal.
    pub const fn exit_code(self) -> u8 {
        128 + match self {
            Self::Hangup => 1,
            Self::Interrupt => 2,
            Self::Quit => 3,
            Self::Terminate => 15,
        }
    }
}

/// Something that the system wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// Leave.
    End(Signal),
    /// Stop until the shell continues the program.
    Suspend,
}

/// The signals that are caught while this exists.
pub(super) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    suspend: tokio::signal::unix::Signal,
}

impl Signals {
    /// Catches signals from now on.
    pub(super) fn new() -> io::Result<Self> {
        let suspend = rustix::process::Signal::TSTP.as_raw();
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            suspend: signal(SignalKind::from_raw(suspend))?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Request {
        tokio::select! {
            _ = self.interrupt.recv() => Request::End(Signal::Interrupt),
            _ = self.quit.recv() => Request::End(Signal::Quit),
            _ = self.terminate.recv() => Request::End(Signal::Terminate),
            _ = self.hangup.recv() => Request::End(Signal::Hangup),
            _ = self.suspend.recv() => Request::Suspend,
        }
    }
}

/// Whether the terminal is gone: there is nothing to read from it any more, only its end.
pub(super) fn is_hung_up() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&at_once)).is_ok() && fds[0].revents().intersects(PollFlags::HUP | PollFlags::NVAL)
}

/// Ends the program a while after its terminal has gone, if it has not ended by itself.
///
/// Crossterm reads on for ever when the terminal ends while it reads, and takes the thread with it.
/// Nothing is lost by leaving like this: what was answered is in the book.
pub(super) fn leave_when_hung_up() -> io::Result<tokio::task::AbortHandle> {
    let mut hangup = signal(SignalKind::hangup())?;
    let watch = tokio::spawn(async move {
        hangup.recv().await;
        tokio::time::sleep(GRACE).await;
        std::process::exit(i32::from(Signal::Hangup.exit_code()));
    });
    Ok(watch.abort_handle())
}

/// Stops the program and whatever runs in the same job; returns when the shell continues it.
pub(super) fn stop() -> io::Result<()> {
    // SIGTSTP is caught, so the signal that cannot be is the one that stops.
    Ok(rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?)
}
