//! Files that a study writes: none that it reads, none twice, and each whole or not at all.
//!
//! What is written takes the place of a file of that name at once. Where the name is only another one for something
//! that is open, as `/dev/stdout` is, or for a pipe or a terminal, it is written to as it is.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use super::file::StudyError;
use crate::store::belongs_to_book;

/// Most links that lead from one to the next, as many as Linux follows.
const LINKS_MAX: usize = 40;
/// Where names stand for what is open, whatever kind of file that is.
const OPEN_FILES: &str = "/proc";
/// What a new file lets others do, before the user's mask is taken off.
const USUAL_MODE: u32 = 0o666;
const PRIVATE_MODE: u32 = 0o600;
const GROUP: u32 = 0o070;

/// Who may read what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// Whoever may read the user's files, or the file that is replaced.
    Usual,
    /// The owner alone: it comes from a book.
    Private,
}

/// A file that is to be written, and the option that names it.
#[derive(Debug, Clone, Copy)]
pub struct Output<'a> {
    /// As it is typed: `--html`.
    pub option: &'static str,
    /// The file.
    pub path: &'a Path,
}

/// Where a path leads.
#[derive(Debug)]
enum Place {
    /// A regular file, or the name of one that is not there yet; no link.
    File(PathBuf),
    /// Something that is written to as it is.
    Open(PathBuf),
}

/// Which file it is, whatever its name.
#[derive(Debug, PartialEq, Eq)]
enum Identity {
    Stored(u64, u64),
    /// One that is not there yet: its folder's one true path, and its name.
    New(PathBuf),
}

/// Fails if a file that is to be written is one of those that are read, a book, or to be written twice.
///
/// Files are told apart by what they are, not by their names. Call it before anything is read or played: whoever
/// names the wrong file learns it at once, and loses nothing.
pub fn check_outputs(outputs: &[Output<'_>], inputs: &[&Path]) -> Result<(), StudyError> {
    let read: Vec<Identity> = inputs.iter().filter_map(|path| stored(&fs::metadata(path).ok()?)).collect();
    let mut written = Vec::new();
    if let Some(redirected) = standard(&io::stdout()).as_ref().and_then(stored) {
        written.push(("the standard output", redirected));
    }
    for Output { option, path } in outputs {
        let not_writable = |source| StudyError::NotWritable { path: path.to_path_buf(), source };
        let place = Place::of(path).map_err(not_writable)?;
        if place.belongs_to_book() {
            return Err(StudyError::Book(path.to_path_buf()));
        }
        if path.is_dir() {
            return Err(not_writable(io::ErrorKind::IsADirectory.into()));
        }
        let Some(identity) = place.identity().map_err(not_writable)? else { continue };
        if read.contains(&identity) {
            return Err(StudyError::Input { option, path: path.to_path_buf() });
        }
        // What goes to the standard output by that name is meant to.
        let Place::File(_) = place else { continue };
        if let Some((other, _)) = written.iter().find(|(_, other)| *other == identity) {
            return Err(StudyError::Twice { option, other, path: path.to_path_buf() });
        }
        written.push((option, identity));
    }
    Ok(())
}

/// Writes a file whole: the content goes into a new file beside it, which then takes its place.
///
/// A file that is replaced keeps its rights, so far as `privacy` leaves them. What is no regular file, and what is
/// open under another name, is written to as it is; an error then can leave it half written.
pub fn write_whole(path: &Path, content: &[u8], privacy: Privacy) -> Result<(), StudyError> {
    let not_writable = |source| StudyError::NotWritable { path: path.to_owned(), source };
    let place = Place::of(path).map_err(not_writable)?;
    if place.belongs_to_book() {
        return Err(StudyError::Book(path.to_owned()));
    }
    match place {
        Place::File(file) => replace(&file, content, privacy).map_err(not_writable),
        Place::Open(open) => {
            write_through(&open, content).map_err(|source| StudyError::NotWrittenTo { path: path.to_owned(), source })
        }
    }
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let mut at = path.to_owned();
        for _ in 0..LINKS_MAX {
            let folder = folder(&at);
            if fs::canonicalize(folder)?.starts_with(OPEN_FILES) {
                return Ok(Self::Open(at));
            }
            match fs::read_link(&at) {
                // A link keeps pointing where it did, even if nothing is there yet.
                Ok(to) => at = folder.join(to),
                Err(_) if fs::metadata(&at).is_ok_and(|file| !file.is_file()) => return Ok(Self::Open(at)),
                Err(_) => return Ok(Self::File(at)),
            }
        }
        Err(io::ErrorKind::TooManyLinks.into())
    }

    fn belongs_to_book(&self) -> bool {
        let (Self::File(path) | Self::Open(path)) = self;
        belongs_to_book(path)
    }

    /// Which file it is; none for what is no regular file.
    fn identity(&self) -> io::Result<Option<Identity>> {
        let (Self::File(path) | Self::Open(path)) = self;
        if let Ok(file) = fs::metadata(path) {
            return Ok(stored(&file));
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        Ok(Some(Identity::New(fs::canonicalize(folder(path))?.join(name))))
    }
}

/// Which file this describes; none for what is no regular file.
fn stored(file: &Metadata) -> Option<Identity> {
    file.is_file().then(|| Identity::Stored(file.dev(), file.ino()))
}

/// What a standard stream leads to; none where it is closed.
fn standard(stream: &impl AsFd) -> Option<Metadata> {
    File::from(stream.as_fd().try_clone_to_owned().ok()?).metadata().ok()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes to what is there, behind what it has.
fn write_through(path: &Path, content: &[u8]) -> io::Result<()> {
    let file = fs::metadata(path)?;
    let is_same =
        |other: Option<Metadata>| other.is_some_and(|other| (other.dev(), other.ino()) == (file.dev(), file.ino()));
    // Opened anew, it would be written from a place of its own, and over what the stream says later.
    if is_same(standard(&io::stdout())) {
        let mut out = io::stdout().lock();
        return out.write_all(content).and_then(|()| out.flush());
    }
    if is_same(standard(&io::stderr())) {
        return io::stderr().lock().write_all(content);
    }
    OpenOptions::new().append(true).open(path)?.write_all(content)
}

fn replace(target: &Path, content: &[u8], privacy: Privacy) -> io::Result<()> {
    let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut beside = name.to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = target.with_file_name(beside);
    let replaced = fs::metadata(target).ok();
    let written = create(&beside, replaced.as_ref(), privacy)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, target));
    if written.is_err() {
        // What is left of it is of no use; if it is not there, all the better.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A new file with the rights of the one that it is to replace, and never more.
fn create(path: &Path, replaced: Option<&Metadata>, privacy: Privacy) -> io::Result<File> {
    let open = |mode| OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let Some(replaced) = replaced else {
        return open(if privacy == Privacy::Private { PRIVATE_MODE } else { USUAL_MODE });
    };
    let file = open(PRIVATE_MODE)?;
    let mut mode = replaced.mode() & 0o777;
    if privacy == Privacy::Private {
        mode &= PRIVATE_MODE;
    }
    // The rights of one group are not those of another.
    if fchown(&file, None, Some(replaced.gid())).is_err() {
        mode &= !GROUP;
    }
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
