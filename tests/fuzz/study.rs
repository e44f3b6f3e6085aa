//! Workload files, and descriptions of made-up days.

use slotdesk::scheduler::policy::POLICIES;
use slotdesk::study::{Decision, Happening, Instance, Replay, Synthesis, Workloads};

use crate::fuzzing::{Target, check_sentence};

const WORKLOAD_WORDS: &[&str] = &[
    "null",
    "true",
    "0",
    "-1",
    "1",
    "1440",
    "1441",
    "4294967295",
    "4294967296",
    "1e400",
    "0.5",
    "1e-300",
    "\"\"",
    "\"00:00\"",
    "\"24:00\"",
    "\"24:01\"",
    "\"9:00\"",
    "\"\\u001b[2J\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\"name\":",
    "\"services\":",
    "\"share\":",
    "\"duration\":",
    "\"start_grid\":",
    "\"providers\":",
    "\"availability\":",
    "\"max_daily_appointments\":",
    "\"history\":",
    "\"events\":",
    "{\"cancel\":\"r1\"}",
    "\"preferred_provider\":",
    "\"optimum\":",
    "\"accepted\":",
    "\"proved\":",
    "\"p\"",
    "\"q\"",
    "\"r1\"",
    "\u{202e}",
    "\u{feff}",
];

#[test]
fn fuzz_workload_files() {
    Target::new("workload", WORKLOAD_WORDS).run("fuzz_workload_files", 2_000, |bytes| {
        for instance in Workloads::new(bytes).take(4) {
            match instance {
                Ok(instance) => play(&instance),
                Err(error) => {
                    assert!(error.to_string().starts_with("line "), "{error}");
                    return check_sentence(&error.to_string(), 320);
                }
            }
        }
    });
}

/// Every policy decides the day, and none puts anybody where they cannot come.
fn play(instance: &Instance) {
    assert!(instance.happenings.len() <= 2_000, "more happens than the corpus has");
    for policy in POLICIES {
        let replay = Replay::of(instance, policy);
        for decision in &replay.decisions().decisions {
            let Decision::Placed { id, start, .. } = decision else { continue };
            let asked = instance.happenings.iter().find_map(|happening| match happening {
                Happening::Book { request, .. } if request.id == *id => Some(request),
                _ => None,
            });
            let (range, duration) = asked.map(|request| (request.range, request.duration)).unwrap();
            let end = start.get() + duration.get();
            assert!(range.start() <= *start && end <= range.end().get(), "{id} at {start} is not in {range}");
        }
    }
}

const SYNTHESIS_WORDS: &[&str] = &[
    "\"",
    "[",
    "]",
    "[[services]]\n",
    "[[ranges]]\n",
    "[[providers]]\n",
    "=",
    " = ",
    ",",
    "#",
    "\n",
    "0",
    "-1",
    "1",
    "0.0",
    "1.0",
    "10",
    "1e300",
    "nan",
    "inf",
    "-0.0",
    "1440",
    "1441",
    "10000",
    "10001",
    "4294967296",
    "9223372036854775807",
    "[1440, 1]",
    "[1, 1440]",
    "\"00:00-24:00\"",
    "\"24:00-00:00\"",
    "\"9:00-10:00\"",
    "name",
    "seed",
    "days",
    "start_grid",
    "load",
    "prefer",
    "cancel",
    "history",
    "align",
    "peaks",
    "peak_share",
    "minutes",
    "share",
    "count",
    "hours",
    "limit",
    "works",
    "\"\\u001b[2J\"",
    "\u{202e}",
    "\"a/#1\"",
    "[]",
];

#[test]
fn fuzz_descriptions_of_made_up_days() {
    Target::new("synthesis", SYNTHESIS_WORDS).run_text("fuzz_descriptions_of_made_up_days", 1_500, |text| {
        match Synthesis::parse(text) {
            Err(sentence) => check_sentence(&sentence, 600),
            Ok(synthesis) => {
                for line in synthesis.lines().take(1) {
                    let line = line.unwrap();
                    let day = Workloads::new(line.as_slice()).next().unwrap();
                    day.unwrap_or_else(|error| panic!("what was made up cannot be read: {error}"));
                }
            }
        }
    });
}
