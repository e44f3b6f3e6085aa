//! What the README promises, and the tests that prove it: one list, `tests/promises.txt`; and the broken rules that
//! `.ci/mutations` expects them to notice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const PROMISES: &str = include_str!("promises.txt");
const README: &str = include_str!("../README.md");
const CONTRACT: &str = include_str!("store_contract.rs");
const BEGINS: &str = "<!-- .ci/reliability writes this table from tests/promises.txt -->\n";
const ENDS: &str = "<!-- end of the table -->\n";
/// What stands where a test counts nothing.
const UNCOUNTED: &str = "holds";

/// A test as cargo finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Test<'t> {
    /// The integration test that it is in; none for the library's own.
    target: Option<&'t str>,
    path: &'t str,
}

impl<'t> Test<'t> {
    fn read(line: &'t str) -> Self {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["--test", target, path] | ["--features", _, "--test", target, path] => Self { target: Some(target), path },
            ["--lib", path] => Self { target: None, path },
            _ => panic!("{line:?} is neither `[--features NAME] --test TARGET PATH` nor `--lib PATH`"),
        }
    }

    /// The name of the function, under which it leaves its figures.
    fn function(self) -> &'t str {
        self.path.rsplit("::").next().unwrap()
    }

    fn shown(self) -> String {
        self.target.map_or_else(|| format!("`{}`", self.path), |target| format!("`{target}::{}`", self.path))
    }

    /// Whether there is a test of that name in the files of its target, or made there by the macro.
    fn exists(self) -> bool {
        self.is_of_the_contract() || self.is_written()
    }

    /// Whether it is one of those that a macro makes for each store.
    fn is_of_the_contract(self) -> bool {
        let (_, rules) = CONTRACT.split_once("\ncontract! {").unwrap();
        let is_rule = |rule: &str| rules.split_whitespace().any(|word| word.trim_end_matches(';') == rule);
        let of_store = self.path.strip_prefix("memory::").or_else(|| self.path.strip_prefix("sqlite::"));
        self.target == Some("store_contract") && of_store.is_some_and(is_rule)
    }

    fn is_written(self) -> bool {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join(self.target.map_or("src", |_| "tests"));
        let function = format!("fn {}(", self.function());
        // The module `tests` may stand in the file of the one that it tests.
        let module = self.path.rsplit("::").skip(1).find(|module| *module != "tests");
        rust_files(&folder).iter().any(|file| {
            let text = fs::read_to_string(file).unwrap();
            let Some(at) = text.find(&function) else { return false };
            let before = &text[..at];
            let marked = before.rfind("#[test]").max(before.rfind("#[tokio::test"));
            let own = marked.is_some_and(|marked| !before[marked..].contains("\n}\n"));
            let place = file.strip_prefix(root).unwrap().to_str().unwrap();
            own && module.or(self.target).is_none_or(|part| place.contains(part))
        })
    }
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let own = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    own.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

/// Each promise with its tests.
fn promises() -> Vec<(&'static str, Vec<Test<'static>>)> {
    let mut all: Vec<(&str, Vec<Test<'_>>)> = Vec::new();
    for line in PROMISES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("    ") {
            Some(test) => all.last_mut().unwrap().1.push(Test::read(test)),
            None => all.push((line, Vec::new())),
        }
    }
    all
}

