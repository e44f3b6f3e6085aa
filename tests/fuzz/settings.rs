//! Settings files and keymaps.

use std::fs;

use slotdesk::settings::{Folders, Machine, Settings, Sources};
use slotdesk::tui::{Chord, Keymap, Sequence, actions_markdown};

use crate::fuzzing::{Target, check_sentence, is_harmless};

const WORDS: &[&str] = &[
    "\"",
    "'",
    "\"\"\"",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "[keymap]\n",
    "keymap",
    "=",
    " = ",
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\\u001b",
    "\\u202e",
    "\\e",
    "\u{1b}[2J",
    "\u{202e}",
    "\u{feff}",
    "\0",
    "true",
    "false",
    "0",
    "-1",
    "1",
    "64",
    "65",
    "1440",
    "1441",
    "100001",
    "0x40",
    "1_0",
    "9223372036854775808",
    "1e400",
    "nan",
    "1979-05-27",
    "\"auto\"",
    "\"none\"",
    "\"256\"",
    "\"first-fit\"",
    "\"Europe/Berlin\"",
    "\"localhost:0\"",
    "\"[::1]:5000\"",
    "\"postgres://u:pw@h/b\"",
    "\"~/x\"",
    "workers",
    "queue_length",
    "time_zone",
    "start_grid",
    "policy",
    "theme",
    "colour",
    "mouse",
    "listen",
    "book",
    "undo",
    "quit",
    "force-quit",
    "form-close",
    "[]",
    "\"b\"",
    "\"g g\"",
    "\"ctrl-alt-shift-x\"",
    "\"f12\"",
    "\"f13\"",
    "\"ctrl-\"",
    "\"é\"",
    "\"shift-tab\"",
    "\"space\"",
];

#[test]
fn fuzz_settings_files() {
    let folder = tempfile::tempdir().unwrap();
    let folders = Folders { config: folder.path().join("config"), data: folder.path().join("data") };
    let machine = Machine { processors: 3, time_zone: Some("Europe/Berlin".into()) };
    let path = folder.path().join("settings.toml");
    Target::new("settings", WORDS).run("fuzz_settings_files", 2_000, |bytes| {
        fs::write(&path, bytes).unwrap();
        let sources = Sources { file: Some(path.clone()), ..Sources::default() };
        match Settings::load(&folders, &machine, &sources) {
            Ok(settings) => {
                assert!((1..=64).contains(&settings.workers) && (1..=100_000).contains(&settings.queue_length));
                assert!(settings.popularity_days <= 366 && !settings.book.as_os_str().is_empty());
                check_keymap(&settings.keymap);
            }
            Err(error) => {
                let sentence = error.to_string();
                check_sentence(&sentence, 1_000);
                assert!(sentence.starts_with(path.to_str().unwrap()), "no place in {sentence}");
                let of_book = sentence.contains(": book: ");
                assert!(!of_book || !sentence.contains("pw@"), "a password in {sentence}");
            }
        }
    });
}

#[test]
fn fuzz_keymaps() {
    Target::new("keymap", WORDS).run_text("fuzz_keymaps", 1_500, |text| {
        match Keymap::from_toml(text) {
            Ok(keymap) => check_keymap(&keymap),
            Err(error) => check_sentence(&error.to_string(), 600),
        }
        for written in text.split(['"', '\n']) {
            check_key(written);
        }
    });
}

/// Every key can be shown, and no two ways out are lost.
fn check_keymap(keymap: &Keymap) {
    let shown = actions_markdown(keymap);
    assert!(shown.chars().all(|c| is_harmless(c) || c == '\n'), "{shown:?}");
    for way_out in ["force-quit", "form-close", "menu-close"] {
        let row = shown.lines().find(|line| line.contains(&format!("| {way_out} |"))).unwrap();
        assert!(row.contains('`'), "no key is left for {way_out}");
    }
}

fn check_key(written: &str) {
    match written.parse::<Chord>() {
        Ok(chord) => {
            assert!(chord.to_string().chars().all(is_harmless), "{chord:?}");
            let alone: Sequence = written.parse().unwrap();
            assert_eq!(alone.chords(), [chord], "{written:?} is one key, alone and in a sequence");
        }
        Err(error) => check_sentence(&error.to_string(), 300),
    }
    if let Err(error) = written.parse::<Sequence>() {
        check_sentence(&error.to_string(), 300);
    }
}
