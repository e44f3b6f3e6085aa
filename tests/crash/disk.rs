//! A server whose disk is full, or whose book is taken away.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::figures::report;
use crate::program::{Outcome, User};
use crate::server::Server;

fn add_provider(server: &Server) {
    let body = json!({"id": "p", "availability": [{"start": "00:00", "end": "24:00"}], "max_daily_appointments": 5000});
    assert_eq!(server.ask("POST", "/providers", &body.to_string()).0, 200);
}

fn booking(number: usize) -> String {
    json!({
        "id": format!("r{number}"),
        "date": "2090-01-02",
        "preferred_range": {"start": "00:00", "end": "24:00"},
        "duration": 5,
        "note": "n".repeat(400),
    })
    .to_string()
}

/// Books until the answer is another one than 200; its number and sentence.
fn until_it_fails(server: &Server) -> (usize, String) {
    let mut failed = (0..5_000).map(|number| (number, server.ask("POST", "/appointments", &booking(number))));
    let (number, (status, answer)) = failed.find(|(_, (status, _))| *status != 200).expect("a full disk");
    assert_eq!(status, 503, "{answer}");
    (number, answer["error"].as_str().unwrap().to_owned())
}

fn backup(user: &User) -> Outcome {
    user.run(&["backup", "--book", "~/desk.db", "--to", "~/copy.db"])
}

const SENTENCE: &str = "the book cannot be read or written at the moment, nothing was changed";

#[test]
fn rule_6_a_full_disk_is_said_and_the_desk_works_again_by_itself() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: there is no prlimit here");
        return;
    }
    let user = User::new();
    let mut server = Server::start_limited(&user, 400);
    add_provider(&server);
    let (number, sentence) = until_it_fails(&server);
    assert_eq!(sentence, SENTENCE);
    assert!(server.runs(), "the signal that comes with the limit is no reason to die");
    assert_eq!(server.ask("GET", "/health", "").0, 503);
    assert_eq!(server.ask("GET", &format!("/appointments/r{number}"), "").0, 404, "nothing is shown as booked");

    let unlimited = ["--pid", &server.process().to_string(), "--fsize=unlimited:"].map(ToOwned::to_owned);
    assert!(Command::new("prlimit").args(unlimited).status().unwrap().success());
    assert_eq!(server.ask("POST", "/appointments", &booking(number)).0, 200);
    assert_eq!(server.ask("GET", "/health", "").0, 200);
    let (_, listed) = server.ask("GET", "/appointments?date=2090-01-02", "");
    let there = listed["scheduled"].as_array().unwrap().len();
    assert_eq!(there, number + 1);
    assert!(server.stop());
    let checked = user.run(&["check", "--book", "~/desk.db"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    report(
        "rule_6_a_full_disk_is_said_and_the_desk_works_again_by_itself",
        &format!("{number} bookings until the disk was full, {there} there when it had room again"),
    );
}

#[test]
fn rule_6_a_book_that_is_taken_away_is_missed_and_found_again() {
    let user = User::new();
    let server = Server::start(&user);
    add_provider(&server);
    assert_eq!(server.ask("POST", "/appointments", &booking(1)).0, 200);
    fs::rename(user.path("desk.db"), user.path("elsewhere.db")).unwrap();
    let (status, answer) = server.ask("POST", "/appointments", &booking(2));
    assert_eq!((status, answer["error"].as_str()), (503, Some(SENTENCE)));
    assert_eq!(server.ask("GET", "/health", "").0, 503);
    // Another file in its place must neither be written nor be taken for the book.
    fs::write(user.path("desk.db"), "something else").unwrap();
    assert_eq!(server.ask("POST", "/appointments", &booking(2)).0, 503);
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), b"something else");
    fs::rename(user.path("elsewhere.db"), user.path("desk.db")).unwrap();
    assert_eq!(server.ask("POST", "/appointments", &booking(2)).0, 200);
    assert_eq!(server.ask("GET", "/health", "").0, 200);
    assert!(server.stop());
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
}

#[test]
fn rule_1_a_book_with_two_names_has_one_desk() {
    let user = User::new();
    let server = Server::start(&user);
    add_provider(&server);
    assert_eq!(server.ask("POST", "/appointments", &booking(1)).0, 200);
    fs::hard_link(user.path("desk.db"), user.path("hard.db")).unwrap();
    assert_eq!(backup(&user).code, Some(0));
    let at_hard = ["--book", "~/hard.db"];
    for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["restore", "--from", "~/copy.db"]] {
        let refused = user.run(&[command, &at_hard].concat());
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(
            refused.err.contains("~/hard.db is in use by a desk that has it open under another name"),
            "{refused:?}"
        );
    }
    // The locks that SQLite has on an open book are still there: a connection that ends is not the last one.
    drop(rusqlite::Connection::open(user.path("desk.db")).unwrap().execute_batch("SELECT * FROM event"));
    assert_ne!(fs::metadata(user.path("desk.db-wal")).unwrap().len(), 0);
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0), "looking at it is allowed");
    assert_eq!(server.ask("POST", "/appointments", &booking(2)).0, 200);
    assert!(server.stop());
    let server = Server::of(&mut user.command(&[&["serve", "--listen", "127.0.0.1:0"][..], &at_hard].concat()));
    assert_eq!(server.ask("GET", "/appointments/r2", "").0, 200);
    assert!(server.stop());
}

