//! The colours of the built-in themes.
//!
//! Text stands on a ground of the palette's own or on the terminal's; the tests compute that every
//! pair can be read.

use ratatui::style::Color;

use super::ink::Ink;

/// Colours that belong on each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    pub(crate) fg: Ink,
    pub(crate) bg: Ink,
}

/// The colours of one service: text, ground, and the ground of every second of adjacent blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Swatch {
    pub(crate) fg: Ink,
    pub(crate) bg: Ink,
    pub(crate) alternate: Ink,
}

/// Every colour of a theme.
#[derive(Debug)]
pub(crate) struct Palette {
    pub(crate) dim: Ink,
    pub(crate) faint: Ink,
    pub(crate) accent: Ink,
    pub(crate) good: Ink,
    pub(crate) warn: Ink,
    pub(crate) alarm: Ink,
    pub(crate) now: Ink,
    pub(crate) lane: Ink,
    pub(crate) unusable: Pair,
    pub(crate) selection: Pair,
    pub(crate) selection_idle: Pair,
    pub(crate) ghost_fits: Pair,
    pub(crate) ghost_blocked: Pair,
    pub(crate) flash: Pair,
    pub(crate) caption: Pair,
    pub(crate) services: [Swatch; 8],
}

/// The stand-ins of the eight services among sixteen colours: text, ground, alternate ground.
const COARSE: [[Color; 3]; 8] = [
    [Color::White, Color::Blue, Color::LightBlue],
    [Color::Black, Color::Cyan, Color::LightCyan],
    [Color::Black, Color::Green, Color::LightGreen],
    [Color::Black, Color::Magenta, Color::LightMagenta],
    [Color::Black, Color::Yellow, Color::LightYellow],
    [Color::Black, Color::LightMagenta, Color::Magenta],
    [Color::Black, Color::Gray, Color::Cyan],
    [Color::Black, Color::LightYellow, Color::Yellow],
];

const fn pair(fg: (u32, Color), bg: (u32, Color)) -> Pair {
    Pair { fg: Ink::new(fg.0, fg.1), bg: Ink::new(bg.0, bg.1) }
}

const fn plain(rgb: u32) -> Ink {
    Ink::new(rgb, Color::Reset)
}

/// Swatches with one text colour from (ground, alternate ground), each with its stand-in of the 256.
const fn services(text: u32, grounds: [[(u32, u8); 2]; 8]) -> [Swatch; 8] {
    let blank = Swatch { fg: Ink::DEFAULT, bg: Ink::DEFAULT, alternate: Ink::DEFAULT };
    let mut all = [blank; 8];
    let mut at = 0;
    while at < 8 {
        let [fg, bg, alternate] = COARSE[at];
        all[at] = Swatch {
            fg: Ink::new(text, fg),
            bg: Ink::new(grounds[at][0].0, bg).indexed(grounds[at][0].1),
            alternate: Ink::new(grounds[at][1].0, alternate).indexed(grounds[at][1].1),
        };
        at += 1;
    }
    all
}

/// Blue, teal, green, violet, ochre, rose, slate, rust: deep enough for light text.
const DEEP: [Swatch; 8] = services(
    0x00f5_f8fc,
    [
        [(0x002f_6296, 25), (0x0024_4d78, 24)],
        [(0x001d_7070, 23), (0x0016_5858, 30)],
        [(0x003a_6e3f, 65), (0x002d_5732, 22)],
        [(0x0069_4f9c, 97), (0x0053_3d7e, 61)],
        [(0x007a_5c1a, 94), (0x0061_4913, 58)],
        [(0x0094_4364, 132), (0x0076_334f, 89)],
        [(0x0056_6377, 241), (0x0043_4e5f, 238)],
        [(0x0091_4e2d, 131), (0x0074_3d22, 95)],
    ],
);

/// The same hues, pale enough for dark text.
const PALE: [Swatch; 8] = services(
    0x0015_202b,
    [
        [(0x00b9_d8f5, 153), (0x009a_c4ec, 117)],
        [(0x00b0_e0dd, 152), (0x0090_cfcb, 116)],
        [(0x00c1_e3bb, 151), (0x00a5_d29d, 114)],
        [(0x00da_cef3, 183), (0x00c4_b3e8, 147)],
        [(0x00f0_dba4, 223), (0x00e4_c87f, 222)],
        [(0x00f5_cad9, 218), (0x00ea_aec4, 211)],
        [(0x00d2_d9e2, 252), (0x00bb_c5d2, 249)],
        [(0x00f4_cfb8, 216), (0x00e8_b795, 180)],
    ],
);

/// For dark terminals.
pub(crate) const DARK: Palette = Palette {
    dim: plain(0x008f_9bb0).indexed(247),
    faint: plain(0x004c_586b).indexed(240),
    accent: Ink::new(0x007c_c4ff, Color::Cyan),
    good: Ink::new(0x007d_dc9a, Color::Green),
    warn: Ink::new(0x00f2_c46d, Color::Yellow),
    alarm: Ink::new(0x00ff_7b88, Color::Red),
    now: Ink::new(0x00ff_b454, Color::Yellow),
    lane: plain(0x001d_2633),
    unusable: pair((0x00ff_93a2, Color::Red), (0x004d_2230, Color::Reset)),
    selection: pair((0x000d_1218, Color::Black), (0x009f_d4ff, Color::White)),
    selection_idle: pair((0x00e8_eef6, Color::Black), (0x003d_4c66, Color::Gray)),
    ghost_fits: pair((0x000b_1d12, Color::Black), (0x0086_e0a5, Color::LightGreen)),
    ghost_blocked: pair((0x0026_0a0f, Color::Black), (0x00ff_98a4, Color::LightRed)),
    flash: pair((0x0017_1405, Color::Black), (0x00ff_dd80, Color::LightYellow)),
    caption: pair((0x00e9_f0fa, Color::White), (0x0026_324a, Color::Blue)),
    services: DEEP,
};

