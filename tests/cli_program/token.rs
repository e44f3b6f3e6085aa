//! `slotdesk token`, and servers that other machines could reach.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::figures::report;
use crate::program::{Outcome, User};
use crate::serve::{BOOKING, PROVIDER, Running};

/// Adds a token and gives its secret.
fn added(user: &User, name: &str, scope: &str) -> String {
    let outcome = user.run(&["token", "add", name, "--scope", scope, "--book", "~/clinic.db"]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "{outcome:?}");
    outcome.out.trim_end().to_owned()
}

fn token(user: &User, arguments: &[&str]) -> Outcome {
    user.run(&[&["token", "--book", "~/clinic.db"], arguments].concat())
}

fn exposed(user: &User) -> Running {
    Running::started(user.command(&Running::on_a_free_port("0.0.0.0:0", &["--book", "~/clinic.db"])))
}

fn status(answer: &str) -> &str {
    &answer[9..12]
}

#[test]
fn a_secret_is_shown_once_and_kept_nowhere() {
    let user = User::new();
    let secrets = [added(&user, "front-desk", "book"), added(&user, "website", "read")];
    for secret in &secrets {
        let digits = secret.strip_prefix("slotdesk_").unwrap();
        assert!(digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    }
    assert_ne!(secrets[0], secrets[1]);
    let listed = token(&user, &["list"]);
    let lines: Vec<_> = listed.out.lines().collect();
    assert_eq!(lines[0], "NAME        SCOPE  ADDED");
    assert!(lines[1].starts_with("front-desk  book   20") && lines[1].ends_with(" UTC"), "{listed:?}");
    assert!(lines[2].starts_with("website     read   20"), "{listed:?}");
    let file = fs::read_to_string(user.path("clinic.db.tokens")).unwrap();
    assert!(!secrets.iter().any(|secret| file.contains(&secret[9..]) || listed.out.contains(&secret[9..])));
    assert_eq!(fs::metadata(user.path("clinic.db.tokens")).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!user.path("clinic.db").exists(), "the book is made by the desk");
}

#[test]
fn what_cannot_be_done_with_a_token_is_said() {
    let user = User::new();
    let empty = token(&user, &["list"]);
    assert_eq!((empty.code, empty.out.as_str()), (Some(0), "NAME  SCOPE  ADDED\n"), "{empty:?}");
    added(&user, "a", "read");
    for (arguments, code, sentence) in [
        (
            &["add", "a", "--scope", "read"][..],
            1,
            "there is already a token a; revoke it first, or choose another name",
        ),
        (&["revoke", "b"], 1, "there is no token b; \"slotdesk token list\" names those there are"),
        (
            &["add", "a b", "--scope", "read"],
            2,
            "name: \"a b\" is not valid, expected 1 to 40 letters, digits, dots, dashes and underscores, as in front-desk",
        ),
    ] {
        let outcome = token(&user, arguments);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(code), ""), "{outcome:?}");
        assert_eq!(outcome.err, format!("slotdesk: {sentence}\n"));
    }
    for misuse in [&["add", "x"][..], &["add", "x", "--scope", "root"], &["add", "--scope", "read"], &["revoke"], &[]] {
        let outcome = token(&user, misuse);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""), "{misuse:?} {outcome:?}");
    }
    for (book, code) in [("~", 1), (":memory:", 1), ("postgres://ada:secret@db/desk", 2)] {
        let outcome = user.run(&["token", "add", "x", "--scope", "read", "--book", book]);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(code), ""), "{outcome:?}");
        assert!(!outcome.err.contains("secret@"), "{outcome:?}");
    }
}

#[test]
fn a_server_that_other_machines_can_reach_does_not_start_without_a_token() {
    let user = User::new();
    let mut refused = 0;
    for arguments in [["serve", "--listen", "0.0.0.0:0"], ["serve", "--listen", "[::]:0"]] {
        let outcome = user.run(&[&arguments[..], &["--book", "~/clinic.db"]].concat());
        let sentence = format!(
            "slotdesk: other machines can reach {}, and there is no token yet that would let anybody in; add one with \
             \"slotdesk token add NAME --scope read|book|admin\" for the same book, or set SLOTDESK_TOKEN\n",
            arguments[2]
        );
        assert_eq!((outcome.code, outcome.out.as_str(), outcome.err), (Some(2), "", sentence));
        assert!(!user.path("clinic.db").exists());
        refused += 1;
    }
    added(&user, "a", "read");
    assert_eq!(token(&user, &["revoke", "a"]).code, Some(0));
    assert_eq!(user.run(&["serve", "--listen", "0.0.0.0:0", "--book", "~/clinic.db"]).code, Some(2));
    refused += 1;
    report(
        "a_server_that_other_machines_can_reach_does_not_start_without_a_token",
        &format!("{refused} starts refused, the last of them after the only token was revoked"),
    );
}

