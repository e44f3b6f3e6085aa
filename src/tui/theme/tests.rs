use super::*;

const DEPTHS: [ColourDepth; 4] = [ColourDepth::None, ColourDepth::Ansi16, ColourDepth::Ansi256, ColourDepth::True];
const BACKGROUNDS: [Background; 3] = [Background::Dark, Background::Light, Background::Unknown];

fn themes(depths: &[ColourDepth]) -> Vec<Theme> {
    let mut all = Vec::new();
    for (name, _) in ThemeName::ALL {
        for background in BACKGROUNDS {
            for depth in depths {
                all.push(Theme::new(name, Terminal { depth: *depth, background, glyphs: Glyphs::Unicode }));
            }
        }
    }
    all
}

fn blocks(theme: Theme) -> Vec<Style> {
    let roles = (0..ColourRole::COUNT).map(|role| ColourRole::new(role).unwrap());
    roles.flat_map(|role| [theme.block(role, Shade::Base), theme.block(role, Shade::Alternate)]).collect()
}

/// Relative luminance after WCAG 2.
fn luminance(rgb: [u8; 3]) -> f64 {
    let [red, green, blue] = rgb.map(|channel| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
    if a > b { a / b } else { b / a }
}

fn rgb(colour: Option<Color>) -> Option<[u8; 3]> {
    match colour {
        Some(Color::Rgb(red, green, blue)) => Some([red, green, blue]),
        Some(Color::Indexed(index)) => Some(ink::indexed_rgb(index)),
        _ => None,
    }
}

#[test]
fn text_on_every_ground_of_a_theme_has_a_contrast_of_at_least_four_and_a_half() {
    for theme in themes(&[ColourDepth::True]) {
        let high = theme.name() == ThemeName::HighContrast;
        let styles = Role::ALL.map(|role| theme.style(role)).into_iter().chain(blocks(theme));
        for style in styles.filter(|style| *style != theme.style(Role::Free)) {
            let (Some(fg), Some(bg)) = (rgb(style.fg), rgb(style.bg)) else { continue };
            let least = if high { 7.0 } else { 4.5 };
            assert!(contrast(fg, bg) >= least, "{theme:?} {style:?} has only {:.2}", contrast(fg, bg));
        }
    }
}

#[test]
fn with_256_colours_text_on_blocks_can_still_be_read() {
    for theme in themes(&[ColourDepth::Ansi256]) {
        for style in Role::ALL.map(|role| theme.style(role)).into_iter().chain(blocks(theme)) {
            let (Some(fg), Some(bg)) = (rgb(style.fg), rgb(style.bg)) else { continue };
            let decoration = style == theme.style(Role::Free);
            assert!(decoration || contrast(fg, bg) >= 3.9, "{theme:?} {style:?} {:.2}", contrast(fg, bg));
        }
    }
}

#[test]
fn text_on_the_terminals_own_ground_can_be_read_on_every_ground_the_theme_is_for() {
    let grounds = |theme: Theme| match (theme.name(), theme.terminal.background) {
        (ThemeName::Dark, _) | (ThemeName::Auto, Background::Dark) => vec![[0; 3], [0x1e; 3], [0x28, 0x2c, 0x34]],
        (ThemeName::Light, _) | (ThemeName::Auto, Background::Light) => vec![[0xff; 3], [0xfa, 0xf8, 0xf0]],
        _ => vec![[0; 3], [0xff; 3]],
    };
    let decoration = [Role::Border, Role::Closed, Role::Free];
    for theme in themes(&[ColourDepth::True]) {
        for role in Role::ALL.into_iter().filter(|role| !decoration.contains(role)) {
            let style = theme.style(role);
            let (Some(fg), None) = (rgb(style.fg), style.bg) else { continue };
            for ground in grounds(theme) {
                assert!(contrast(fg, ground) >= 4.3, "{theme:?} {role:?} {:.2}", contrast(fg, ground));
            }
        }
    }
}

#[test]
fn without_colours_nothing_emits_one() {
    for theme in themes(&DEPTHS).into_iter().filter(|theme| theme.depth() == ColourDepth::None) {
        for style in Role::ALL.map(|role| theme.style(role)).into_iter().chain(blocks(theme)) {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }
    let mono = Terminal { depth: ColourDepth::True, background: Background::Dark, glyphs: Glyphs::Unicode };
    assert_eq!(Theme::new(ThemeName::Mono, mono).depth(), ColourDepth::None);
}

#[test]
fn each_depth_uses_only_its_own_colours() {
    for theme in themes(&DEPTHS) {
        let styles = Role::ALL.map(|role| theme.style(role)).into_iter().chain(blocks(theme));
        for colour in styles.flat_map(|style| [style.fg, style.bg]).flatten() {
            let fits = match colour {
                Color::Rgb(..) => theme.depth() == ColourDepth::True,
                Color::Indexed(_) => theme.depth() == ColourDepth::Ansi256,
                _ => theme.depth() == ColourDepth::Ansi16,
            };
            assert!(fits, "{theme:?} {colour:?}");
        }
    }
}

#[test]
fn a_selection_never_rests_on_colour_alone() {
    for theme in themes(&DEPTHS) {
        assert!(theme.style(Role::Selection).has_modifier(Modifier::BOLD));
        let bare = theme.depth() == ColourDepth::None;
        assert_eq!(theme.style(Role::Selection).has_modifier(Modifier::REVERSED), bare);
    }
}

#[test]
fn plain_text_is_the_terminals_own() {
    for theme in themes(&DEPTHS) {
        assert_eq!(theme.style(Role::Text), Style::default());
    }
}

#[test]
fn dark_grey_is_never_dimmed() {
    for theme in themes(&DEPTHS) {
        for role in Role::ALL {
            let style = theme.style(role);
            assert!(style.fg != Some(Color::DarkGray) || !style.has_modifier(Modifier::DIM));
        }
    }
}

#[test]
fn neighbours_of_one_service_have_different_grounds_wherever_there_are_colours() {
    for theme in themes(&DEPTHS).into_iter().filter(|theme| theme.depth() != ColourDepth::None) {
        for pair in blocks(theme).chunks(2) {
            assert_ne!(pair[0].bg, pair[1].bg, "{theme:?}");
        }
    }
}

#[test]
fn fragmentation_turns_at_its_thresholds() {
    let terminal = Terminal { depth: ColourDepth::True, background: Background::Dark, glyphs: Glyphs::Unicode };
    let theme = Theme::new(ThemeName::Auto, terminal);
    for (phi, role) in
        [(0.0, Role::Calm), (0.099, Role::Calm), (0.1, Role::Watch), (0.3, Role::Watch), (0.301, Role::Red)]
    {
        assert_eq!(theme.fragmentation(phi), theme.style(role), "{phi}");
    }
}

#[test]
fn a_theme_is_found_by_name_and_an_unknown_name_lists_them() {
    for (name, key) in ThemeName::ALL {
        assert_eq!(key.parse(), Ok(name));
        assert_eq!(name.to_string(), key);
    }
    let error = "drak".parse::<ThemeName>().unwrap_err();
    assert_eq!(error.to_string(), "there is no theme \"drak\"; choose one of auto, dark, light, high-contrast, mono");
    let mut name = ThemeName::Auto;
    for (expected, _) in ThemeName::ALL {
        assert_eq!(name, expected);
        name = name.next();
    }
    assert_eq!(name, ThemeName::Auto);
}
