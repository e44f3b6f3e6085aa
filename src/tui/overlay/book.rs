//! The booking form: while it is filled in it shows the slot that would be given, and why.

mod draft;
mod refused;

use std::sync::Arc;

use chrono::NaiveDate;

use super::lines::{Lines, digit};
use super::{Claim, Fit, Ghost, Layer, Next, move_in_form, settle};
use crate::desk::{Answer, Command, DeskError, Past};
use crate::domain::{Event, Invalid, Request, RequestId};
use crate::scheduler::{Candidate, Explanation, Proposal};
use crate::tui::actions::{Action, Context};
use crate::tui::activity::Severity;
use crate::tui::form::{Edit, Edited};
use crate::tui::message::{Cx, Question, Reply, Ticket};
use crate::tui::model::Model;
use crate::tui::theme::Role;
use crate::tui::view::{Canvas, Remark};
use draft::Draft;

/// Lines that the form takes with a verdict, its reasons and other places, frame included.
const LINES: u16 = 19;
/// Most other places written below the fields, so that the timelines stay in view.
const OFFERS_SHOWN_MAX: usize = 4;

/// A booking being made.
#[derive(Debug)]
pub(in crate::tui) struct Book {
    draft: Draft,
    /// The day that was shown before; closing the form returns to it.
    home: NaiveDate,
    /// The identifier of the request; a retry of the same content must carry the same.
    id: RequestId,
    sent: Option<Request>,
    waiting: Option<Ticket>,
    asking: Option<Ticket>,
    /// What the proposal is about, or will be.
    asked: Option<(Request, Past)>,
    proposal: Option<Proposal>,
    /// Why the fields make no request yet.
    missing: Option<Invalid>,
    stage: Stage,
    standing: Standing,
    /// What the next `form-overbook` would do, once it was asked for.
    armed: Option<Request>,
}

/// How far the request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is being thought about.
    Considered,
    /// It was made, and refused.
    Refused,
}

/// What the keys are for.
#[derive(Debug)]
enum Stage {
    /// Filling the fields in.
    Filling,
    /// Choosing another place after a refusal.
    Choosing(Lines),
}

impl Book {
    /// A form with the provider and the time under the cursor; asks at once what would be given.
    pub(in crate::tui) fn new(model: &mut Model, cx: &mut Cx<'_>) -> Self {
        let mut book = Self {
            draft: Draft::new(model),
            home: model.shown.day(),
            id: (cx.new_id)(),
            sent: None,
            waiting: None,
            asking: None,
            asked: None,
            proposal: None,
            missing: None,
            stage: Stage::Filling,
            standing: Standing::Considered,
            armed: None,
        };
        book.consider(model, cx);
        book
    }

    /// Asks what would become of the request as it stands, if that is not known. One question at a
    /// time: what is typed meanwhile is asked when the answer is here.
    fn consider(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let request = match self.draft.request(self.id.clone(), model.now.today) {
            Ok(request) => request,
            Err(missing) => {
                self.missing = Some(missing);
                self.asked = None;
                self.proposal = None;
                return;
            }
        };
        self.missing = None;
        let question = (request, self.draft.past());
        if self.asking.is_none() && self.asked.as_ref() != Some(&question) {
            let ask = Question::Propose(Box::new(question.0.clone()), question.1);
            self.asking = Some(model.ask(cx, ask));
            self.asked = Some(question);
        }
    }

    fn submit(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        if self.waiting.is_some() {
            return;
        }
        match self.ready(model, cx) {
            Ok(request) => {
                let command = Command::Book { request, past: self.draft.past() };
                self.waiting = Some(model.submit(cx, None, vec![command]));
            }
            Err(error) => self.draft.form.blame(&error),
        }
    }

    /// The request to be sent: under the identifier of the last one if it is the same again.
    fn ready(&mut self, model: &Model, cx: &Cx<'_>) -> Result<Request, Invalid> {
        self.draft.form.forgive();
        let same = self.draft.request(self.id.clone(), model.now.today)?;
        if self.sent.as_ref().is_some_and(|sent| !sent.same_content(&same)) {
            self.id = (cx.new_id)();
        }
        let request = Request { id: self.id.clone(), ..same };
        self.sent = Some(request.clone());
        Ok(request)
    }

