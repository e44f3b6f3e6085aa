use std::os::unix::fs::symlink;

use super::*;

fn output<'a>(option: &'static str, path: &'a Path) -> Output<'a> {
    Output { option, path }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    for content in ["first", "second"] {
        write_whole(&path, content.as_bytes(), Privacy::Usual).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn neither_a_book_nor_its_log_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("desk.db"), "SQLite format 3\0 and so on").unwrap();
    fs::write(path("desk.db-wal"), "its log").unwrap();
    symlink("desk.db-wal", path("link")).unwrap();
    for name in ["desk.db", "desk.db-wal", "desk.db-shm", "desk.db.tokens", "desk.db.lock", "link"] {
        let path = path(name);
        assert!(matches!(write_whole(&path, b"x", Privacy::Usual), Err(StudyError::Book(_))), "{name}");
        assert!(matches!(check_outputs(&[output("--html", &path)], &[]), Err(StudyError::Book(_))), "{name}");
    }
    assert_eq!(fs::read_to_string(path("desk.db")).unwrap(), "SQLite format 3\0 and so on");
    assert_eq!(fs::read_to_string(path("desk.db-wal")).unwrap(), "its log");
    write_whole(&path("desk.db-page"), b"x", Privacy::Usual).unwrap();
    write_whole(&path("other-wal"), b"x", Privacy::Usual).unwrap();
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none/out.jsonl");
    let error = write_whole(&missing, b"x", Privacy::Usual).unwrap_err().to_string();
    assert!(error.contains("none/out.jsonl cannot be written: No such file"), "{error}");
    assert_eq!(check_outputs(&[output("--html", &missing)], &[]).unwrap_err().to_string(), error);
    assert!(write_whole(folder.path(), b"x", Privacy::Usual).is_err());
    let error = check_outputs(&[output("--html", folder.path())], &[]).unwrap_err().to_string();
    assert!(error.contains("cannot be written: is a directory"), "{error}");
}

#[test]
fn links_stay_links_and_lead_to_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    symlink("file", &link).unwrap();
    for content in ["new", "replaced"] {
        write_whole(&link, content.as_bytes(), Privacy::Usual).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), content);
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }
    symlink("loop", folder.path().join("loop")).unwrap();
    assert!(write_whole(&folder.path().join("loop"), b"x", Privacy::Usual).is_err());
}

#[test]
fn what_comes_from_a_book_is_the_owners_and_no_file_gets_more_readers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.jsonl");
    write_whole(&path, b"x", Privacy::Private).unwrap();
    assert_eq!(mode(&path), 0o600);
    for (before, privacy, after) in [
        (0o644, Privacy::Private, 0o600),
        (0o400, Privacy::Private, 0o400),
        (0o640, Privacy::Usual, 0o640),
        (0o600, Privacy::Usual, 0o600),
    ] {
        fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
        write_whole(&path, b"y", privacy).unwrap();
        assert_eq!(mode(&path), after, "{before:o} {privacy:?}");
    }
}

#[test]
fn an_open_file_is_written_to_under_its_other_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("open");
    let mut open = File::create(&path).unwrap();
    open.write_all(b"before ").unwrap();
    let other = PathBuf::from(format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&open)));
    let link = folder.path().join("link");
    symlink(&other, &link).unwrap();
    write_whole(&other, b"and ", Privacy::Usual).unwrap();
    write_whole(&link, b"after", Privacy::Private).unwrap();
    assert_eq!(open.metadata().unwrap().ino(), fs::metadata(&path).unwrap().ino(), "it was not replaced");
    assert_eq!(fs::read_to_string(&path).unwrap(), "before and after");
    write_whole(Path::new("/dev/null"), b"x", Privacy::Usual).unwrap();
    let error = write_whole(Path::new("/dev/full"), b"x", Privacy::Usual).unwrap_err().to_string();
    assert!(error.starts_with("/dev/full cannot be written to: No space left"), "{error}");
}

#[test]
fn no_file_is_read_and_written_or_written_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let check = |decisions: &str, html: &str| {
        let (decisions, html) = (path(decisions), path(html));
        let outputs = [output("--decisions", &decisions), output("--html", &html)];
        let name = format!("{}/", folder.path().display());
        check_outputs(&outputs, &[&path("days.jsonl")]).map_err(|error| error.to_string().replace(&name, ""))
    };
    fs::write(path("days.jsonl"), "a day").unwrap();
    fs::write(path("page"), "a page").unwrap();
    fs::create_dir(path("sub")).unwrap();
    symlink("days.jsonl", path("link")).unwrap();
    fs::hard_link(path("days.jsonl"), path("hard")).unwrap();
    symlink("new", path("to new")).unwrap();
    assert_eq!(check("a", "b"), Ok(()));
    assert_eq!(check("new", "page"), Ok(()));
    assert_eq!(check("/dev/null", "/dev/null"), Ok(()));
    for name in ["days.jsonl", "sub/../days.jsonl", "link", "hard"] {
        let expected =
            format!("--decisions: {name} is used by this study; choose another file, this one was left as it is");
        assert_eq!(check(name, "b"), Err(expected));
    }
    for (one, other) in [("new", "new"), ("new", "sub/../new"), ("to new", "new"), ("page", "page")] {
        let expected = format!("--decisions and --html are both to be written to {other}; give each a file of its own");
        assert_eq!(check(one, other), Err(expected));
    }
}