/// For light terminals.
pub(crate) const LIGHT: Palette = Palette {
    dim: plain(0x005a_6574).indexed(241),
    faint: plain(0x00b4_becb).indexed(250),
    accent: Ink::new(0x000b_5cad, Color::Blue),
    good: Ink::new(0x001a_753a, Color::Green),
    warn: Ink::new(0x0085_5600, Color::Magenta),
    alarm: Ink::new(0x00b3_261e, Color::Red),
    now: Ink::new(0x00b8_3c0a, Color::Red),
    lane: plain(0x00ee_f2f7),
    unusable: pair((0x00a8_202a, Color::Red), (0x00fa_d7d8, Color::Reset)),
    selection: pair((0x00ff_ffff, Color::White), (0x000b_5cad, Color::Blue)),
    selection_idle: pair((0x0015_202b, Color::Black), (0x00c8_d4e3, Color::Gray)),
    ghost_fits: pair((0x0006_2913, Color::Black), (0x008f_dfac, Color::LightGreen)),
    ghost_blocked: pair((0x003d_080c, Color::Black), (0x00ff_aeb2, Color::LightRed)),
    flash: pair((0x001d_1905, Color::Black), (0x00ff_de6b, Color::LightYellow)),
    caption: pair((0x0015_202b, Color::White), (0x00df_e9f7, Color::Blue)),
    services: PALE,
};

/// For terminals of unknown ground: text of middling brightness, and no ground except under blocks.
pub(crate) const EITHER: Palette = Palette {
    dim: plain(0x0076_7676),
    faint: plain(0x008a_8a8a),
    accent: Ink::new(0x001f_7acc, Color::Reset),
    good: Ink::new(0x002a_8448, Color::Green),
    warn: Ink::new(0x00a8_6800, Color::Reset),
    alarm: Ink::new(0x00d9_3f3f, Color::Red),
    now: Ink::new(0x00c7_560f, Color::Red),
    lane: Ink::DEFAULT,
    unusable: Pair { fg: Ink::new(0x00d9_3f3f, Color::Red), bg: Ink::DEFAULT },
    selection: pair((0x000d_1218, Color::Black), (0x009f_d4ff, Color::White)),
    selection_idle: pair((0x00e8_eef6, Color::Black), (0x003d_4c66, Color::Gray)),
    ..DARK
};

/// Nothing recedes: text is the terminal's own, colours mark what matters.
pub(crate) const HIGH_CONTRAST_DARK: Palette = Palette {
    dim: Ink::DEFAULT,
    faint: Ink::DEFAULT,
    accent: Ink::DEFAULT,
    good: Ink::DEFAULT,
    warn: Ink::DEFAULT,
    alarm: Ink::DEFAULT,
    now: Ink::DEFAULT,
    lane: Ink::DEFAULT,
    unusable: pair((0x00ff_ffff, Color::White), (0x009c_0012, Color::Red)),
    selection: pair((0x0000_0000, Color::Black), (0x00ff_ffff, Color::White)),
    selection_idle: pair((0x0000_0000, Color::Black), (0x00bc_bcbc, Color::Gray)),
    services: services(
        0x0000_0000,
        [
            [(0x008e_c9ff, 117), (0x005f_afff, 75)],
            [(0x006f_e3d6, 122), (0x003c_c4b6, 79)],
            [(0x0095_e58c, 120), (0x005f_c655, 77)],
            [(0x00d2_bbff, 183), (0x00b2_93fa, 141)],
            [(0x00ff_dc66, 221), (0x00e0_b428, 178)],
            [(0x00ff_b0cd, 218), (0x00f5_80aa, 211)],
            [(0x00d8_d8d8, 252), (0x00ae_aeae, 247)],
            [(0x00ff_bd90, 216), (0x00f0_9558, 209)],
        ],
    ),
    ..DARK
};

/// [`HIGH_CONTRAST_DARK`] with grounds that stand out on a light terminal.
pub(crate) const HIGH_CONTRAST_LIGHT: Palette = Palette {
    dim: Ink::DEFAULT,
    faint: Ink::DEFAULT,
    accent: Ink::DEFAULT,
    good: Ink::DEFAULT,
    warn: Ink::DEFAULT,
    alarm: Ink::DEFAULT,
    now: Ink::DEFAULT,
    lane: Ink::DEFAULT,
    unusable: pair((0x00ff_ffff, Color::White), (0x009c_0012, Color::Red)),
    selection: pair((0x00ff_ffff, Color::White), (0x0000_0000, Color::Black)),
    selection_idle: pair((0x00ff_ffff, Color::White), (0x004d_4d4d, Color::Black)),
    services: services(
        0x00ff_ffff,
        [
            [(0x000a_4a8a, 25), (0x0006_3260, 18)],
            [(0x0000_5757, 23), (0x0000_3c3c, 30)],
            [(0x001c_5822, 22), (0x0010_3d15, 28)],
            [(0x0055_2f96, 55), (0x003c_1e70, 54)],
            [(0x005f_4500, 58), (0x0043_3000, 94)],
            [(0x008a_1e52, 89), (0x0062_1239, 53)],
            [(0x0047_4f5c, 240), (0x0030_3640, 237)],
            [(0x007a_3510, 94), (0x0057_2409, 52)],
        ],
    ),
    ..DARK
};
