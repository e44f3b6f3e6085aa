//! Everything the screen knows. It changes in [`update`](super::update) alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::activity::{Activity, Severity};
use super::cursor::Cursor;
use super::keys::{Chord, Keymap};
use super::message::{Cx, Effect, MouseCapture, Now, Question, Ticket};
use super::overlay::Overlay;
use super::shown::Shown;
use super::theme::Theme;
use crate::demo::DemoState;
use crate::desk::{Command, DaySnapshot, ProviderRow};
use crate::domain::{Appointment, Minute, ProviderId, RequestId, TimeRange};

/// What stays the same while the screen is open, and what only the person changes.
#[derive(Debug)]
pub(super) struct Settings {
    /// What the book is called on the screen.
    pub(super) book_label: String,
    /// Where the API listens, if it does.
    pub(super) listen: Option<String>,
    /// How everything looks.
    pub(super) theme: Theme,
    /// Who has the mouse.
    pub(super) mouse: MouseCapture,
    /// What the keys do.
    pub(super) keymap: Keymap,
    /// What fills an empty book with an example.
    pub(super) clinic: Vec<Command>,
    /// The steps in which appointments are moved, in minutes.
    pub(super) grid: u16,
    /// The desk's time zone, for the times of the log.
    pub(super) zone: chrono_tz::Tz,
}

/// A command on its way.
#[derive(Debug)]
pub(super) struct Pending {
    /// The appointment it is about, marked until the answer is here.
    pub(super) appointment: Option<RequestId>,
}

/// How far down the panes are scrolled, in rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Scroll {
    pub(super) providers: usize,
    pub(super) list: usize,
}

/// Everything the screen knows.
#[derive(Debug)]
pub(super) struct Model {
    pub(super) settings: Settings,
    pub(super) now: Now,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    pub(super) shown: Shown,
    /// The day that was today when it was last shown as today; another one has begun since.
    pub(super) left_behind: Option<NaiveDate>,
    pub(super) cursor: Cursor,
    /// The stretch of the day that is zoomed to; none for all working hours.
    pub(super) zoom: Option<TimeRange>,
    pub(super) filter: String,
    pub(super) scroll: Scroll,
    /// The windows, the one with the keyboard last.
    pub(super) overlays: Vec<Overlay>,
    /// Keys of a sequence that is not complete.
    pub(super) pressed: Vec<Chord>,
    pub(super) activity: Activity,
    pub(super) demo: Option<DemoState>,
    pub(super) pending: BTreeMap<Ticket, Pending>,
    /// The last click, to tell a double one.
    pub(super) clicked: Option<(std::time::Duration, super::hits::Target)>,
    /// Whether an empty book has offered its welcome.
    pub(super) welcome: Welcome,
    tickets: u64,
}

/// Whether an empty book has offered its welcome; once is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Welcome {
    Due,
    Offered,
}

impl Model {
    /// The screen before anything is known of the desk.
    pub(super) fn new(settings: Settings, activity: Activity, now: Now) -> Self {
        Self {
            settings,
            now,
            size: (80, 24),
            shown: Shown::new(now.today),
            left_behind: None,
            cursor: Cursor::new(now.minute),
            zoom: None,
            filter: String::new(),
            scroll: Scroll::default(),
            overlays: Vec::new(),
            pressed: Vec::new(),
            activity,
            demo: None,
            pending: BTreeMap::new(),
            clicked: None,
            welcome: Welcome::Due,
            tickets: 0,
        }
    }

    /// Asks the desk something; the ticket comes back with the reply.
    pub(super) fn ask(&mut self, cx: &mut Cx<'_>, question: Question) -> Ticket {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        cx.want(Effect::Ask(ticket, question));
        ticket
    }

    /// Gives a command; `appointment` is marked as waiting until the book has answered.
    pub(super) fn submit(&mut self, cx: &mut Cx<'_>, appointment: Option<RequestId>, commands: Vec<Command>) -> Ticket {
        let ticket = self.ask(cx, Question::Submit(commands));
        self.pending.insert(ticket, Pending { appointment });
        ticket
    }

