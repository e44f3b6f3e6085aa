//! The command as it is typed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use slotdesk::store::SqliteStore;

use crate::program::User;
use crate::support::*;

const DAY: &str = r#"{"name":"two/#0","services":[{"duration":30,"share":1}],"start_grid":15,"providers":[{"id":"ada","availability":[{"start":"09:00","end":"10:00"}],"max_daily_appointments":4}],"history":[],"events":[{"book":{"id":"a","preferred_range":{"start":"09:00","end":"10:00"},"duration":30}},{"book":{"id":"b","preferred_range":{"start":"09:00","end":"09:30"},"duration":30}}],"optimum":{"accepted":2}}"#;

fn user() -> User {
    let user = User::new();
    user.write("days.jsonl", DAY);
    user
}

#[test]
fn the_table_shows_each_policy_in_the_order_asked_for() {
    let arguments = ["study", "--workloads", "days.jsonl", "--policy", "least-fragmentation", "--policy", "first-fit"];
    let outcome = user().run(&arguments);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(outcome.out);
}

#[test]
fn decisions_are_written_for_the_policies_asked_for() {
    let user = user();
    let outcome = user.run(&[
        "study",
        "--workloads",
        "days.jsonl",
        "--policy",
        "first-fit",
        "--decisions",
        "out.jsonl",
        "--json",
    ]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let results: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    assert_eq!(results["days.jsonl"]["all"]["first-fit"]["of_optimum_percent"], 50.0);
    let line = r#"{"instance":"two/#0","policy":"first-fit","decisions":[{"id":"a","provider_id":"ada","start":"09:00"},{"id":"b","refused":true}]}"#;
    assert_eq!(fs::read_to_string(user.path("out.jsonl")).unwrap(), format!("{line}\n"));
}

#[test]
fn a_malformed_file_is_named_with_its_line_and_leaves_no_output_behind() {
    let user = user();
    user.write("bad.jsonl", format!("{DAY}\n{}", DAY.replace("\"start_grid\":15", "\"start_grid\":0")));
    let outcome = user.run(&["study", "--workloads", "days.jsonl", "bad.jsonl", "--decisions", "out.jsonl"]);
    let expected =
        "slotdesk: bad.jsonl, line 2, start_grid: \"0\" is not valid, expected whole minutes from 1 to 1440\n";
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.err.as_str()), (Some(2), "", expected));
    assert!(!user.path("out.jsonl").exists());
}

#[test]
fn decisions_that_cannot_be_written_are_a_failure() {
    let outcome = user().run(&["study", "--workloads", "days.jsonl", "--decisions", "none/out.jsonl"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""));
    assert!(outcome.err.starts_with("slotdesk: none/out.jsonl cannot be written: "), "{outcome:?}");
}

#[test]
fn what_is_read_is_not_written_and_nothing_is_written_twice() {
    let user = user();
    let study = |outputs: &[&str]| {
        let outcome = user.run(&[&["study", "--workloads", "days.jsonl", "more.jsonl"], outputs].concat());
        assert_eq!(outcome.out, "");
        (outcome.code, outcome.err)
    };
    // Nothing is read before: the second file is not even there.
    let refused = |sentence: &str| (Some(2), format!("slotdesk: {sentence}\n"));
    let read = "./days.jsonl is used by this study; choose another file, this one was left as it is";
    assert_eq!(study(&["--decisions", "./days.jsonl"]), refused(&format!("--decisions: {read}")));
    let twice = "--decisions and --html are both to be written to out; give each a file of its own";
    assert_eq!(study(&["--html", "out", "--decisions", "out"]), refused(twice));
    let outcome = user.run(&["study", "--synthesize", "days.jsonl", "--output", "./days.jsonl"]);
    assert_eq!((outcome.code, outcome.err), refused(&format!("--output: {read}")));
    assert_eq!(fs::read_to_string(user.path("days.jsonl")).unwrap(), DAY);
    assert!(!user.path("out").exists());
}