/// The table, a line for each test, with what `figures` knows of it.
fn table(title: &str, figures: impl Fn(Test<'_>) -> String) -> String {
    let mut table = format!("| promise | test | {title} |\n|---|---|---|\n");
    for (promise, tests) in promises() {
        for (at, test) in tests.into_iter().enumerate() {
            let promise = if at == 0 { promise } else { "" };
            writeln!(table, "| {promise} | {} | {} |", test.shown(), figures(test)).unwrap();
        }
    }
    table
}

/// What stands before the table in the README, the table, and what stands after it.
fn readme(text: &str) -> (&str, &str, &str) {
    let begins = text.find(BEGINS).expect(BEGINS) + BEGINS.len();
    let ends = begins + text[begins..].find(ENDS).expect(ENDS);
    (&text[..begins], &text[begins..ends], &text[ends..])
}

#[test]
fn the_readme_promises_what_the_list_says_and_nothing_else() {
    let without_figures = |table: &str| -> Vec<String> {
        table.lines().map(|line| line.rsplitn(3, '|').nth(2).unwrap().to_owned()).collect()
    };
    let (_, written, _) = readme(README);
    assert_eq!(without_figures(written), without_figures(&table("", |_| String::new())), "run .ci/reliability");
    for line in written.lines() {
        assert!(!line.rsplit('|').nth(1).unwrap().trim().is_empty(), "no figures in {line}");
    }
}

#[test]
fn every_promise_has_a_test_and_every_test_is_there() {
    for (promise, tests) in promises() {
        assert!(!tests.is_empty(), "nothing proves that {promise}");
        for test in tests {
            assert!(test.exists(), "{} proves that {promise}, and is not there", test.shown());
        }
    }
    let functions: Vec<_> = promises().into_iter().flat_map(|(_, tests)| tests).collect();
    let names: BTreeSet<_> = functions.iter().map(|test| test.function()).collect();
    assert_eq!(names.len(), functions.iter().collect::<BTreeSet<_>>().len(), "two tests would share their figures");
    let not_there = [("fuzz", "book::fuzz_nothing"), ("store_contract", "memory::contract")];
    assert!(not_there.into_iter().all(|(target, path)| !Test { target: Some(target), path }.exists()));
    // A piece of a name is none, nor is what a test calls.
    assert!(!Test { target: None, path: "domain::minute::tests::durations_are" }.exists());
    assert!(!Test { target: Some("reliability"), path: "rust_files" }.exists());
}

/// A line of a patch as the file has it before the patch is applied; none if only the patch brings it.
fn before(line: &str) -> Option<&str> {
    line.strip_prefix(' ').or_else(|| line.strip_prefix('-')).or_else(|| line.is_empty().then_some(""))
}

#[test]
fn every_mutation_fits_the_code_and_names_a_test_that_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let patches: Vec<PathBuf> =
        fs::read_dir(root.join("tests/mutations")).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!patches.is_empty());
    for patch in patches {
        let (name, text) = (patch.display(), fs::read_to_string(&patch).unwrap());
        let field = |field: &str| text.lines().find_map(|line| line.strip_prefix(field)).expect(field);
        assert!(field("Rule ").starts_with(|digit| ('1'..='9').contains(&digit)), "{name}");
        let proof = format!("{} {}", field("Target: "), field("Test: "));
        assert!(Test::read(&proof).exists(), "{proof} is to notice {name}, and is not there");
        for changes in text.split("\n--- a/").skip(1) {
            let code = fs::read_to_string(root.join(changes.lines().next().unwrap())).unwrap();
            for hunk in changes.split("\n@@ ").skip(1) {
                let expected: String = hunk.lines().skip(1).filter_map(before).flat_map(|line| [line, "\n"]).collect();
                assert!(code.contains(&expected), "{name} does not fit any more where the code should be\n{expected}");
            }
        }
    }
}

#[test]
#[ignore = "writes the README; .ci/reliability calls it when all the other tests have passed"]
fn write_the_table() {
    let folder = PathBuf::from(env::var_os("SLOTDESK_FIGURES").expect("SLOTDESK_FIGURES"));
    let title = env::var("SLOTDESK_FIGURES_OF").expect("SLOTDESK_FIGURES_OF");
    let counted = |test: Test<'_>| match fs::read_to_string(folder.join(format!("{}.txt", test.function()))) {
        Ok(figures) => figures.trim().replace('|', "/"),
        Err(_) => UNCOUNTED.to_owned(),
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, _, after) = readme(&text);
    fs::write(&path, format!("{before}{}{after}", table(&title, counted))).unwrap();
}