    /// Turns to a day and loads it.
    pub(super) fn turn_to(&mut self, cx: &mut Cx<'_>, day: NaiveDate) {
        let ticket = self.ask(cx, Question::Day(day));
        if day != self.shown.day() {
            self.cursor.appointment = None;
        }
        self.shown.turn_to(day, ticket);
    }

    /// Shows a message in the footer.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.activity.say(severity, text, self.now);
    }

    /// The day as committed, once it is loaded.
    pub(super) fn snapshot(&self) -> Option<&DaySnapshot> {
        self.shown.snapshot()
    }

    /// The providers' rows from top to bottom.
    pub(super) fn rows(&self) -> Vec<&Arc<ProviderRow>> {
        self.snapshot().map(|snapshot| snapshot.rows().collect()).unwrap_or_default()
    }

    /// The row under the cursor.
    pub(super) fn row(&self) -> Option<&Arc<ProviderRow>> {
        self.snapshot()?.row(self.cursor.provider.as_ref()?)
    }

    /// The number of the row under the cursor.
    pub(super) fn row_number(&self) -> Option<usize> {
        let provider = self.cursor.provider.as_ref()?;
        self.rows().iter().position(|row| row.provider.id == *provider)
    }

    /// The selected appointment, cancelled or not, if it is on the day shown.
    pub(super) fn selected(&self) -> Option<&Arc<Appointment>> {
        self.snapshot()?.appointment(self.cursor.appointment.as_ref()?)
    }

    /// The appointments that match the filter, in the order of the list.
    pub(super) fn listed(&self) -> Vec<&Arc<Appointment>> {
        let Some(snapshot) = self.snapshot() else { return Vec::new() };
        let words: Vec<String> = self.filter.split_whitespace().map(str::to_lowercase).collect();
        let all = snapshot.appointments().into_iter();
        all.filter(|one| words.is_empty() || matches(snapshot, one, &words)).collect()
    }

    /// The stretch of the day on the time axis.
    pub(super) fn window(&self) -> TimeRange {
        self.zoom.unwrap_or_else(|| self.working_window())
    }

    /// From the first to the last minute that anybody works or is booked, in whole hours.
    pub(super) fn working_window(&self) -> TimeRange {
        let rows = self.rows();
        let hours = rows.iter().filter_map(|row| row.hours.bounds());
        let booked = rows.iter().flat_map(|row| row.live.iter().map(|one| one.slot));
        let (from, to) = hours
            .chain(booked)
            .fold((1440, 0), |(from, to), range| (range.start().get().min(from), range.end().get().max(to)));
        let whole = TimeRange::new(Minute::saturating(from / 60 * 60), Minute::saturating(to.div_ceil(60) * 60));
        whole.or_else(|_| TimeRange::parse("08:00", "18:00")).unwrap_or(TimeRange::DAY)
    }

    /// The providers of the day with their names, in the order of the rows.
    pub(super) fn providers(&self) -> Vec<(ProviderId, String)> {
        self.rows().iter().map(|row| (row.provider.id.clone(), row.provider.name.to_string())).collect()
    }
}

/// Whether every word is found somewhere in what the list shows of an appointment, or in its note.
fn matches(snapshot: &DaySnapshot, appointment: &Appointment, words: &[String]) -> bool {
    let request = &appointment.request;
    let service = request
        .service
        .as_ref()
        .map(|id| snapshot.catalogue.get(id).map_or_else(|| id.to_string(), |service| service.name.to_string()));
    let text = [
        request.client.as_ref().map(ToString::to_string),
        request.note.as_ref().map(ToString::to_string),
        service,
        Some(super::sentences::provider(Some(snapshot), &appointment.provider)),
        Some(appointment.provider.to_string()),
        Some(appointment.id().to_string()),
        Some(appointment.status.to_string()),
        Some(appointment.slot.start().to_string()),
    ];
    let text = text.into_iter().flatten().collect::<Vec<_>>().join(" ").to_lowercase();
    words.iter().all(|word| text.contains(word))
}
