//! Where the parts of the screen go.

use ratatui::layout::Rect;

use crate::tui::cursor::Pane;
use crate::tui::model::Model;
use crate::tui::widgets::{CaptionBar, DayTotals};

/// From this width on the list stands beside the timelines.
const WIDE: u16 = 118;
/// From this width on the list beside the timelines grows no more.
const LIST_GROWS_TO: u16 = 200;
/// From this height on two panes go one below the other.
const TALL: u16 = 15;
/// From this width on the day's totals stand beside details and fragmentation.
const THREE_PANES: u16 = 100;
/// Lines of a pane that make it worth showing.
const PANE_LINES_MIN: u16 = 7;

/// Where the parts of the screen go; what is none is not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Places {
    pub(super) header: Rect,
    pub(super) caption: Option<Rect>,
    /// Everything between header, caption and footer.
    pub(super) body: Rect,
    pub(super) timelines: Option<Rect>,
    pub(super) list: Option<Rect>,
    pub(super) details: Option<Rect>,
    pub(super) fragmentation: Option<Rect>,
    pub(super) totals: Option<Rect>,
    /// Lines at the bottom of the body that belong to a window.
    window_lines: u16,
    pub(super) footer: Rect,
}

impl Places {
    /// The places for the model, with so many lines of footer.
    pub(super) fn new(model: &Model, footer_lines: u16) -> Self {
        let (width, height) = model.size;
        let caption_lines = model
            .demo
            .as_ref()
            .filter(|_| height >= 20)
            .map_or(0, |state| CaptionBar { theme: &model.settings.theme, state }.height(width));
        let (header, rest) = top(Rect::new(0, 0, width, height), 1);
        let (rest, footer) = top(rest, rest.height.saturating_sub(footer_lines));
        let (body, caption) = top(rest, rest.height.saturating_sub(caption_lines));
        let caption = (caption_lines > 0).then_some(caption);
        let window_lines = model.overlays.iter().map(|overlay| overlay.layer().lines_below()).max().unwrap_or(0);
        // However low the screen, the timelines keep the lines in which a few rows can be seen.
        let window_lines = window_lines.min(body.height.saturating_sub(PANE_LINES_MIN));
        let base = Self { header, caption, body, window_lines, footer, ..Self::default() };
        if width >= WIDE { base.beside(model) } else { base.below(model) }
    }

    /// Where forms stand: over the panes that only tell, so that timelines, list and totals stay in view.
    pub(super) fn stage(&self) -> Rect {
        let beside = self.timelines.filter(|timelines| timelines.width < self.body.width);
        let right = self.fragmentation.or(beside).map_or(self.body.right(), Rect::right);
        let top = if self.window_lines > 0 { self.timelines.map_or(self.body.y, Rect::bottom) } else { self.body.y };
        let top = if top >= self.body.bottom() { self.body.y } else { top };
        Rect { x: self.body.x, y: top, width: right - self.body.x, height: self.body.bottom() - top }
    }

    fn beside(self, model: &Model) -> Self {
        let list_columns = (self.body.width.min(LIST_GROWS_TO) * 3 / 10).clamp(40, 60);
        let (left, list) = left(self.body, self.body.width - list_columns);
        // Rows become roomier before the panes below grow beyond what they have to say.
        let fits = |lines: &u16| left.height >= lines_wanted(model, *lines).saturating_add(DayTotals::LINES);
        let wanted = lines_wanted(model, [4, 3].into_iter().find(fits).unwrap_or(3)).max(PANE_LINES_MIN);
        let wanted = wanted.min(left.height - self.window_lines);
        if left.height < wanted + PANE_LINES_MIN + 3 && self.window_lines == 0 {
            return Self { timelines: Some(left), list: Some(list), ..self };
        }
        let (timelines, under) = top(left, wanted);
        let totals_columns = if under.width >= THREE_PANES { under.width / 4 } else { 0 };
        let (two, totals) = self::left(under, under.width - totals_columns);
        let (details, fragmentation) = self::left(two, two.width / 2);
        Self {
            timelines: Some(timelines),
            list: Some(list),
            details: Some(details),
            fragmentation: Some(fragmentation),
            totals: (totals_columns > 0).then_some(totals),
            ..self
        }
    }

    fn below(self, model: &Model) -> Self {
        if self.body.height < TALL {
            return match model.cursor.pane {
                Pane::Timelines => Self { timelines: Some(self.body), ..self },
                Pane::List => Self { list: Some(self.body), ..self },
            };
        }
        let list_lines = (self.body.height / 3).max(PANE_LINES_MIN);
        let wanted = lines_wanted(model, if self.body.height >= 26 { 3 } else { 1 }).max(PANE_LINES_MIN);
        let room = self.body.height - list_lines.max(self.window_lines);
        let (timelines, list) = top(self.body, wanted.min(room));
        Self { timelines: Some(timelines), list: Some(list), ..self }
    }
}

/// Lines for all providers with so many lines each, with frame and axis.
fn lines_wanted(model: &Model, lines_each: u16) -> u16 {
    let rows = u16::try_from(model.rows().len()).unwrap_or(u16::MAX);
    rows.saturating_mul(lines_each).saturating_add(4)
}

fn top(area: Rect, lines: u16) -> (Rect, Rect) {
    let lines = lines.min(area.height);
    (Rect { height: lines, ..area }, Rect { y: area.y + lines, height: area.height - lines, ..area })
}

fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}
