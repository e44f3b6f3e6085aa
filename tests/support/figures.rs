//! What a test counted while it proved its promise, for the table of the README.

#![allow(clippy::panic, dead_code, reason = "a test fails by panicking, and every test uses a part of it")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that takes the figures; without it nobody wants them.
const FOLDER: &str = "SLOTDESK_FIGURES";

/// Writes down what the test counted, as `<folder>/<test>.txt`, where `SLOTDESK_FIGURES` names a folder.
///
/// `test` is the name of the test function; it has to be unique among those that report. `figures` is one
/// short line for people, such as `5 kills, 800 acknowledged changes`. A test that reports twice keeps the
/// last line.
pub(crate) fn report(test: &str, figures: &str) {
    if let Some(folder) = env::var_os(FOLDER) {
        write(Path::new(&folder), test, figures);
    }
}

/// A number from the environment, `usual` where it holds none: how long a bounded test goes on.
pub(crate) fn bound(variable: &str, usual: u64) -> u64 {
    let Some(text) = env::var_os(variable) else { return usual };
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.unwrap_or_else(|| panic!("{variable} is {}, not a whole number", text.display()))
}

fn write(folder: &Path, test: &str, figures: &str) {
    assert!(!figures.trim().is_empty() && !figures.contains('\n'), "{test}: figures are one line: {figures:?}");
    assert!(folder.is_dir(), "{FOLDER} has to name a folder, and {} is none", folder.display());
    let path: PathBuf = folder.join(format!("{test}.txt"));
    fs::write(&path, format!("{}\n", figures.trim())).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}
