use std::os::unix::fs::PermissionsExt;
use std::sync::Barrier;
use std::thread;

use super::*;

fn secret(number: u8) -> Secret {
    Secret::from_random(&[number; Secret::RANDOM_BYTES])
}

fn name(name: &str) -> TokenName {
    TokenName::new(name).unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(file: &TokenFile) -> Vec<String> {
    file.list().unwrap().iter().map(|token| token.name.to_string()).collect()
}

#[test]
fn a_token_is_kept_without_its_secret_and_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("new/desk.db");
    let file = TokenFile::beside(&book).unwrap();
    assert!(file.list().unwrap().is_empty());
    file.add(name("front-desk"), Scope::Book, &secret(0xa5), DateTime::UNIX_EPOCH).unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    assert!(text.contains("name = \"front-desk\"") && text.contains("scope = \"book\""), "{text}");
    assert!(!text.contains(secret(0xa5).reveal()) && !text.contains("a5a5a5"), "{text}");
    assert_eq!(file.path(), folder.path().join("new/desk.db.tokens"));
    assert_eq!((mode(file.path()), mode(&folder.path().join("new"))), (0o600, 0o700));
    assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn names_are_unique_and_revoking_takes_one_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    let error = file.revoke(name("a")).unwrap_err();
    assert!(matches!(error, AccessError::Unknown { .. }), "{error}");
    for (number, one) in ["a", "b", "c"].into_iter().enumerate() {
        file.add(name(one), Scope::Read, &secret(u8::try_from(number).unwrap()), DateTime::UNIX_EPOCH).unwrap();
    }
    let error = file.add(name("b"), Scope::Admin, &secret(9), DateTime::UNIX_EPOCH).unwrap_err();
    assert!(matches!(error, AccessError::Exists { .. }), "{error}");
    file.revoke(name("b")).unwrap();
    assert_eq!(names(&file), ["a", "c"]);
}

#[test]
fn what_cannot_be_changed_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("none/desk.db")).unwrap();
    assert!(matches!(file.revoke(name("a")), Err(AccessError::Unknown { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    // In the way of what is written.
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    fs::create_dir(folder.path().join("desk.db.tokens.new")).unwrap();
    let added = file.add(name("a"), Scope::Read, &secret(1), DateTime::UNIX_EPOCH);
    assert!(matches!(added, Err(AccessError::NotWritable { .. })), "{added:?}");
    assert!(!file.path().exists());
}

#[test]
fn tokens_that_are_added_at_once_are_all_kept() {
    const THREADS: u8 = 8;
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    let ready = Barrier::new(THREADS.into());
    thread::scope(|scope| {
        for number in 0..THREADS {
            let (file, ready) = (&file, &ready);
            scope.spawn(move || {
                ready.wait();
                for round in 0..8 {
                    let token = name(&format!("t{number}-{round}"));
                    file.add(token, Scope::Read, &secret(number), DateTime::UNIX_EPOCH).unwrap();
                }
            });
        }
    });
    assert_eq!(names(&file).len(), usize::from(THREADS) * 8);
}

#[test]
fn a_damaged_file_is_named_and_never_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    file.add(name("a"), Scope::Read, &secret(1), DateTime::UNIX_EPOCH).unwrap();
    let sound = fs::read_to_string(file.path()).unwrap();
    let entry = &sound[sound.find("[[token]]").unwrap()..];
    for damaged in [
        "nonsense".to_owned(),
        sound.replace("\"read\"", "\"root\""),
        sound.replace("sha256 = \"", "sha256 = \"0"),
        sound.replace("scope", "scoop"),
        sound.replace("\"a\"", "\"\\u001b[2J\""),
        format!("{sound}{entry}"),
        format!("{sound}\u{0}"),
        "#".repeat(2 * 1024 * 1024),
    ] {
        assert_ne!(damaged, sound);
        fs::write(file.path(), &damaged).unwrap();
        for error in [
            file.list().unwrap_err(),
            file.revoke(name("a")).unwrap_err(),
            file.add(name("b"), Scope::Read, &secret(2), DateTime::UNIX_EPOCH).unwrap_err(),
        ] {
            assert!(matches!(error, AccessError::Damaged { .. }), "{error}");
            let sentence = error.to_string();
            assert!(sentence.contains("desk.db.tokens are damaged") && !sentence.contains('\u{1b}'), "{sentence}");
        }
        assert_eq!(fs::read_to_string(file.path()).unwrap(), damaged);
    }
}

#[test]
fn what_is_no_book_file_has_no_tokens() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), Path::new(":memory:"), Path::new(""), Path::new("/")] {
        let error = TokenFile::beside(path).unwrap_err();
        assert!(matches!(error, AccessError::NoPlace { .. }), "{error}");
    }
}

#[test]
fn a_link_to_a_book_has_the_tokens_of_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let (book, link) = (folder.path().join("desk.db"), folder.path().join("link.db"));
    fs::write(&book, "").unwrap();
    std::os::unix::fs::symlink(&book, &link).unwrap();
    let of_link = TokenFile::beside(&link).unwrap();
    assert_eq!(of_link.path().file_name(), TokenFile::beside(&book).unwrap().path().file_name());
}
