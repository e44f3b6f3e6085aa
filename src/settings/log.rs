//! The file that the setting `log` names.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Stderr, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};

use super::{Settings, SettingsError};

/// Lines that wait to be written; beyond them they are lost, rather than keep anybody waiting.
const LINES_MAX: usize = 4096;

/// The log of this process; it is written until this is dropped, which takes a second or so at the most.
#[derive(Debug)]
#[must_use = "the log ends when this is dropped"]
pub struct Log {
    _writing: Option<WorkerGuard>,
}

impl Settings {
    /// Begins the log of this process: in the file that was chosen, or else on the standard error where a command
    /// may use that; without either there is none.
    ///
    /// Fails if the file cannot be opened for appending, or is a terminal. Once a process.
    pub fn begin_log(&self, otherwise: Option<fn() -> Stderr>) -> Result<Log, SettingsError> {
        let file: Box<dyn Write + Send> = match (&self.log, otherwise) {
            (Some(path), _) => Box::new(open(path)?),
            (None, Some(stderr)) => Box::new(stderr()),
            (None, None) => return Ok(Log { _writing: None }),
        };
        // A standard error that nobody reads makes whoever writes to it wait: a thread that has nothing else to do.
        let (writer, writing) =
            NonBlockingBuilder::default().lossy(true).buffered_lines_limit(LINES_MAX).thread_name("log").finish(file);
        let log = tracing_subscriber::fmt().with_max_level(self.log_level).with_ansi(false);
        // A log that cannot be written must not be told of on the desk's screen.
        log.log_internal_errors(false).with_writer(writer).init();
        Ok(Log { _writing: Some(writing) })
    }
}

/// Opens the log for appending; it is made, for its owner alone, where it does not exist.
///
/// A terminal is an error, for a desk may be on it, and so is whatever could make the program wait.
fn open(path: &Path) -> Result<File, SettingsError> {
    let wrong = |detail: String| SettingsError::Log { path: path.to_owned(), detail };
    match fs::metadata(path) {
        // Opening a pipe waits for somebody who reads it.
        Ok(found) if !found.is_file() && !found.file_type().is_char_device() => {
            return Err(wrong("it is not a file".into()));
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(wrong(error.to_string())),
        _ => {}
    }
    let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    let file = opened.map_err(|error| wrong(error.to_string()))?;
    if file.is_terminal() { Err(wrong("it is a terminal".into())) } else { Ok(file) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_log_is_made_for_its_owner_alone_and_appended_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.log");
        for line in ["one\n", "two\n"] {
            open(&path).unwrap().write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_is_no_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        for path in [folder.path(), &folder.path().join("socket"), &folder.path().join("none/desk.log")] {
            let error = open(path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("the log {} cannot be written: ", path.display())), "{error}");
        }
    }
}
