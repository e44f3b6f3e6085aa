//! Identifiers: short, printable, compared byte by byte.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Invalid, text::printable};

/// Longest identifier, in characters.
const CHARACTERS_MAX: usize = 64;

fn validated(field: &'static str, id: &str) -> Result<Arc<str>, Invalid> {
    let too_long = id.len() > CHARACTERS_MAX && id.chars().count() > CHARACTERS_MAX;
    // What printing would change could not be typed again by whoever reads it.
    if too_long || id.trim().is_empty() || id.trim() != id || printable(id) != id {
        let expected = "1 to 64 printable characters without spaces around them";
        return Err(Invalid::new(field, id, expected));
    }
    Ok(id.into())
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $field:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The identifier, if it has 1 to 64 printable characters and no spaces around them.
            pub fn new(id: &str) -> Result<Self, Invalid> {
                validated($field, id).map(Self)
            }

            /// The identifier as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Invalid;

            fn try_from(id: String) -> Result<Self, Invalid> {
                Self::new(&id)
            }
        }

        impl std::str::FromStr for $name {
            type Err = Invalid;

            fn from_str(id: &str) -> Result<Self, Invalid> {
                Self::new(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        // Ordered and hashed as the string is, so that maps can be asked with a `&str`.
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier!(
    /// Names a provider; ties between providers are broken by its bytes.
    ProviderId,
    "provider"
);
identifier!(
    /// Names a request and the appointment made from it; the idempotency key of a booking.
    RequestId,
    "id"
);
identifier!(
    /// Names a service of the catalogue.
    ServiceId,
    "service"
);

impl ProviderId {
    /// The same identifier in memory of its own.
    ///
    /// A clone shares one count of its users with everything else that names the provider; where many
    /// threads clone it all the time, that count is what they wait for.
    #[must_use]
    pub fn detached(&self) -> Self {
        Self(Arc::from(&*self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_overlong_and_unprintable_ids_are_refused() {
        for bad in ["", " ", " a", "a\n", "a\u{1b}b", &"x".repeat(65)] {
            assert!(RequestId::new(bad).is_err(), "{bad:?}");
        }
        for good in ["req_1", "Zoë", "a b", &"é".repeat(64)] {
            assert_eq!(RequestId::new(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn order_is_by_bytes_so_p10_comes_before_p2() {
        assert!(ProviderId::new("p10").unwrap() < ProviderId::new("p2").unwrap());
    }
}
