//! The real program in a pseudo-terminal: keys go in, what it prints is kept and understood.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the benchmark gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// What begins each frame: the desk prints a frame as one synchronised update.
const FRAME_BEGINS: &[u8] = b"\x1b[?2026h";

/// A desk on a terminal of 200 × 50; it is ended when this is dropped.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shared: Arc<(Mutex<Seen>, Condvar)>,
}

struct Seen {
    parser: vt100::Parser,
    bytes: usize,
    frames: usize,
    ended: bool,
}

impl Terminal {
    /// Starts the desk on a book, with a home that nobody has used.
    pub(crate) fn open(home: &Path, book: &Path) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_slotdesk"));
        command.env_clear();
        for (name, value) in
            [("TERM", "xterm-256color"), ("TZ", "Etc/UTC"), ("LANG", "C.UTF-8"), ("COLORTERM", "truecolor")]
        {
            command.env(name, value);
        }
        command.env("HOME", home);
        command.arg("--book");
        command.arg(book);
        command.args(["--listen", "127.0.0.1:0"]);
        let pair =
            native_pty_system().openpty(PtySize { rows: 50, cols: 200, pixel_width: 0, pixel_height: 0 }).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let output = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let cells = |cells| NonZeroU16::new(cells).unwrap();
        let parser = vt100::Parser::new(cells(50), cells(200), 0);
        let seen = Seen { parser, bytes: 0, frames: 0, ended: false };
        let shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let watching = Arc::clone(&shared);
        std::thread::spawn(move || watch(output, &watching));
        Self { child, _master: pair.master, keys, shared }
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen shows `text` and gives the whole screen.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(|screen| screen.contains(text))
    }

    /// Waits until something holds for the text on the screen and gives the whole screen.
    pub(crate) fn wait_until(&self, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            let contents = seen.parser.screen().contents();
            if holds(&contents) {
                return contents;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !seen.ended, "waited in vain:\n{contents}");
            seen = self.shared.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Bytes printed so far.
    pub(crate) fn bytes(&self) -> usize {
        self.seen().bytes
    }

    /// Frames begun so far.
    pub(crate) fn frames(&self) -> usize {
        self.seen().frames
    }

    /// The process number of the desk.
    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// The address that the header shows.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        let screen = self.wait_for("127.0.0.1:");
        screen[screen.find("127.0.0.1:").unwrap()..].split_whitespace().next().unwrap().parse().unwrap()
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.shared.0.lock().unwrap()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(mut output: Box<dyn Read + Send>, shared: &(Mutex<Seen>, Condvar)) {
    let mut chunk = [0; 16_384];
    // The end of the chunk before, for a mark that two chunks share.
    let mut tail: Vec<u8> = Vec::new();
    loop {
        let read = output.read(&mut chunk).unwrap_or(0);
        tail.extend_from_slice(&chunk[..read]);
        let mut seen = shared.0.lock().unwrap();
        seen.frames += tail.windows(FRAME_BEGINS.len()).filter(|window| *window == FRAME_BEGINS).count();
        let kept = tail.len().saturating_sub(FRAME_BEGINS.len() - 1);
        tail.drain(..kept);
        seen.parser.process(&chunk[..read]);
        seen.bytes += read;
        seen.ended = read == 0;
        shared.1.notify_all();
        if read == 0 {
            return;
        }
    }
}
