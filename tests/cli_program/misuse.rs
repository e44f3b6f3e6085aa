//! Wrong flags, wrong settings, wrong places: a sentence, and the exit code that fits.

use std::net::TcpListener;

use crate::program::User;

/// Runs and expects the program to fail with a code and a sentence.
#[track_caller]
fn fails(user: &User, arguments: &[&str], code: i32, sentence: &str) {
    let outcome = user.run(arguments);
    assert_eq!(outcome.err, format!("slotdesk: {sentence}\n"));
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(code), ""));
}

#[test]
fn a_desk_without_a_terminal_names_what_to_use_instead() {
    for arguments in [&["desk"][..], &[]] {
        fails(
            &User::new(),
            arguments,
            2,
            "the desk needs a terminal; use \"slotdesk serve\" to run it without one, or \"slotdesk --help\" for the rest",
        );
    }
}

#[test]
fn wrong_flags_are_misuse_and_name_what_is_allowed() {
    let user = User::new();
    for (arguments, sentence) in [
        (
            ["serve", "--workers", "many"],
            "--workers: workers: \"many\" is not valid, expected a whole number from 1 to 64",
        ),
        (["serve", "--workers", "-1"], "--workers: workers: \"-1\" is not valid, expected a whole number from 1 to 64"),
        (
            ["serve", "--listen", "80"],
            "--listen: listen: \"80\" is not valid, expected an address and a port, as in 127.0.0.1:5000 or [::1]:5000",
        ),
        (
            ["serve", "--book", "postgres://a:b@c/d"],
            "--book: this slotdesk has no PostgreSQL in it; give the path of a book file",
        ),
        (
            ["serve", "--colour", "red"],
            "--colour: colour: \"red\" is not valid, expected one of auto, none, 16, 256, true",
        ),
    ] {
        fails(&user, &arguments, 2, sentence);
    }
}

#[test]
fn a_demo_that_cannot_be_played_is_misuse_and_says_why() {
    let user = User::new();
    let outcome = user.run(&["demo", "--speed", "0"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.starts_with("slotdesk: --speed: speed: \"0\" is not valid"), "{outcome:?}");
    let outcome = user.run(&["demo", "--scenario", "circus"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.err.contains("circus"), "{outcome:?}");
    assert!(user.run(&["demo"]).err.contains("needs a terminal"));
    let on_a_book = user.run(&["demo", "--book", "~/clinic.db"]);
    assert_eq!(on_a_book.code, Some(2));
    assert!(on_a_book.err.contains("leave --book out"), "{on_a_book:?}");
    assert!(!user.path("clinic.db").exists());
}

#[test]
fn a_book_that_is_not_there_cannot_be_checked_and_is_not_made() {
    let user = User::new();
    let outcome = user.run(&["check", "--book", "~/none.db"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{outcome:?}");
    assert!(outcome.err.contains("~/none.db"), "{outcome:?}");
    assert!(!user.path("none.db").exists());
}

#[test]
fn unknown_words_are_misuse() {
    let user = User::new();
    for arguments in [&["serv"][..], &["--bok", "x"], &["completions", "tcsh"], &["serve", "extra"], &["--workers"]] {
        let outcome = user.run(arguments);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(outcome.err.starts_with("error: "), "{outcome:?}");
    }
}

#[test]
fn wrong_settings_are_named_with_their_place() {
    let user = User::new();
    user.write(".config/slotdesk/settings.toml", "\nwokers = 3\n");
    fails(
        &user,
        &["serve"],
        2,
        "~/.config/slotdesk/settings.toml, line 2: there is no setting \"wokers\"; did you mean workers?",
    );
    fails(
        &user,
        &["serve", "--settings", "~/none.toml"],
        2,
        "the settings file ~/none.toml cannot be read: No such file or directory (os error 2)",
    );
    let outcome = User::new().run_with(&["serve"], &[("SLOTDESK_QUEUE_LENGTH", "0")]);
    assert_eq!(outcome.code, Some(2));
    assert_eq!(
        outcome.err,
        "slotdesk: the environment variable SLOTDESK_QUEUE_LENGTH: queue_length: \"0\" is not valid, expected a whole number from 1 to 100000\n"
    );
}

#[test]
fn help_and_completions_work_whatever_the_settings_say() {
    let user = User::new();
    user.write(".config/slotdesk/settings.toml", "nonsense");
    for arguments in [&["--help"][..], &["settings"], &["completions", "bash"]] {
        assert_eq!(user.run(arguments).code, Some(0), "{arguments:?}");
    }
}

#[test]
fn an_address_in_use_is_a_failure_that_says_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let sentence = format!("{address} is in use by another program; stop it or choose another address with --listen");
    fails(&User::new(), &["serve", "--listen", &address], 1, &sentence);
}

#[test]
fn a_book_that_cannot_be_opened_is_a_failure() {
    let user = User::new();
    user.write("notes.txt", "These are my notes, not a book. ".repeat(100));
    for book in ["~/notes.txt", "~/notes.txt/book.db", "~"] {
        let outcome = user.run(&["serve", "--listen", "127.0.0.1:0", "--book", book]);
        assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""), "{outcome:?}");
        assert!(outcome.err.starts_with("slotdesk: ") && outcome.err.contains('~'), "{outcome:?}");
    }
}