#[test]
fn a_running_server_takes_over_what_becomes_of_tokens() {
    let user = User::new();
    let (page, boss) = (added(&user, "page", "book"), added(&user, "boss", "admin"));
    let server = exposed(&user);
    let ask = |secret: &str, route, body: &str| {
        let headers = format!("Host: localhost\r\nAuthorization: Bearer {secret}\r\n");
        status(&server.ask_with(route, &headers, body)).to_owned()
    };
    assert_eq!(status(&server.ask("GET", "/health", "")), "401");
    assert_eq!(ask(&page, ("POST", "/providers"), PROVIDER), "403");
    assert_eq!(ask(&boss, ("POST", "/providers"), PROVIDER), "200");
    assert_eq!(ask(&page, ("POST", "/appointments"), BOOKING), "200");
    assert_eq!(token(&user, &["revoke", "page"]).code, Some(0));
    assert_eq!(ask(&page, ("GET", "/health"), ""), "401");
    let page = added(&user, "page", "read");
    assert_eq!(ask(&page, ("GET", "/health"), ""), "200");
    let (code, log) = server.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(log.contains(": listening to other machines;"), "{log}");
    assert!(log.contains("status=401 client=127.0.0.1 unsaid=0"), "{log}");
    assert!(!log.contains("slotdesk_"), "{log}");
}

#[test]
fn damaged_tokens_are_said_before_anything_is_served() {
    let user = User::new();
    user.write("clinic.db.tokens", "[[token]]\nname = \"a\"\n");
    for listen in ["127.0.0.1:0", "0.0.0.0:0"] {
        let outcome = user.run(&["serve", "--listen", listen, "--book", "~/clinic.db"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{outcome:?}");
        assert!(outcome.err.contains("~/clinic.db.tokens are damaged: missing field `scope`"), "{outcome:?}");
    }
    assert_eq!(token(&user, &["list"]).code, Some(1));
}

#[test]
fn the_token_of_the_environment_is_admin_and_never_shown() {
    const SECRET: &str = "a-secret-that-is-long-enough-for-the-desk";
    let user = User::new();
    let mut command = user.command(&Running::on_a_free_port("0.0.0.0:0", &["--log-level", "trace"]));
    command.env("SLOTDESK_TOKEN", SECRET);
    let server = Running::started(command);
    let headers = format!("Host: localhost\r\nAuthorization: Bearer {SECRET}\r\n");
    assert_eq!(status(&server.ask_with(("POST", "/providers"), &headers, PROVIDER)), "200");
    assert_eq!(status(&server.ask("POST", "/providers", PROVIDER)), "401");
    let (code, log) = server.stop("-TERM");
    assert_eq!(code, Some(0));
    assert!(!log.contains(SECRET), "{log}");
    let environment = [("SLOTDESK_TOKEN", SECRET)];
    for arguments in [&["settings"][..], &["--help"], &["serve", "--help"], &["token", "list"], &["check"], &["serv"]] {
        let outcome = user.run_with(arguments, &environment);
        assert!(!outcome.out.contains(SECRET) && !outcome.err.contains(SECRET), "{outcome:?}");
    }
}

#[test]
fn a_token_of_the_environment_that_could_be_guessed_is_refused_without_showing_it() {
    let user = User::new();
    for weak in ["hunter2", &"x".repeat(31), "thirty-two characters, with spaces"] {
        let outcome = user.run_with(&["serve", "--listen", "127.0.0.1:0"], &[("SLOTDESK_TOKEN", weak)]);
        let sentence = "slotdesk: the environment variable SLOTDESK_TOKEN needs at least 32 letters, digits or signs, \
                        without spaces; what is in it is not shown\n";
        assert_eq!((outcome.code, outcome.err.as_str()), (Some(2), sentence));
    }
}
