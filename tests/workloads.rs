//! Decisions are bit-exact: recorded days replayed against the decisions of the reference.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test says what is wrong by panicking")]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use slotdesk::scheduler::policy;
use slotdesk::study::{Decisions, Instance, Replay, Workloads};

fn instances(path: &Path) -> Vec<Instance> {
    let reader = BufReader::new(File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    Workloads::new(reader).map(|instance| instance.unwrap()).collect()
}

fn decisions(path: &Path) -> Vec<Decisions> {
    let reader = BufReader::new(File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    reader.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
}

/// Replays everything that is expected and returns how many requests were decided.
fn assert_decided_as_expected(workload: &Path, expected: &Path) -> usize {
    let instances: HashMap<String, Instance> =
        instances(workload).into_iter().map(|instance| (instance.name.clone(), instance)).collect();
    let expected = decisions(expected);
    for expected in &expected {
        let policy = policy::named(&expected.policy).unwrap();
        let replay = Replay::of(&instances[&expected.instance], policy);
        for (decided, expected_one) in replay.decisions().decisions.iter().zip(&expected.decisions) {
            assert_eq!(decided, expected_one, "{} by {}", expected.instance, expected.policy);
        }
        assert_eq!(replay.decisions(), expected);
    }
    expected.iter().map(|one| one.decisions.len()).sum()
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn every_policy_decides_as_the_reference_does() {
    for (name, days) in [("sample", 30), ("policies", 8)] {
        let expected = data(&format!("{name}.decisions.jsonl"));
        let decided = assert_decided_as_expected(&data(&format!("{name}.jsonl")), &expected);
        assert!(decided > 1_000, "{decided}");
        for policy in policy::POLICIES {
            let own = decisions(&expected).iter().filter(|one| one.policy == policy.name()).count();
            assert_eq!(own, days, "{} on {name}", policy.name());
        }
    }
}

/// On demand: every `NAME.jsonl` of the folder `$SLOTDESK_WORKLOADS` that has a `decisions/NAME.jsonl`.
#[test]
fn a_folder_of_workloads_is_decided_as_the_reference_does() {
    let Some(folder) = std::env::var_os("SLOTDESK_WORKLOADS") else {
        return;
    };
    let mut decided = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let workload = entry.unwrap().path();
        let expected = workload.with_file_name("decisions").join(workload.file_name().unwrap());
        if workload.extension().is_some_and(|extension| extension == "jsonl") && expected.exists() {
            decided += assert_decided_as_expected(&workload, &expected);
        }
    }
    println!("{decided} decisions of {} are as expected", Path::new(&folder).display());
    assert!(decided > 0);
}
