//! The file beside a book that its tokens are kept in.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use fs4::FileExt;
use serde::{Deserialize, Serialize};

use super::{AccessError, Scope, Secret, Token, TokenName};
use crate::domain::printable;
use crate::store::sync_folder;

/// Largest file that is read, in bytes; far more than anybody has tokens.
const BYTES_MAX: u64 = 1024 * 1024;
/// Rights of what is created here: its owner's alone.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// What stands at the top of the file, for whoever opens it.
const HEADING: &str = "# Who may use the HTTP API of the book beside this file; written by \"slotdesk token\".\n\
                       # Secrets are not in here, only their hashes.\n";

/// The tokens of one book: `<book file>.tokens`, TOML, readable by its owner alone.
///
/// It is replaced as a whole, so that a reader sees all of a change or nothing of it. That there is no file
/// means that there are no tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFile {
    path: PathBuf,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(default, rename = "token")]
    tokens: Vec<Token>,
}

/// What tells one state of the file from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    changed: (i64, i64),
}

/// The tokens as they were read, with the file held open: as long as it is, no other file can get its inode.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) tokens: Vec<Token>,
    /// None where there was no file.
    pub(super) stamp: Option<Stamp>,
    _held: Option<File>,
}

impl TokenFile {
    /// The tokens of the book at `book`, which need not exist yet.
    pub fn beside(book: &Path) -> Result<Self, AccessError> {
        let no_place = || AccessError::NoPlace { path: book.to_owned() };
        // A link to a book has the tokens of the book.
        let book_file = fs::canonicalize(book).unwrap_or_else(|_| book.to_owned());
        if book_file.is_dir() || book.as_os_str() == ":memory:" {
            return Err(no_place());
        }
        let mut name = OsString::from(book_file.file_name().ok_or_else(no_place)?);
        name.push(".tokens");
        Ok(Self { path: book_file.with_file_name(name) })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every token, in the order in which they were added.
    pub fn list(&self) -> Result<Vec<Token>, AccessError> {
        self.read().map(|snapshot| snapshot.tokens)
    }

    /// Adds a token; whoever sends `secret` has it from now on. A name that is taken is an error.
    pub fn add(&self, name: TokenName, scope: Scope, secret: &Secret, now: DateTime<Utc>) -> Result<(), AccessError> {
        let token = Token { name, scope, created: now, sha256: secret.hash() };
        self.change(|tokens| {
            if tokens.iter().any(|other| other.name == token.name) {
                return Err(AccessError::Exists { name: token.name });
            }
            tokens.push(token);
            Ok(())
        })
    }

    /// Takes a token out; whoever has its secret is let in no more.
    pub fn revoke(&self, name: TokenName) -> Result<(), AccessError> {
        // To lock the file would make it.
        if self.stamp()?.is_none() {
            return Err(AccessError::Unknown { name });
        }
        self.change(|tokens| match tokens.iter().position(|token| token.name == name) {
            Some(at) => {
                tokens.remove(at);
                Ok(())
            }
            None => Err(AccessError::Unknown { name }),
        })
    }

    /// The stamp of the file as it is now; none where there is no file.
    pub(super) fn stamp(&self) -> Result<Option<Stamp>, AccessError> {
        match fs::metadata(&self.path) {
            Ok(metadata) => Ok(Some(Stamp::of(&metadata))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.unreadable(source)),
        }
    }

    /// Reads the file as it is now.
    pub(super) fn read(&self) -> Result<Snapshot, AccessError> {
        // Opening a pipe could wait for ever.
        let opened = fs::metadata(&self.path)
            .and_then(|metadata| metadata.is_file().then(|| File::open(&self.path)).transpose());
        match opened {
            Ok(Some(file)) => self.read_from(file),
            Ok(None) => Err(self.damaged("it is not a regular file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Snapshot { tokens: Vec::new(), stamp: None, _held: None })
            }
            Err(source) => Err(self.unreadable(source)),
        }
    }

    fn read_from(&self, file: File) -> Result<Snapshot, AccessError> {
        let metadata = file.metadata().map_err(|source| self.unreadable(source))?;
        let mut bytes = Vec::new();
        (&file).take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|source| self.unreadable(source))?;
        if bytes.len() as u64 > BYTES_MAX {
            return Err(self.damaged("it is too large"));
        }
        let content: Content = toml::from_slice(&bytes).map_err(|error| self.damaged(error.message()))?;
        let names: Vec<_> = content.tokens.iter().map(|token| &token.name).collect();
        if let Some(twice) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(self.damaged(&format!("the name {} is there twice", twice.1)));
        }
        Ok(Snapshot { tokens: content.tokens, stamp: Some(Stamp::of(&metadata)), _held: Some(file) })
    }

    /// Changes the tokens; two programs that do so at once do it one after the other.
    fn change(&self, change: impl FnOnce(&mut Vec<Token>) -> Result<(), AccessError>) -> Result<(), AccessError> {
        let locked = self.lock().map_err(|source| self.not_writable(source))?;
        let changed = self.read().and_then(|now| {
            let mut tokens = now.tokens;
            change(&mut tokens)?;
            self.replace(&Content { tokens }).map_err(|source| self.not_writable(source))
        });
        if changed.is_err() && locked.metadata().is_ok_and(|file| file.len() == 0) {
            // It was made to be locked, and says nothing; whoever waits for it makes another.
            let _ = fs::remove_file(&self.path);
        }
        changed?;
        sync_folder(&self.path).map_err(|source| AccessError::Unconfirmed { path: self.path.clone(), source })
    }

    /// The file, made where there is none, locked until it is closed.
    fn lock(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder)?;
        }
        loop {
            let mut options = OpenOptions::new();
            let file = options.read(true).append(true).create(true).mode(FILE_MODE).open(&self.path)?;
            FileExt::lock(&file)?;
            // Whoever had the lock before has put another file into its place.
            let now = match fs::metadata(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other?,
            };
            if Stamp::of(&now) == Stamp::of(&file.metadata()?) {
                return Ok(file);
            }
        }
    }

    /// Puts another file into the place of this one. Only for who holds the lock.
    fn replace(&self, content: &Content) -> io::Result<()> {
        let mut beside = OsString::from(&self.path);
        beside.push(".new");
        let text = HEADING.to_owned() + "\n" + &toml::to_string(content).map_err(io::Error::other)?;
        // What is left of somebody who was interrupted may have other rights.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(&beside)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        let replaced = written.and_then(|()| fs::rename(&beside, &self.path));
        if replaced.is_err() {
            // What is left of it is of no use.
            let _ = fs::remove_file(&beside);
        }
        replaced
    }

    fn damaged(&self, detail: &str) -> AccessError {
        AccessError::Damaged { path: self.path.clone(), detail: printable(detail) }
    }

    fn unreadable(&self, source: io::Error) -> AccessError {
        AccessError::Unreadable { path: self.path.clone(), source }
    }

    fn not_writable(&self, source: io::Error) -> AccessError {
        AccessError::NotWritable { path: self.path.clone(), source }
    }
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(test)]
mod tests;
