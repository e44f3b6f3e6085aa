//! Why the program ends without having done what it was asked to, and how it says so.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use slotdesk::access::AccessError;
use slotdesk::api::ApiError;
use slotdesk::demo::ScenarioError;
use slotdesk::desk::DeskError;
use slotdesk::domain::Invalid;
use slotdesk::settings::SettingsError;
use slotdesk::store::{CopyError, StoreError};
use slotdesk::study::StudyError;
use slotdesk::tui::TuiError;

/// How long to wait for somebody to read it.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Why the program ends without having done what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error("--speed: {0}")]
    Speed(Invalid),
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    #[error("a demo plays on a book that is thrown away afterwards; leave --book out, or use \"slotdesk desk\"")]
    DemoOnBook,
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error("the book breaks {0} of the desk's rules")]
    Unsound(usize),
    #[error(transparent)]
    Study(#[from] StudyError),
    #[error("the results cannot be written down: {0}")]
    Unwritable(#[from] serde_json::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Copy(#[from] CopyError),
    #[error(transparent)]
    Desk(#[from] DeskError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Tui(#[from] TuiError),
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
}

impl Failure {
    /// 2 when the program was used wrongly, 1 when it failed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Settings(_)
            | Self::Speed(_)
            | Self::Scenario(_)
            | Self::Tui(TuiError::NoTerminal | TuiError::DumbTerminal)
            | Self::DemoOnBook
            | Self::Access(AccessError::Name(_) | AccessError::Unguarded { .. }) => ExitCode::from(2),
            Self::Study(error) if error.is_misuse() => ExitCode::from(2),
            _ => ExitCode::from(1),
        }
    }

    /// Says why the program ends, unless nobody takes it from the standard error.
    pub(crate) fn say_at_last(&self) {
        let why = format!("slotdesk: {self}\n");
        let (said, saying) = mpsc::channel();
        let write = move || {
            // Nobody is left to be told if even the standard error is gone.
            let _ = io::stderr().write_all(why.as_bytes());
            let _ = said.send(());
        };
        if thread::Builder::new().spawn(write).is_ok() {
            // It ends with the process, if it still waits then.
            let _ = saying.recv_timeout(LAST_WORDS);
        }
    }
}