    fn overbook(&mut self, model: &mut Model, cx: &mut Cx<'_>) {
        let Some(provider) = self.draft.provider().cloned() else {
            self.draft.form.focus_on("provider");
            return model.say(Severity::Warning, "Choose a provider first: overbooking needs one by name");
        };
        let request = match self.ready(model, cx) {
            Ok(request) => request,
            Err(error) => return self.draft.form.blame(&error),
        };
        if self.armed.as_ref() == Some(&request) && self.waiting.is_none() {
            let start = request.range.start();
            let command = Command::Overbook { request, provider, start };
            self.waiting = Some(model.submit(cx, None, vec![command]));
            return;
        }
        let key = model.settings.keymap.shown(Action::FormOverbook).join(" ");
        let at = request.range.start();
        model.say(Severity::Warning, format!("{key} again books {at} over the rules; it will be marked and logged"));
        self.armed = Some(request);
    }

    /// The other places on offer, best first.
    fn candidates(&self) -> &[Candidate] {
        match &self.proposal {
            Some(Proposal::Fits(explanation)) => &explanation.runners_up,
            Some(Proposal::Refused { alternatives, .. }) => alternatives,
            None => &[],
        }
    }

    fn take(&mut self, line: usize, model: &mut Model, cx: &mut Cx<'_>) {
        if let Some(candidate) = self.candidates().get(line).cloned() {
            self.draft.take(&candidate);
            self.standing = Standing::Considered;
            self.stage = Stage::Filling;
            self.consider(model, cx);
            self.follow(model, cx);
        }
    }

    /// Shows the day that the form is about, so that the ghost can be seen.
    fn follow(&self, model: &mut Model, cx: &mut Cx<'_>) {
        if let Some(day) = self.draft.day.filter(|day| *day != model.shown.day()) {
            model.turn_to(cx, day);
        }
    }

    fn close(&self, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        if model.shown.day() != self.home {
            model.turn_to(cx, self.home);
        }
        Next::Close
    }

    fn answered(&mut self, result: Result<Answer, DeskError>, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let refused = result.as_ref().is_ok_and(|answer| answer.refusal().is_some());
        if !refused {
            if let Some(appointment) = result.as_ref().ok().and_then(Answer::appointment) {
                model.go_to(cx, appointment);
            }
            if let Err(error @ DeskError::Store(_)) = &result {
                model.say(Severity::Error, format!("Not booked: {error}"));
                return Next::Stay;
            }
            return settle(&mut self.draft.form, result, model);
        }
        // A refusal answers this identifier for good; the next attempt is a new request.
        self.id = (cx.new_id)();
        self.sent = None;
        self.asked = None;
        self.standing = Standing::Refused;
        if self.candidates().is_empty() {
            // The blockers are on the screen already; what is left is to ask for something else.
            model.say(Severity::Warning, "Refused, and nothing nearby is free: try another day or a longer range");
            self.draft.form.focus_on("range");
        } else {
            self.stage = Stage::Choosing(Lines::default());
        }
        self.consider(model, cx);
        Next::Stay
    }

    /// What the desk says of what is shown: nothing yet, while a newer question is on its way.
    fn verdict(&self, fit: Fit) -> Fit {
        if self.asking.is_some() { Fit::Unknown } else { fit }
    }

    /// The other places as far as they fit beside the form, each with the number that takes it.
    fn on_offer(&self, model: &Model, heading: &str, day: Option<NaiveDate>) -> Vec<Remark> {
        let candidates = self.candidates();
        if candidates.is_empty() || !matches!(self.stage, Stage::Filling) {
            return Vec::new();
        }
        let key = model.settings.keymap.shown(Action::FormPlaces).join(" ");
        let how = match candidates.len() {
            ..=OFFERS_SHOWN_MAX => format!("{key}, or Alt and the number"),
            all => format!("{key} shows all {all}; Alt and the number takes one"),
        };
        let heading = Remark::new(Role::Strong, format!("{heading} ({how})"));
        let line = |(number, candidate): (usize, &Candidate)| {
            Remark::new(Role::Text, format!("  {}  {}", number + 1, place(candidate, day)))
        };
        let places = candidates.iter().take(OFFERS_SHOWN_MAX).enumerate().map(line);
        std::iter::once(heading).chain(places).collect()
    }

