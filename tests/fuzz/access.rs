//! Files of tokens.

use std::fs;

use chrono::DateTime;
use slotdesk::access::{Scope, Secret, Token, TokenFile, TokenName, Tokens, table};

use crate::fuzzing::{Target, check_sentence, is_harmless};

const WORDS: &[&str] = &[
    "[[token]]\n",
    "[token]\n",
    "token = []\n",
    "name = \"website\"\n",
    "name = \"SLOTDESK_TOKEN\"\n",
    "name = \"\"\n",
    "name = \"\\u001b[2J\"\n",
    "scope = \"read\"\n",
    "scope = \"admin\"\n",
    "scope = \"root\"\n",
    "created = 1979-05-27\n",
    "created = \"0000-00-00T00:00:00Z\"\n",
    "created = \"+262142-12-31T23:59:59Z\"\n",
    "created = \"-262143-01-01T00:00:00Z\"\n",
    "sha256 = \"\"\n",
    "sha256 = 0\n",
    "secret = \"slotdesk_00\"\n",
    "\u{202e}",
    "\u{feff}",
    "\0",
    "\"",
    "'",
    "\"\"\"",
    "=",
    "[",
    "]",
    "{",
    "}",
    "#",
    "\r\n",
];

#[test]
fn fuzz_token_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
    Target::new("tokens", WORDS).run("fuzz_token_files", 600, |bytes| {
        fs::write(file.path(), bytes).unwrap();
        match file.list() {
            Ok(tokens) => check_read(&file, &tokens),
            Err(error) => {
                check_sentence(&error.to_string(), 600);
                check_sentence(&add(&file).unwrap_err().to_string(), 600);
                assert_eq!(fs::read(file.path()).unwrap(), bytes, "what cannot be read is not written over");
                assert!(Tokens::open(Some(file.clone()), None).is_err(), "a server starts on damaged tokens");
            }
        }
    });
}

fn newcomer() -> (TokenName, Secret) {
    (TokenName::new("newcomer").unwrap(), Secret::from_random(&[7; Secret::RANDOM_BYTES]))
}

fn add(file: &TokenFile) -> Result<(), slotdesk::access::AccessError> {
    let (name, secret) = newcomer();
    file.add(name, Scope::Book, &secret, DateTime::UNIX_EPOCH)
}

/// Who is in the file stays in it, and somebody who is added gets in until their token is revoked.
fn check_read(file: &TokenFile, tokens: &[Token]) {
    let described = |tokens: &[Token]| tokens.iter().map(|token| format!("{token:?}")).collect::<Vec<_>>();
    let shown = table(tokens);
    assert!(shown.chars().all(|c| is_harmless(c) || c == '\n'), "{shown:?}");
    let (name, secret) = newcomer();
    let knows = Tokens::open(Some(file.clone()), None).unwrap();
    let holder = || knows.holder(secret.reveal().as_bytes()).unwrap().map(|holder| holder.scope);
    assert_eq!((holder(), knows.is_empty()), (None, tokens.is_empty()));
    assert_eq!(knows.holder(b"").unwrap(), None);
    add(file).unwrap();
    assert_eq!(holder(), Some(Scope::Book));
    file.revoke(name).unwrap();
    assert_eq!((holder(), described(&file.list().unwrap())), (None, described(tokens)));
}
