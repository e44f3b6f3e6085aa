//! The fields of a booking, and the request that they make.

use std::sync::Arc;

use chrono::NaiveDate;

use crate::desk::Past;
use crate::domain::{
    Catalogue, Dated, Invalid, Minute, Minutes, ProviderId, Request, RequestId, Service, ServiceId, Text, TimeRange,
};
use crate::scheduler::Candidate;
use crate::tui::cursor::Pane;
use crate::tui::form::{Edit, Edited, Field, Form};
use crate::tui::model::Model;
use crate::tui::typed;

/// How much of the day from the cursor on is asked for at first, in minutes.
const RANGE_AT_FIRST: u16 = 120;

/// A request being filled in.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) form: Form,
    /// The day as far as it can be read, for what is shown beside it.
    pub(super) day: Option<NaiveDate>,
    /// The range as it was suggested; another one was meant by whoever typed it.
    suggested: String,
    /// What the choices stand for; choice 0 is none.
    services: Vec<(ServiceId, Minutes)>,
    providers: Vec<ProviderId>,
}

impl Draft {
    /// The fields as the cursor suggests them, in the order in which people say them: "Ada, for a
    /// check-up, this morning, with anybody".
    pub(super) fn new(model: &Model) -> Self {
        let catalogue = model.snapshot().map(|snapshot| &snapshot.catalogue);
        let services: Vec<_> = catalogue.into_iter().flat_map(Catalogue::iter).collect();
        let providers = model.providers();
        let at_cursor = model.cursor.provider.as_ref().filter(|_| model.cursor.pane == Pane::Timelines);
        let chosen = at_cursor.and_then(|id| providers.iter().position(|(other, _)| other == id));
        let service_names = services.iter().map(|one| format!("{}, {}", one.name, one.duration));
        let provider_names = providers.iter().map(|(_, name)| name.clone());
        // What whoever is under the cursor does not do would only be refused.
        let whose = chosen.and_then(|_| model.row());
        let gives = |service: &&Arc<Service>| whose.is_none_or(|row| row.provider.gives(&service.id));
        let first = services.iter().position(gives);
        let duration = first.and_then(|at| services.get(at)).map_or(30, |one| one.duration.get());
        let day = model.shown.day();
        let suggested = written(range_at_cursor(model, duration));
        let fields = vec![
            Field::text("client", "Client", "").hint("who comes; may be empty"),
            Field::choice("service", "Service", with_first("none", service_names), first.map_or(0, |at| at + 1)),
            Field::text("range", "Between", suggested.clone()).hint("9-12, am, pm; 930 at that very time; 9- or -11"),
            Field::choice("provider", "With", with_first("anybody", provider_names), chosen.map_or(0, |at| at + 1)),
            Field::text("day", "Day", day.format("%Y-%m-%d").to_string()).hint("today, fri, +3, 24.12"),
            Field::text("duration", "Duration", duration.to_string()).hint("30, 45m, 1h30"),
            Field::text("note", "Note", "").hint("anything worth knowing"),
            Field::choice(
                "past",
                "In the past",
                vec!["no".to_owned(), "yes, to write it down afterwards".to_owned()],
                0,
            ),
        ];
        Self {
            form: Form::new(fields),
            day: Some(day),
            suggested,
            services: services.iter().map(|one| (one.id.clone(), one.duration)).collect(),
            providers: providers.into_iter().map(|(id, _)| id).collect(),
        }
    }

    /// Takes an edit; another service brings its duration along, and the range that is
    /// suggested becomes long enough for it.
    pub(super) fn edit(&mut self, edit: &Edit, model: &Model) -> Edited {
        let before = self.form.chosen("service");
        let edited = self.form.edit(edit);
        let chosen = self.form.chosen("service");
        if chosen != before
            && let Some((_, duration)) = chosen.checked_sub(1).and_then(|at| self.services.get(at))
        {
            let duration = duration.get();
            self.form.set("duration", duration.to_string());
            if self.form.value("range") == self.suggested && self.day == Some(model.shown.day()) {
                self.suggested = written(range_at_cursor(model, duration));
                self.form.set("range", self.suggested.clone());
            }
        }
        self.day = typed::date("day", self.form.value("day"), model.now.today).ok();
        edited
    }

