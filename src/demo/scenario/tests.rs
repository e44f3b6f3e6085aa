//! Files that are scenarios, and files that are not.

use proptest::prelude::*;

use super::*;
use crate::domain::RangeSet;

/// A small scenario that is right in every way.
const GOOD: &str = r#"
title = "Two chairs"
weekday = "fri"
start = "08:50"
clients = ["Ada", "Grace"]

[[services]]
id = "cut"
name = "Cut"
minutes = 30

[[providers]]
id = "mia"
name = "Mia"
limit = 12
hours = { workdays = ["09:00-12:00", "13:00-18:00"], wed = [] }

[[script]]
at = "08:55"
book = { client = "Ada", service = "cut", between = "09:00-11:00", with = "mia" }
caption = { title = "The phone", text = "Ada wants Mia." }

[[script]]
at = "09:05"
cancel = { client = "Ada" }
"#;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_built_in_scenario_can_be_played() {
    for built_in in BUILT_IN {
        let scenario = Scenario::load(built_in.name).unwrap_or_else(|error| panic!("{error}"));
        assert!(scenario.file().steps().count() > 5, "{}", built_in.name);
        let ends = scenario.file().steps().last().unwrap();
        assert!(ends.caption.is_some(), "{} ends with a word on what to try", built_in.name);
    }
}

#[test]
fn the_clinic_is_the_default_and_has_six_providers_with_different_hours_and_25_clients() {
    let clinic = Scenario::default();
    let file = clinic.file();
    assert_eq!(file.providers.len(), 6);
    assert!(file.clients.len() >= 25);
    let mut weeks: Vec<String> = file.staff().values().map(|staff| format!("{:?}", staff.hours.pattern())).collect();
    weeks.sort();
    weeks.dedup();
    assert_eq!(weeks.len(), 6);
    let steps: Vec<_> = file.steps().collect();
    let minutes = steps.last().unwrap().at.get() - clinic.start().get();
    let seconds = f64::from(minutes) / clinic.speed().get();
    assert!((240.0..=300.0).contains(&seconds), "four to five minutes, not {seconds} s");
    let ill = steps.iter().find(|step| step.ill.is_some()).unwrap();
    assert_eq!(ill.at.to_string(), "11:00");
}

#[test]
fn the_first_fitting_weekday_from_today_on_is_played() {
    let scenario = Scenario::parse("t", GOOD).unwrap();
    assert_eq!(scenario.day(day("2026-11-23")), day("2026-11-27"));
    assert_eq!(scenario.day(day("2026-11-27")), day("2026-11-27"));
    assert_eq!(scenario.day(NaiveDate::MAX).weekday(), NaiveDate::MAX.weekday());
    let begins = scenario.begins(day("2026-11-23"), chrono_tz::Europe::Berlin);
    assert_eq!(begins.to_rfc3339(), "2026-11-27T07:50:00+00:00");
}

#[test]
fn a_start_that_the_clocks_skip_is_put_off_on_the_same_day() {
    let early =
        GOOD.replace("weekday = \"fri\"", "weekday = \"sun\"").replace("start = \"08:50\"", "start = \"02:30\"");
    let scenario = Scenario::parse("t", &early).unwrap();
    let begins = scenario.begins(day("2027-03-14"), chrono_tz::America::New_York);
    assert_eq!(begins.with_timezone(&chrono_tz::America::New_York).to_rfc3339(), "2027-03-14T03:30:00-04:00");
}

#[test]
fn the_roster_holds_from_its_first_day_on() {
    let commands = Scenario::parse("t", GOOD).unwrap().roster(day("2026-11-26"));
    let [Command::AddService(service), Command::AddProvider(provider)] = commands.as_slice() else {
        panic!("{commands:?}");
    };
    assert_eq!((service.id.as_str(), service.duration.get()), ("cut", 30));
    assert_eq!(provider.hours_on(day("2026-11-25")), RangeSet::default());
    assert_eq!(provider.hours_on(day("2026-11-26")).to_string(), "09:00–12:00, 13:00–18:00");
    assert!(provider.hours_on(day("2026-12-02")).is_empty(), "a day with a line of its own");
    assert!(provider.hours_on(day("2026-11-28")).is_empty(), "a day without a line");
}

