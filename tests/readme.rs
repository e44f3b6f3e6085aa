//! The README says what the program does: its tables come from the code.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use clap::CommandFactory;
use slotdesk::access::Scope;
use slotdesk::tui::{Keymap, actions_markdown};

const README: &str = include_str!("../README.md");

#[test]
fn the_keys_in_the_readme_are_the_keys_of_the_desk() {
    let table = actions_markdown(&Keymap::default());
    assert!(README.contains(table.trim()), "put this into README.md:\n{table}");
}

#[test]
fn every_picture_of_the_readme_is_there() {
    for part in README.split("](").skip(1) {
        let target = part.split(')').next().unwrap();
        if !target.contains("://") && !target.starts_with('#') {
            assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(target).exists(), "{target}");
        }
    }
}

/// What stands in the first column of the table with this heading there.
fn first_column(heading: &str) -> Vec<&'static str> {
    let (_, rows) = README.split_once(&format!("\n| {heading} | ")).unwrap();
    let rows = rows.lines().skip(2).map_while(|line| line.strip_prefix("| "));
    rows.map(|row| row.split(" | ").next().unwrap()).collect()
}

#[test]
fn the_table_of_commands_in_the_readme_has_every_command_and_no_other() {
    let program = slotdesk::cli::Cli::command();
    let commands: Vec<_> = program.get_subcommands().map(|one| format!("`slotdesk {}`", one.get_name())).collect();
    assert_eq!(first_column("command"), commands);
}

#[test]
fn the_table_of_scopes_in_the_readme_has_every_scope_and_no_other() {
    assert_eq!(first_column("scope"), Scope::ALL.map(|scope| format!("`{scope}`")));
}

/// Every route of the API as `METHOD path`, from what the router is made of.
fn routes() -> BTreeSet<String> {
    const ROUTER: &str = include_str!("../src/api/routes.rs");
    let route = |route: &str| {
        let (path, methods) = route.split_once("\", ").unwrap();
        let path = path.trim().strip_prefix('"').unwrap().to_owned();
        let methods = methods.split("\n        .").next().unwrap().to_owned();
        let is_asked = move |method: &&str| methods.contains(&format!("{}(", method.to_lowercase()));
        ["GET", "POST", "PUT", "PATCH", "DELETE"].into_iter().filter(is_asked).map(move |one| format!("{one} {path}"))
    };
    // One line however long a route is.
    let router = ROUTER.replace(",\n            ", ", ");
    router.split(".route(").skip(1).flat_map(|one| route(one).collect::<Vec<_>>()).collect()
}

#[test]
fn the_table_of_routes_in_the_readme_has_every_route_and_no_other() {
    let mut listed = BTreeSet::new();
    for row in first_column("route") {
        let words: Vec<&str> = row.split(['`', ' ', ',']).filter(|word| !word.is_empty()).collect();
        let (path, methods) = words.split_last().unwrap();
        let path = path.split(['[', '?']).next().unwrap();
        listed.extend(methods.iter().map(|method| format!("{method} {path}")));
    }
    assert_eq!(listed, routes());
    assert!(listed.contains("PATCH /appointments/{id}"), "{listed:?}");
}

#[test]
fn the_table_of_policies_in_the_readme_is_what_the_study_prints() {
    let mut study = std::process::Command::new(env!("CARGO_BIN_EXE_slotdesk"));
    study.args(["study", "--workloads", "tests/data/sample.jsonl"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    let printed = String::from_utf8(study.output().unwrap().stdout).unwrap();
    assert!(README.contains(printed.trim_end()), "put this into README.md:\n{printed}");
}

/// The commands of the README that begin like this, and what it says that they print.
fn example(begins: &str) -> (&'static str, &'static str) {
    let (_, rest) = README.split_once(&format!("```sh\n{begins}")).unwrap();
    let (commands, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once("```text\n").unwrap();
    (commands, rest.split_once("```").unwrap().0)
}

#[test]
fn the_example_of_one_more_provider_prints_what_the_readme_says() {
    const BEGINS: &str = "slotdesk study --synthesize salon.toml";
    let (commands, expected) = example(BEGINS);
    let folder = tempfile::tempdir().unwrap();
    let spec = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/study/salon.toml");
    std::fs::copy(spec, folder.path().join("salon.toml")).unwrap();
    let programs = std::path::Path::new(env!("CARGO_BIN_EXE_slotdesk")).parent().unwrap().to_owned();
    let path = std::env::join_paths([programs, "/usr/bin".into(), "/bin".into()]).unwrap();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-euc", &format!("{BEGINS}{commands}")]).env("PATH", path).current_dir(&folder);
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim_end(), expected.trim_end(), "put this into README.md:\n{printed}");
}
