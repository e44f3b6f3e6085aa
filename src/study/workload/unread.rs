//! Keys in a workload file that nothing reads: names that were mistyped, above all.

use std::collections::BTreeMap;
use std::fmt;

use serde_ignored::Path;

use crate::domain::excerpt;

/// Most different keys that are remembered; a file with more of them was made for something else.
const KEYS_MAX: usize = 8;
/// Longest name that is shown, in characters.
const SHOWN_CHARACTERS_MAX: usize = 100;

/// The keys of a file that mean nothing here, each with where it is.
///
/// A file may hold what another program needs, so that they are no error; but whoever has mistyped a name wants to
/// know. `Display` is a line for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnreadKeys(BTreeMap<String, Places>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Places {
    first_line: usize,
    more: usize,
}

impl UnreadKeys {
    /// Whether everything was read.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn note(&mut self, line: usize, key: &Path<'_>) {
        let name = excerpt(&shown(key), SHOWN_CHARACTERS_MAX);
        if let Some(places) = self.0.get_mut(&name) {
            places.more += 1;
        } else if self.0.len() < KEYS_MAX {
            self.0.insert(name, Places { first_line: line, more: 0 });
        }
    }
}

/// The key without the numbers of what it is in: events[].book.preferred.
fn shown(key: &Path<'_>) -> String {
    match key {
        Path::Root => String::new(),
        Path::Seq { parent, .. } => format!("{}[]", shown(parent)),
        Path::Map { parent, key } => match shown(parent) {
            outer if outer.is_empty() => key.clone(),
            outer => format!("{outer}.{key}"),
        },
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => shown(parent),
    }
}

impl fmt::Display for UnreadKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (key, Places { first_line, more })) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}line {first_line}: {key} means nothing in a workload file, and is not read")?;
            if *more > 0 {
                write!(f, " ({more} more like it)")?;
            }
        }
        Ok(())
    }
}
