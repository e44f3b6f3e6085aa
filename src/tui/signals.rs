//! What the system tells the program while the screen is open.

use std::io;

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Sent by `kill -INT`; the key is read as a key.
    Interrupt,
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

#[cfg(unix)]
pub(super) use unix::{Signals, stop};

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{SignalKind, signal};

    use super::{Request, Signal, io};

    /// The signals that are caught while this exists.
    pub(in crate::tui) struct Signals {
        interrupt: tokio::signal::unix::Signal,
        terminate: tokio::signal::unix::Signal,
        hangup: tokio::signal::unix::Signal,
        suspend: tokio::signal::unix::Signal,
    }

    impl Signals {
        /// Catches signals from now on.
        pub(in crate::tui) fn new() -> io::Result<Self> {
            let suspend = rustix::process::Signal::TSTP.as_raw();
            Ok(Self {
                interrupt: signal(SignalKind::interrupt())?,
                terminate: signal(SignalKind::terminate())?,
                hangup: signal(SignalKind::hangup())?,
                suspend: signal(SignalKind::from_raw(suspend))?,
            })
        }

        /// The next one.
        pub(in crate::tui) async fn next(&mut self) -> Request {
            tokio::select! {
                _ = self.interrupt.recv() => Request::End(Signal::Interrupt),
                _ = self.terminate.recv() => Request::End(Signal::Terminate),
                _ = self.hangup.recv() => Request::End(Signal::Hangup),
                _ = self.suspend.recv() => Request::Suspend,
            }
        }
    }

    /// Stops the program and whatever runs in the same job; returns when the shell continues it.
    pub(in crate::tui) fn stop() -> io::Result<()> {
        // SIGTSTP is caught, so the signal that cannot be is the one that stops.
        Ok(rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?)
    }
}

#[cfg(not(unix))]
pub(super) use other::{Signals, stop};

#[cfg(not(unix))]
mod other {
    use super::{Request, Signal, io};

    /// The one signal that every system has.
    pub(in crate::tui) struct Signals;

    impl Signals {
        /// Catches it from now on.
        pub(in crate::tui) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// The next one.
        pub(in crate::tui) async fn next(&mut self) -> Request {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Request::End(Signal::Interrupt),
                Err(_) => std::future::pending().await,
            }
        }
    }

    /// There is no job control here.
    pub(in crate::tui) fn stop() -> io::Result<()> {
        Ok(())
    }
}