#[test]
fn decisions_go_through_the_standard_output_wherever_it_leads() {
    let user = user();
    let arguments = ["study", "--workloads", "days.jsonl", "--policy", "seed", "--json", "--decisions"];
    let expected = user.run(&[&arguments[..], &["out.jsonl"]].concat());
    let expected = fs::read_to_string(user.path("out.jsonl")).unwrap() + &expected.out;
    let piped = user.run(&[&arguments[..], &["/dev/stdout"]].concat());
    assert_eq!((piped.code, piped.out), (Some(0), expected.clone()));
    user.write("all", "before\n");
    let into = |path: &str| {
        let file = fs::OpenOptions::new().append(true).open(user.path("all")).unwrap();
        user.command(&[&arguments[..], &[path]].concat()).stdout(file).status().unwrap().code()
    };
    assert_eq!(into("/dev/stdout"), Some(0));
    assert_eq!(fs::read_to_string(user.path("all")).unwrap(), format!("before\n{expected}"));
    // By its own name it would be replaced, and the table would be lost with the file that was there.
    assert_eq!(into("all"), Some(2));
    assert_eq!(fs::read_to_string(user.path("all")).unwrap(), format!("before\n{expected}"));
    let truncated = fs::File::create(user.path("all")).unwrap();
    let status = user.command(&[&arguments[..], &["/dev/fd/1"]].concat()).stdout(truncated).status().unwrap();
    assert_eq!((status.code(), fs::read_to_string(user.path("all")).unwrap()), (Some(0), expected));
}

#[test]
fn neither_the_settings_nor_the_log_are_written_over() {
    let user = user();
    SqliteStore::open(&user.path("clinic.db")).unwrap();
    user.write("s.toml", "workers = 2\n");
    user.write("desk.log", "what happened\n");
    let study = ["study", "--book", "clinic.db", "--settings", "s.toml", "--log", "desk.log"];
    for name in ["s.toml", "desk.log"] {
        let period = ["--from", "2026-11-01", "--to", "2026-11-30", "--html", name];
        let outcome = user.run(&[&study[..], &period].concat());
        let sentence = format!("{name} is used by this study; choose another file, this one was left as it is\n");
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        assert!(outcome.err.ends_with(&sentence), "{outcome:?}");
    }
    assert_eq!(fs::read_to_string(user.path("s.toml")).unwrap(), "workers = 2\n");
    assert_eq!(fs::read_to_string(user.path("desk.log")).unwrap(), "what happened\n");
}

#[test]
fn a_mistyped_key_is_told_and_stops_nothing() {
    let user = User::new();
    user.write("days.jsonl", DAY.replace(r#""duration":30}}"#, r#""duration":30,"prefered_provider":"ada"}}"#));
    let outcome = user.run(&["study", "--workloads", "days.jsonl", "--policy", "seed"]);
    let told = "slotdesk: days.jsonl, line 1: events[].book.prefered_provider means nothing in a workload file, and is \
         not read (1 more like it)\n";
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), told));
}

#[test]
fn a_policy_that_does_not_exist_is_misuse_and_the_others_are_named() {
    let outcome = user().run(&["study", "--workloads", "days.jsonl", "--policy", "luck"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("least-fragmentation") && outcome.err.contains("worst-fit"), "{outcome:?}");
}

#[test]
fn a_study_of_nothing_is_misuse() {
    let outcome = user().run(&["study"]);
    assert_eq!(outcome.code, Some(2));
    assert!(["--workloads", "--from", "--synthesize"].iter().all(|way| outcome.err.contains(way)), "{outcome:?}");
    // What would go without a word is refused: made-up days are not compared, and others are not written down.
    for mixed in [
        &["--workloads", "days.jsonl", "--output", "x"][..],
        &["--synthesize", "days.jsonl", "--policy", "lean"],
        &["--workloads", "days.jsonl", "--synthesize", "days.jsonl"],
        &["--workloads", "days.jsonl", "days.jsonl"],
    ] {
        let outcome = user().run(&[&["study"], mixed].concat());
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""), "{mixed:?}");
        assert!(outcome.err.contains(mixed[2]), "{outcome:?}");
    }
}

