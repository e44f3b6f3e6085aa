//! The desk of a user who has nothing yet.

use std::path::Path;

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use crate::pty::Terminal;

const SIZE: (u16, u16) = (160, 45);

/// A desk in a terminal, beside an API on a free port.
pub(crate) struct Desk {
    pub(crate) terminal: Terminal,
    _home: TempDir,
}

/// The program of a user with this home, with nothing of this machine's settings.
pub(crate) fn command(home: &Path, environment: &[(&str, &str)]) -> CommandBuilder {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slotdesk"));
    command.env_clear();
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("TZ", "Etc/UTC");
    command.env("LANG", "C.UTF-8");
    for (name, value) in environment {
        command.env(name, value);
    }
    command.args(["--listen", "127.0.0.1:0"]);
    command
}

impl Desk {
    /// Opens it and waits for its first screen.
    pub(crate) fn open(environment: &[(&str, &str)]) -> Self {
        let home = TempDir::new().unwrap();
        let terminal = Terminal::start(command(home.path(), environment), SIZE);
        terminal.wait_for("This desk has no provider yet");
        Self { terminal, _home: home }
    }

    /// Adds a provider by the form, and goes to the beginning of tomorrow, where no minute has passed.
    pub(crate) fn with_provider(mut self) -> Self {
        self.terminal.press("P");
        self.terminal.wait_for("New provider");
        // The identifier is made from the name; round the clock, so that no hour of the day matters.
        self.terminal.press("Dr Chen\t\t\x150-24\r");
        self.terminal.wait_for("▸ Dr Chen");
        self.terminal.press("]");
        self.terminal.wait_for("tomorrow");
        // The cursor has kept its time of day, and late in the evening nothing fits behind it.
        self.terminal.press("^");
        self
    }

    /// The address that the header shows.
    pub(crate) fn address(&self) -> String {
        let screen = self.terminal.wait_for("127.0.0.1:");
        let from = &screen[screen.find("127.0.0.1:").unwrap()..];
        from.split_whitespace().next().unwrap().to_owned()
    }
}
