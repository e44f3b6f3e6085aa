//! The whole screen in a real terminal, on the fake desk: for looking at it.
//!
//! ```text
//! cargo test --lib tui::tests::play -- --ignored --nocapture
//! ```

use std::sync::Arc;

use chrono::DateTime;
use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::fake::FakeDesk;
use super::script::settings;
use crate::desk::{Calendar, Feedback, ManualClock, Pulse};
use crate::domain::RequestId;
use crate::tui::activity::Motion;
use crate::tui::backend::{Backend, Live};
use crate::tui::event_loop::EventLoop;
use crate::tui::message::{MouseCapture, Question, Reply};
use crate::tui::terminal::Screen;
use crate::tui::theme::ColourDepth;

#[derive(Clone)]
struct Player {
    desk: Arc<Mutex<FakeDesk>>,
    news: mpsc::UnboundedSender<Feedback>,
    calendar: Calendar,
}

impl Backend for Player {
    async fn ask(&self, question: Question) -> Reply {
        let mut desk = self.desk.lock();
        let before = desk.events.len();
        let reply = desk.ask(question);
        if desk.events.len() > before {
            let _ = self.news.send(Feedback::Events(desk.events[before..].to_vec().into()));
        }
        reply
    }

    fn pulse(&self) -> Pulse {
        Pulse { workers: 4, ..Pulse::default() }
    }

    fn new_request_id(&self) -> RequestId {
        RequestId::new(&format!("new{}", self.desk.lock().events.len())).unwrap()
    }

    fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

struct News(mpsc::UnboundedReceiver<Feedback>);

impl Live for News {
    async fn next(&mut self) -> Option<Feedback> {
        self.0.recv().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[ignore = "needs a terminal and somebody who looks at it"]
async fn play() {
    let depth = if std::env::var_os("NO_COLOR").is_some() { ColourDepth::None } else { ColourDepth::True };
    let now: DateTime<chrono::Utc> = "2026-11-23T13:16:00Z".parse().unwrap();
    let calendar = Calendar::new(Arc::new(ManualClock::new(now)), chrono_tz::Europe::Berlin);
    let (news, feed) = mpsc::unbounded_channel();
    let empty = std::env::var_os("EMPTY").is_some();
    let desk = if empty { FakeDesk::empty() } else { FakeDesk::clinic() };
    let player = Player { desk: Arc::new(Mutex::new(desk)), news, calendar };
    let screen = Screen::open(MouseCapture::On).unwrap();
    let event_loop = EventLoop::new(player, settings(depth), Motion::Full, None).unwrap();
    event_loop.run(screen, News(feed)).await.unwrap();
}
