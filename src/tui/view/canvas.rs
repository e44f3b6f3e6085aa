//! What windows draw with: frames, forms, menus and long lists, with their targets for the mouse.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;
use tui_input::Input;

use super::places::Places;
use crate::domain::{Event, Minute, RequestId};
use crate::tui::form::{Field, Form, Grip, Value};
use crate::tui::hits::{Hits, Target};
use crate::tui::message::Ticket;
use crate::tui::model::Model;
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::{
    Details, EmptyDesk, FieldKind, FieldView, Focus, FormView, HelpEntry, HelpGroup, HelpView, Menu, MenuItem,
    PaletteEntry, PaletteView, Popup, Subject, keep_visible, truncate, width, wrap,
};

/// Columns of content in a form where there is plenty of room.
const FORM_COLUMNS: u16 = 72;
/// Most columns of content in a form.
const FORM_COLUMNS_MAX: u16 = 104;
/// Lines of content in the palette, the prompt included.
const PALETTE_LINES: u16 = 18;
/// Columns of content in a window with long lines.
const WIDE_COLUMNS: u16 = 116;

/// A line beside the fields of a form: what would happen, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::tui) struct Remark {
    role: Role,
    text: String,
}

impl Remark {
    /// A line that means something.
    pub(in crate::tui) fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }
}

/// Where windows draw.
pub(in crate::tui) struct Canvas<'a> {
    theme: &'a Theme,
    area: Rect,
    stage: Rect,
    buffer: &'a mut Buffer,
    hits: &'a mut Hits,
}

impl<'a> Canvas<'a> {
    /// A canvas over the panes.
    pub(super) fn new(model: &'a Model, places: &Places, buffer: &'a mut Buffer, hits: &'a mut Hits) -> Self {
        Self { theme: &model.settings.theme, area: places.body, stage: places.stage(), buffer, hits }
    }

