//! Copies of a book that is in use, and one put in the place of a book.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

use serde_json::json;
use slotdesk::store::SqliteStore;

use crate::faulty_disk::{Call, FaultyDisk, KILLED, Lasts};
use crate::figures::report;
use crate::load::{self, Load};
use crate::program::{Outcome, User};
use crate::server::Server;

fn booking(id: &str) -> String {
    let range = json!({"start": "06:00", "end": "20:00"});
    json!({"id": id, "date": "2090-06-01", "preferred_range": range, "duration": 15}).to_string()
}

/// A user with a book in which `r1` is booked, and nobody has it open.
fn with_book() -> User {
    let user = User::new();
    let server = Server::start(&user);
    load::opening(&server);
    assert_eq!(server.ask("POST", "/appointments", &booking("r1")).0, 200);
    assert!(server.stop());
    user
}

fn backup(user: &User, more: &[&str]) -> Outcome {
    user.run(&[&["backup", "--book", "~/desk.db", "--to", "~/copy.db"], more].concat())
}

fn restore(user: &User) -> Outcome {
    user.run(&["restore", "--book", "~/desk.db", "--from", "~/copy.db"])
}

/// The names in the home folder, sorted.
fn names(user: &User) -> Vec<String> {
    let entries = fs::read_dir(user.path("")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn last_event(user: &User, name: &str) -> u64 {
    SqliteStore::open_reader(&user.path(name)).unwrap().last_event().unwrap()
}

#[test]
fn a_backup_taken_under_load_is_sound_and_a_desk_goes_on_with_it() {
    let user = User::new();
    let server = Server::start(&user);
    load::opening(&server);
    // All of this was acknowledged before the copy begins, so it has to be in it.
    let load = Load::start(&server, 1);
    load.wait_for(200);
    let before = load.end();
    let load = Load::start(&server, 2);
    let mut sizes = Vec::new();
    for copy in 0..3 {
        load.wait_for(50);
        let name = format!("~/copy{copy}.db");
        let taken = user.run(&["backup", "--book", "~/desk.db", "--to", &name]);
        assert_eq!((taken.code, taken.err.as_str()), (Some(0), ""), "{taken:?}");
        assert!(
            taken.out.starts_with(&format!("wrote {name}: ")) && taken.out.contains("every rule holds"),
            "{taken:?}"
        );
        assert_eq!(user.run(&["check", "--book", &name]).out, "the book keeps every rule\n");
        sizes.push(last_event(&user, &format!("copy{copy}.db")));
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[2], "the desk went on meanwhile: {sizes:?}");
    let after = load.end();
    assert!(after.iter().all(|memory| memory.unanswered.is_empty()), "nobody was kept waiting");
    assert!(server.stop());

    // A disaster, and the first of the copies.
    fs::remove_file(user.path("desk.db")).unwrap();
    fs::rename(user.path("copy0.db"), user.path("copy.db")).unwrap();
    assert_eq!(restore(&user).code, Some(0));
    let server = Server::start(&user);
    let mut reader = SqliteStore::open_reader(&user.path("desk.db")).unwrap();
    let there = load::assert_all_there(&mut *reader, &before);
    load::assert_answers_stay(&server, &mut *reader, &before);
    assert!(server.stop());
    report(
        "a_backup_taken_under_load_is_sound_and_a_desk_goes_on_with_it",
        &format!("{} copies under load, {there} changes acknowledged before all there, nobody waited", sizes.len()),
    );
}

#[test]
fn a_backup_is_one_private_file_and_never_replaces_another_unasked() {
    let user = with_book();
    let taken = backup(&user, &[]);
    assert_eq!(taken.code, Some(0), "{taken:?}");
    assert_eq!(
        taken.out,
        format!("wrote ~/copy.db: 5 events, 1 appointments, {} bytes; every rule holds\n", size(&user))
    );
    assert_eq!(names(&user), ["copy.db", "desk.db"]);
    assert_eq!(fs::metadata(user.path("copy.db")).unwrap().permissions().mode() & 0o777, 0o600);

    let inode = || fs::metadata(user.path("copy.db")).unwrap().ino();
    let first = inode();
    let again = backup(&user, &[]);
    assert_eq!(again.code, Some(1));
    assert_eq!(
        again.err,
        "slotdesk: ~/copy.db exists already; choose another name, or let it be replaced with --force\n"
    );
    assert_eq!(inode(), first);
    assert_eq!(backup(&user, &["--force"]).code, Some(0));
    assert_ne!(inode(), first);

    // The log of another book would be played into the copy by whoever opens it.
    fs::remove_file(user.path("copy.db")).unwrap();
    user.write("copy.db-wal", "the log of another book");
    assert!(backup(&user, &[]).err.contains("~/copy.db-wal exists already"));
    assert_eq!(backup(&user, &["--force"]).code, Some(0));
    assert_eq!(names(&user), ["copy.db", "desk.db"]);

    let itself = user.run(&["backup", "--book", "~/desk.db", "--to", "~/desk.db", "--force"]);
    assert_eq!(itself.err, "slotdesk: ~/desk.db is the book itself; choose another name\n");
    let nowhere = user.run(&["backup", "--book", "~/desk.db", "--to", "~/usb/copy.db"]);
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.err.starts_with("slotdesk: ~/usb cannot be written: No such file"), "{nowhere:?}");
    let of_nothing = user.run(&["backup", "--book", "~/none.db", "--to", "~/copy2.db"]);
    assert!(of_nothing.err.starts_with("slotdesk: the book cannot be reached: ~/none.db"), "{of_nothing:?}");
    assert_eq!(names(&user), ["copy.db", "desk.db"]);
}

#[test]
fn a_copy_takes_the_place_of_nothing_that_belongs_to_a_book_or_is_no_file() {
    let user = with_book();
    user.write("copy.db", fs::read(user.path("desk.db")).unwrap());
    user.write("gone.db-wal", "the log of a book that is missing");
    assert!(Command::new("mkfifo").arg(user.path("pipe")).status().unwrap().success());
    let server = Server::start(&user);
    assert_eq!(server.ask("POST", "/appointments", &booking("r2")).0, 200);
    user.write("desk.db.tokens", "");
    let inodes = |user: &User| {
        let inode = |name: &String| fs::symlink_metadata(user.path(name)).unwrap().ino();
        names(user).into_iter().map(|name| (inode(&name), name)).collect::<Vec<_>>()
    };
    let before = inodes(&user);
    let companions = ["desk.db-wal", "desk.db-shm", "desk.db-journal", "desk.db.lock", "desk.db.tokens", "gone.db-wal"];
    for name in [&companions[..], &["pipe"]].concat() {
        let to = format!("~/{name}");
        for refused in [
            user.run(&["backup", "--book", "~/desk.db", "--to", &to, "--force"]),
            user.run(&["restore", "--from", "~/copy.db", "--book", &to]),
        ] {
            assert_eq!(refused.code, Some(1), "{name}: {refused:?}");
            let book = name.split_once(".db").map(|(book, _)| format!("by its name it belongs to ~/{book}.db"));
            let why = book.unwrap_or_else(|| "it is not a regular file".to_owned());
            let said = format!("slotdesk: {to} cannot be a book: {why}; choose another name\n");
            assert_eq!(refused.err, said);
        }
    }
    assert_eq!(inodes(&user), before);
    assert!(server.stop());
}

/// Runs the program where no file may become larger than some KiB; what it said when it failed.
fn limited(user: &User, kibibytes: u64, arguments: &[&str]) -> String {
    let program = user.command(arguments);
    let mut shell = Command::new("bash");
    shell.env_clear().env("HOME", user.path("")).current_dir(user.path(""));
    shell.args(["-c", &format!("ulimit -f {kibibytes}; exec \"$@\""), "bash"]);
    let ended = shell.arg(program.get_program()).args(program.get_args()).output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

#[test]
fn a_copy_that_becomes_too_large_is_said_and_leaves_nothing_behind() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let before = fs::read(user.path("desk.db")).unwrap();
    for kibibytes in [0, 8, 32, 40] {
        for command in [["backup", "--to", "~/other.db"], ["restore", "--from", "~/copy.db"]] {
            let said = limited(&user, kibibytes, &[&command[..], &["--book", "~/desk.db"]].concat());
            assert!(said.starts_with("slotdesk: ") && said.contains(".db"), "{said}");
        }
        // The index of a log is made for reading a book, too.
        let left = names(&user).into_iter().filter(|name| !name.ends_with("-shm") && !name.ends_with("-wal"));
        assert_eq!(left.collect::<Vec<_>>(), ["copy.db", "desk.db"]);
    }
    assert!(fs::read(user.path("desk.db")).unwrap() == before);
}

fn size(user: &User) -> u64 {
    fs::metadata(user.path("copy.db")).unwrap().len()
}

#[test]
fn a_backup_can_be_read_where_nothing_can_be_written() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let header = fs::read(user.path("copy.db")).unwrap();
    // 1 in these two bytes: no log beside it is needed, not even for reading.
    assert_eq!(header[18..20], [1, 1]);
    assert_eq!(user.run(&["check", "--book", "~/copy.db"]).code, Some(0));
    assert_eq!(names(&user), ["copy.db", "desk.db"]);
}

