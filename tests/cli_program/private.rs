//! What others on the machine can read of a book.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::User;
use crate::serve::{PROVIDER, Running};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

/// The program as a user runs it who lets everybody read and write what is not kept from them.
fn careless(user: &User, arguments: &[&str]) -> Command {
    let program = user.command(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", "umask 000; exec \"$0\" \"$@\""]).arg(program.get_program()).args(program.get_args());
    let environment = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.env_clear().envs(environment).stdin(Stdio::null()).current_dir(user.path(""));
    shell
}

#[test]
fn whatever_the_umask_only_the_owner_can_read_what_the_desk_makes() {
    let user = User::new();
    let book = "~/made/by/desk/clinic.db";
    let added = careless(&user, &["token", "add", "a", "--scope", "read", "--book", book]).output().unwrap();
    assert!(added.status.success(), "{added:?}");
    let arguments = ["--book", book, "--log", "~/desk.log"];
    let server = Running::started(careless(&user, &Running::on_a_free_port("127.0.0.1:0", &arguments)));
    assert!(server.ask("POST", "/providers", PROVIDER).starts_with("HTTP/1.1 200"));
    let folder = user.path("made/by/desk");
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let all = ["clinic.db", "clinic.db-shm", "clinic.db-wal", "clinic.db.lock", "clinic.db.tokens"];
    assert_eq!(names, all);
    for name in all {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&user.path("desk.log")), 0o600);
    for made in ["made", "made/by", "made/by/desk"] {
        assert_eq!(mode(&user.path(made)), 0o700, "{made}");
    }
    assert_eq!(server.stop("-TERM").0, Some(0));
}

#[test]
fn the_usual_book_and_its_folders_are_the_owners_alone() {
    let user = User::new();
    let server = Running::started(careless(&user, &Running::on_a_free_port("127.0.0.1:0", &[])));
    assert_eq!(mode(&user.path(".local/share/slotdesk")), 0o700);
    assert_eq!(mode(&user.path(".local/share/slotdesk/book.db")), 0o600);
    assert_eq!(server.stop("-TERM").0, Some(0));
}

#[test]
fn a_book_that_others_can_read_is_told_of_and_left_as_it_is() {
    let user = User::new();
    Running::start(&user, &["--book", "~/clinic.db"]).stop("-TERM");
    fs::set_permissions(user.path("clinic.db"), fs::Permissions::from_mode(0o644)).unwrap();
    let sentence = "slotdesk: ~/clinic.db can be read or written by others than its owner (mode 644); if nobody is \
                    meant to, run: chmod 600 ~/clinic.db\n";
    let checked = user.run(&["check", "--book", "~/clinic.db"]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), "the book keeps every rule\n"));
    assert_eq!(checked.err, sentence);
    let (code, err) = Running::start(&user, &["--book", "~/clinic.db"]).stop("-TERM");
    let shown = sentence.replace('~', user.path("").to_str().unwrap().trim_end_matches('/'));
    assert!(code == Some(0) && err.contains(&shown), "{err}");
    assert_eq!(mode(&user.path("clinic.db")), 0o644);
}
