//! A running `slotdesk serve` that can be killed.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::client::{Answer, Client};
use crate::program::User;

/// A running server on the book `~/desk.db`; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(user: &User) -> Self {
        Self::of(&mut user.command(&["serve", "--listen", "127.0.0.1:0", "--book", "~/desk.db"]))
    }

    /// A server whose files must not grow beyond `kibibytes` (a soft limit, so that it can be lifted).
    pub(crate) fn start_limited(user: &User, kibibytes: u64) -> Self {
        let program = user.command(&["serve", "--listen", "127.0.0.1:0", "--book", "~/desk.db"]);
        let mut command = user.command(&[]);
        let mut shell = Command::new("bash");
        shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.current_dir(command.get_current_dir().unwrap()).stdin(Stdio::null());
        shell.args(["-c", &format!("ulimit -S -f {kibibytes}; exec \"$@\""), "bash"]);
        shell.arg(program.get_program()).args(program.get_args());
        command = shell;
        Self::of(&mut command)
    }

    /// A server by a command of its own, `serve` included.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::attempt(command).unwrap_or_else(|said| panic!("{said}"))
    }

    /// A server that may not get so far as to listen; what it said then.
    pub(crate) fn attempt(command: &mut Command) -> Result<Self, String> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Some(address) = line.strip_prefix("listening on http://") else {
            let mut said = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut said);
            return Err(format!("{line:?} {said} ({})", child.wait().unwrap()));
        };
        Ok(Self { address: address.trim().parse().unwrap(), child })
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would; SIGKILL cannot be handled.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Whether it still runs.
    pub(crate) fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Asks it to stop and waits; whether it ended well.
    pub(crate) fn stop(mut self) -> bool {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status().unwrap();
        asked.success() && self.child.wait().unwrap().success()
    }

    /// Asks it to stop, and tells what it said on its standard error.
    pub(crate) fn stop_and_tell(mut self) -> String {
        let mut errors = self.child.stderr.take().unwrap();
        assert!(self.stop());
        let mut said = String::new();
        errors.read_to_string(&mut said).unwrap();
        said
    }

    /// Asks it to stop, and tells what it said on its standard error when it failed to end well.
    pub(crate) fn stop_in_vain(mut self) -> String {
        let mut errors = self.child.stderr.take().unwrap();
        assert!(!self.stop(), "it ended well");
        let mut said = String::new();
        errors.read_to_string(&mut said).unwrap();
        said
    }

    /// Asks over a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut client = Client::connect(self.address).unwrap();
        client.ask(method, path, body).unwrap_or_else(|| panic!("no answer to {method} {path} {body}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
