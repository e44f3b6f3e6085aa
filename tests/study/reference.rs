//! Results and decisions equal those of the reference, for every policy.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use slotdesk::study::{Comparison, Detail, Report, read_workloads, to_json};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn played(workload: &Path) -> Comparison {
    Comparison::play(&read_workloads(workload).unwrap().instances, &Comparison::every_policy(), &|| {})
}

fn assert_measured_as_the_reference_does(workload: &Path, results: &Path) {
    let expected: Value = serde_json::from_slice(&fs::read(results).unwrap()).unwrap();
    let (source, expected) = expected.as_object().unwrap().iter().next().unwrap();
    let report = Report::new(source.clone(), &played(workload), Detail::ByGroup);
    let measured: Value = serde_json::from_slice(&to_json(&[report]).unwrap()).unwrap();
    let both = |part: &str| (measured[source][part].clone(), expected[part].clone());
    let (mine, theirs) = both("all");
    for (policy, summary) in theirs.as_object().unwrap() {
        assert_eq!(&mine[policy], summary, "{policy}");
    }
    let (mine, theirs) = both("groups");
    assert_eq!(mine, theirs);
}

#[test]
fn measures_equal_the_references() {
    for name in ["sample", "policies"] {
        assert_measured_as_the_reference_does(&data(&format!("{name}.jsonl")), &data(&format!("{name}.results.json")));
    }
}

#[test]
fn the_decision_files_equal_the_references_byte_for_byte() {
    for name in ["sample", "policies"] {
        let comparison = played(&data(&format!("{name}.jsonl")));
        let written: Vec<u8> = comparison.decisions().flat_map(|one| one.to_line().unwrap()).collect();
        // Not with assert_eq, whose message would be the whole of both files.
        assert!(written == fs::read(data(&format!("{name}.decisions.jsonl"))).unwrap(), "{name}");
    }
}

/// On demand: every `NAME.jsonl` of the folder `$SLOTDESK_WORKLOADS` that has a `results/NAME.json`.
#[test]
fn a_folder_of_workloads_is_measured_as_the_reference_does() {
    let Some(folder) = std::env::var_os("SLOTDESK_WORKLOADS") else { return };
    let mut measured = 0;
    for workload in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let name = workload.file_stem().unwrap().to_str().unwrap().to_owned();
        let results = Path::new(&folder).join("results").join(format!("{name}.json"));
        if workload.extension().is_some_and(|extension| extension == "jsonl") && results.exists() {
            assert_measured_as_the_reference_does(&workload, &results);
            measured += 1;
        }
    }
    assert!(measured > 0);
}