    fn remarks(&self, model: &Model) -> Vec<Remark> {
        let mut remarks = Vec::new();
        match &self.proposal {
            None if self.asking.is_some() => remarks.push(Remark::new(Role::Dim, "…")),
            // What is said at its field need not be said again.
            None if self.draft.form.fields().iter().any(|field| field.error.is_some()) => {}
            None => {
                let wrong = self.missing.iter().map(|missing| self.draft.form.in_words(missing));
                remarks.extend(wrong.map(|wrong| Remark::new(Role::Warning, format!("not yet: {wrong}"))));
            }
            Some(Proposal::Fits(explanation)) => {
                explain(explanation, model.settings.theme.glyphs().dot, &mut remarks);
                remarks.extend(self.on_offer(model, "or", Some(explanation.chosen.day)));
            }
            Some(Proposal::Refused { refusal, .. }) => {
                let heading = match self.standing {
                    Standing::Considered => "would be refused",
                    Standing::Refused => "refused",
                };
                remarks.push(Remark::new(Role::Error, heading));
                let why = refused::reasons(model.snapshot(), refusal);
                remarks.extend(why.iter().map(|one| Remark::new(Role::Text, format!("  {one}"))));
                remarks.extend(self.on_offer(model, "instead", self.draft.day));
            }
        }
        remarks
    }
}

/// The chosen slot, and why it.
fn explain(explanation: &Explanation, dot: &str, remarks: &mut Vec<Remark>) {
    let chosen = &explanation.chosen;
    let day = chosen.day.format("%a %-d %b");
    remarks.push(Remark::new(Role::Success, format!("{} with {}, {day}", chosen.slot, chosen.name)));
    // Why with whom, and on one line why then.
    if let Some((whom, when)) = explanation.reasons.split_first() {
        let lines = [whom.clone(), when.join(&format!(" {dot} "))];
        let said = lines.into_iter().filter(|line| !line.is_empty());
        remarks.extend(said.map(|line| Remark::new(Role::Dim, format!("  {line}"))));
    }
}

/// A place as it is read aloud, with the day where it is another one, and what it would cost.
fn place(candidate: &Candidate, day: Option<NaiveDate>) -> String {
    let on = if day == Some(candidate.day) { String::new() } else { candidate.day.format("%a %-d %b ").to_string() };
    let cost = match candidate.cost.unusable {
        ..=0 => String::new(),
        minutes => format!(", leaves {minutes} min unusable"),
    };
    format!("{on}{} with {}{cost}", candidate.slot, candidate.name)
}

impl Layer for Book {
    fn context(&self) -> Context {
        match self.stage {
            Stage::Filling => Context::Form,
            Stage::Choosing(_) => Context::Menu,
        }
    }

    fn act(&mut self, action: Action, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let count = self.candidates().len();
        match (&mut self.stage, action) {
            (Stage::Choosing(_), Action::MenuClose) => self.stage = Stage::Filling,
            (Stage::Choosing(lines), Action::MenuChoose) => {
                let line = lines.selected(count);
                self.take(line, model, cx);
                self.stage = Stage::Filling;
            }
            (Stage::Choosing(lines), action) => {
                lines.act(action, count);
            }
            (Stage::Filling, Action::FormSubmit) => self.submit(model, cx),
            (Stage::Filling, Action::FormOverbook) => self.overbook(model, cx),
            (Stage::Filling, Action::FormPlaces) if count > 0 => self.stage = Stage::Choosing(Lines::default()),
            (Stage::Filling, Action::FormPlaces) => model.say(Severity::Info, "There is no other place on offer"),
            (Stage::Filling, Action::FormClose) => return self.close(model, cx),
            (Stage::Filling, action) => {
                let from = self.draft.form.focus();
                let next = move_in_form(&mut self.draft.form, action).unwrap_or(Next::Stay);
                // While a date is typed it passes through others; it is meant when it is left.
                if self.draft.form.focus() != from {
                    self.follow(model, cx);
                }
                return next;
            }
        }
        Next::Stay
    }