#[test]
fn a_wrong_file_is_refused_with_a_sentence_that_names_the_place_the_value_and_the_expectation() {
    let cases = [
        ("start = \"08:50\"", "start = \"8.50\"", "line 4", "8.50", "HH:MM"),
        ("start = \"08:50\"", "start = \"24:00\"", "line 1", "24:00", "before 24:00"),
        ("start = ", "begin = ", "line 4", "begin", "unknown field"),
        ("weekday = \"fri\"", "weekday = \"freitag\"", "line 3", "freitag", "mon, tue"),
        ("title = \"Two chairs\"", "title = \"\"", "line 2", "title", "1 to 100 characters"),
        ("[\"Ada\", \"Grace\"]", "[\"Ada\", \"Ada\"]", "line 5", "Ada", "no other entry"),
        ("[\"Ada\", \"Grace\"]", "[]", "line 1", "clients", "1 to 1000 entries"),
        ("minutes = 30", "minutes = 0", "line 10", "0", "from 1 to 1440"),
        ("minutes = 30", "minutes = \"half an hour\"", "line 10", "half an hour", "a whole number"),
        ("minutes = 30", "minutes = 30\ncolour = 9", "line 11", "9", "from 0 to 7"),
        ("limit = 12", "limit = -1", "line 15", "-1", "from 0 to 1000"),
        ("09:00-12:00", "12:00-09:00", "line 16", "12:00-09:00", "09:00-12:00"),
        ("hours = { workdays", "hours = { weekdays", "line 16", "weekdays", "unknown field"),
        ("limit = 12", "limit = 12\nservices = [\"dye\"]", "line 12", "dye", "one of the services cut"),
        ("client = \"Ada\", service", "client = \"Bob\", service", "line 18", "Bob", "one of the scenario's clients"),
        ("service = \"cut\",", "service = \"dye\",", "script.book.service", "dye", "one of the services cut"),
        ("with = \"mia\"", "with = \"zoe\"", "script.book.with", "zoe", "one of the providers mia"),
        ("with = \"mia\"", "day = 28", "line 20", "28", "from 0 to 27"),
        ("09:00-11:00", "09:00-09:20", "script.book.between", "09:00–09:20", "at least the 30 min"),
        ("at = \"09:05\"", "at = \"08:54\"", "line 23", "08:54", "08:55 or later"),
        ("at = \"08:55\"", "at = \"08:49\"", "line 18", "08:49", "08:50 or later"),
        ("cancel = { client = \"Ada\" }", "", "line 23", "09:05", "at least one of limit"),
        ("cancel = { client = \"Ada\" }", "cancel = { client = \"Grace\" }", "line 23", "Grace", "earlier step"),
        ("cancel = { client = \"Ada\" }", "ill = { provider = \"zoe\" }", "script.ill.provider", "zoe", "mia"),
        ("cancel = { client = \"Ada\" }", "burst = { requests = 501 }", "line 25", "501", "from 0 to 500"),
        (
            "cancel = { client = \"Ada\" }",
            "burst = { requests = 5, mix = { cut = 0 } }",
            "script.burst.mix",
            "0",
            "above 0",
        ),
        (
            "cancel = { client = \"Ada\" }",
            "burst = { requests = 5, preferred = 1.5 }",
            "line 25",
            "1.5",
            "from 0 (nobody) to 1",
        ),
        ("Ada wants Mia.", "Ada wants {who}.", "script.caption.text", "{who}", "{booked}"),
        ("title = \"Two chairs\"", "title = \"Two\nchairs\"", "line 3", "chairs", "expected `=`"),
        ("title = \"Two chairs\"", "title = \"Two chairs\"\nspeed = 0", "line 3", "0", "minutes per second"),
        ("title = \"Two chairs\"", "title = \"Two chairs\"\nflow = { early = [9, 1] }", "line 3", "[9, 1]", "smaller"),
    ];
    for (good, bad, place, value, expectation) in cases {
        assert!(GOOD.contains(good), "{good}");
        let error = Scenario::parse("salon.toml", &GOOD.replacen(good, bad, 1)).map(drop);
        let sentence = error.expect_err(bad).to_string();
        for part in ["salon.toml", place, value, expectation] {
            assert!(sentence.contains(part), "{bad}: {sentence:?} lacks {part:?}");
        }
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn what_is_not_text_and_what_is_too_large_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noise.toml");
    let load = || Scenario::load(path.to_str().unwrap()).map(drop).unwrap_err().to_string();
    assert!(load().contains("neither a file nor one of the built-in scenarios (clinic, salon, workshop)"));
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(load().contains("cannot be read"), "{}", load());
    std::fs::write(&path, vec![b' '; (FILE_BYTES_MAX + 1).try_into().unwrap()]).unwrap();
    assert!(load().contains("larger than"), "{}", load());
    std::fs::write(&path, GOOD).unwrap();
    assert!(Scenario::load(path.to_str().unwrap()).is_ok());
}

#[test]
fn errors_do_not_carry_control_characters_to_the_terminal() {
    let error = Scenario::parse("a\u{1b}[2J", "\u{1b}]0;x\u{7} = 1").map(drop).unwrap_err().to_string();
    assert!(!error.contains('\u{1b}') && !error.contains('\u{7}'), "{error:?}");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic_and_every_error_is_one_line(
        from in 0..GOOD.len(),
        length in 0_usize..40,
        inserted in r#"[\[\]{}="'#.,:\-0-9a-z\n\u{0}-\u{1f}é王]{0,12}"#,
    ) {
        let (before, rest) = (GOOD.get(..from), GOOD.get(from + length..));
        if let (Some(before), Some(rest)) = (before, rest)
            && let Err(error) = Scenario::parse("t", &format!("{before}{inserted}{rest}"))
        {
            prop_assert!(!error.to_string().contains(|c: char| c.is_control()), "{error}");
        }
    }
}
