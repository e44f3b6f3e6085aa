//! Workload files, read whole before anything is played, and what keeps a study from being made.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::workload::{Instance, LineError, UnreadKeys, Workloads};
use crate::domain::{Invalid, printable};

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
    /// A workload file is named twice.
    #[error("--workloads: {} is given twice, and its days would be, too", shown(.0))]
    Again(PathBuf),
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
    /// What a study gives was to take the place of a book or of its log.
    #[error("{} belongs to a book; choose another file for what the study gives, this one was left as it is", shown(.0))]
    Book(PathBuf),
    /// What a study gives was to take the place of what it is made from, or of the settings or the log.
    #[error("{option}: {} is used by this study; choose another file, this one was left as it is", shown(.path))]
    Input {
        /// The option that names the file.
        option: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// Two things that a study gives were to go to one file.
    #[error("{other} and {option} are both to be written to {}; give each a file of its own", shown(.path))]
    Twice {
        /// The option that names the file.
        option: &'static str,
        /// What goes there already.
        other: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("{} cannot be written: {source}; nothing was left half written", shown(.path))]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A pipe, a terminal or an open file cannot be written to; some of it may have been.
    #[error("{} cannot be written to: {source}", shown(.path))]
    NotWrittenTo {
        /// The name it was given by.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl StudyError {
    /// Whether the study was asked for in a way in which it cannot be made, rather than that it failed.
    pub fn is_misuse(&self) -> bool {
        !matches!(self, Self::NotWritable { .. } | Self::NotWrittenTo { .. } | Self::NoRequests { .. })
    }
}

/// A path as it can be printed.
fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// What is in a workload file.
#[derive(Debug, Clone)]
pub struct WorkloadFile {
    /// Every day, at least one.
    pub instances: Vec<Instance>,
    /// What stands in it and means nothing.
    pub unread: UnreadKeys,
}

/// Every file with its name, as it can be printed; an error in the last one comes before anything is played.
pub fn read_all(paths: &[PathBuf]) -> Result<Vec<(String, WorkloadFile)>, StudyError> {
    if let Some(again) = paths.iter().enumerate().find_map(|(at, path)| paths[..at].contains(path).then_some(path)) {
        return Err(StudyError::Again(again.clone()));
    }
    paths.iter().map(|path| Ok((shown(path), read_workloads(path)?))).collect()
}

/// Everything in a workload file; an error if one of the instances is not right or two have the same name.
pub fn read_workloads(path: &Path) -> Result<WorkloadFile, StudyError> {
    let unreadable = |source| StudyError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    // Opening a folder succeeds; only reading it would not.
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(unreadable(io::ErrorKind::IsADirectory.into()));
    }
    let mut names = HashSet::new();
    let mut instances = Vec::new();
    let mut workloads = Workloads::new(BufReader::new(file));
    while let Some(instance) = workloads.next() {
        let line = workloads.line();
        let instance = instance.and_then(|instance| {
            let new = names.insert(instance.name.clone());
            let twice = || Invalid::new("name", &instance.name, "a name that no other instance of the file has");
            if new { Ok(instance) } else { Err(LineError { line, detail: twice().to_string() }) }
        });
        instances.push(instance.map_err(|error| StudyError::Line { path: path.to_owned(), error })?);
    }
    if instances.is_empty() {
        return Err(StudyError::Empty(path.to_owned()));
    }
    Ok(WorkloadFile { instances, unread: workloads.into_unread() })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

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
