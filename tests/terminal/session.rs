//! An operator at the real program, with clients who book over HTTP meanwhile.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::desk::Desk;

fn post(address: &str, path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    write!(stream, "{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_booking_by_the_form_and_one_over_http_are_both_on_the_screen() {
    let mut desk = Desk::open(&[]).with_provider();
    let address = desk.address();
    desk.terminal.press("b");
    desk.terminal.wait_for("Client");
    desk.terminal.press("Ada Lovelace");
    desk.terminal.wait_for("Ada Lovelace");
    // The slot it would get, before it is asked for; the day stands in the field of that name.
    let form = desk.terminal.wait_for("with Dr Chen,");
    let mut words = form[form.find("   Day ").unwrap()..].split_whitespace();
    let tomorrow = words.nth(1).unwrap();
    desk.terminal.press("\r");
    desk.terminal.wait_without("Enter book");
    desk.terminal.wait_for("Ada Lovelace");

    let body = format!(
        r#"{{"id":"r1","date":"{tomorrow}","preferred_range":{{"start":"13:00","end":"15:00"}},"duration":30,"client":"Grace Hopper"}}"#
    );
    let answer = post(&address, "/appointments", &body);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // No key is pressed: it comes by itself.
    let screen = desk.terminal.wait_for("Grace Hopper");
    assert!(screen.contains("Ada Lovelace"));

    desk.terminal.press("q");
    let (status, after) = desk.terminal.ended();
    assert!(status.success(), "{status:?} {after:?}");
    after.assert_restored();
}

#[test]
fn a_live_change_does_not_touch_a_form_that_is_open() {
    let mut desk = Desk::open(&[]).with_provider();
    let address = desk.address();
    desk.terminal.press("b");
    desk.terminal.wait_for("Client");
    desk.terminal.press("Ada");
    desk.terminal.wait_for("Ada");
    let body =
        r#"{"id":"p2","availability":[{"start":"09:00","end":"12:00"}],"max_daily_appointments":8,"name":"Dr Roy"}"#;
    assert!(post(&address, "/providers", body).starts_with("HTTP/1.1 200"));
    desk.terminal.wait_for("Dr Roy");
    desk.terminal.press(" Lovelace");
    desk.terminal.wait_for("Ada Lovelace");
    desk.terminal.press("\x03");
    let (_, after) = desk.terminal.ended();
    after.assert_restored();
}

#[test]
fn without_colour_the_whole_desk_works_too() {
    let mut desk = Desk::open(&[("NO_COLOR", "1")]).with_provider();
    desk.terminal.press("b");
    desk.terminal.wait_for("Client");
    desk.terminal.press("Ada Lovelace");
    desk.terminal.wait_for("with Dr Chen,");
    desk.terminal.press("\r");
    desk.terminal.wait_without("Enter book");
    desk.terminal.wait_for("Ada Lovelace");
    assert!(desk.terminal.screen(has_reversed), "the selection is seen without colour");
    desk.terminal.press("q");
    let (_, after) = desk.terminal.ended();
    after.assert_restored();
    let attributes = after.attributes();
    assert!(!attributes.is_empty());
    let is_colour = |code: &u16| matches!(code, 30..=38 | 40..=48 | 90..=107);
    assert!(!attributes.iter().any(is_colour), "{attributes:?}");
}

fn has_reversed(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    (0..rows.get())
        .any(|row| (0..columns.get()).any(|column| screen.cell(row, column).is_some_and(vt100::Cell::inverse)))
}

#[test]
fn a_first_run_is_worked_by_key() {
    let mut desk = Desk::open(&[]);
    desk.terminal.press("p");
    desk.terminal.wait_for("New provider");
    desk.terminal.press("Dr Noether\r");
    desk.terminal.wait_for("Dr Noether was added");
    // The answer may be here before the event; the welcome gives way to the event.
    desk.terminal.wait_for("nothing is booked yet");
    // ^l, which has everything drawn again.
    desk.terminal.press("\u{c}?");
    desk.terminal.wait_for("type to filter");
    desk.terminal.press("q");
    desk.terminal.wait_for("nothing is booked yet");
    desk.terminal.press("q");
    assert!(desk.terminal.ended().0.success());
}