#[test]
fn what_breaks_a_rule_is_neither_backed_up_nor_restored() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let forge = |name: &str| {
        let raw = rusqlite::Connection::open(user.path(name)).unwrap();
        raw.execute_batch("UPDATE appointment SET start = start + 5, finish = finish + 5").unwrap();
    };
    forge("desk.db");
    let before = fs::read(user.path("copy.db")).unwrap();
    let refused = backup(&user, &["--force"]);
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.starts_with("slotdesk: ~/desk.db breaks 1 of the desk's rules, so it was not copied"),
        "{refused:?}"
    );
    assert_eq!(fs::read(user.path("copy.db")).unwrap(), before);

    forge("copy.db");
    let before = fs::read(user.path("desk.db")).unwrap();
    let refused = restore(&user);
    assert!(refused.err.starts_with("slotdesk: ~/copy.db breaks 1 of the desk's rules"), "{refused:?}");
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), before);
    assert_eq!(names(&user), ["copy.db", "desk.db"]);
}

#[test]
fn a_restored_book_keeps_what_stood_there_and_waits_for_the_desk_to_be_closed() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let mut server = Server::start(&user);
    assert_eq!(server.ask("POST", "/appointments", &booking("r2")).0, 200);
    let refused = restore(&user);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("~/desk.db is in use by slotdesk"), "{refused:?}");
    // Killed, so that the newest booking stands in the log beside the book alone.
    server.kill();
    assert!(user.path("desk.db-wal").exists());
    let restored = restore(&user);
    assert_eq!((restored.code, restored.err.as_str()), (Some(0), ""), "{restored:?}");
    let (first, second) = restored.out.split_once('\n').unwrap();
    assert!(first.starts_with("restored ~/desk.db: 5 events, 1 appointments"), "{restored:?}");
    let kept = second.trim_end().strip_prefix("what stood there is kept as ~/").unwrap().to_owned();
    assert_eq!(names(&user), ["copy.db", "desk.db", &kept]);
    assert_eq!((last_event(&user, "desk.db"), last_event(&user, &kept)), (5, 6));
    assert_eq!(user.run(&["check", "--book", &format!("~/{kept}")]).code, Some(0));

    let server = Server::start(&user);
    assert_eq!(server.ask("GET", "/appointments/r2", "").0, 404);
    assert_eq!(server.ask("POST", "/appointments", &booking("r1")).0, 200);
    assert_eq!(server.ask("POST", "/appointments", &booking("r2")).0, 200);
    assert!(server.stop());
    assert_eq!(last_event(&user, "desk.db"), 6, "r1 was there already");
}

