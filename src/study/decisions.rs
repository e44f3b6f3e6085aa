//! Decision files: what a policy decided, one instance a line, to compare implementations by.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, Serializer};

use crate::domain::{Minute, ProviderId, RequestId};

/// The decisions of one policy on one instance; its JSON is a line of a decision file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// The name of the instance.
    pub instance: String,
    /// The name of the policy.
    pub policy: String,
    /// One per request, in order.
    pub decisions: Vec<Decision>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Decision {
    /// It was placed.
    Placed {
        /// The request.
        id: RequestId,
        /// With whom.
        provider_id: ProviderId,
        /// When it starts.
        start: Minute,
    },
    /// It was refused.
    Refused {
        /// The request.
        id: RequestId,
        /// Always true.
        refused: bool,
    },
}

impl Decisions {
    /// The line of a decision file, with its end: no spaces, and in ASCII as the reference writes it.
    pub fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.serialize(&mut Serializer::with_formatter(&mut line, Ascii))?;
        line.push(b'\n');
        Ok(line)
    }
}

/// Compact JSON with everything outside of ASCII escaped.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut units = [0; 2];
        for character in fragment.chars() {
            match character {
                ' '..='~' => writer.write_all(&[character as u8])?,
                other => other.encode_utf16(&mut units).iter().try_for_each(|unit| write!(writer, "\\u{unit:04x}"))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_ascii_without_spaces() {
        let id = RequestId::new("r").unwrap();
        let decisions = Decisions {
            instance: "Zoë \u{1f600}\u{7f}".to_owned(),
            policy: "first-fit".to_owned(),
            decisions: vec![Decision::Refused { id, refused: true }],
        };
        let line = String::from_utf8(decisions.to_line().unwrap()).unwrap();
        let expected = r#"{"instance":"Zo\u00eb \ud83d\ude00\u007f","policy":"first-fit","decisions":[{"id":"r","refused":true}]}"#;
        assert_eq!(line, format!("{expected}\n"));
        assert_eq!(serde_json::from_str::<Decisions>(&line).unwrap(), decisions);
    }
}
