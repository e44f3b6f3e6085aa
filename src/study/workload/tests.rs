use super::*;

const GOOD: &str = r#"{"name":"a/b/#0","services":[{"id":"s","duration":30,"share":1}],"start_grid":5,"providers":[{"id":"p","availability":[{"start":"09:00","end":"12:00"},{"start":"13:00","end":"24:00"}],"max_daily_appointments":4}],"history":[{"preferred_range":{"start":"09:00","end":"12:00"},"duration":20}],"events":[{"book":{"id":"r","preferred_range":{"start":"09:00","end":"10:00"},"duration":20,"preferred_provider":"p"}},{"cancel":"r"}]}"#;

fn read_one(text: &str) -> Result<Instance, String> {
    read(7, text.as_bytes(), &mut UnreadKeys::default()).map_err(|error| error.to_string())
}

#[test]
fn an_instance_is_read() {
    let instance = read_one(GOOD).unwrap();
    assert_eq!((instance.group(), instance.providers.len(), instance.happenings.len()), ("a/b", 1, 2));
}

#[test]
fn what_is_wrong_is_named_with_line_field_value_and_expectation() {
    for (good, bad, sentence) in [
        (
            r#""duration":30"#,
            r#""duration":0"#,
            "services[0].duration: \"0\" is not valid, expected whole minutes from 1 to 1440",
        ),
        (
            r#""share":1"#,
            r#""share":0.5"#,
            "services: \"shares of 0.5 in sum\" is not valid, expected shares of 1 in sum, up to rounding",
        ),
        (
            r#""share":1"#,
            r#""share":-1"#,
            "services[0].share: \"-1\" is not valid, expected a share of requests, 0 to 1",
        ),
        (r#""start_grid":5"#, r#""start_grid":"x""#, "start_grid: invalid type: string \"x\", expected a whole number"),
        (
            r#""start":"13:00""#,
            r#""start":"12:00""#,
            "providers[0].availability[1].start: \"12:00\" is not valid, expected a time after 12:00, where the window before ends",
        ),
        (
            r#""end":"24:00""#,
            r#""end":"24:01""#,
            "providers[0].availability[1].end: \"24:01\" is not valid, expected a time HH:MM from 00:00 to 24:00",
        ),
        (
            r#""end":"10:00""#,
            r#""end":"08:00""#,
            "events[0].book.preferred_range.end: \"08:00\" is not valid, expected a time after the start, 09:00",
        ),
        (
            r#""preferred_provider":"p""#,
            r#""preferred_provider":"q""#,
            "events[0].book.preferred_provider: \"q\" is not valid, expected a provider of this instance",
        ),
        (r#"{"cancel":"r"}"#, r#"{"cancel":7}"#, "events[1].cancel: invalid type: integer `7`, expected a string"),
        (r#"{"cancel":"r"}"#, r#"{"move":"r"}"#, "events[1]: \"neither\" is not valid, expected either book or cancel"),
        (
            r#"{"cancel":"r"}"#,
            "7",
            "events[1]: invalid type: integer `7`, expected an object with either book or cancel",
        ),
        (r#""name":"a/b/#0","#, "", "missing field `name`"),
        (
            r#""name":"a/b/#0""#,
            r#""name":"a\u001b[2J""#,
            "name: \"a␛[2J\" is not valid, expected 1 to 200 printable characters",
        ),
        ("]}", "]", "column 425: EOF while parsing an object; a line has to hold a whole day"),
    ] {
        assert!(GOOD.contains(good), "{good}");
        let text = GOOD.replacen(good, bad, 1);
        let text = if good == "]}" { GOOD.strip_suffix('}').unwrap().to_owned() } else { text };
        assert_eq!(read_one(&text).unwrap_err(), format!("line 7, {sentence}"));
    }
}

#[test]
fn the_same_provider_and_the_same_request_twice_are_refused() {
    let twice = |part: &str| GOOD.replacen(part, &format!("{part},{part}"), 1);
    let provider = &GOOD[GOOD.find(r#"{"id":"p""#).unwrap()..GOOD.find(r#"],"history""#).unwrap()];
    let expected = "line 7, providers[1].id: \"p\" is not valid, expected an id that no other provider has";
    assert_eq!(read_one(&twice(provider)).unwrap_err(), expected);
    let book = &GOOD[GOOD.find(r#"{"book""#).unwrap()..GOOD.find(r#",{"cancel""#).unwrap()];
    let expected = "line 7, events[1].book.id: \"r\" is not valid, expected an id that no other request has";
    assert_eq!(read_one(&twice(book)).unwrap_err(), expected);
}

#[test]
fn keys_that_mean_nothing_are_told_with_their_first_line_and_number() {
    let mistyped =
        GOOD.replace("preferred_provider", "prefered_provider").replace("\"share\":1", "\"share\":1,\"x\":[2]");
    let file = format!("\u{feff}{GOOD}\n{mistyped}\n{}", mistyped.replace("/#0", "/#1"));
    let mut workloads = Workloads::new(file.as_bytes());
    assert_eq!(workloads.by_ref().map(Result::unwrap).count(), 3);
    let told = "line 2: events[].book.prefered_provider means nothing in a workload file, and is not read (1 more like it)\n\
         line 2: services[].x means nothing in a workload file, and is not read (1 more like it)";
    assert_eq!(workloads.into_unread().to_string(), told);
}

#[test]
fn blank_lines_are_skipped_and_counted() {
    let file = format!("\n{GOOD}\r\n \nnonsense");
    let mut instances = Workloads::new(file.as_bytes());
    assert!(instances.next().unwrap().is_ok());
    let error = instances.next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "line 4, column 2: expected ident");
    assert!(instances.next().is_none());
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let bytes: Vec<u8> = GOOD.replace("a/b", "a?").bytes().map(|b| if b == b'?' { 0xff } else { b }).collect();
    let error = read(1, &bytes, &mut UnreadKeys::default());
    assert!(error.unwrap_err().detail.contains("invalid unicode"));
}
