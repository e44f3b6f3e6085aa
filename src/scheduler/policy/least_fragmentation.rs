use std::cmp::Ordering;

use super::{Policy, ProviderOrder};
use crate::scheduler::openings::{Opening, Openings};
use crate::scheduler::popularity::Window;

/// Fewest unusable minutes, then fewest pieces, then the least popular minutes: the default.
#[derive(Debug, Clone, Copy)]
pub struct LeastFragmentation;

/// What a start costs by the default rule (scheduling rule §3); the lowest is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::scheduler) struct Key {
    /// Unusable minutes created; negative only for durations outside the catalogue.
    pub(in crate::scheduler) unusable: i32,
    /// Free pieces left over, 0 to 2.
    pub(in crate::scheduler) pieces: u8,
    /// Sum of the counters of the minutes taken.
    pub(in crate::scheduler) popularity: u64,
    /// The length of the gap.
    gap: u16,
    /// Minutes of the gap outside the longest piece left over.
    outside_longest: u16,
    /// The start.
    pub(in crate::scheduler) start: u16,
}

impl Key {
    /// The key of one start.
    pub(in crate::scheduler) fn new(
        openings: &Openings<'_>,
        opening: &Opening,
        start: u16,
        window: &mut Window<'_>,
    ) -> Self {
        let shape = Shape::new(openings, opening, start);
        shape.with_popularity(window.sum(start))
    }
}

/// A key without the popularity, which takes longest to find out.
#[derive(Debug, Clone, Copy)]
struct Shape {
    unusable: i32,
    pieces: u8,
    gap: u16,
    longest: u16,
    start: u16,
}

impl Shape {
    fn new(openings: &Openings<'_>, opening: &Opening, start: u16) -> Self {
        let (left, right) = opening.left_over(start);
        Self {
            unusable: openings.rules().yardstick.unusable_created(opening.gap.len(), left, right),
            pieces: u8::from(left > 0) + u8::from(right > 0),
            gap: opening.gap.len(),
            longest: left.max(right),
            start,
        }
    }

    fn with_popularity(self, popularity: u64) -> Key {
        let Self { unusable, pieces, gap, longest, start } = self;
        // Of two gaps of one length, less outside the longest piece is a longer piece.
        Key { unusable, pieces, popularity, gap, outside_longest: gap - longest, start }
    }
}

/// The best start so far; its popularity is looked up only when another one is as good without it.
struct Search<'a> {
    window: Window<'a>,
    best: Option<(Shape, Option<u64>)>,
}

impl Search<'_> {
    fn consider(&mut self, shape: Shape) {
        match self.rank(shape) {
            Ordering::Greater => {}
            Ordering::Less => self.best = Some((shape, None)),
            Ordering::Equal => self.compare_popularity(shape),
        }
    }

    /// How a start compares with the best one before anybody looks at their popularity.
    #[inline]
    fn rank(&self, shape: Shape) -> Ordering {
        self.best
            .map_or(Ordering::Less, |(best, _)| shape.unusable.cmp(&best.unusable).then(shape.pieces.cmp(&best.pieces)))
    }

    fn compare_popularity(&mut self, shape: Shape) {
        if let Some((best, known)) = &mut self.best {
            let held = *known.get_or_insert_with(|| self.window.sum(best.start));
            let found = self.window.sum(shape.start);
            if shape.with_popularity(found) < best.with_popularity(held) {
                self.best = Some((shape, Some(found)));
            }
        }
    }

    /// Whether a start that splits its gap could still be better.
    fn is_open(&self, fewest_unusable: i32) -> bool {
        self.best.is_none_or(|(best, _)| best.pieces > 1 || best.unusable > fewest_unusable)
    }
}

impl Policy for LeastFragmentation {
    fn name(&self) -> &'static str {
        "least-fragmentation"
    }

    fn summary(&self) -> &'static str {
        "fewest unusable minutes, then fewest pieces, then the least popular time"
    }

    fn provider_order(&self) -> ProviderOrder {
        ProviderOrder::AvailableSlots
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        let mut search = Search { window: openings.popularity().window(openings.duration), best: None };
        for opening in openings.iter() {
            // Either edge leaves the same of the gap, only on the other side.
            let [early, late] = opening.edges();
            if let Some(edge) = early.or(late) {
                let shape = Shape::new(openings, &opening, edge);
                if search.rank(shape) != Ordering::Greater {
                    early.into_iter().chain(late).for_each(|start| search.consider(Shape { start, ..shape }));
                }
            }
        }
        // What fills l, r and the appointment's own minutes fills the gap, so no start creates fewer
        // unusable minutes than the appointment itself leaves of its length; and every start that is
        // not flush leaves two pieces. An edge that reaches both bounds ends the search.
        let own = openings.rules().yardstick.usable(openings.duration());
        let fewest_unusable = i32::from(own) - i32::from(openings.duration());
        if search.is_open(fewest_unusable) {
            for opening in openings.iter() {
                opening.inner().for_each(|start| search.consider(Shape::new(openings, &opening, start)));
            }
        }
        search.best.map(|(best, _)| best.start)
    }
}
