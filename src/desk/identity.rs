//! Identifiers that the desk makes up.

use crate::domain::RequestId;
use crate::scheduler::Dice;

/// Letters and digits that are not mistaken for one another when read aloud (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Characters of an identifier: 60 bits, so that a chance repetition is out of the question for any book.
const LENGTH: u32 = 12;

/// Makes request identifiers from a seed: the same ones for the same seed, in an order without pattern.
#[derive(Debug)]
pub(super) struct RequestIds(Dice);

impl RequestIds {
    pub(super) fn new(seed: u64) -> Self {
        Self(Dice::new(seed))
    }

    pub(super) fn next(&self) -> RequestId {
        let drawn = self.0.draw();
        let digit = |place: u32| ALPHABET[(drawn >> (5 * place) & 31) as usize] as char;
        let id: String = (0..LENGTH).map(digit).collect();
        RequestId::new(&id).unwrap_or_else(|_| unreachable!("twelve letters and digits are an identifier"))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn identifiers_of_one_seed_repeat_between_runs_but_not_within_one() {
        let (ids, again) = (RequestIds::new(7), RequestIds::new(7));
        let made: Vec<_> = (0..10_000).map(|_| ids.next()).collect();
        assert!(made.iter().take(10).all(|id| *id == again.next()));
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), made.len());
        assert_eq!(made[0].as_str().len(), 12);
    }
}
