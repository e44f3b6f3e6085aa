//! What the SQLite store promises beyond the contract: its rules in the file, its files, its failures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test does not expect ends it"
)]

#[path = "support/dice.rs"]
mod dice;
#[path = "support/figures.rs"]
mod figures;
#[path = "store/fixture.rs"]
mod fixture;

#[path = "store/sqlite_failures.rs"]
mod failures;
#[path = "store/sqlite_files.rs"]
mod files;
#[path = "store/sqlite_rules.rs"]
mod rules;
#[path = "store/sqlite_torn.rs"]
mod torn;

use std::path::PathBuf;

use slotdesk::store::SqliteStore;
use tempfile::TempDir;

/// A folder for a book, which is gone with this.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn book(&self) -> PathBuf {
        self.path("desk.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(&self.book()).unwrap()
    }
}
