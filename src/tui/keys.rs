//! Keys as data: chords, sequences of them, and the map from both to actions.

mod chord;
mod map;

pub use chord::{Chord, Sequence};
pub(super) use map::Resolution;
pub use map::{Keymap, KeymapError};