#[test]
fn a_restore_that_is_killed_anywhere_leaves_one_whole_book_with_one_name() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let disk = FaultyDisk::under(&user);
    let mut killed = 0;
    for nth in 1.. {
        disk.fail(Call::Sync, nth, KILLED, Lasts::Once);
        let restored = disk.run(&user, &["restore", "--book", "~/desk.db", "--from", "~/copy.db"]);
        // A book with two names would have two logs.
        assert_eq!(fs::metadata(user.path("desk.db")).unwrap().nlink(), 1, "killed at {nth}");
        assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0), "killed at {nth}");
        if restored.code == Some(0) {
            break;
        }
        assert_eq!(restored.code, None, "{restored:?}");
        killed += 1;
    }
    assert!(killed >= 3, "only killed {killed} times");
}

#[test]
fn books_that_are_replaced_within_one_second_are_all_kept() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let now = chrono::DateTime::UNIX_EPOCH;
    let restore = || SqliteStore::restore(&user.path("copy.db"), &user.path("desk.db"), now).unwrap().kept.unwrap();
    let kept = [restore(), restore(), restore()].map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    assert_eq!(kept, ["", "-2", "-3"].map(|number| format!("desk.db.replaced-19700101T000000Z{number}")));
    assert_eq!(names(&user).len(), 5);
}

