//! The small texts that mean times, days, names and identifiers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use slotdesk::domain::{
    Hours, HoursChange, Invalid, Minute, Minutes, Provider, ProviderId, RangeSet, Request, RequestId, Service,
    ServiceId, Status, Text, TimeRange, printable,
};

use crate::fuzzing::{Target, check_sentence, is_harmless};

const WORDS: &[&str] = &[
    ":",
    "-",
    "–",
    "00:00",
    "24:00",
    "24:01",
    "9:05",
    "09:60",
    "+9:00",
    "-1:00",
    "٠٩:٠٠",
    "０９:００",
    "",
    " ",
    "\u{a0}",
    "\t",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2066}",
    "\u{1b}[31m",
    "\u{9b}31m",
    "\u{7f}",
    "\0",
    "\u{feff}",
    "\u{e0041}",
    "e\u{301}",
    "\u{301}\u{301}\u{301}\u{301}",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "ﷺ",
    "田中 先生",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "0",
    "-1",
    "1440",
    "1441",
    "4294967296",
    "18446744073709551616",
    "1e5",
    "true",
    "\"start\":\"09:00\"",
    "\"end\":\"24:00\"",
    "\"every_day\"",
    "\"per_weekday\"",
    "\"patterns\"",
    "\"exceptions\"",
    "\"-262143-01-01\"",
    "\"2026-02-29\"",
    "\"+12026-01-01\"",
    "\"instead\"",
    "\"block_out\"",
    "\"cancelled\"",
    "\"hours_changed\"",
];

#[test]
fn fuzz_times_names_and_identifiers() {
    Target::new("text", WORDS).run_text("fuzz_times_names_and_identifiers", 8_000, |text| {
        for line in text.split('\n') {
            check_text(line);
        }
    });
}

fn check_text(text: &str) {
    let shown = printable(text);
    assert!(shown.chars().all(is_harmless), "{shown:?}");
    assert_eq!(printable(&shown), shown, "what can be shown is shown as it is");
    assert_eq!(shown.chars().count(), text.chars().count());
    printed_is_read_again::<Minute>(text);
    printed_is_read_again::<ProviderId>(text);
    printed_is_read_again::<RequestId>(text);
    printed_is_read_again::<ServiceId>(text);
    if let Ok(id) = RequestId::new(text) {
        assert_eq!(id.as_str(), text);
        assert!(text.chars().all(is_harmless) && (1..=64).contains(&text.chars().count()), "{text:?}");
    }
    for read in [Text::name("name", text), Text::note("note", text)] {
        match read {
            Ok(kept) => {
                assert_eq!(kept.as_str(), text, "text is kept as it was meant");
                assert!(kept.to_string().chars().all(is_harmless));
            }
            Err(error) => check_sentence(&error.to_string(), 200),
        }
    }
    if let Some((start, end)) = text.split_once('-') {
        match TimeRange::parse(start, end) {
            Ok(range) => assert_eq!(u32::from(range.len()), u32::from(range.end().get() - range.start().get())),
            Err(error) => {
                assert!(matches!(&*error.field, "start" | "end"));
                check_sentence(&error.to_string(), 200);
            }
        }
    }
    if let Ok(number) = text.parse::<i64>() {
        assert_eq!(Minutes::new(number).is_ok(), (1..=1440).contains(&number));
    }
}

fn printed_is_read_again<T: std::str::FromStr<Err = Invalid> + ToString + PartialEq + std::fmt::Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(value) => assert_eq!(value.to_string().parse::<T>().as_ref(), Ok(&value), "{text:?}"),
        Err(error) => check_sentence(&error.to_string(), 200),
    }
}

#[test]
fn fuzz_values_in_json() {
    Target::new("json", WORDS).run("fuzz_values_in_json", 6_000, |bytes| {
        written_is_read_again::<TimeRange>(bytes);
        written_is_read_again::<RangeSet>(bytes);
        written_is_read_again::<Hours>(bytes);
        written_is_read_again::<HoursChange>(bytes);
        written_is_read_again::<Status>(bytes);
        written_is_read_again::<Service>(bytes);
        written_is_read_again::<Provider>(bytes);
        written_is_read_again::<Request>(bytes);
    });
}

fn written_is_read_again<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<T>(bytes) {
        let written = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&written).unwrap(), value, "{written}");
    }
}
