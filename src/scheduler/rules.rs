//! What every day of a desk is decided by.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Yardstick;
use super::policy::Policy;
use crate::domain::Minutes;

/// The catalogue's yardstick, the grid of regular starts and the policy.
#[derive(Debug)]
pub struct Rules {
    /// The measure of free gaps.
    pub yardstick: Arc<Yardstick>,
    /// Regular starts lie on minutes divisible by this, counted from midnight.
    pub start_grid: Minutes,
    /// How a slot is chosen among those that are possible.
    pub policy: &'static dyn Policy,
    /// What the random policy draws from; shared by all days of a desk.
    pub dice: Dice,
}

/// A small, portable generator (`SplitMix64`); several threads may draw from the same one, and clones are the same.
#[derive(Debug, Clone)]
pub struct Dice(Arc<AtomicU64>);

impl Dice {
    const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

    /// Dice that always fall the same way for the same seed.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seed)))
    }

    /// Dice seeded by a name: FNV-1a, 64 bits, over its UTF-8 form.
    pub fn named(name: &str) -> Self {
        let fold = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        Self::new(name.bytes().fold(0xCBF2_9CE4_8422_2325, fold))
    }

    /// The next number.
    pub fn draw(&self) -> u64 {
        // The state only ever grows by a constant, so one atomic addition is a whole step.
        let state = self.0.fetch_add(Self::GAMMA, Ordering::Relaxed).wrapping_add(Self::GAMMA);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Dice that will fall as these would, for looking ahead without drawing.
    #[must_use]
    pub fn forked(&self) -> Self {
        Self::new(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_fall_as_the_published_splitmix64_does() {
        let dice = Dice::new(1_234_567);
        let drawn = [dice.draw(), dice.draw(), dice.draw()];
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn looking_ahead_draws_nothing() {
        let dice = Dice::named("example/#0");
        assert_eq!(dice.forked().draw(), dice.draw());
    }
}
