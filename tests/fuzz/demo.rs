//! Scenarios of the demo.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use slotdesk::demo::Scenario;
use slotdesk::desk::Command;

use crate::fuzzing::{Target, check_sentence, is_harmless};

const WORDS: &[&str] = &[
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "[[script]]\n",
    "[[services]]\n",
    "[[providers]]\n",
    "=",
    " = ",
    ",",
    "#",
    "\n",
    "0",
    "-1",
    "1",
    "7",
    "8",
    "27",
    "28",
    "240",
    "241",
    "1000",
    "1001",
    "1440",
    "1441",
    "1.5",
    "nan",
    "1e400",
    "true",
    "\"00:00\"",
    "\"24:00\"",
    "\"08:50\"",
    "\"09:00-11:00\"",
    "\"24:00-09:00\"",
    "\"mon\"",
    "\"Sunday\"",
    "title",
    "weekday",
    "start",
    "speed",
    "clients",
    "id",
    "name",
    "minutes",
    "colour",
    "limit",
    "hours",
    "services",
    "at",
    "book = { client = \"Ada\" }",
    "caption = { title = \"T\", text = \"{booked} {refused}\" }",
    "cancel = { client = \"Ada\" }",
    "ill = { provider = \"mia\" }",
    "burst = { requests = 5 }",
    "burst = { requests = 500, mix = { cut = 1 } }",
    "rebook = { }",
    "flow = { early = [2, 12] }",
    "\"Ada\"",
    "\"mia\"",
    "\"cut\"",
    "{who}",
    "{",
    "\\u001b",
    "\u{1b}[2J",
    "\u{202e}",
    "workdays",
    "wed",
];

#[test]
fn fuzz_demo_scenarios() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
    Target::new("scenario", WORDS).run_text("fuzz_demo_scenarios", 1_500, |text| {
        match Scenario::parse("day.toml", text) {
            Err(error) => {
                check_sentence(&error.to_string(), 500);
                assert!(error.to_string().starts_with("day.toml"), "no place in {error}");
            }
            Ok(scenario) => {
                assert!(scenario.title().to_string().chars().all(is_harmless));
                let begins = scenario.begins(today, chrono_tz::Europe::Berlin);
                let day = begins.with_timezone(&chrono_tz::Europe::Berlin).date_naive();
                assert_eq!(day, scenario.day(today), "it begins on the day that it plays");
                assert!((day - today).num_days() < 7 && day.year() == 2026);
                check_roster(&scenario.roster(today));
            }
        }
    });
}

/// Nothing is added twice, and nobody gives what nobody offers.
fn check_roster(commands: &[Command]) {
    let (mut services, mut providers) = (BTreeSet::new(), BTreeSet::new());
    for command in commands {
        match command {
            Command::AddService(service) => assert!(services.insert(service.id.clone())),
            Command::AddProvider(provider) => {
                assert!(provider.services.iter().flatten().all(|service| services.contains(service)));
                assert!(providers.insert(provider.id.clone()));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(!services.is_empty() && !providers.is_empty());
}