    fn edit(&mut self, edit: &Edit, model: &mut Model, cx: &mut Cx<'_>) -> Next {
        let count = self.candidates().len();
        if let Stage::Choosing(lines) = &mut self.stage {
            let picked = if let Edit::Pick(line) = edit { Some(*line) } else { digit(edit, count) };
            if let Some(line) = picked {
                *lines = Lines::at(line);
                self.take(line, model, cx);
            }
            return Next::Stay;
        }
        if let Some(line) = alt_digit(edit) {
            self.take(line, model, cx);
            return Next::Stay;
        }
        if self.draft.edit(edit, model) == Edited::Value {
            self.armed = None;
            self.standing = Standing::Considered;
            self.consider(model, cx);
        }
        Next::Stay
    }

    fn reply(&mut self, ticket: Ticket, reply: Reply, model: &mut Model, cx: &mut Cx<'_>) -> Claim {
        match reply {
            Reply::Answer(result) if self.waiting == Some(ticket) => {
                self.waiting = None;
                Claim::Mine(self.answered(result, model, cx))
            }
            Reply::Proposal(result) if self.asking == Some(ticket) => {
                self.asking = None;
                self.proposal = result.ok();
                self.consider(model, cx);
                Claim::Mine(Next::Stay)
            }
            other => Claim::Other(other),
        }
    }

    fn event(&mut self, event: &Arc<Event>, model: &mut Model, cx: &mut Cx<'_>) {
        // The day changed under the proposal; what is shown has to be what Enter would do.
        let about = self.asked.as_ref().map(|(request, _)| request.day);
        let edits = &event.draft.edits;
        let touches = event.draft.days().any(|day| Some(day) == about) || !edits.providers.is_empty();
        if touches || !edits.services.is_empty() {
            self.asked = None;
            self.consider(model, cx);
        }
    }

    fn ghost(&self) -> Option<Ghost> {
        if let (Stage::Choosing(lines), candidates @ [_, ..]) = (&self.stage, self.candidates()) {
            let one = &candidates[lines.selected(candidates.len())];
            return Some(Ghost { provider: one.provider.clone(), day: one.day, slot: one.slot, fit: Fit::Fits });
        }

        match self.proposal.as_ref()? {
            Proposal::Fits(Explanation { chosen, .. }) => Some(Ghost {
                provider: chosen.provider.clone(),
                day: chosen.day,
                slot: chosen.slot,
                fit: self.verdict(Fit::Fits),
            }),
            Proposal::Refused { .. } => {
                let (request, _) = self.asked.as_ref()?;
                let provider = request.preferred_provider.clone()?;
                Some(Ghost { provider, day: request.day, slot: request.range, fit: self.verdict(Fit::NoRoom) })
            }
        }
    }

    fn offers(&self, action: Action) -> bool {
        action != Action::FormPlaces || !self.candidates().is_empty()
    }

    fn lines_below(&self) -> u16 {
        LINES
    }

    fn submit_label(&self) -> Option<&'static str> {
        match self.stage {
            Stage::Filling => Some("book"),
            Stage::Choosing(_) => Some("take this place"),
        }
    }

    fn draw(&self, model: &Model, canvas: &mut Canvas<'_>) {
        match &self.stage {
            Stage::Filling => canvas.form("Book", &self.draft.form, self.waiting, &self.remarks(model)),
            Stage::Choosing(lines) => {
                let candidates = self.candidates();
                let day = self.draft.day;
                let shown: Vec<String> =
                    candidates.iter().enumerate().map(|(n, one)| format!("{}  {}", n + 1, place(one, day))).collect();
                let title = match self.proposal {
                    Some(Proposal::Fits(_)) => "Other places",
                    _ => "Refused; instead",
                };
                canvas.menu_with(title, &self.remarks(model), &shown, lines.selected(shown.len()));
            }
        }
    }
}

/// The line that Alt with a digit names.
fn alt_digit(edit: &Edit) -> Option<usize> {
    use crossterm::event::{KeyCode, KeyModifiers};
    match edit {
        Edit::Key(key) if key.modifiers == KeyModifiers::ALT => match key.code {
            KeyCode::Char(c) => (c.to_digit(10)? as usize).checked_sub(1),
            _ => None,
        },
        _ => None,
    }
}
