//! Secrets, which are never shown by accident, and the hashes that are kept of them.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use super::AccessError;

/// What a client sends to be let in; its `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Random bytes in a secret that this program makes.
    pub const RANDOM_BYTES: usize = 32;
    /// Fewest characters of a secret that somebody else made.
    pub const CHARACTERS_MIN: usize = 32;
    /// What every secret of this program begins with, so that a leaked one can be recognised.
    pub const PREFIX: &str = "slotdesk_";

    /// A secret made of bytes from the system's source of randomness.
    pub fn from_random(bytes: &[u8; Self::RANDOM_BYTES]) -> Self {
        Self(format!("{}{}", Self::PREFIX, hex::encode(bytes)))
    }

    /// A secret that somebody else made: at least [`Self::CHARACTERS_MIN`] characters that fit into a header
    /// without quoting (visible ASCII).
    pub fn chosen(text: &str) -> Result<Self, AccessError> {
        let fits = text.len() >= Self::CHARACTERS_MIN && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(AccessError::WeakSecret) }
    }

    /// The secret itself, for the one time that it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> SecretHash {
        SecretHash::of(self.0.as_bytes())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret.
///
/// Secrets are random and long, so that nobody can try them all; a slow, salted hash, as passwords need it,
/// would only make every request slow.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of what a client sent.
    pub(super) fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Whether both are the same, in a time that does not depend on where they differ.
    pub(super) fn matches(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

impl Serialize for SecretHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(self.0))
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| de::Error::custom("a hash has 64 hexadecimal digits"))?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_sha_256_and_a_secret_is_never_in_it() {
        // The first test vector of FIPS 180-2.
        let hash = SecretHash::of(b"abc");
        assert_eq!(hex::encode(hash.0), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(bool::from(hash.matches(&SecretHash::of(b"abc"))));
        assert!(!bool::from(hash.matches(&SecretHash::of(b"abd"))));
    }

    #[test]
    fn a_secret_is_recognisable_long_and_not_shown_by_debug() {
        let secret = Secret::from_random(&[0xa5; 32]);
        assert_eq!(secret.reveal(), format!("slotdesk_{}", "a5".repeat(32)));
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "Secret(…) SecretHash(…)");
    }

    #[test]
    fn a_chosen_secret_has_to_be_long_and_fit_into_a_header() {
        assert!(Secret::chosen(&"x".repeat(32)).is_ok());
        for weak in
            [&"x".repeat(31), &format!("{} ", "x".repeat(40)), &"ü".repeat(40), &format!("{}\n", "x".repeat(40))]
        {
            let error = Secret::chosen(weak).unwrap_err().to_string();
            assert!(!error.contains(weak.as_str()), "{error}");
        }
    }
}
