//! The signs of the screen, as pictures or as plain ASCII.

use ratatui::symbols::border;

use crate::domain::Status;

/// Which signs the terminal's font can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Glyphs {
    /// Box drawing, block elements and a few pictures, each one column wide.
    #[default]
    Unicode,
    /// Nothing above 0x7E.
    Ascii,
}

/// Every sign that a widget draws; all are one column wide.
#[derive(Debug)]
pub struct GlyphTable {
    /// Corners and lines of panels.
    pub border: border::Set<'static>,
    /// Marks the selected row of a list.
    pub marker: &'static str,
    /// Closed hours.
    pub closed: &'static str,
    /// A gap too short for every service.
    pub unusable: &'static str,
    /// A full hour in free time.
    pub hour: &'static str,
    /// The body of a block where colours cannot show it.
    pub block: &'static str,
    /// The line of the present.
    pub now: &'static str,
    /// The head of the line of the present.
    pub now_head: &'static str,
    /// The head of the cursor's column.
    pub cursor_head: &'static str,
    /// A place where an appointment would go.
    pub ghost: &'static str,
    /// Something that waits for the book.
    pub in_flight: &'static str,
    /// What was left out.
    pub ellipsis: &'static str,
    /// Separates facts on one line.
    pub dot: &'static str,
    /// A live desk.
    pub live: &'static str,
    /// Deliberately over the rules.
    pub overbooked: &'static str,
    /// A worker that decides.
    pub busy: &'static str,
    /// A worker that waits.
    pub idle: &'static str,
    /// Nothing to eight eighths, rising.
    pub levels: [&'static str; 9],
    /// Nothing to eight eighths, from the left; none where only whole cells can be drawn.
    pub eighths: Option<[&'static str; 9]>,
    /// The played part of a bar.
    pub bar_full: &'static str,
    /// The rest of a bar.
    pub bar_rest: &'static str,
    /// Playing.
    pub playing: &'static str,
    /// Standing still.
    pub paused: &'static str,
    /// More above, more below.
    pub more: [&'static str; 2],
    /// The moving part of a scroll bar, and its track.
    pub scroll: [&'static str; 2],
    /// Around a value that can be changed with the arrow keys.
    pub choice: [&'static str; 2],
    /// In front of messages: information, success, warning, error.
    pub severity: [&'static str; 4],
    status: [&'static str; 7],
}

static UNICODE: GlyphTable = GlyphTable {
    border: border::ROUNDED,
    marker: "▸",
    closed: "░",
    unusable: "╳",
    hour: "┊",
    block: "━",
    now: "│",
    now_head: "▼",
    cursor_head: "▾",
    ghost: "╌",
    in_flight: "…",
    ellipsis: "…",
    dot: "·",
    live: "●",
    overbooked: "‼",
    busy: "▮",
    idle: "▯",
    levels: [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    eighths: Some([" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]),
    bar_full: "━",
    bar_rest: "─",
    playing: "►",
    paused: "‖",
    more: ["▴", "▾"],
    scroll: ["┃", "│"],
    choice: ["‹", "›"],
    severity: ["i", "✓", "!", "✗"],
    status: ["○", "●", "◆", "►", "✓", "✗", "×"],
};

static ASCII: GlyphTable = GlyphTable {
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
    marker: ">",
    closed: ":",
    unusable: "#",
    hour: "'",
    block: "=",
    now: "|",
    now_head: "v",
    cursor_head: "v",
    ghost: "~",
    in_flight: "~",
    ellipsis: "~",
    dot: "-",
    live: "*",
    overbooked: "!",
    busy: "#",
    idle: "-",
    levels: [" ", "1", "2", "3", "4", "5", "6", "7", "8"],
    eighths: None,
    bar_full: "=",
    bar_rest: "-",
    playing: ">",
    paused: "||",
    more: ["^", "v"],
    scroll: ["#", "|"],
    choice: ["<", ">"],
    severity: ["i", "+", "!", "x"],
    status: ["b", "c", "a", ">", "d", "n", "x"],
};

impl Glyphs {
    /// The signs.
    pub fn table(self) -> &'static GlyphTable {
        match self {
            Self::Unicode => &UNICODE,
            Self::Ascii => &ASCII,
        }
    }
}

impl GlyphTable {
    /// The sign of a status.
    pub fn status(&self, status: &Status) -> &'static str {
        self.status[match status {
            Status::Booked => 0,
            Status::Confirmed => 1,
            Status::Arrived => 2,
            Status::InProgress => 3,
            Status::Done => 4,
            Status::NoShow => 5,
            Status::Cancelled(_) => 6,
        }]
    }

    /// The rising bar for a share of 0 to 1; anything above 0 shows.
    pub fn level(&self, share: f64) -> &'static str {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=8")]
        let eighths = (share.clamp(0.0, 1.0) * 8.0).ceil() as usize;
        self.levels[eighths.min(8)]
    }

    /// Every sign, for checks.
    #[cfg(test)]
    fn all(&self) -> Vec<&'static str> {
        let Self { border, levels, eighths, more, scroll, choice, severity, status, .. } = self;
        let mut all = vec![self.marker, self.closed, self.unusable, self.hour, self.block, self.now, self.now_head];
        all.extend([self.cursor_head, self.ghost, self.in_flight, self.ellipsis, self.dot, self.live]);
        all.extend([self.overbooked, self.busy, self.idle, self.bar_full, self.bar_rest, self.playing, self.paused]);
        all.extend([border.top_left, border.top_right, border.bottom_left, border.bottom_right]);
        all.extend([border.vertical_left, border.vertical_right, border.horizontal_top, border.horizontal_bottom]);
        all.extend(levels.iter().chain(eighths.iter().flatten()).chain(more).chain(scroll).chain(choice));
        all.extend(severity.iter().chain(status));
        all
    }
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn every_sign_is_one_column_wide_and_ascii_is_ascii() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            for sign in glyphs.table().all() {
                // One bar alone would look like the line of now.
                assert_eq!(sign.width(), if sign == "||" { 2 } else { 1 }, "{sign:?}");
                assert!(glyphs == Glyphs::Unicode || sign.is_ascii(), "{sign:?}");
            }
        }
    }

    #[test]
    fn no_two_statuses_share_a_sign() {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let mut signs = glyphs.table().status.to_vec();
            signs.sort_unstable();
            signs.dedup();
            assert_eq!(signs.len(), 7);
        }
    }

    #[test]
    fn a_level_above_nothing_always_shows() {
        let table = Glyphs::Unicode.table();
        assert_eq!(
            [0.0, 0.01, 0.5, 1.0, 7.0, f64::NAN].map(|share| table.level(share)),
            [" ", "▁", "▄", "█", "█", " "]
        );
    }
}
