//! A server on a disk that fails when it is told to: real errors, below a real SQLite.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Outcome, User};
use crate::server::Server;

/// The file of the library that makes the errors.
const LIBRARY: &str = "faulty_disk.so";

/// Numbers of Linux's errors.
pub(crate) const EIO: i32 = 5;
pub(crate) const ENOSPC: i32 = 28;
pub(crate) const EROFS: i32 = 30;
/// No error: the server is killed in the middle of the call.
pub(crate) const KILLED: i32 = -1;

/// A call by which SQLite reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Write,
    Sync,
    Read,
    Open,
    Remove,
}

/// How long a fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lasts {
    Once,
    UntilHealed,
}

/// The disk under a user's book.
pub(crate) struct FaultyDisk {
    /// The library and what steers it; not on the user's disk, which may be one that holds no programs.
    workshop: TempDir,
    book: PathBuf,
}

impl FaultyDisk {
    /// Builds the library that makes the errors, with the C compiler that built SQLite.
    pub(crate) fn under(user: &User) -> Self {
        let workshop = tempfile::tempdir().unwrap();
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/crash/faulty_disk.c");
        let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
        let built = Command::new(compiler)
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(workshop.path().join(LIBRARY))
            .arg(source)
            .status();
        assert!(built.expect("the C compiler that SQLite was built with").success());
        // The system tells the program the true path of what it has open.
        let home = fs::canonicalize(user.path("")).unwrap();
        Self { workshop, book: home.join("desk.db") }
    }

    pub(crate) fn start(&self, user: &User) -> Server {
        self.try_to_start(user).unwrap_or_else(|said| panic!("{said}"))
    }

    /// Starts a server that may not get so far as to listen; what it said then.
    pub(crate) fn try_to_start(&self, user: &User) -> Result<Server, String> {
        let mut command = user.command(&["serve", "--listen", "127.0.0.1:0", "--book", "~/desk.db"]);
        command.env("LD_PRELOAD", self.control(LIBRARY)).env("FAULTY_CONTROL", self.workshop.path());
        command.env("FAULTY_BOOK", &self.book);
        Server::attempt(&mut command)
    }

    /// Runs the program to its end; the disk is under everything in the folder of the book.
    pub(crate) fn run(&self, user: &User, arguments: &[&str]) -> Outcome {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (library, workshop) = (text(&self.control(LIBRARY)), text(self.workshop.path()));
        let folder = text(self.book.parent().unwrap());
        let disk = [("LD_PRELOAD", &*library), ("FAULTY_CONTROL", &*workshop), ("FAULTY_BOOK", &*folder)];
        user.run_with(arguments, &disk)
    }

    fn control(&self, name: &str) -> PathBuf {
        self.workshop.path().join(name)
    }

    fn file(&self, call: Call) -> PathBuf {
        self.control(&format!("{call:?}").to_lowercase())
    }

    /// Lets the `nth` call from now on fail, and those after it if the fault lasts.
    pub(crate) fn fail(&self, call: Call, nth: usize, errno: i32, lasts: Lasts) {
        let count = if lasts == Lasts::Once { 1 } else { 1_000_000 };
        // In one step, for the server reads it at any time.
        let draft = self.control("draft");
        fs::write(&draft, format!("{nth} {count} {errno}")).unwrap();
        fs::rename(draft, self.file(call)).unwrap();
    }

    /// Lets everything work again; whether a call had failed since [`Self::fail`].
    pub(crate) fn heal(&self, call: Call) -> bool {
        let left = fs::read_to_string(self.file(call)).unwrap();
        fs::remove_file(self.file(call)).unwrap();
        let numbers: Vec<usize> = left.split(' ').map(|number| number.parse().unwrap()).collect();
        !matches!(numbers[1], 1 | 1_000_000)
    }

    /// Lets every wait for the disk last until [`Self::release`].
    pub(crate) fn hold(&self) {
        fs::write(self.control("hold"), "").unwrap();
    }

    pub(crate) fn release(&self) {
        fs::remove_file(self.control("hold")).unwrap();
    }
}
