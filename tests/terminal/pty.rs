//! A terminal that a program runs in, watched without ever sleeping.

use std::fmt;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test gives up; a healthy desk needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A program in a pseudo-terminal.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    shared: Arc<Shared>,
}

struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    ended: bool,
}

impl Terminal {
    /// Starts a program in a terminal of `columns` × `rows`.
    pub(crate) fn start(command: CommandBuilder, (columns, rows): (u16, u16)) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let seen = Mutex::new(Seen {
            parser: vt100::Parser::new(non_zero(rows), non_zero(columns), 0),
            raw: Vec::new(),
            ended: false,
        });
        let shared = Arc::new(Shared { seen, changed: Condvar::new() });
        let watching = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut chunk = [0; 8192];
            loop {
                let read = output.read(&mut chunk).unwrap_or(0);
                let mut seen = watching.seen.lock().unwrap();
                seen.parser.process(&chunk[..read]);
                seen.raw.extend(&chunk[..read]);
                seen.ended = read == 0;
                watching.changed.notify_all();
                if read == 0 {
                    return;
                }
            }
        });
        Self { child, master: pair.master, keys, shared }
    }

    /// Types; control characters and escape sequences as they are.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen shows `text` and gives the whole screen.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text))
    }

    /// Waits until the screen no longer shows `text` and gives the whole screen.
    pub(crate) fn wait_without(&self, text: &str) -> String {
        self.wait_until(&format!("no {text:?} on the screen"), |screen| !screen.contents().contains(text))
    }

    /// Waits until something holds for the screen and gives what is on it.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = self.shared.seen.lock().unwrap();
        while !holds(seen.parser.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            let contents = || seen.parser.screen().contents();
            assert!(!left.is_zero() && !seen.ended, "waited in vain for {what}:\n{}", contents());
            seen = self.shared.changed.wait_timeout(seen, left).unwrap().0;
        }
        seen.parser.screen().contents()
    }

    /// Waits for the program to end by itself and for all it printed; what is on the screen then.
    pub(crate) fn ended(&mut self) -> (ExitStatus, After) {
        let status = self.child.wait().unwrap();
        let echo = self.echoes();
        let mut seen = self.shared.seen.lock().unwrap();
        let deadline = Instant::now() + PATIENCE;
        while !seen.ended && Instant::now() < deadline {
            // The kernel closes our end when the last writer is gone, which wakes the watcher.
            seen = self.shared.changed.wait_timeout(seen, Duration::from_millis(50)).unwrap().0;
        }
        let screen = seen.parser.screen();
        let after = After {
            contents: screen.contents(),
            alternate_screen: screen.alternate_screen(),
            cursor_hidden: screen.hide_cursor(),
            mouse: screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None,
            bracketed_paste: screen.bracketed_paste(),
            echo,
            raw: String::from_utf8_lossy(&seen.raw).into_owned(),
        };
        (status, after)
    }

    /// Whether something holds for the screen now.
    pub(crate) fn screen(&self, holds: impl Fn(&vt100::Screen) -> bool) -> bool {
        holds(self.shared.seen.lock().unwrap().parser.screen())
    }

    /// The process number of the program.
    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Whether the terminal shows what is typed and reads whole lines, as a shell expects it.
    fn echoes(&self) -> Option<bool> {
        let name = self.master.tty_name()?;
        let told = std::process::Command::new("stty").args(["-a", "-F"]).arg(name).output().ok()?;
        let told = String::from_utf8(told.stdout).ok()?;
        let has = |flag: &str| told.split_whitespace().any(|word| word.trim_end_matches(';') == flag);
        Some(has("echo") && has("icanon") && has("isig"))
    }
}

fn non_zero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).unwrap()
}

/// How a program left its terminal.
#[expect(clippy::struct_excessive_bools, reason = "each one is a mode that a terminal has or has not")]
pub(crate) struct After {
    pub(crate) contents: String,
    pub(crate) alternate_screen: bool,
    pub(crate) cursor_hidden: bool,
    pub(crate) mouse: bool,
    pub(crate) bracketed_paste: bool,
    pub(crate) echo: Option<bool>,
    raw: String,
}

impl fmt::Debug for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = [self.alternate_screen, self.cursor_hidden, self.mouse, self.bracketed_paste];
        write!(f, "alternate, hidden, mouse, paste {flags:?}, echo {:?}\n{}", self.echo, self.contents)
    }
}

impl After {
    /// Every attribute and colour that the program has set.
    pub(crate) fn attributes(&self) -> Vec<u16> {
        let sequences = self.raw.split("\u{1b}[").skip(1).filter_map(|rest| Some(rest.split_once('m')?.0));
        let whole = sequences.filter(|codes| codes.bytes().all(|b| b.is_ascii_digit() || b == b';'));
        whole.flat_map(|codes| codes.split(';').filter_map(|code| code.parse().ok())).collect()
    }

    /// Everything that the program has printed, in the order in which it did.
    pub(crate) fn printed(&self) -> &str {
        &self.raw
    }

    /// Asserts that the terminal is as a shell expects it.
    pub(crate) fn assert_restored(&self) {
        assert!(!self.alternate_screen, "the alternate screen was left: {self:?}");
        assert!(!self.cursor_hidden, "the cursor is shown: {self:?}");
        assert!(!self.mouse, "the mouse is let go: {self:?}");
        assert!(!self.bracketed_paste, "bracketed paste is off: {self:?}");
        assert_ne!(self.echo, Some(false), "echo, lines and signals are on: {self:?}");
    }
}
