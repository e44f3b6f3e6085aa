//! A screen under test: keys go in, a fake desk answers, time stands where it is put.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fake::{FakeDesk, day, minute};
use crate::desk::{Command, Feedback, Pulse};
use crate::domain::{Event, RequestId};
use crate::tui::activity::{Activity, Motion};
use crate::tui::keys::Keymap;
use crate::tui::message::{Cx, Effect, Message, MouseCapture, Now, Question, Reply, Ticket};
use crate::tui::model::{Model, Settings};
use crate::tui::theme::{Background, ColourDepth, Glyphs, Terminal, Theme, ThemeName};
use crate::tui::{update, view};

/// Whether the desk answers at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    AtOnce,
    Held,
}

pub(super) struct Script {
    pub(super) model: Model,
    pub(super) desk: FakeDesk,
    pub(super) now: Now,
    pub(super) answers: Answers,
    /// Commands given so far.
    pub(super) given: Vec<Command>,
    /// Effects other than questions, so far.
    pub(super) effects: Vec<Effect>,
    /// Questions that wait, while answers are held.
    pub(super) waiting: Vec<(Ticket, Question)>,
    ids: Cell<u32>,
}

pub(super) fn settings(depth: ColourDepth) -> Settings {
    let terminal = Terminal { depth, background: Background::Dark, glyphs: Glyphs::Unicode };
    Settings {
        book_label: "clinic.db".to_owned(),
        listen: None,
        theme: Theme::new(ThemeName::Auto, terminal),
        mouse: MouseCapture::On,
        keymap: Keymap::default(),
        clinic: Vec::new(),
        grid: 5,
        zone: chrono_tz::Europe::Berlin,
    }
}

impl Script {
    /// A clinic at 14:16 on a screen of 160 by 45.
    pub(super) fn clinic() -> Self {
        Self::on(FakeDesk::clinic(), ColourDepth::True)
    }

    pub(super) fn on(desk: FakeDesk, depth: ColourDepth) -> Self {
        let now = Now { elapsed: Duration::from_secs(100), today: day(), minute: minute("14:16") };
        let model = Model::new(settings(depth), Activity::new(Motion::Full), now);
        let mut script = Self {
            model,
            desk,
            now,
            answers: Answers::AtOnce,
            given: Vec::new(),
            effects: Vec::new(),
            waiting: Vec::new(),
            ids: Cell::new(0),
        };
        script.send(Message::Resized(160, 45));
        script.with(update::start);
        script.send(Message::Pulse(Pulse { workers: 4, ..Pulse::default() }));
        script
    }

    fn with(&mut self, f: impl FnOnce(&mut Model, &mut Cx<'_>)) {
        let ids = &self.ids;
        let new_id = || {
            ids.set(ids.get() + 1);
            RequestId::new(&format!("new{}", ids.get())).unwrap()
        };
        let mut cx = Cx { now: self.now, new_id: &new_id, effects: Vec::new() };
        f(&mut self.model, &mut cx);
        let effects = cx.effects;
        for effect in effects {
            match effect {
                Effect::Ask(ticket, question) => {
                    if let Question::Submit(commands) = &question {
                        self.given.extend(commands.iter().cloned());
                    }
                    self.waiting.push((ticket, question));
                }
                other => self.effects.push(other),
            }
        }
        if self.answers == Answers::AtOnce {
            self.answer();
        }
    }

    /// Lets the desk answer everything that waits, and publish what it committed.
    pub(super) fn answer(&mut self) {
        for _ in 0..1000 {
            if self.waiting.is_empty() {
                return;
            }
            let (ticket, question) = self.waiting.remove(0);
            let before = self.desk.events.len();
            let reply = self.desk.ask(question);
            let held = std::mem::replace(&mut self.answers, Answers::Held);
            self.send(Message::Reply(ticket, reply));
            let news: Vec<Arc<Event>> = self.desk.events[before..].to_vec();
            if !news.is_empty() {
                self.send(Message::Feed(Feedback::Events(news.into())));
            }
            self.answers = held;
        }
        panic!("the screen never stops asking");
    }

    /// Takes the oldest question that waits and answers it with this.
    pub(super) fn reply(&mut self, reply: Reply) {
        let (ticket, _) = self.waiting.remove(0);
        self.send(Message::Reply(ticket, reply));
    }

    pub(super) fn send(&mut self, message: Message) {
        self.with(|model, cx| update::update(model, message, cx));
    }

    /// A change by somebody else.
    pub(super) fn elsewhere(&mut self, command: Command) {
        let before = self.desk.events.len();
        self.desk.submit(command).unwrap();
        let news: Vec<Arc<Event>> = self.desk.events[before..].to_vec();
        self.send(Message::Feed(Feedback::Events(news.into())));
    }

    /// Presses keys: `b`, `Enter`, `^c`, `Alt-1`; `"text"` in quotes is typed.
    pub(super) fn press(&mut self, keys: &str) -> &mut Self {
        for (at, part) in keys.split('"').enumerate() {
            if at % 2 == 1 {
                for c in part.chars() {
                    self.send(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
                }
            } else {
                for key in part.split_whitespace() {
                    self.send(Message::Key(event(key)));
                }
            }
        }
        self
    }

    pub(super) fn screen(&self, width: u16, height: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view::draw(&self.model, &mut buffer);
        buffer
    }

    /// What the screen says, line by line.
    pub(super) fn text(&self) -> String {
        lines(&self.screen(self.model.size.0, self.model.size.1)).join("\n")
    }

    pub(super) fn toast(&self) -> &str {
        self.model.activity.toast.as_ref().map_or("", |toast| &toast.text)
    }

    pub(super) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.send(Message::Resized(width, height));
        self
    }
}

pub(super) fn event(key: &str) -> KeyEvent {
    let (modifiers, rest) = if let Some(rest) = key.strip_prefix('^').filter(|rest| !rest.is_empty()) {
        (KeyModifiers::CONTROL, rest)
    } else if let Some(rest) = key.strip_prefix("Alt-") {
        (KeyModifiers::ALT, rest)
    } else if let Some(rest) = key.strip_prefix("Shift-") {
        (KeyModifiers::SHIFT, rest)
    } else {
        (KeyModifiers::NONE, key)
    };
    let code = match rest {
        "Enter" => KeyCode::Enter,
        "Esc" => KeyCode::Esc,
        "Tab" if modifiers == KeyModifiers::SHIFT => KeyCode::BackTab,
        "Tab" => KeyCode::Tab,
        "Left" => KeyCode::Left,
        "Right" => KeyCode::Right,
        "Up" => KeyCode::Up,
        "Down" => KeyCode::Down,
        "Home" => KeyCode::Home,
        "End" => KeyCode::End,
        "PgDn" => KeyCode::PageDown,
        "PgUp" => KeyCode::PageUp,
        "Backspace" => KeyCode::Backspace,
        "Del" => KeyCode::Delete,
        "Space" => KeyCode::Char(' '),
        "F1" => KeyCode::F(1),
        "F2" => KeyCode::F(2),
        "F5" => KeyCode::F(5),
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

pub(super) fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom())
        .map(|y| {
            let mut line = String::new();
            let mut skip = 0usize;
            for x in area.left()..area.right() {
                let symbol = buffer[(x, y)].symbol();
                if skip == 0 {
                    line.push_str(symbol);
                    skip = usize::from(crate::tui::widgets::width(symbol)).saturating_sub(1);
                } else {
                    skip -= 1;
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}
