//! Changes of the book in words, for the log and for what the footer says.

use std::sync::Arc;

use crate::desk::{Answer, DaySnapshot, DeskError};
use crate::domain::{Action as Happened, Appointment, Draft, Event, ProviderId, Request, RequestId, Status};

/// Who an appointment is for: the client, or the request by its identifier.
pub(super) fn client(appointment: &Appointment) -> String {
    asking(&appointment.request)
}

fn asking(request: &Request) -> String {
    request.client.as_ref().map_or_else(|| format!("request {}", request.id), ToString::to_string)
}

/// A provider's name as far as the day knows it, or the identifier.
pub(super) fn provider(snapshot: Option<&DaySnapshot>, id: &ProviderId) -> String {
    let known = snapshot.and_then(|snapshot| snapshot.provider(id));
    known.map_or_else(|| id.to_string(), |provider| provider.name.to_string())
}

/// Where an appointment is: "Mon 23 Nov 09:00–09:30 with Dr Chen".
pub(super) fn place(snapshot: Option<&DaySnapshot>, appointment: &Appointment) -> String {
    let day = appointment.day.format("%a %-d %b");
    format!("{day} {} with {}", appointment.slot, provider(snapshot, &appointment.provider))
}

/// An event as a line of the log: when, through what, by whom, and what it did.
pub(super) fn logged(snapshot: Option<&DaySnapshot>, event: &Event, zone: chrono_tz::Tz) -> String {
    let at = event.draft.at.with_timezone(&zone).format("%d %b %H:%M:%S");
    let actor = event.draft.actor.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    let by = format!("{}{actor}", event.draft.actor.channel.key());
    format!("{at}  {by:<6}  {}", self::event(snapshot, event))
}

/// What an event did, as a sentence without a full stop.
pub(super) fn event(snapshot: Option<&DaySnapshot>, event: &Event) -> String {
    let draft = &event.draft;
    let cancelled = cancelled(draft);
    let also = match cancelled.len() {
        0 => String::new(),
        1 => "; 1 appointment cancelled".to_owned(),
        count => format!("; {count} appointments cancelled"),
    };
    match &draft.action {
        Happened::ProviderAdded(id) => format!("{} was added", named(snapshot, draft, id)),
        Happened::ProviderChanged(id) => format!("{} was changed", named(snapshot, draft, id)),
        Happened::ProviderRetired(id) => format!("{} leaves{also}", named(snapshot, draft, id)),
        Happened::HoursChanged { provider: id, change } => {
            let from = change.first_day().format("%a %-d %b");
            let span = if change.last_day().is_some() { "on" } else { "from" };
            format!("hours of {} changed {span} {from}{also}", named(snapshot, draft, id))
        }
        Happened::LimitChanged(id) => {
            let limit = draft.edits.providers.iter().find_map(|edit| edit.after.as_ref());
            let to = limit.map_or_else(String::new, |after| format!(" to {}", after.max_daily_appointments));
            format!("daily limit of {} changed{to}", named(snapshot, draft, id))
        }
        Happened::ServiceAdded(id) => format!("service {id} was added"),
        Happened::ServiceChanged(id) => format!("service {id} was changed"),
        Happened::Booked(id) => format!("{} booked", whole(snapshot, draft, id)),
        Happened::Overbooked(id) => format!("{} booked over the rules, on purpose", whole(snapshot, draft, id)),
        Happened::Refused { request, refusal } => {
            format!("{}, {} in {}: refused, {refusal}", asking(request), request.duration, request.range)
        }
        Happened::Moved(id) => format!("{} moved to {}", who(draft, id), destination(snapshot, draft)),
        Happened::StatusSet(id, status) => format!("{} is {status}", who(draft, id)),
        Happened::Cancelled(id) => format!("{} cancelled{}", who(draft, id), reason(draft)),
        Happened::Undone(number) => format!("undone: number {number}{}", restored(snapshot, draft)),
    }
}

/// What an answer says to whoever asked.
pub(super) fn answer(snapshot: Option<&DaySnapshot>, answer: &Answer) -> String {
    match answer {
        Answer::Decided(done) => capitalised(&event(snapshot, done)),
        Answer::Repeated(done) => format!("Already answered: {}", event(snapshot, done)),
        Answer::Unchanged => "The book already was as asked".to_owned(),
    }
}

/// Why a command did nothing. Where the store failed it is not plain that it did nothing, so that is said first.
pub(super) fn failed(error: &DeskError) -> String {
    match error {
        DeskError::Store(_) => format!("Nothing was changed: {error}"),
        other => capitalised(&other.to_string()),
    }
}

/// The sentence with a capital letter.
pub(super) fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn named(snapshot: Option<&DaySnapshot>, draft: &Draft, id: &ProviderId) -> String {
    let images = draft.edits.providers.iter().filter_map(|edit| edit.after.as_ref().or(edit.before.as_ref()));
    let own = images.into_iter().find(|image| image.id == *id);
    own.map_or_else(|| provider(snapshot, id), |image| image.name.to_string())
}

fn after(draft: &Draft) -> Option<&Arc<Appointment>> {
    draft.edits.appointments.first()?.after.as_ref()
}

fn who(draft: &Draft, id: &RequestId) -> String {
    after(draft).map_or_else(|| id.to_string(), |appointment| client(appointment))
}

fn whole(snapshot: Option<&DaySnapshot>, draft: &Draft, id: &RequestId) -> String {
    let known = after(draft).map(|one| format!("{}, {}", client(one), place(snapshot, one)));
    known.unwrap_or_else(|| id.to_string())
}

fn destination(snapshot: Option<&DaySnapshot>, draft: &Draft) -> String {
    after(draft).map_or_else(|| "another place".to_owned(), |one| place(snapshot, one))
}

fn reason(draft: &Draft) -> String {
    match after(draft).map(|one| &one.status) {
        Some(Status::Cancelled(cancellation)) => format!(" {cancellation}"),
        _ => String::new(),
    }
}

fn cancelled(draft: &Draft) -> Vec<&Arc<Appointment>> {
    draft.edits.appointments.iter().filter_map(|edit| edit.after.as_ref()).filter(|one| !one.is_live()).collect()
}

/// What an undo brought back, from what it edited.
fn restored(snapshot: Option<&DaySnapshot>, draft: &Draft) -> String {
    let edits = &draft.edits;
    if let Some(edit) = edits.appointments.first() {
        let more = match edits.appointments.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        return match (&edit.before, &edit.after) {
            (_, Some(now)) if now.is_live() => {
                format!(", {} is {} again, {}{more}", client(now), now.status, place(snapshot, now))
            }
            (Some(was), _) | (None, Some(was)) => format!(", {} is no longer booked{more}", client(was)),
            (None, None) => String::new(),
        };
    }
    if let Some(edit) = edits.providers.first() {
        let image = edit.after.as_ref().or(edit.before.as_ref());
        return image.map_or_else(String::new, |one| format!(", {} is as before", one.name));
    }
    let service = edits.services.first().and_then(|edit| edit.after.as_ref().or(edit.before.as_ref()));
    service.map_or_else(String::new, |one| format!(", service {} is as before", one.name))
}
