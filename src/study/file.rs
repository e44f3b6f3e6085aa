//! Files that a study reads and writes: read whole before anything is played, written whole or not at all.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::workload::{Instance, LineError, Workloads};
use crate::domain::{Invalid, printable};

/// How an SQLite database begins.
const BOOK_BEGINS: &[u8; 16] = b"SQLite format 3\0";

/// Why a study cannot be made; a sentence for whoever asked for it.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}", shown(.path))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a workload file is not an instance.
    #[error("{}, {error}", shown(.path))]
    Line {
        /// The file.
        path: PathBuf,
        /// What is wrong with which line.
        error: LineError,
    },
    /// A workload file has no instance.
    #[error("{} has no instance in it; expected one day of requests a line", shown(.0))]
    Empty(PathBuf),
    /// A description of made-up days is not right.
    #[error("{}, {detail}", shown(.path))]
    Synthesis {
        /// The file.
        path: PathBuf,
        /// What is wrong where in it.
        detail: String,
    },
    /// A period ends before it begins.
    #[error("--to: {to} is before {from}, the first day of the study")]
    Backwards {
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// A book has no requests in the period.
    #[error("{} has no requests from {from} to {to}", shown(.path))]
    NoRequests {
        /// The book.
        path: PathBuf,
        /// The first day.
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
    },
    /// What a study gives was to take the place of a book.
    #[error("{} is a book; choose another file for what the study gives, this one was left as it is", shown(.0))]
    Book(PathBuf),
    /// A file cannot be written.
    #[error("{} cannot be written: {source}; nothing was left half written", shown(.path))]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StudyError {
    /// Whether the study was asked for in a way in which it cannot be made, rather than that it failed.
    pub fn is_misuse(&self) -> bool {
        !matches!(self, Self::NotWritable { .. } | Self::NoRequests { .. })
    }
}

/// A path as it can be printed.
fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Every instance of a workload file; an error if one of them is not right or two have the same name.
pub fn read_workloads(path: &Path) -> Result<Vec<Instance>, StudyError> {
    let unreadable = |source| StudyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    // Opening a folder succeeds; only reading it would not.
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let mut names = HashSet::new();
    let mut instances = Vec::new();
    for (instance, line) in Workloads::new(BufReader::new(file)).numbered() {
        let instance = instance.and_then(|instance| {
            let new = names.insert(instance.name.clone());
            let twice = || Invalid::new("name", &instance.name, "a name that no other instance of the file has");
            if new { Ok(instance) } else { Err(LineError { line, detail: twice().to_string() }) }
        });
        instances.push(instance.map_err(|error| StudyError::Line { path: path.to_owned(), error })?);
    }
    if instances.is_empty() { Err(StudyError::Empty(path.to_owned())) } else { Ok(instances) }
}

/// Writes a file whole: the content goes into a new file beside it, which then takes its place.
///
/// What is no regular file, a pipe or a terminal, is written to as it is.
pub fn write_whole(path: &Path, content: &[u8]) -> Result<(), StudyError> {
    // A symbolic link keeps pointing where it did.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if is_book(&target) {
        return Err(StudyError::Book(path.to_owned()));
    }
    let special = fs::metadata(&target).is_ok_and(|file| !file.is_file());
    let written = if special { fs::write(&target, content) } else { replace(&target, content) };
    written.map_err(|source| StudyError::NotWritable { path: path.to_owned(), source })
}

/// Whether a regular file begins as every book does.
fn is_book(path: &Path) -> bool {
    let mut begins = [0; BOOK_BEGINS.len()];
    fs::metadata(path).is_ok_and(|file| file.is_file())
        && File::open(path).and_then(|mut file| file.read_exact(&mut begins)).is_ok()
        && begins == *BOOK_BEGINS
}

fn replace(target: &Path, content: &[u8]) -> io::Result<()> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = target.with_file_name(beside);
    let written = File::create_new(&beside)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, target));
    if written.is_err() {
        // What is left of it is of no use; if it is not there, all the better.
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.jsonl");
        for content in ["first", "second"] {
            write_whole(&path, content.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_book_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        fs::write(&path, "SQLite format 3\0 and so on").unwrap();
        assert!(matches!(write_whole(&path, b"x"), Err(StudyError::Book(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), "SQLite format 3\0 and so on");
    }

    #[test]
    fn what_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = write_whole(&folder.path().join("none/out.jsonl"), b"x").unwrap_err().to_string();
        assert!(error.contains("none/out.jsonl cannot be written: No such file"), "{error}");
        assert!(write_whole(folder.path(), b"x").is_err());
    }

    #[test]
    fn a_file_without_instances_and_a_name_that_comes_twice_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("days.jsonl");
        fs::write(&path, "\n\n").unwrap();
        assert!(read_workloads(&path).unwrap_err().to_string().contains("has no instance"));
        let day = r#"{"name":"a","services":[{"duration":30,"share":1}],"start_grid":5,"providers":[],"history":[],"events":[]}"#;
        fs::write(&path, format!("{day}\n\n{day}")).unwrap();
        let error = read_workloads(&path).unwrap_err().to_string();
        let expected =
            "days.jsonl, line 3, name: \"a\" is not valid, expected a name that no other instance of the file has";
        assert!(error.ends_with(expected), "{error}");
        assert!(read_workloads(folder.path()).is_err());
    }
}