#[test]
fn rule_6_no_new_book_begins_on_the_log_of_one_that_is_missing() {
    let user = User::new();
    let server = Server::start(&user);
    add_provider(&server);
    assert_eq!(server.ask("POST", "/appointments", &booking(1)).0, 200);
    // What was acknowledged is in the log alone when the book is gone before the desk ends.
    fs::rename(user.path("desk.db"), user.path("elsewhere.db")).unwrap();
    drop(server);
    let log = fs::read(user.path("desk.db-wal")).unwrap();
    assert!(!log.is_empty());
    let started = user.run(&["serve", "--book", "~/desk.db", "--listen", "127.0.0.1:0"]);
    assert_eq!(started.code, Some(1), "{started:?}");
    assert!(started.err.contains("is missing, and") && started.err.contains("desk.db-wal holds"), "{started:?}");
    assert!(!user.path("desk.db").exists());
    assert_eq!(fs::read(user.path("desk.db-wal")).unwrap(), log);
    fs::rename(user.path("elsewhere.db"), user.path("desk.db")).unwrap();
    let server = Server::start(&user);
    assert_eq!(server.ask("GET", "/appointments/r1", "").0, 200);
    assert!(server.stop());
}

#[test]
fn rule_6_a_log_that_is_taken_away_is_missed_and_what_was_in_it_is_saved() {
    let (mut refused, mut saved) = (0, 0);
    let mut try_in_vain = |server: &Server, number| {
        assert_eq!(server.ask("POST", "/appointments", &booking(number)).0, 503);
        refused += 1;
    };
    let names = ["desk.db-wal", "desk.db-shm"];
    for name in names {
        let user = User::new();
        let mut server = Server::start(&user);
        add_provider(&server);
        assert_eq!(server.ask("POST", "/appointments", &booking(1)).0, 200);
        fs::rename(user.path(name), user.path("elsewhere")).unwrap();
        try_in_vain(&server, 2);
        fs::write(user.path(name), "something else").unwrap();
        try_in_vain(&server, 2);
        assert_eq!(server.ask("GET", "/health", "").0, 503);
        assert_eq!(fs::read(user.path(name)).unwrap(), b"something else");
        // Put back, it is as if nothing had happened.
        fs::rename(user.path("elsewhere"), user.path(name)).unwrap();
        assert_eq!(server.ask("POST", "/appointments", &booking(2)).0, 200);
        assert_eq!(server.ask("GET", "/health", "").0, 200);
        // Gone for good, and then the power fails.
        fs::remove_file(user.path(name)).unwrap();
        try_in_vain(&server, 3);
        server.kill();
        let server = Server::start(&user);
        for (number, status) in [(1, 200), (2, 200), (3, 404)] {
            assert_eq!(server.ask("GET", &format!("/appointments/r{number}"), "").0, status, "r{number}");
            saved += usize::from(status == 200);
        }
        assert_eq!(server.ask("POST", "/appointments", &booking(3)).0, 200);
        assert!(server.stop());
        assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    }
    report(
        "rule_6_a_log_that_is_taken_away_is_missed_and_what_was_in_it_is_saved",
        &format!("{}: {refused} bookings refused, all {saved} acknowledged ones there", names.join(" and ")),
    );
}