    /// How everything looks.
    pub(in crate::tui) fn theme(&self) -> &'a Theme {
        self.theme
    }

    /// A frame with room for so much content; the area inside.
    fn frame(&mut self, title: &str, remark: &str, outer: Rect, size: (u16, u16)) -> Rect {
        let popup = Popup { theme: self.theme, title, remark, width: size.0, height: size.1 };
        let area = popup.area(outer);
        // What lies below is out of reach while the window is open.
        self.hits.add(self.area, Target::Window);
        self.hits.add(area, Target::Window);
        popup.render(outer, self.buffer);
        popup.inner(outer)
    }

    /// The bottom of the stage, so that the timelines and a ghost on them stay visible.
    fn bottom(&self, lines: u16) -> Rect {
        let height = lines.saturating_add(2).min(self.stage.height);
        Rect { y: self.stage.bottom() - height, height, ..self.stage }
    }

    /// Columns of a form: all of its stage, unless that is so wide that the eye loses the line.
    fn form_columns(&self) -> u16 {
        let all = self.stage.width.saturating_sub(4);
        if all <= FORM_COLUMNS_MAX { all } else { FORM_COLUMNS }
    }

    /// Lines of a window below the timelines: all of its stage, so that nothing is half covered.
    fn filling(&self, lines: u16) -> u16 {
        if self.stage.y > self.area.y { lines.max(self.stage.height.saturating_sub(2)) } else { lines }
    }

    fn columns(&self, wanted: u16) -> u16 {
        wanted.min(self.area.width.saturating_sub(4))
    }

    fn targets(&mut self, area: Rect, line_at: impl Fn(Position) -> Option<usize>) {
        for y in area.top()..area.bottom() {
            if let Some(line) = line_at(Position::new(area.x, y)) {
                self.hits.add(Rect { y, height: 1, ..area }, Target::Line(line));
            }
        }
    }

    /// Remarks from the top of an area; what does not fit is counted.
    fn remarks(&mut self, remarks: &[Remark], area: Rect) {
        let lines = wrapped(remarks, area.width);
        let room = usize::from(area.height);
        let shown = if lines.len() > room { room.saturating_sub(1) } else { lines.len() };
        for ((role, text), y) in lines.iter().take(shown).zip(area.y..) {
            self.buffer.set_stringn(area.x, y, text, area.width.into(), self.theme.style(*role));
        }
        if lines.len() > shown && room > 0 {
            let more = format!("{} {} more", self.theme.glyphs().ellipsis, lines.len() - shown);
            let y = area.bottom() - 1;
            self.buffer.set_stringn(area.x, y, &more, area.width.into(), self.theme.style(Role::Dim));
        }
    }

    /// A form with remarks below it, at the bottom of the panes.
    pub(in crate::tui) fn form(&mut self, title: &str, form: &Form, waiting: Option<Ticket>, remarks: &[Remark]) {
        let fields: Vec<FieldView<'_>> =
            form.fields().iter().enumerate().map(|(at, field)| view(form, at, field)).collect();
        let view = FormView { theme: self.theme, fields: &fields, focused: Some(form.focus()) };
        let columns = self.form_columns();
        let fields_lines = view.height(columns);
        let remark_lines = u16::try_from(wrapped(remarks, columns).len()).unwrap_or(u16::MAX);
        let gap = u16::from(!remarks.is_empty());
        let lines = fields_lines.saturating_add(gap).saturating_add(remark_lines);
        let lines = self.filling(lines);
        let outer = self.bottom(lines);
        let state = if waiting.is_some() { "waiting for the book …" } else { "" };
        let inner = self.frame(title, state, outer, (columns, lines));
        // Of a form that does not fit, the fields keep at least half.
        let below = inner.height.saturating_sub(fields_lines + gap).max((inner.height / 2).min(remark_lines));
        let (upper, lower) = split(inner, inner.height - below);
        let upper = Rect { height: upper.height.saturating_sub(gap.min(upper.height.saturating_sub(1))), ..upper };
        view.render(upper, self.buffer);
        self.targets(upper, |position| view.field_at(upper, position));
        self.remarks(remarks, lower);
    }

    /// A small frame at the bottom of the panes, without anything to fill in.
    pub(in crate::tui) fn banner(&mut self, title: &str, remarks: &[Remark]) {
        let columns = self.form_columns();
        let lines = u16::try_from(wrapped(remarks, columns).len()).unwrap_or(u16::MAX);
        let outer = self.bottom(lines);
        let inner = self.frame(title, "", outer, (columns, lines));
        self.remarks(remarks, inner);
    }

    /// A menu in the middle.
    pub(in crate::tui) fn menu(&mut self, title: &str, lines: &[String], selected: usize) {
        let longest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
        let columns = self.columns(longest.max(width(title)).saturating_add(6));
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let inner = self.frame(title, "", self.area, (columns, count));
        self.lines(lines, selected, inner);
    }

    /// A menu below remarks, at the bottom of the panes.
    pub(in crate::tui) fn menu_with(&mut self, title: &str, remarks: &[Remark], lines: &[String], selected: usize) {
        let columns = self.form_columns();
        let above = u16::try_from(wrapped(remarks, columns).len()).unwrap_or(u16::MAX);
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX).max(1);
        let all = self.filling(above.saturating_add(count).saturating_add(1));
        let outer = self.bottom(all);
        let inner = self.frame(title, "", outer, (columns, all));
        let (upper, lower) = split(inner, inner.height.saturating_sub(count).min(above.saturating_add(1)));
        self.remarks(remarks, Rect { height: upper.height.saturating_sub(1), ..upper });
        self.lines(lines, selected, lower);
    }

    fn lines(&mut self, lines: &[String], selected: usize, area: Rect) {
        let items: Vec<MenuItem<'_>> = lines.iter().map(|label| MenuItem { label, ..MenuItem::default() }).collect();
        let menu = Menu { theme: self.theme, items: &items, selected: Some(selected), empty: "nothing to choose from" };
        menu.render(area, self.buffer);
        self.targets(area, |position| menu.item_at(area, position));
    }

    /// A long list of events; only what is visible is put into words.
    pub(in crate::tui) fn list(
        &mut self,
        title: &str,
        events: &[Arc<Event>],
        selected: usize,
        line: &dyn Fn(&Arc<Event>) -> String,
    ) {
        let columns = self.columns(WIDE_COLUMNS);
        let lines = self.area.height.saturating_sub(2);
        let remark = format!("{} of {}", (selected + 1).min(events.len()), events.len());
        let inner = self.frame(title, &remark, self.area, (columns, lines));
        // Sentences may be longer than a line: the selected one is shown whole.
        let told = events.get(selected).map(line).filter(|text| width(text) > inner.width.saturating_sub(3));
        let detail = told.map(|text| [Remark::new(Role::Dim, text)]);
        let detail_lines = detail.as_ref().map_or(0, |detail| wrapped(detail, inner.width).len());
        let below =
            u16::try_from(detail_lines).unwrap_or(u16::MAX).saturating_add(1).clamp(3, (inner.height / 2).max(3));
        let whole = usize::from(inner.height.saturating_sub(below));
        let first = keep_visible(selected.saturating_sub(whole / 2), selected, whole, events.len());
        let visible: Vec<String> = events.iter().skip(first).take(whole).map(line).collect();
        let (upper, lower) = split(inner, inner.height.saturating_sub(below));
        let items: Vec<MenuItem<'_>> = visible.iter().map(|label| MenuItem { label, ..MenuItem::default() }).collect();
        let here = (!events.is_empty()).then_some(selected - first);
        let menu = Menu { theme: self.theme, items: &items, selected: here, empty: "nothing has happened yet" };
        menu.render(upper, self.buffer);
        self.targets(upper, |position| menu.item_at(upper, position).map(|at| at + first));
        if let Some(detail) = detail {
            let lower = Rect { y: lower.y + 1, height: lower.height.saturating_sub(1), ..lower };
            self.remarks(&detail, lower);
        }
    }

    /// Everything about an appointment, and what has happened to it.
    pub(in crate::tui) fn appointment(&mut self, model: &Model, id: &RequestId, history: &[String]) {
        let Some(snapshot) = model.snapshot() else { return };
        let subject = snapshot.appointment(id).map_or(Subject::Nothing, |one| Subject::Appointment(one));
        let details = Details {
            theme: self.theme,
            snapshot,
            earliest: Minute::MIDNIGHT,
            subject,
            why: &[],
            history,
            offset: 0,
            focus: Focus::Focused,
        };
        let columns = self.form_columns();
        let wanted = Rect { width: columns, ..self.area };
        let lines = u16::try_from(details.lines(wanted)).unwrap_or(u16::MAX).saturating_add(2);
        let popup = Popup { theme: self.theme, title: "", remark: "", width: columns, height: lines };
        let area = popup.area(self.area);
        self.frame("", "", self.area, (columns, lines));
        details.render(area, self.buffer);
    }

    /// All keys, in columns.
    pub(in crate::tui) fn help(&mut self, typed: &str, groups: &[(&str, Vec<(String, String)>)], offset: usize) {
        let groups: Vec<HelpGroup<'_>> = groups
            .iter()
            .map(|(title, lines)| HelpGroup {
                title,
                entries: lines.iter().map(|(keys, text)| HelpEntry { keys, text }).collect(),
            })
            .collect();
        let columns = self.columns(self.area.width);
        let remark = if typed.is_empty() { "type to filter".to_owned() } else { format!("/{typed}") };
        let inner = self.frame("Help", &remark, self.area, (columns, self.area.height));
        let mut help = HelpView { theme: self.theme, groups: &groups, offset: 0, empty: "no key does that" };
        help.offset = offset.min(help.lines(inner.width).saturating_sub(inner.height.into()));
        help.render(inner, self.buffer);
    }

    /// The command palette; lines are name, keys and sentence.
    pub(in crate::tui) fn palette(&mut self, form: &Form, lines: &[(String, String, String)], selected: usize) {
        let entries: Vec<PaletteEntry<'_>> =
            lines.iter().map(|(name, keys, text)| PaletteEntry { name, text, keys, matched: &[] }).collect();
        let columns = self.columns(FORM_COLUMNS + 12);
        // However few lines are left, the prompt stays where it is.
        let inner = self.frame("Commands", "", self.area, (columns, PALETTE_LINES));
        let (query, cursor) = match form.fields().first().map(|field| &field.value) {
            Some(Value::Text(input)) => (input.value(), input.cursor()),
            _ => ("", 0),
        };
        let view = PaletteView { theme: self.theme, query, cursor, entries: &entries, selected };
        view.render(inner, self.buffer);
        self.targets(inner, |position| view.entry_at(inner, position));
    }

    /// The welcome of an empty desk, instead of the panes.
    pub(in crate::tui) fn welcome(&mut self, lines: &[(&str, &str)], selected: usize) {
        let choices: Vec<MenuItem<'_>> = lines.iter().map(|(key, label)| MenuItem { key, label, detail: "" }).collect();
        let inner = self.frame("", "", self.area, (self.area.width, self.area.height));
        let view = EmptyDesk { theme: self.theme, choices: &choices, selected };
        view.render(inner, self.buffer);
        let menu = view.menu_area(inner);
        let first = menu.y;
        self.targets(menu, |position| Some(usize::from(position.y - first)).filter(|at| *at < lines.len()));
    }
}

