//! The rules of the house that the compiler does not check: who may know whom, and how large a file may be.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from top to bottom. A room knows only rooms further down, never its neighbours.
const FLOORS: &[&[&str]] = &[
    &["main"],
    &["cli", "settings"],
    &["tui", "api"],
    &["demo", "study"],
    &["access"],
    &["desk"],
    &["store"],
    &["scheduler"],
    &["domain"],
    &["sync"],
];
/// Most lines of a file, its tests included.
const LINES_MAX: usize = 500;
/// The stores there are; everybody but `main` knows only the port.
const STORES: &[&str] = &["SqliteStore", "MemoryStore"];
/// How the machine is asked for the date or for chance (rule 9 of the design); `Instant`s only measure.
const MACHINE: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "RandomState::new", "getrandom::"];
/// The only files that ask it; everybody else is given a clock and a seed.
const ASKS_THE_MACHINE: &[&str] = &["main.rs", "desk/clock.rs"];

/// A source file of the crate.
struct Source {
    path: PathBuf,
    /// The room it belongs to: the first part of its path.
    room: String,
    /// How many `super::` lead from it to the root of the crate.
    depth: usize,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let source = |path: PathBuf| {
        let inside = path.strip_prefix(&src).unwrap().with_extension("");
        let parts: Vec<_> = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        Source { room: parts[0].clone(), depth: parts.len(), text: fs::read_to_string(&path).unwrap(), path }
    };
    let is_test = |path: &PathBuf| path.iter().any(|part| part == "tests" || part == "tests.rs");
    let files = rust_files(&src).into_iter().filter(|path| !is_test(path));
    files.map(source).filter(|source| source.room != "lib").collect()
}

/// The lines of a file that are code, without comments and without the tests at its end.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("\n#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let numbered = text[..end].lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered.filter_map(|(number, line)| {
        let code = line.split("//").next().unwrap_or_default();
        (!code.trim().is_empty()).then_some((number, code))
    })
}

/// The rooms that a line of code names by a path from the crate's root.
fn named_rooms<'a>(line: &'a str, source: &Source) -> Vec<&'a str> {
    let mut prefixes = vec!["crate::".to_owned(), "super::".repeat(source.depth)];
    if source.room == "main" {
        prefixes = vec!["slotdesk::".to_owned()];
    }
    let word = |rest: &'a str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
    prefixes
        .iter()
        .flat_map(|prefix| line.match_indices(prefix.as_str()))
        .map(|(at, found)| word(&line[at + found.len()..]))
        .collect()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn is_below(room: &str, user: &str) -> bool {
    room == user || matches!((floor(room), floor(user)), (Some(low), Some(high)) if low > high)
}

#[test]
fn imports_point_down_only() {
    let mut wrong = Vec::new();
    for source in sources() {
        assert!(floor(&source.room).is_some(), "{}: a room that is on no floor", source.path.display());
        for (number, line) in code(&source.text) {
            for room in named_rooms(line, &source) {
                if !is_below(room, &source.room) {
                    wrong.push(format!("{}:{number}: {} must not know {room:?}", source.path.display(), source.room));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_main_names_a_concrete_store() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| source.room != "main" && source.room != "store") {
        for (number, line) in code(&source.text) {
            if STORES.iter().any(|store| line.contains(store)) {
                wrong.push(format!("{}:{number}: {}", source.path.display(), line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rule_9_time_and_chance_are_given_to_everybody_but_main() {
    let mut asking = Vec::new();
    for source in sources() {
        for (number, line) in code(&source.text) {
            if MACHINE.iter().any(|question| line.contains(question)) {
                asking.push(format!("{}:{number}: {}", source.path.display(), line.trim()));
            }
        }
    }
    let is_in = |line: &String, file: &&str| line.contains(&format!("/src/{file}:"));
    for file in ASKS_THE_MACHINE {
        assert!(asking.iter().any(|line| is_in(line, file)), "{file} asks no more, or the check sees nothing");
    }
    asking.retain(|line| !ASKS_THE_MACHINE.iter().any(|file| is_in(line, file)));
    assert!(asking.is_empty(), "{}", asking.join("\n"));
}

#[test]
fn no_file_is_longer_than_500_lines() {
    let folders = ["src", "tests", "benches"].map(|folder| root().join(folder));
    for path in folders.iter().flat_map(|folder| rust_files(folder)) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines", path.display());
    }
}

#[test]
fn modules_have_their_own_names() {
    let named_mod = |path: &PathBuf| path.file_name().is_some_and(|name| name == "mod.rs");
    let wrong: Vec<_> = rust_files(&root().join("src")).into_iter().filter(named_mod).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn nothing_is_unsafe() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for source in sources() {
        for (number, line) in code(&source.text) {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            assert!(!words.any(|word| word == "unsafe"), "{}:{number}", source.path.display());
        }
    }
}

#[test]
fn the_check_itself_sees_what_it_looks_for() {
    let source = |room: &str, depth| Source { path: PathBuf::new(), room: room.into(), depth, text: String::new() };
    assert_eq!(named_rooms("use crate::desk::Desk;", &source("api", 2)), ["desk"]);
    assert_eq!(named_rooms("use super::super::tui::Model;", &source("api", 2)), ["tui"]);
    assert!(named_rooms("use super::dto::json;", &source("api", 2)).is_empty());
    assert_eq!(named_rooms("use slotdesk::cli::Cli;", &source("main", 1)), ["cli"]);
    assert!(is_below("domain", "desk") && !is_below("desk", "domain"));
    assert!(!is_below("api", "tui") && !is_below("main", "cli"));
    let text = "use a; // crate::tui\n// crate::tui\n\n#[cfg(test)]\nmod tests { use crate::tui; }\n";
    assert_eq!(code(text).collect::<Vec<_>>(), [(1, "use a; ")]);
}
