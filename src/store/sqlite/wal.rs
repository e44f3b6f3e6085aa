//! The log beside a book, looked at before SQLite plays it into the book.
//!
//! SQLite takes its frames up to the first one that does not add up, and forgets the rest. That is right for the
//! last transaction, which a power cut tears before anybody was told of it; but damage further up would silently
//! cost all the transactions after it, which were acknowledged.
//!
//! The format: <https://sqlite.org/fileformat.html#the_write_ahead_log>

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::Path;

use super::file::beside;
use crate::store::StoreError;

/// Size of what a log begins with, in bytes.
pub(super) const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// What the log begins with; the lowest bit tells the order of the bytes in the words that are summed up.
const MAGIC: u32 = 0x377f_0682;
/// Size of the pages of a book, for a log whose header cannot be trusted.
const PAGE_BYTES: usize = 4096;
const PAGE_BYTES_MAX: usize = 65_536;

/// A running checksum.
type Sum = (u32, u32);

/// Fails if the log beside `book` is damaged in front of whole transactions; it is only read.
///
/// Only for a book that nobody has open.
pub(super) fn check(book: &Path) -> Result<(), StoreError> {
    let path = beside(book, "-wal");
    let scanned = match File::open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened.and_then(|file| scan(&mut BufReader::with_capacity(1 << 16, file))),
    };
    match scanned {
        Ok(None) => Ok(()),
        Ok(Some(damage)) => {
            let detail = format!(
                "{damage}, and changes that were stored come after it; restore a backup, or move this file away to \
                 go on without the changes in it"
            );
            Err(StoreError::Damaged { path, detail })
        }
        Err(error) => Err(StoreError::Failing { detail: format!("{}: {error}", path.display()) }),
    }
}

/// Whether this is what a log of SQLite begins with.
pub(super) fn is_sound(beginning: &[u8; HEADER_BYTES]) -> bool {
    Header::read(beginning).is_sound
}

/// What is damaged in front of a whole transaction, if anything is.
fn scan(log: &mut impl Read) -> io::Result<Option<String>> {
    let mut bytes = [0; HEADER_BYTES];
    if !fill(log, &mut bytes)? {
        return Ok(None);
    }
    let header = Header::read(&bytes);
    let mut reader = Frames { log, frame: vec![0; FRAME_HEADER_BYTES + header.page_bytes] };
    let (mut salts, mut number) = (header.is_sound.then_some(header.salts), 0);
    let mut before = Before { written: header.sum, computed: header.sum };
    let mut damage = (!header.is_sound).then(|| Damage { what: "its header does not add up".to_owned(), ends: 0 });
    // One end of a transaction may be that of the one that was torn; a damaged header tears none.
    let ends_allowed = usize::from(header.is_sound);
    while let Some(frame) = reader.next(&before, header.order)? {
        number += 1;
        let known = frame.salts == *salts.get_or_insert(frame.salts);
        // Damaged salts do not make it a frame of another log.
        let end = usize::from((known || frame.follows) && frame.ends_transaction);
        match &mut damage {
            None if known && frame.follows => {}
            None => damage = Some(Damage { what: format!("frame {number} does not add up"), ends: end }),
            Some(damage) if known && frame.follows => damage.ends += end,
            // The first of a chain is not proved by what is before it; one of another log proves nothing.
            Some(damage) => damage.ends = end * ends_allowed,
        }
        if let Some(Damage { what, ends }) = &damage
            && *ends > ends_allowed
        {
            return Ok(Some(what.clone()));
        }
        before = frame.sums;
    }
    Ok(None)
}

/// The first thing that does not add up, and the transactions that end in the unbroken chain after it.
struct Damage {
    what: String,
    ends: usize,
}

/// The order of the bytes in the words that are summed up.
#[derive(Debug, Clone, Copy)]
enum Order {
    Little,
    Big,
}

struct Header {
    is_sound: bool,
    order: Order,
    page_bytes: usize,
    salts: [u8; 8],
    sum: Sum,
}

impl Header {
    fn read(bytes: &[u8; HEADER_BYTES]) -> Self {
        let order = if word(bytes, 0) & 1 == 0 { Order::Little } else { Order::Big };
        let sum = (word(bytes, 24), word(bytes, 28));
        let is_sound = word(bytes, 0) & !1 == MAGIC && summed((0, 0), &bytes[..24], order) == sum;
        let page_bytes = usize::try_from(word(bytes, 8)).unwrap_or(0);
        let page_bytes = if is_sound && page_bytes <= PAGE_BYTES_MAX { page_bytes } else { PAGE_BYTES };
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[16..24]);
        // Books are written where the low byte comes first, and nearly everything else is as well.
        let order = if is_sound { order } else { Order::Little };
        Self { is_sound, order, page_bytes, salts, sum }
    }
}

/// The frames of a log.
struct Frames<'l, R> {
    log: &'l mut R,
    frame: Vec<u8>,
}

/// What matters of a frame.
struct Frame {
    /// Whether its checksum goes on from the one before.
    follows: bool,
    ends_transaction: bool,
    salts: [u8; 8],
    sums: Before,
}

/// What the checksum of a frame goes on from: that of the frame before, as it is written there and as it should be.
///
/// The two differ where it is the frame before that is damaged: in its checksum, or in the rest of it.
struct Before {
    written: Sum,
    computed: Sum,
}

impl<R: Read> Frames<'_, R> {
    /// The next whole frame.
    fn next(&mut self, before: &Before, order: Order) -> io::Result<Option<Frame>> {
        if !fill(self.log, &mut self.frame)? {
            return Ok(None);
        }
        let (header, page) = self.frame.split_at(FRAME_HEADER_BYTES);
        let written = (word(header, 16), word(header, 20));
        let mut salts = [0; 8];
        salts.copy_from_slice(&header[8..16]);
        let goes_on = |from| summed(summed(from, &header[..8], order), page, order);
        let mut computed = goes_on(before.written);
        if computed != written && before.computed != before.written {
            computed = goes_on(before.computed);
        }
        let (follows, sums) = (computed == written, Before { written, computed });
        Ok(Some(Frame { follows, ends_transaction: word(header, 4) != 0, salts, sums }))
    }
}

/// Fills the buffer; false where the log ends before that.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

/// The big-endian word at an offset.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

fn summed((mut low, mut high): Sum, bytes: &[u8], order: Order) -> Sum {
    let word = |bytes: &[u8]| match order {
        Order::Little => u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
        Order::Big => u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
    };
    for pair in bytes.chunks_exact(8) {
        low = low.wrapping_add(word(&pair[..4])).wrapping_add(high);
        high = high.wrapping_add(word(&pair[4..])).wrapping_add(low);
    }
    (low, high)
}