    /// Fills in exactly the place of a candidate.
    pub(super) fn take(&mut self, candidate: &Candidate) {
        self.form.set("day", candidate.day.format("%Y-%m-%d").to_string());
        self.form.set("range", written(candidate.slot));
        self.day = Some(candidate.day);
        if let Some(at) = self.providers.iter().position(|id| *id == candidate.provider) {
            self.form.choose("provider", at + 1);
        }
        self.form.focus_on("client");
    }

    /// The provider asked for.
    pub(super) fn provider(&self) -> Option<&ProviderId> {
        self.providers.get(self.form.chosen("provider").checked_sub(1)?)
    }

    /// Whether minutes gone by may be given.
    pub(super) fn past(&self) -> Past {
        if self.form.chosen("past") == 0 { Past::Refuse } else { Past::Allow }
    }

    /// The request as it stands, or what is wrong with it.
    pub(super) fn request(&self, id: RequestId, today: NaiveDate) -> Result<Request, Invalid> {
        let form = &self.form;
        let service = form.chosen("service").checked_sub(1).and_then(|at| self.services.get(at));
        let duration = typed::duration("duration", form.value("duration"))?;
        Request {
            id,
            day: typed::date("day", form.value("day"), today)?,
            dated: Dated::Named,
            range: typed::wish("range", form.value("range"), duration)?,
            duration,
            preferred_provider: self.provider().cloned(),
            client: form.optional("client").map(|name| Text::name("client", name)).transpose()?,
            service: service.map(|(id, _)| id.clone()),
            note: form.optional("note").map(|note| Text::note("note", note)).transpose()?,
        }
        .validated()
    }
}

fn with_first(first: &str, others: impl Iterator<Item = String>) -> Vec<String> {
    std::iter::once(first.to_owned()).chain(others).collect()
}

/// A range as it can be typed again.
fn written(range: TimeRange) -> String {
    format!("{}-{}", range.start(), range.end())
}

/// The provider's hours from `start` on, or all of them, if `start` is a minute at which the provider
/// does not work: a range that could only be refused helps nobody.
fn open_instead(model: &Model, start: u16) -> Option<TimeRange> {
    let row = model.row()?;
    if row.hours.iter().any(|window| window.covers(Minute::saturating(start))) {
        return None;
    }
    let later = row.hours.iter().find(|window| window.start().get() > start);
    let is_today = model.shown.day() == model.now.today;
    later.or_else(|| row.hours.bounds().filter(|_| !is_today))
}

/// The free time from the cursor on; what is still to come of it, on the day itself.
fn range_at_cursor(model: &Model, duration: u16) -> TimeRange {
    let window = model.working_window();
    let is_today = model.shown.day() == model.now.today;
    let earliest = if is_today { model.now.minute.get().next_multiple_of(5) } else { 0 };
    let start = if model.cursor.pane == Pane::Timelines { model.cursor.minute } else { window.start() };
    let start = start.get().max(earliest);
    if let Some(open) = open_instead(model, start) {
        return open;
    }
    let covered = |gap: &&TimeRange| gap.covers(Minute::saturating(start)) && gap.end().get() - start >= duration;
    let gap = model.row().and_then(|row| row.gaps.iter().find(covered).copied());
    let end = match model.cursor.pane {
        Pane::Timelines => gap.map_or(start + RANGE_AT_FIRST, |gap| gap.end().get()).min(start + RANGE_AT_FIRST),
        Pane::List => window.end().get(),
    };
    let range = TimeRange::new(Minute::saturating(start), Minute::saturating(end.max(start + duration)));
    range.unwrap_or(window)
}
