//! The bar under a demo: what to look at, and how far it has come.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::demo::DemoState;
use crate::tui::theme::{Role, Theme};

use super::text::{put, put_right, put_within, wrap};

/// The caption of a demo with its progress; three lines, or four with a second line of text.
#[derive(Debug, Clone, Copy)]
pub struct CaptionBar<'a> {
    /// How it looks.
    pub theme: &'a Theme,
    /// How far the demo has come.
    pub state: &'a DemoState,
}

impl CaptionBar<'_> {
    /// Lines that it needs in this width.
    pub fn height(&self, columns: u16) -> u16 {
        let text = self.state.caption.as_ref().map_or(0, |caption| wrap(&caption.text, text_columns(columns)).len());
        2 + u16::try_from(text.min(2)).unwrap_or(2)
    }

    fn remark(&self) -> String {
        let glyphs = self.theme.glyphs();
        match self.state {
            DemoState { finished: true, .. } => format!("{} finished", glyphs.severity[1]),
            DemoState { paused: true, .. } => format!("{} paused", glyphs.paused),
            state => format!("{} {}", glyphs.playing, speed(state.speed)),
        }
    }

    fn progress(&self, line: Rect, buffer: &mut Buffer) {
        let glyphs = self.theme.glyphs();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 0..=1")]
        let played = (self.state.progress.clamp(0.0, 1.0) * f64::from(line.width)).round() as u16;
        for column in 0..line.width {
            let (sign, role) =
                if column < played { (glyphs.bar_full, Role::Accent) } else { (glyphs.bar_rest, Role::Border) };
            put(buffer, (line.x + column, line.y), sign, 1, self.theme.style(role));
        }
    }
}

fn text_columns(columns: u16) -> u16 {
    columns.saturating_sub(2)
}

/// Demo minutes per second, without needless decimals.
fn speed(minutes_per_second: f64) -> String {
    if minutes_per_second >= 10.0 || minutes_per_second.fract().abs() < 0.05 {
        format!("{minutes_per_second:.0} min/s")
    } else {
        format!("{minutes_per_second:.1} min/s")
    }
}

impl Widget for &CaptionBar<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        self.progress(Rect { height: 1, ..area }, buffer);
        let below = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let caption = self.theme.style(Role::Caption);
        buffer.set_style(below, caption);
        if below.is_empty() {
            return;
        }
        let inside = Rect { x: below.x + 1, width: text_columns(below.width), ..below };
        let line = Rect { height: 1, ..inside };
        let begin = put_right(buffer, line, &self.remark(), caption);
        let Some(words) = &self.state.caption else { return };
        let title = caption.patch(self.theme.style(Role::Strong));
        put(buffer, (inside.x, inside.y), &words.title, begin.saturating_sub(inside.x + 1), title);
        for (text, y) in wrap(&words.text, inside.width).iter().zip(inside.top() + 1..inside.bottom()) {
            put_within(buffer, inside, (inside.x, y), text, caption);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_has_decimals_only_where_they_say_something() {
        assert_eq!([0.5, 1.0, 2.0, 7.5, 12.5].map(speed), ["0.5 min/s", "1 min/s", "2 min/s", "7.5 min/s", "12 min/s"]);
    }
}