/// A field as it is drawn.
fn view<'a>(form: &Form, at: usize, field: &'a Field) -> FieldView<'a> {
    let held = form.focus() == at && form.grip() == Grip::Whole;
    let (value, kind) = match &field.value {
        Value::Text(input) if held && !Input::value(input).is_empty() => (Input::value(input), FieldKind::Held),
        Value::Text(input) => (Input::value(input), FieldKind::Text { cursor: input.cursor() }),
        Value::Choice { options, chosen, .. } => (options.get(*chosen).map_or("", String::as_str), FieldKind::Choice),
    };
    FieldView { label: field.label, value, placeholder: field.hint, kind, error: field.error.as_deref() }
}

/// Remarks as lines of a width.
fn wrapped(remarks: &[Remark], columns: u16) -> Vec<(Role, String)> {
    let lines = remarks.iter().flat_map(|remark| {
        let indent = remark.text.len() - remark.text.trim_start().len();
        let room = columns.saturating_sub(u16::try_from(indent).unwrap_or(0)).max(1);
        let lines = wrap(remark.text.trim_start(), room);
        lines.into_iter().map(move |line| (remark.role, format!("{}{line}", " ".repeat(indent))))
    });
    lines.map(|(role, line)| (role, truncate(&line, columns, ""))).collect()
}

fn split(area: Rect, lines: u16) -> (Rect, Rect) {
    let lines = lines.min(area.height);
    (Rect { height: lines, ..area }, Rect { y: area.y + lines, height: area.height - lines, ..area })
}
