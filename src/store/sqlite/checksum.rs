//! What tells an event from one that a disk has altered.
//!
//! The pages of a book have no checksums of their own: of a letter that became another one, nothing else in the
//! book would tell.

use crc32fast::Hasher;

/// The columns of an event that its checksum is made of: all but the checksum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns<'r> {
    pub(super) number: i64,
    pub(super) at: i64,
    pub(super) nanos: i64,
    pub(super) behind: i64,
    pub(super) request: Option<&'r [u8]>,
    /// The start and end of the range asked for, and the duration.
    pub(super) asked: [Option<i64>; 3],
    pub(super) body: &'r [u8],
}

impl Columns<'_> {
    /// The checksum of an event with these columns.
    pub(super) fn checksum(self) -> u32 {
        let mut hasher = Hasher::new();
        for number in [self.number, self.at, self.nanos, self.behind] {
            hasher.update(&number.to_le_bytes());
        }
        // Nothing is not the same as an empty text or a zero, and a text is not the beginning of the next one.
        for number in self.asked {
            hasher.update(&[u8::from(number.is_some())]);
            hasher.update(&number.unwrap_or(0).to_le_bytes());
        }
        for text in [self.request, Some(self.body)] {
            hasher.update(&[u8::from(text.is_some())]);
            hasher.update(&text.map_or(0, <[u8]>::len).to_le_bytes());
            hasher.update(text.unwrap_or_default());
        }
        hasher.finalize()
    }
}