#[test]
fn what_is_no_backup_is_not_restored() {
    let user = with_book();
    user.write("copy.db", "not a book at all".repeat(50));
    let before = fs::read(user.path("desk.db")).unwrap();
    let refused = restore(&user);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("~/copy.db is not a slotdesk book"), "{refused:?}");
    fs::copy(user.path("desk.db"), user.path("copy.db")).unwrap();
    fs::File::options().write(true).open(user.path("copy.db")).unwrap().set_len(8192).unwrap();
    let refused = restore(&user);
    assert!(refused.err.contains("~/copy.db"), "{refused:?}");
    assert_eq!(size(&user), 8192);
    assert_eq!(fs::read(user.path("desk.db")).unwrap(), before);
    assert!(!names(&user).iter().any(|name| name.contains("partial") || name.contains("replaced")));
}

#[test]
fn the_log_of_a_book_that_is_gone_is_kept_and_not_played_into_the_restored_one() {
    let user = with_book();
    assert_eq!(backup(&user, &[]).code, Some(0));
    let server = Server::start(&user);
    assert_eq!(server.ask("POST", "/appointments", &booking("r2")).0, 200);
    fs::remove_file(user.path("desk.db")).unwrap();
    drop(server);
    let log = fs::read(user.path("desk.db-wal")).unwrap();
    assert!(!log.is_empty());
    assert_eq!(restore(&user).code, Some(0));
    let kept = names(&user).into_iter().find(|name| name.starts_with("desk.db.replaced-")).unwrap();
    assert!(kept.ends_with("-wal"), "{kept}");
    assert_eq!(fs::read(user.path(&kept)).unwrap(), log);
    assert!(!user.path("desk.db-wal").exists());
    assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
    assert_eq!(last_event(&user, "desk.db"), last_event(&user, "copy.db"));
}

#[test]
fn what_lies_beside_a_book_that_is_gone_or_emptied_is_kept_and_not_played_into_the_restored_one() {
    for (name, emptied) in [("desk.db-journal", false), ("desk.db-journal", true), ("desk.db-wal", true)] {
        let user = with_book();
        assert_eq!(backup(&user, &[]).code, Some(0));
        let beside = [&[0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7][..], b"of another time"].concat();
        user.write(name, &beside);
        if emptied {
            user.write("desk.db", "");
        } else {
            fs::remove_file(user.path("desk.db")).unwrap();
        }
        assert_eq!(restore(&user).code, Some(0), "{name}");
        let (names, ending) = (names(&user), name.strip_prefix("desk.db").unwrap());
        let kept = names.iter().find(|kept| kept.contains(".replaced-") && kept.ends_with(ending));
        assert_eq!(fs::read(user.path(kept.unwrap())).unwrap(), beside, "{name}");
        assert_eq!(names.len(), if emptied { 4 } else { 3 }, "{names:?}");
        assert!(!user.path(name).exists(), "{name}");
        assert_eq!(user.run(&["check", "--book", "~/desk.db"]).code, Some(0));
        assert!(Server::start(&user).stop());
        assert_eq!(last_event(&user, "desk.db"), last_event(&user, "copy.db"));
    }
}
