//! One colour as every kind of terminal can show it.

use ratatui::style::Color;

use super::ColourDepth;

/// A colour: exact, and what stands in for it where it cannot be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ink {
    rgb: Option<[u8; 3]>,
    /// The one of the 256; none for the nearest.
    indexed: Option<u8>,
    /// The one of the sixteen.
    coarse: Color,
}

/// The steps of a channel in the 6×6×6 cube of the 256-colour palette.
const CUBE_STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Ink {
    /// Whatever the terminal's default is.
    pub(crate) const DEFAULT: Self = Self { rgb: None, indexed: None, coarse: Color::Reset };

    /// A colour written `0xRRGGBB`, and its stand-in.
    pub(crate) const fn new(rgb: u32, coarse: Color) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self { rgb: Some([red, green, blue]), indexed: None, coarse }
    }

    /// The same colour with a chosen one of the 256, for hues that the nearest one loses.
    pub(crate) const fn indexed(self, index: u8) -> Self {
        Self { indexed: Some(index), ..self }
    }

    /// The colour at a depth; `Reset` where there are no colours.
    pub(crate) fn at(self, depth: ColourDepth) -> Color {
        match (depth, self.rgb) {
            (ColourDepth::None, _) | (ColourDepth::Ansi256 | ColourDepth::True, None) => Color::Reset,
            (ColourDepth::Ansi16, _) => self.coarse,
            (ColourDepth::Ansi256, Some(rgb)) => Color::Indexed(self.indexed.unwrap_or_else(|| nearest_indexed(rgb))),
            (ColourDepth::True, Some([red, green, blue])) => Color::Rgb(red, green, blue),
        }
    }
}

/// The entry of the 256-colour palette nearest to a colour: of its cube or of its greys.
fn nearest_indexed(rgb: [u8; 3]) -> u8 {
    let step = |channel: u8| {
        let distance = |index: &u8| CUBE_STEPS[usize::from(*index)].abs_diff(channel);
        (0..6u8).min_by_key(distance).unwrap_or(0)
    };
    let [red, green, blue] = rgb.map(step);
    let in_cube = [red, green, blue].map(|index| CUBE_STEPS[usize::from(index)]);
    let mean = rgb.iter().map(|channel| u16::from(*channel)).sum::<u16>() / 3;
    // The 24 greys are 8, 18, … 238.
    let grey_index = u8::try_from((mean.saturating_sub(3) / 10).min(23)).unwrap_or(23);
    let grey = [8 + 10 * grey_index; 3];
    if distance(grey, rgb) < distance(in_cube, rgb) { 232 + grey_index } else { 16 + 36 * red + 6 * green + blue }
}

fn distance(a: [u8; 3], b: [u8; 3]) -> u32 {
    a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// What the entry of the cube or of the greys looks like.
#[cfg(test)]
pub(super) fn indexed_rgb(index: u8) -> [u8; 3] {
    match index - 16 {
        n @ 0..216 => [n / 36, n / 6 % 6, n % 6].map(|step| CUBE_STEPS[usize::from(step)]),
        n => [8 + 10 * (n - 216); 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn the_256_colour_stand_in_is_the_nearest_of_the_palette(rgb: [u8; 3]) {
            let nearest = (16..=255).map(|index| distance(indexed_rgb(index), rgb)).min().unwrap();
            proptest::prop_assert_eq!(distance(indexed_rgb(nearest_indexed(rgb)), rgb), nearest);
        }
    }

    #[test]
    fn no_colour_means_reset() {
        assert_eq!(Ink::new(0x00ff_0000, Color::Red).at(ColourDepth::None), Color::Reset);
        assert_eq!(Ink::new(0x00ff_0000, Color::Red).at(ColourDepth::Ansi256), Color::Indexed(196));
    }
}