#[test]
fn a_book_on_a_disk_that_is_read_only_is_not_opened_and_the_disk_is_named_as_the_cause() {
    let probe = Command::new("unshare").args(["-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: no namespaces of one's own are allowed here");
        return;
    }
    let user = User::new();
    let server = Server::start(&user);
    add_provider(&server);
    assert!(server.stop());
    fs::create_dir(user.path("disk")).unwrap();
    fs::rename(user.path("desk.db"), user.path("disk/desk.db")).unwrap();
    // In a namespace of its own: the folder becomes a disk that is mounted read-only, for this command alone.
    let script = "mount --bind \"$DISK\" \"$DISK\" && mount -o remount,ro,bind \"$DISK\" && exec \"$@\"";
    let on_it = |arguments: &[&str]| {
        let program = user.command(arguments);
        let mut command = Command::new("unshare");
        command.args(["-rm", "sh", "-c", script, "sh"]).arg(program.get_program()).args(program.get_args());
        command.env("DISK", user.path("disk")).env("HOME", user.path("")).env_remove("SLOTDESK_BOOK").output().unwrap()
    };
    let before = fs::read(user.path("disk/desk.db")).unwrap();
    let refused = on_it(&["serve", "--listen", "127.0.0.1:0", "--book", "~/disk/desk.db"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("cannot be written: Read-only file system"), "{said}");
    assert_eq!(fs::read(user.path("disk/desk.db")).unwrap(), before);
    assert_eq!(fs::read_dir(user.path("disk")).unwrap().count(), 1, "nothing is left beside it");
    // But it can be looked at and copied even there.
    let book = ["--book", "~/disk/desk.db"];
    let looked = [
        on_it(&[&["check"][..], &book].concat()),
        on_it(&[&["backup", "--to", "~/copy.db"][..], &book].concat()),
        on_it(&["restore", "--book", "~/other.db", "--from", "~/disk/desk.db"]),
    ];
    assert!(looked.iter().all(|looked| looked.status.success()), "{looked:?}");
    assert_eq!(fs::read_dir(user.path("disk")).unwrap().count(), 1);
    fs::rename(user.path("copy.db"), user.path("disk/copy.db")).unwrap();
    let checked = on_it(&["check", "--book", "~/disk/copy.db"]);
    assert_eq!(checked.status.code(), Some(0), "{checked:?}");
}

/// A run of the program in which permissions hold, whoever runs the tests.
fn run_as_anybody(user: &User, arguments: &[&str]) -> (Option<i32>, String) {
    let program = user.command(arguments);
    let mut command = Command::new("setpriv");
    command.args(["--inh-caps=-all", "--bounding-set=-all"]).arg(program.get_program()).args(program.get_args());
    let output = command.env("HOME", user.path("")).env_remove("SLOTDESK_BOOK").output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn a_book_that_may_not_be_written_is_read_and_nothing_is_left_beside_it() {
    if !Command::new("setpriv").args(["--bounding-set=-all", "true"]).status().is_ok_and(|status| status.success()) {
        println!("skipped: there is no setpriv here that may take privileges away");
        return;
    }
    let mode = |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    for (of_folder, of_book, starts) in [(0o700, 0o400, "it is read-only"), (0o500, 0o600, "Permission denied")] {
        let user = User::new();
        let server = Server::start(&user);
        add_provider(&server);
        assert!(server.stop());
        let (folder, book) = (user.path("a %3f? folder"), user.path("a %3f? folder/desk.db"));
        fs::create_dir(&folder).unwrap();
        fs::rename(user.path("desk.db"), &book).unwrap();
        mode(&book, of_book);
        mode(&folder, of_folder);
        let at = ["--book", "~/a %3f? folder/desk.db"];
        for look in [&["check"][..], &["backup", "--to", "~/copy.db"]] {
            assert_eq!(run_as_anybody(&user, &[look, &at].concat()), (Some(0), String::new()), "{of_book:o} {look:?}");
        }
        let restored = run_as_anybody(&user, &["restore", "--book", "~/other.db", "--from", at[1]]);
        assert_eq!(restored, (Some(0), String::new()));
        let (code, said) = run_as_anybody(&user, &[&["serve", "--listen", "127.0.0.1:0"][..], &at].concat());
        assert!(code == Some(1) && said.contains(starts), "{said}");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        mode(&folder, 0o700);
    }
}

#[test]
fn looking_at_a_killed_desks_book_that_may_not_be_written_keeps_no_desk_from_writing_it_later() {
    if !Command::new("setpriv").args(["--bounding-set=-all", "true"]).status().is_ok_and(|status| status.success()) {
        println!("skipped: there is no setpriv here that may take privileges away");
        return;
    }
    let user = User::new();
    let mut server = Server::start(&user);
    add_provider(&server);
    server.kill();
    fs::remove_file(user.path("desk.db-shm")).unwrap();
    fs::set_permissions(user.path("desk.db"), Permissions::from_mode(0o400)).unwrap();
    let log = fs::read(user.path("desk.db-wal")).unwrap();
    assert_eq!(run_as_anybody(&user, &["check", "--book", "~/desk.db"]), (Some(0), String::new()));
    assert_eq!(fs::read(user.path("desk.db-wal")).unwrap(), log);
    let index = fs::metadata(user.path("desk.db-shm")).unwrap();
    assert_eq!(index.permissions().mode() & 0o777, 0o600);

    // Where the index can be neither written nor created, that is said.
    fs::remove_file(user.path("desk.db-shm")).unwrap();
    fs::set_permissions(user.path(""), Permissions::from_mode(0o500)).unwrap();
    let (code, said) = run_as_anybody(&user, &["check", "--book", "~/desk.db"]);
    fs::set_permissions(user.path(""), Permissions::from_mode(0o700)).unwrap();
    assert!(code == Some(1) && said.contains("desk.db-shm cannot be written: Permission denied"), "{said}");
}
