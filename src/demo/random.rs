//! Random numbers for traffic: small, seeded, and the same on every machine.

use crate::scheduler::Dice;

/// A sequence of draws; for making a morning look alive, not for secrets.
#[derive(Debug)]
pub(super) struct Random(Dice);

impl Random {
    /// The sequence of a seed for one purpose, so that a draw for one thing never shifts another's.
    pub(super) fn for_purpose(seed: u64, purpose: &str) -> Self {
        Self(Dice::named(&format!("{seed}/{purpose}")))
    }

    /// A number below `bound`, 0 for a bound of 0; the bias of at most `bound` in 2^64 is of no account here.
    pub(super) fn below(&self, bound: u32) -> u32 {
        let wide = u128::from(self.0.draw()) * u128::from(bound);
        // The product is below bound · 2^64, so its upper half is below the bound.
        u32::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included; `low` where they are the wrong way round.
    pub(super) fn between(&self, low: u32, high: u32) -> u32 {
        low + self.below((high.saturating_sub(low)).saturating_add(1))
    }

    /// Whether something happens that happens with this probability, 0 to 1.
    pub(super) fn chance(&self, share: f64) -> bool {
        f64::from(self.below(1 << 20)) < share * f64::from(1 << 20)
    }

    /// One of the items, each as likely as its weight says; none if every weight is 0.
    pub(super) fn weighted<'a, T>(&self, items: impl Iterator<Item = (&'a T, u32)> + Clone) -> Option<&'a T> {
        let whole = items.clone().map(|(_, weight)| weight).fold(0, u32::saturating_add);
        let mut left = self.below(whole);
        for (item, weight) in items {
            if left < weight {
                return Some(item);
            }
            left -= weight;
        }
        None
    }

    /// Puts the items in a random order.
    pub(super) fn shuffle<T>(&self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let bound = u32::try_from(last + 1).unwrap_or(u32::MAX);
            items.swap(last, self.below(bound) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_within_their_bounds_and_reach_them() {
        let random = Random::for_purpose(1, "test");
        let drawn: std::collections::BTreeSet<u32> = (0..500).map(|_| random.between(3, 7)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6, 7]);
        assert_eq!(random.below(0), 0);
        assert!((0..100).all(|_| !random.chance(0.0)));
        assert!((0..100).all(|_| random.chance(1.0)));
    }

    #[test]
    fn a_weight_of_zero_is_never_drawn() {
        let random = Random::for_purpose(7, "test");
        let items = [("never", 0), ("often", 9), ("seldom", 1)];
        let drawn: Vec<&str> =
            (0..1000).filter_map(|_| random.weighted(items.iter().map(|(item, w)| (item, *w))).copied()).collect();
        let often = drawn.iter().filter(|item| **item == "often").count();
        assert_eq!(drawn.len(), 1000);
        assert!(!drawn.contains(&"never") && (850..950).contains(&often), "{often}");
        assert_eq!(random.weighted([(&"x", 0)].into_iter()), None);
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut items: Vec<u8> = (0..50).collect();
        Random::for_purpose(3, "test").shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
