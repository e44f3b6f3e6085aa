//! The lowest of many keys, kept while single keys change.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// No key: larger than all of them.
const NONE: u64 = u64::MAX;

/// Entrants per match: their keys fill one cache line, so a level costs one look at the memory.
const WIDTH: usize = 8;

/// A match: the lowest of its keys goes on to the next level.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Match([u64; WIDTH]);

impl Match {
    fn winner(&self) -> u64 {
        self.0.iter().copied().fold(NONE, u64::min)
    }
}

/// A tournament over numbered entrants: the lowest key wins.
///
/// A changed key is played up the levels until a match ends as before, so a change costs the logarithm
/// of the number of entrants at most, in flat arrays without allocations.
#[derive(Debug, Clone)]
pub(super) struct Tournament {
    /// The entrants first, the final last.
    levels: Vec<Box<[Match]>>,
}

impl Tournament {
    /// A tournament with these keys, all different and below `u64::MAX`.
    pub(super) fn new(keys: impl Iterator<Item = u64>) -> Self {
        let mut levels = vec![matches(keys)];
        while let Some(last) = levels.last().filter(|last| last.len() > 1) {
            let next = matches(last.iter().map(Match::winner));
            levels.push(next);
        }
        Self { levels }
    }

    /// Gives an entrant another key.
    pub(super) fn set(&mut self, entrant: usize, key: u64) {
        let (mut place, mut winner) = (entrant, key);
        for level in &mut self.levels {
            let held = &mut level[place / WIDTH];
            if held.0[place % WIDTH] == winner {
                return;
            }
            held.0[place % WIDTH] = winner;
            winner = held.winner();
            place /= WIDTH;
        }
    }

    /// The lowest key.
    pub(super) fn first(&self) -> Option<u64> {
        self.levels.last().map(|level| level[0].winner()).filter(|key| *key != NONE)
    }

    /// The second lowest key.
    pub(super) fn second(&self) -> Option<u64> {
        let first = self.first()?;
        let mut second = NONE;
        let mut place = 0;
        // It lost to the lowest one, in one of the matches that this one came through.
        for level in self.levels.iter().rev() {
            let mut came_from = 0;
            for (at, key) in level[place].0.into_iter().enumerate() {
                if key == first {
                    came_from = at;
                } else {
                    second = second.min(key);
                }
            }
            place = place * WIDTH + came_from;
        }
        Some(second).filter(|key| *key != NONE)
    }

    /// The lowest `count` keys, ascending.
    pub(super) fn lowest(&self, count: usize) -> Vec<u64> {
        let mut found = Vec::with_capacity(count);
        // Matches still to be looked into, by their lowest key; the final is not part of any other one.
        let mut open = BinaryHeap::new();
        open.extend(self.first().map(|key| Reverse((key, self.levels.len(), 0))));
        while found.len() < count
            && let Some(Reverse((key, level, place))) = open.pop()
        {
            // What won at a level came from the match at the same place of the level below; an entrant
            // came from nowhere.
            let Some(below) = level.checked_sub(1) else {
                found.push(key);
                continue;
            };
            let entered = self.levels[below][place].0.into_iter().enumerate().filter(|(_, key)| *key != NONE);
            open.extend(entered.map(|(at, key)| Reverse((key, below, place * WIDTH + at))));
        }
        found
    }
}

/// The first round of these keys: at least one match, the last one filled up with nobody.
fn matches(keys: impl Iterator<Item = u64>) -> Box<[Match]> {
    let mut all = vec![Match([NONE; WIDTH])];
    for (number, key) in keys.enumerate() {
        if number / WIDTH == all.len() {
            all.push(Match([NONE; WIDTH]));
        }
        all[number / WIDTH].0[number % WIDTH] = key;
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_lowest_keys_are_those_of_a_sorted_list(
            keys in prop::collection::vec(0u64..1_000, 0..600),
            changes in prop::collection::vec((0usize..600, 0u64..1_000), 0..100),
            count in 0usize..80,
        ) {
            // No two keys are equal.
            let different = |(entrant, key): (usize, u64)| key * 600 + u64::try_from(entrant).unwrap();
            let mut keys: Vec<u64> = keys.into_iter().enumerate().map(different).collect();
            let mut tournament = Tournament::new(keys.iter().copied());
            let entrants = keys.len();
            for (entrant, key) in changes.into_iter().filter(|_| entrants > 0) {
                let entrant = entrant % entrants;
                let key = different((entrant, key));
                keys[entrant] = key;
                tournament.set(entrant, key);
            }
            keys.sort_unstable();
            prop_assert_eq!(tournament.first(), keys.first().copied());
            prop_assert_eq!(tournament.second(), keys.get(1).copied());
            keys.truncate(count);
            prop_assert_eq!(tournament.lowest(count), keys);
        }
    }
}
