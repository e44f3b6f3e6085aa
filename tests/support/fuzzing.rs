//! Runs a parser on everything in its corpus, and then on what becomes of the corpus when it is damaged.
//!
//! The corpus of a target is the folder `tests/corpus/<target>`: good inputs to begin with, and every input
//! that ever went wrong. The damage is drawn from a seed, so that every run of the same length tries the same
//! inputs; `SLOTDESK_FUZZ` sets how many times as many, `SLOTDESK_FUZZ_SEED` which ones.

#![allow(clippy::panic, clippy::unwrap_used, dead_code, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "an entry of the corpus that goes wrong is named")]

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{RngAlgorithm, TestError, TestRng, TestRunner};

use super::figures;

/// Most bytes that damage lets an input grow to.
const GROWN_MAX: usize = 16 * 1024;

/// One kind of damage; positions are relative, so that it fits every input.
#[derive(Debug, Clone)]
enum Damage {
    /// One byte becomes another one.
    Byte(Index, u8),
    /// A piece of the dictionary is put in.
    Word(Index, Index),
    /// A number, name or text becomes a piece of the dictionary.
    Token(Index, Index),
    /// A number, name or text becomes another one of the corpus.
    Borrowed(Index, Index, Index),
    /// Characters of any alphabet are put in.
    Text(Index, String),
    /// A few bytes are taken out.
    Cut(Index, usize),
    /// A line comes twice, or many times.
    Line(Index, usize),
    /// A line is taken out.
    NoLine(Index),
    /// A line of the corpus is put in after another one.
    Splice(Index, Index, Index),
    /// The rest is lost.
    End(Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        3 => (at(), at()).prop_map(|(at, word)| Damage::Word(at, word)),
        8 => (at(), at()).prop_map(|(at, word)| Damage::Token(at, word)),
        4 => (at(), at(), at()).prop_map(|(at, from, token)| Damage::Borrowed(at, from, token)),
        2 => (at(), ".{0,9}").prop_map(|(at, text)| Damage::Text(at, text)),
        3 => (at(), 1_usize..24).prop_map(|(at, length)| Damage::Cut(at, length)),
        2 => (at(), prop_oneof![Just(1), 1_usize..80]).prop_map(|(at, times)| Damage::Line(at, times)),
        2 => at().prop_map(Damage::NoLine),
        3 => (at(), at(), at()).prop_map(|(at, from, line)| Damage::Splice(at, from, line)),
        1 => at().prop_map(Damage::End),
    ]
}

/// A target: its corpus, and the words that mean something to it.
pub(crate) struct Target {
    name: &'static str,
    dictionary: &'static [&'static str],
    corpus: Vec<(PathBuf, Vec<u8>)>,
}

impl Target {
    /// The target with the corpus `tests/corpus/<name>`.
    pub(crate) fn new(name: &'static str, dictionary: &'static [&'static str]) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
        let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        assert!(!paths.is_empty(), "{} is empty", folder.display());
        let read = |path: PathBuf| fs::read(&path).map(|bytes| (path, bytes)).unwrap();
        Self { name, dictionary, corpus: paths.into_iter().map(read).collect() }
    }

    /// Runs `check` on the corpus and on `usual` damaged inputs; it panics where something is wrong.
    ///
    /// `test` is the name of the test that says how many inputs were tried.
    pub(crate) fn run(&self, test: &str, usual: u32, check: impl Fn(&[u8])) {
        for (path, bytes) in &self.corpus {
            eprintln!("{}", path.display());
            check(bytes);
        }
        let times = u32::try_from(figures::bound("SLOTDESK_FUZZ", 1)).unwrap_or(u32::MAX);
        let cases = usual.saturating_mul(times);
        let config = ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Default::default() };
        let inputs = (any::<Index>(), prop::collection::vec(damage(), 1..7));
        let outcome = TestRunner::new_with_rng(config, rng()).run(&inputs, |(entry, damages)| {
            check(&self.damaged(entry.get(&self.corpus).1.clone(), &damages));
            Ok(())
        });
        match outcome {
            Ok(()) => figures::report(test, &format!("{cases} inputs from a corpus of {}", self.corpus.len())),
            Err(TestError::Fail(reason, (entry, damages))) => {
                self.give_up(&self.damaged(entry.get(&self.corpus).1.clone(), &damages), reason.message());
            }
            Err(error) => panic!("{}: {error}", self.name),
        }
    }

    /// [`Self::run`] for what reads text.
    pub(crate) fn run_text(&self, test: &str, usual: u32, check: impl Fn(&str)) {
        self.run(test, usual, |bytes| check(&String::from_utf8_lossy(bytes)));
    }

