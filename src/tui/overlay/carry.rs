//! An appointment that was picked up: the arrows carry it, a ghost shows whether it would fit.

mod nearby;

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::{Claim, Fit, Ghost, Layer, Next, announce};
use crate::desk::{Command, DeskError, Destination, Past};
use crate::domain::{Appointment, Event, Minute, Minutes, ProviderId, TimeRange};
use crate::scheduler::Proposal;
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::cursor::on_grid;
use crate::tui::form::Edit;
use crate::tui::message::{Cx, Question, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::sentences;
use crate::tui::theme::Role;
use crate::tui::view::{Canvas, Remark};
use nearby::{Found, Search};

/// An appointment being carried.
#[derive(Debug)]
pub(in crate::tui) struct Carry {
    appointment: Arc<Appointment>,
    provider: ProviderId,
    day: NaiveDate,
    slot: TimeRange,
    waiting: Option<Ticket>,
    asking: Option<Ticket>,
    /// What the verdict is about, or will be.
    asked: Option<Destination>,
    verdict: Option<Proposal>,
    /// The other places that `carry-next` walks along, from its first press until something else is pressed.
    search: Option<Search>,
}

impl Carry {
    /// Picks the selected appointment up.
    pub(in crate::tui) fn new(model: &Model) -> Option<Self> {
        let appointment = Arc::clone(model.selected()?);
        Some(Self {
            provider: appointment.provider.clone(),
            day: appointment.day,
            slot: appointment.slot,
            appointment,
            waiting: None,
            asking: None,
            asked: None,
            verdict: None,
            search: None,
        })
    }

    fn destination(&self) -> Destination {
        Destination {
            provider: Some(self.provider.clone()),
            day: self.day,
            range: self.slot,
            duration: self.slot.minutes(),
        }
    }

    fn is_at_home(&self) -> bool {
        let own = &self.appointment;
        self.provider == own.provider && self.day == own.day && self.slot == own.slot
    }

    /// Asks whether it would fit here, one question at a time.
    fn consider(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let to = self.destination();
        if self.asked.as_ref() == Some(&to) || self.asking.is_some() || self.is_at_home() {
            return;
        }
        self.verdict = None;
        self.asked = Some(to.clone());
        let id = self.appointment.id().clone();
        self.asking = Some(model.ask(cx, Question::ProposeMove(id, to, Past::Refuse)));
    }

    /// To the next minute of the grid: a carried appointment falls onto it as soon as it is moved.
    fn step(&mut self, by: i32) {
        self.start_at(on_grid(self.slot.start(), by));
    }

    fn shift_hours(&mut self, by: i32) {
        self.start_at(i32::from(self.slot.start().get()) + 60 * by);
    }

    fn start_at(&mut self, start: i32) {
        let length = i32::from(self.slot.len());
        self.place_at(start.clamp(0, 1440 - length), length);
    }

    fn resize(&mut self, by: i32) {
        let start = i32::from(self.slot.start().get());
        self.place_at(start, (i32::from(self.slot.len()) + by).clamp(by.abs(), 1440 - start));
    }

    fn place_at(&mut self, start: i32, length: i32) {
        let start = u16::try_from(start).map(Minute::saturating);
        if let (Ok(start), Ok(length)) = (start, Minutes::new(length.into())) {
            self.slot = TimeRange::starting(start, length).unwrap_or(self.slot);
        }
    }

    fn change_provider(&mut self, by: isize, model: &Model) {
        let providers = model.providers();
        let at = providers.iter().position(|(id, _)| *id == self.provider);
        let next = at.map_or(0, |at| at.saturating_add_signed(by).min(providers.len().saturating_sub(1)));
        if let Some((id, _)) = providers.get(next) {
            self.provider = id.clone();
        }
    }

    fn change_day(&mut self, by: i64, model: &mut Model, cx: &mut Cx<'_>) {
        let days = Days::new(by.unsigned_abs());
        let day = if by < 0 { self.day.checked_sub_days(days) } else { self.day.checked_add_days(days) };
        if let Some(day) = day {
            self.day = day;
            model.turn_to(cx, day);
        }
    }

    /// Goes to the next of the nearest places that would do; looks for them first where that was not done.
    fn next_place(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let own = &self.appointment;
        let (day, duration) = (self.day, self.slot.minutes());
        let search = self.search.get_or_insert_with(|| Search::new(own, day, duration));
        match search.next_place() {
            Found::Place(place) => {
                self.provider = place.provider;
                self.slot = place.slot;
                if place.day != self.day {
                    self.day = place.day;
                    model.turn_to(cx, place.day);
                }
                self.consider(model, cx);
            }
            Found::Nothing => model.say(Severity::Info, "Nothing else is known to be free nearby"),
            Found::Ask(to) => {
                let question = Question::ProposeMove(own.id().clone(), to, Past::Refuse);
                let ticket = model.ask(cx, question);
                search.asked(ticket);
            }
            Found::Waiting => {}
        }
    }

    fn drop_here(&mut self, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if self.is_at_home() {
            return Next::Close;
        }
        if self.waiting.is_none() {
            let id = self.appointment.id().clone();
            let command = Command::Move { appointment: id.clone(), to: self.destination(), past: Past::Refuse };
            self.waiting = Some(model.submit(cx, Some(id), vec![command]));
        }
        Next::Stay
    }

    fn put_back(&self, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if model.shown.day() != self.appointment.day {
            model.turn_to(cx, self.appointment.day);
            model.cursor.appointment = Some(self.appointment.id().clone());
        }
        Next::Close
    }

    /// Whether it would fit, in words.
    fn remark(&self) -> Remark {
        match &self.verdict {
            _ if self.waiting.is_some() => Remark::new(Role::Dim, "moving …"),
            _ if self.is_at_home() => Remark::new(Role::Dim, "where it was"),
            None => Remark::new(Role::Dim, "…"),
            Some(Proposal::Fits(explanation)) => match explanation.chosen.cost.unusable {
                ..=0 => Remark::new(Role::Success, "fits"),
                minutes => Remark::new(Role::Success, format!("fits, leaves {minutes} min unusable")),
            },
            Some(Proposal::Refused { refusal, .. }) => Remark::new(Role::Error, refusal.to_string()),
        }
    }
}

impl Layer for Carry {
    fn context(&self) -> Context {
        Context::Carry
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let grid = i32::from(model.settings.grid);
        match action {
            Action::CarryDrop => return self.drop_here(model, cx),
            Action::CarryBack => return self.put_back(model, cx),
            Action::CarryEarlier => self.step(-grid),
            Action::CarryLater => self.step(grid),
            Action::CarryHourEarlier => self.shift_hours(-1),
            Action::CarryHourLater => self.shift_hours(1),
            Action::CarryLonger => self.resize(grid),
            Action::CarryShorter => self.resize(-grid),
            Action::CarryUp => self.change_provider(-1, model),
            Action::CarryDown => self.change_provider(1, model),
            Action::CarryPreviousDay => self.change_day(-1, model, cx),
            Action::CarryNextDay => self.change_day(1, model, cx),
            Action::CarryNext => {
                self.next_place(model, cx);
                return Next::Stay;
            }
            _ => return Next::Stay,
        }
        self.search = None;
        self.consider(model, cx);
        Next::Stay
    }

    fn edit(&mut self, _edit: &Edit, model: &mut Model, _cx: &mut Cx<'_>) -> Next {
        model.say(Severity::Info, "Put the appointment down with Enter, or back with Esc, first");
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Proposal(result) if self.asking == Some(ticket) => {
                self.asking = None;
                // What was carried on meanwhile has outdated the answer.
                let current = self.asked.as_ref() == Some(&self.destination());
                self.verdict = result.ok().filter(|_| current);
                self.consider(model, cx);
                Claim::Mine(Next::Stay)
            }
            Reply::Proposal(result) if self.search.as_ref().is_some_and(|search| search.awaits(ticket)) => {
                if let Some(search) = &mut self.search {
                    search.found(result.ok());
                }
                self.next_place(model, cx);
                Claim::Mine(Next::Stay)
            }
            Reply::Answer(result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                match result {
                    Ok(answer) => {
                        announce(&answer, model);
                        if let Some(appointment) = answer.appointment() {
                            model.go_to(cx, appointment);
                        }
                        Claim::Mine(Next::Close)
                    }
                    Err(error) => {
                        let unknown = matches!(error, DeskError::UnknownAppointment(_) | DeskError::IsCancelled(_));
                        model.say(Severity::Error, sentences::failed(&error));
                        Claim::Mine(if unknown { Next::Close } else { Next::Stay })
                    }
                }
            }
            other => Claim::Other(other),
        }
    }

    fn event(&mut self, event: &Arc<Event>, model: &mut Model, cx: &mut Cx<'_>) {
        let touches = event.draft.days().any(|day| day == self.day) || !event.draft.edits.providers.is_empty();
        if touches {
            self.asked = None;
            self.search = None;
            self.consider(model, cx);
        }
    }

    fn lines_below(&self) -> u16 {
        4
    }

    fn ghost(&self) -> Option<Ghost> {
        let fit = match &self.verdict {
            _ if self.is_at_home() => Fit::Fits,
            None => Fit::Unknown,
            Some(Proposal::Fits(_)) => Fit::Fits,
            Some(Proposal::Refused { .. }) => Fit::Blocked,
        };
        Some(Ghost { provider: self.provider.clone(), day: self.day, slot: self.slot, fit })
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        let with = sentences::provider(model.snapshot(), &self.provider);
        let title = format!("Moving {}", sentences::client(&self.appointment));
        let to = format!(
            "{}  {}  {} with {with}",
            sentences::day(model.snapshot(), self.day),
            self.slot,
            self.slot.minutes()
        );
        canvas.banner(&title, &[Remark::new(Role::Strong, to), self.remark()]);
    }
}