#[test]
fn a_book_is_named_when_it_has_nothing_to_study() {
    let user = User::new();
    SqliteStore::open(&user.path("clinic.db")).unwrap();
    let study = |from, to| user.run(&["study", "--book", "clinic.db", "--from", from, "--to", to]);
    let outcome = study("2026-11-01", "2026-11-30");
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""));
    assert!(outcome.err.ends_with("clinic.db has no requests from 2026-11-01 to 2026-11-30\n"), "{outcome:?}");
    let outcome = study("2026-11-30", "2026-11-01");
    let expected = "slotdesk: --to: 2026-11-01 is before 2026-11-30, the first day of the study\n";
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(2), expected));
    assert_eq!(study("monday", "2026-11-30").code, Some(2));
}

#[test]
fn the_page_needs_nothing_else_and_has_every_policy() {
    let user = user();
    let outcome = user.run(&["study", "--workloads", "days.jsonl", "--html", "study.html", "--by-group"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let page = fs::read_to_string(user.path("study.html")).unwrap();
    assert!(["http://", "https://", "src=", "@import", "<script"].iter().all(|outside| !page.contains(outside)));
    for policy in slotdesk::scheduler::policy::POLICIES {
        // In two tables, all days and the group, and in the plots of both.
        assert_eq!(page.matches(&format!(">{}<", policy.name())).count(), 5, "{}", policy.name());
    }
    assert_eq!(page.matches("<svg").count(), page.matches("</svg>").count());
    assert!(page.contains("days.jsonl <small>(1 day)</small>"));
}

#[tokio::test]
async fn a_stored_book_is_studied_by_weekday_while_its_desk_is_open() {
    let user = User::new();
    let desk = open(SqliteStore::open(&user.path("clinic.db")).unwrap());
    add(&desk, provider("ada", &[("09:00", "12:00")], 3)).await;
    for number in 0..5 {
        book(&desk, request(&format!("r{number}"), "09:00", "12:00", 30)).await.unwrap();
    }
    let arguments = ["study", "--book", "clinic.db", "--from", "2026-11-20", "--to", "2026-11-30", "--by-group"];
    // Everybody may read it until a book is written down in it.
    user.write("page.html", "");
    let outputs = ["--decisions", "own.jsonl", "--html", "page.html"];
    let outcome = user.run(&[&arguments[..], &["--json", "--policy", "lean"], &outputs].concat());
    for name in ["own.jsonl", "page.html"] {
        assert_eq!(fs::metadata(user.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    desk.close().await.unwrap();
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    let results: serde_json::Value = serde_json::from_str(&outcome.out).unwrap();
    let (source, results) = results.as_object().unwrap().iter().next().unwrap();
    assert!(source.ends_with("clinic.db, 2026-11-20 to 2026-11-30"), "{source}");
    for summary in [&results["all"]["lean"], &results["groups"]["Mon"]["lean"]] {
        assert_eq!((&summary["requests"], &summary["accepted"]), (&5.into(), &3.into()));
    }
}

#[test]
fn made_up_days_can_be_studied() {
    let user = User::new();
    let spec = "name = \"a\"\ndays = 3\n[[services]]\nminutes = 30\nshare = 1\n[[providers]]\nhours = [\"09:00-12:00\"]\nlimit = 9\n";
    user.write("spec.toml", spec);
    let outcome = user.run(&["study", "--synthesize", "spec.toml", "--output", "days.jsonl"]);
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.err.as_str()), (Some(0), "", ""));
    let printed = user.run(&["study", "--synthesize", "spec.toml"]);
    assert_eq!(printed.out, fs::read_to_string(user.path("days.jsonl")).unwrap());
    let studied = user.run(&["study", "--workloads", "days.jsonl"]);
    assert!(studied.out.starts_with("days.jsonl (3 days)\npolicy"), "{studied:?}");
    user.write("spec.toml", spec.replace("days = 3", "days = 3.5"));
    let outcome = user.run(&["study", "--synthesize", "spec.toml", "--output", "none.jsonl"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""));
    assert!(outcome.err.starts_with("slotdesk: spec.toml, line 2, days: invalid type: floating point"), "{outcome:?}");
    assert!(!user.path("none.jsonl").exists());
}