    /// Keeps the input that went wrong where it can be taken into the corpus from, and fails.
    fn give_up(&self, input: &[u8], reason: &str) -> ! {
        let path = std::env::temp_dir().join(format!("slotdesk-{}-{}", self.name, std::process::id()));
        fs::write(&path, input).unwrap();
        let shown = input.escape_ascii();
        panic!(
            "{}: {reason}\ninput: {shown}\nmend it, and keep {} in tests/corpus/{}",
            self.name,
            path.display(),
            self.name
        );
    }

    fn damaged(&self, mut input: Vec<u8>, damages: &[Damage]) -> Vec<u8> {
        for one in damages {
            self.apply(&mut input, one);
            input.truncate(GROWN_MAX);
        }
        input
    }

    fn apply(&self, input: &mut Vec<u8>, damage: &Damage) {
        let place = |index: &Index, input: &[u8]| index.index(input.len() + 1);
        let word = |index: &Index| index.get(self.dictionary).as_bytes().to_vec();
        let other = |index: &Index| &index.get(&self.corpus).1;
        match damage {
            Damage::Byte(at, byte) => {
                let at = place(at, input);
                input.splice(at..(at + 1).min(input.len()), [*byte]);
            }
            Damage::Word(at, which) => insert(input, place(at, input), &word(which)),
            Damage::Token(at, which) => replace_token(input, *at, &word(which)),
            Damage::Borrowed(at, from, token) => {
                let source = other(from);
                let tokens = tokens(source);
                if !tokens.is_empty() {
                    replace_token(input, *at, &source[token.get(&tokens).clone()]);
                }
            }
            Damage::Text(at, text) => insert(input, place(at, input), text.as_bytes()),
            Damage::Cut(at, length) => {
                let at = place(at, input);
                input.drain(at..(at + length).min(input.len()));
            }
            Damage::Line(at, times) => {
                let lines = lines(input);
                let (end, again) = at.get(&lines).clone();
                let again = again.repeat((*times).min(GROWN_MAX / again.len().max(1)));
                insert(input, end, &again);
            }
            Damage::NoLine(at) => {
                let lines = lines(input);
                let (end, line) = at.get(&lines).clone();
                input.drain(end - line.len()..end);
            }
            Damage::Splice(at, from, line) => {
                let end = at.get(&lines(input)).0;
                insert(input, end, &line.get(&lines(other(from))).1);
            }
            Damage::End(at) => {
                let at = place(at, input);
                input.truncate(at);
            }
        }
    }
}

fn insert(input: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    input.splice(at..at, bytes.iter().copied());
}

fn replace_token(input: &mut Vec<u8>, at: Index, with: &[u8]) {
    let all = tokens(input);
    if !all.is_empty() {
        let range = at.get(&all).clone();
        input.splice(range, with.iter().copied());
    }
}

/// Where numbers, names and texts in quotes are.
fn tokens(input: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:.+\"".contains(&byte) || !byte.is_ascii();
    let mut all = Vec::new();
    let mut begun = None;
    for (at, byte) in input.iter().enumerate() {
        match (begun, is_part(*byte)) {
            (None, true) => begun = Some(at),
            (Some(from), false) => {
                all.push(from..at);
                begun = None;
            }
            _ => {}
        }
    }
    all.extend(begun.map(|from| from..input.len()));
    all
}

/// Each line with its end, and where it ends; at least one.
fn lines(input: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let mut end = 0;
    let mut all: Vec<_> = input
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            end += line.len();
            (end, line.to_vec())
        })
        .collect();
    if all.is_empty() {
        all.push((0, Vec::new()));
    }
    all
}

fn rng() -> TestRng {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&figures::bound("SLOTDESK_FUZZ_SEED", 1).to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &seed)
}

/// Checks the sentence of an error: one line that a terminal can show, and not without end.
pub(crate) fn check_sentence(sentence: &str, most: usize) {
    assert!(!sentence.trim().is_empty(), "an error without a word");
    let shown: String = sentence.chars().take(400).collect();
    assert!(sentence.chars().all(is_harmless), "a sentence that steers the terminal: {shown:?}");
    let length = sentence.chars().count();
    assert!(length <= most, "a sentence of {length} characters: {shown:?}");
}

/// Whether a character can neither steer a terminal nor turn a line around.
pub(crate) fn is_harmless(c: char) -> bool {
    let turns_around =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks_line = matches!(c, '\u{2028}' | '\u{2029}');
    !c.is_control() && !turns_around && !breaks_line
}
