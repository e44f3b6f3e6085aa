//! The tokens as a running server knows them.

use parking_lot::RwLock;

use super::file::{Snapshot, Stamp};
use super::secret::SecretHash;
use super::{AccessError, Scope, Secret, TokenFile, TokenName};
use crate::domain::{Actor, Channel, Text};

/// The tokens as a running server knows them: those of the file beside the book, and one of the environment.
///
/// Each look-up asks the system whether the file is still the one that was read, so that adding and revoking
/// take effect with the next request; nothing is asked while nobody sends a token.
#[derive(Debug, Default)]
pub struct Tokens {
    file: Option<TokenFile>,
    environment: Option<Holder>,
    read: RwLock<Read>,
}

/// Who has sent a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The holder, as changes are logged under.
    pub actor: Actor,
    /// How much the token allows.
    pub scope: Scope,
    hash: SecretHash,
}

/// What was read from the file last.
#[derive(Debug, Default)]
struct Read {
    known: Vec<Holder>,
    stamp: Option<Stamp>,
    _snapshot: Option<Snapshot>,
}

impl Tokens {
    /// The tokens of a file, if there can be one, and the `admin` token of the environment, if there is one.
    ///
    /// Fails if the file cannot be read or is damaged.
    pub fn open(file: Option<TokenFile>, environment: Option<&Secret>) -> Result<Self, AccessError> {
        let environment = environment.map(|secret| Holder {
            actor: named(TokenName::ENVIRONMENT),
            scope: Scope::Admin,
            hash: secret.hash(),
        });
        let tokens = Self { file, environment, read: RwLock::default() };
        tokens.refresh()?;
        Ok(tokens)
    }

    /// Whether nobody can have a token.
    pub fn is_empty(&self) -> bool {
        self.environment.is_none() && self.read.read().known.is_empty()
    }

    /// Who has this secret; none for one that is unknown or was revoked.
    ///
    /// An error says that the tokens cannot be read by now: then nobody is known.
    pub fn holder(&self, secret: &[u8]) -> Result<Option<Holder>, AccessError> {
        self.refresh()?;
        Ok(self.find(&SecretHash::of(secret)))
    }

    /// Whether somebody who was let in would still be.
    pub fn still_knows(&self, holder: &Holder) -> bool {
        self.refresh().is_ok() && self.find(&holder.hash).as_ref() == Some(holder)
    }

    fn find(&self, hash: &SecretHash) -> Option<Holder> {
        let read = self.read.read();
        let mut found = None;
        // Every one is compared, whichever matches: the time tells nothing about how far the search came.
        for known in self.environment.iter().chain(&read.known) {
            if bool::from(known.hash.matches(hash)) {
                found = Some(known);
            }
        }
        found.cloned()
    }

    fn refresh(&self) -> Result<(), AccessError> {
        let Some(file) = &self.file else { return Ok(()) };
        let stamp = file.stamp()?;
        if stamp == self.read.read().stamp {
            return Ok(());
        }
        let snapshot = file.read()?;
        let known = snapshot.tokens.iter().map(|token| Holder {
            actor: named(token.name.as_str()),
            scope: token.scope,
            hash: token.sha256.clone(),
        });
        let fresh = Read { known: known.collect(), stamp: snapshot.stamp.clone(), _snapshot: Some(snapshot) };
        *self.read.write() = fresh;
        Ok(())
    }
}

fn named(name: &str) -> Actor {
    Actor { channel: Channel::Http, name: Text::name("name", name).ok() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use chrono::DateTime;

    use super::*;

    fn secret(number: u8) -> Secret {
        Secret::from_random(&[number; Secret::RANDOM_BYTES])
    }

    fn add(file: &TokenFile, name: &str, scope: Scope, number: u8) {
        file.add(TokenName::new(name).unwrap(), scope, &secret(number), DateTime::UNIX_EPOCH).unwrap();
    }

    fn who(tokens: &Tokens, number: u8) -> Option<(String, Scope)> {
        let holder = tokens.holder(secret(number).reveal().as_bytes()).unwrap()?;
        assert_eq!(holder.actor.channel, Channel::Http);
        Some((holder.actor.name.unwrap().to_string(), holder.scope))
    }

    #[test]
    fn adding_and_revoking_take_effect_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
        let tokens = Tokens::open(Some(file.clone()), None).unwrap();
        assert!(tokens.is_empty());
        assert_eq!(who(&tokens, 1), None);
        // Again and again, faster than the clock of the file system ticks.
        for round in 0..50 {
            add(&file, "page", Scope::Book, 1);
            assert_eq!(who(&tokens, 1), Some(("page".into(), Scope::Book)), "round {round}");
            file.revoke(TokenName::new("page").unwrap()).unwrap();
            add(&file, "page", Scope::Read, 2);
            assert_eq!((who(&tokens, 1), who(&tokens, 2)), (None, Some(("page".into(), Scope::Read))));
            file.revoke(TokenName::new("page").unwrap()).unwrap();
            assert_eq!(who(&tokens, 2), None);
        }
    }

    #[test]
    fn every_token_is_found_whatever_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
        for (name, number) in [("a", 1), ("b", 2), ("c", 3)] {
            add(&file, name, Scope::Read, number);
        }
        let tokens = Tokens::open(Some(file), Some(&secret(9))).unwrap();
        for (name, number) in [("a", 1), ("b", 2), ("c", 3)] {
            assert_eq!(who(&tokens, number), Some((name.into(), Scope::Read)));
        }
        assert_eq!(who(&tokens, 9), Some(("SLOTDESK_TOKEN".into(), Scope::Admin)));
        assert_eq!(who(&tokens, 4), None);
        assert_eq!(tokens.holder(b"").unwrap(), None);
    }

    #[test]
    fn a_damaged_file_lets_nobody_in_until_it_is_repaired() {
        let folder = tempfile::tempdir().unwrap();
        let file = TokenFile::beside(&folder.path().join("desk.db")).unwrap();
        add(&file, "page", Scope::Book, 1);
        let tokens = Tokens::open(Some(file.clone()), Some(&secret(9))).unwrap();
        let sound = fs::read(file.path()).unwrap();
        for damaged in [&sound[..sound.len() / 2], b"\xff", b"[[token]]\n", b"tokens = 3\n"] {
            fs::write(file.path(), damaged).unwrap();
            for number in [1, 9, 1, 2] {
                let error = tokens.holder(secret(number).reveal().as_bytes()).unwrap_err();
                assert!(matches!(error, AccessError::Damaged { .. }), "{error}");
            }
            assert!(Tokens::open(Some(file.clone()), None).is_err());
            fs::write(file.path(), &sound).unwrap();
            assert_eq!(who(&tokens, 1), Some(("page".into(), Scope::Book)));
        }
        fs::remove_file(file.path()).unwrap();
        assert_eq!((who(&tokens, 1), who(&tokens, 9).is_some()), (None, true));
    }
}
