use super::{Policy, ProviderOrder};
use crate::scheduler::Openings;

/// What each free piece left over is charged, in minutes.
const PIECE_COST: i128 = 10;

/// One weighted sum: unusable minutes, ten for each piece, and the minutes taken by their popularity.
#[derive(Debug, Clone, Copy)]
pub struct Lean;

impl Policy for Lean {
    fn name(&self) -> &'static str {
        "lean"
    }

    fn summary(&self) -> &'static str {
        "unusable minutes + 10 per piece + popularity, weighed against each other"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::AvailableSlots
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        let yardstick = &openings.rules().yardstick;
        // Multiplied through by the sum of all counters, so that it stays an integer.
        let (total, open) = openings.popularity().whole();
        let mut window = openings.popularity().window(openings.duration);
        let mut best: Option<(i128, u16, u16)> = None;
        for opening in openings.iter() {
            for start in opening.starts() {
                let (left, right) = opening.left_over(start);
                let unusable = yardstick.unusable_created(opening.gap.len(), left, right);
                let pieces = i128::from(left > 0) + i128::from(right > 0);
                let minutes = i128::from(unusable) + PIECE_COST * pieces;
                let cost = minutes * i128::from(total) + i128::from(open) * i128::from(window.sum(start));
                let key = (cost, opening.gap.len(), start);
                if best.is_none_or(|best| key < best) {
                    best = Some(key);
                }
            }
        }
        best.map(|(_, _, start)| start)
    }
}
