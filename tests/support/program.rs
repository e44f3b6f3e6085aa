//! Runs the real program in a home folder of its own, with nothing of this machine around it.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// After this time a run that was to end by itself is ended, and the test fails for the missing exit code.
const DEADLINE: Duration = Duration::from_secs(60);

/// A user who has nothing yet.
pub(crate) struct User {
    home: TempDir,
}

/// What a run left behind; paths of the home folder are shown as `~`.
#[derive(Debug)]
#[must_use = "look at what it printed, or at least at its exit code"]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl User {
    pub(crate) fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    /// A user whose disk is memory where there is such a disk: nothing is awaited there.
    #[allow(dead_code, reason = "only some tests do so much on a disk that it matters")]
    pub(crate) fn on_a_fast_disk() -> Self {
        Self { home: TempDir::new_in("/dev/shm").unwrap_or_else(|_| TempDir::new().unwrap()) }
    }

    /// A path in the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Writes a file in the home folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), content).unwrap();
    }

    /// The program, with arguments in which `~` is the home folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let home = self.home.path().to_str().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_slotdesk"));
        command.env_clear().env("HOME", home).env("TZ", "Etc/UTC").stdin(Stdio::null()).current_dir(home);
        command.args(arguments.iter().map(|argument| argument.replace('~', home)));
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, &[])
    }

    /// Runs the program to its end, with something in the environment.
    pub(crate) fn run_with(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Outcome {
        let mut command = self.command(arguments);
        let child = command.envs(environment.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = child.spawn().unwrap();
        let (ended, waiting) = mpsc::channel::<()>();
        let id = child.id();
        let watchdog = thread::spawn(move || {
            if waiting.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout) {
                let _ = Command::new("sh").args(["-c", &format!("kill -KILL {id}")]).status();
            }
        });
        let output = child.wait_with_output().unwrap();
        drop(ended);
        watchdog.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(self.home.path().to_str().unwrap(), "~");
        Outcome { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}
