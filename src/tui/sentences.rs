//! Changes of the book in words, for the log and for what the footer says.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use crate::desk::{Answer, DaySnapshot, DeskError};
use crate::domain::{Action as Happened, Appointment, Draft, Event, ProviderId, Request, RequestId, ServiceId, Status};

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

/// A service's name as far as the day knows it, or the identifier.
pub(super) fn service(snapshot: Option<&DaySnapshot>, id: &ServiceId) -> String {
    let known = snapshot.and_then(|snapshot| snapshot.catalogue.get(id));
    known.map_or_else(|| id.to_string(), |service| service.name.to_string())
}

/// A day as it is said: with the year where that is not the one of the day on the screen.
pub(super) fn day(snapshot: Option<&DaySnapshot>, day: NaiveDate) -> String {
    let same_year = snapshot.is_none_or(|snapshot| snapshot.day.year() == day.year());
    day.format(if same_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()
}

/// Where an appointment is: "Mon 23 Nov 09:00–09:30 with Dr Chen".
pub(super) fn place(snapshot: Option<&DaySnapshot>, appointment: &Appointment) -> String {
    let day = day(snapshot, appointment.day);
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
            let from = day(snapshot, change.first_day());
            let span = if change.last_day().is_some() { "on" } else { "from" };
            format!("hours of {} changed {span} {from}{also}", named(snapshot, draft, id))
        }
        Happened::LimitChanged(id) => {
            let limit = draft.edits.providers.iter().find_map(|edit| edit.after.as_ref());
            let to = limit.map_or_else(String::new, |after| format!(" to {}", after.max_daily_appointments));
            format!("daily limit of {} changed{to}", named(snapshot, draft, id))
        }
        Happened::ServiceAdded(id) => format!("service {} was added", named_service(snapshot, draft, id)),
        Happened::ServiceChanged(id) => format!("service {} was changed", named_service(snapshot, draft, id)),
        Happened::Booked(id) => format!("{} booked", whole(snapshot, draft, id)),
        Happened::Overbooked(id) => format!("{} booked over the rules, on purpose", whole(snapshot, draft, id)),
        Happened::Refused { request, refusal } => {
            format!("{}, {} in {}: refused, {refusal}", asking(request), request.duration, request.range)
        }
        Happened::Moved(id) => format!("{} moved to {}", who(draft, id), destination(snapshot, draft)),
        Happened::StatusSet(id, Status::NoShow) => format!("{} did not come", who(draft, id)),
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
        Answer::Unchanged => "Nothing to change: the book already says so".to_owned(),
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

fn named_service(snapshot: Option<&DaySnapshot>, draft: &Draft, id: &ServiceId) -> String {
    let own = draft.edits.services.iter().filter_map(|edit| edit.after.as_ref()).find(|image| image.id == *id);
    own.map_or_else(|| service(snapshot, id), |image| image.name.to_string())
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
            1 => "; and 1 more appointment".to_owned(),
            more => format!("; and {more} more appointments"),
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
        return match (&edit.before, &edit.after) {
            (_, Some(now)) => format!(", {} is as before", now.name),
            (Some(was), None) => format!(", {} is no longer here", was.name),
            (None, None) => String::new(),
        };
    }
    match edits.services.first().map(|edit| (&edit.before, &edit.after)) {
        Some((_, Some(now))) => format!(", service {} is as before", now.name),
        Some((Some(was), None)) => format!(", service {} is no longer on offer", was.name),
        Some((None, None)) | None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Action, Channel, Edit, Edits, Provider};
    use crate::tui::widgets::fixtures::{clinic, request_id};

    fn said(action: Action, edits: Edits) -> String {
        let at = "2026-11-23T13:16:00Z".parse().unwrap();
        let draft = Draft { at, actor: Channel::Desk.into(), action, edits };
        event(Some(&clinic()), &Event { number: 9, draft })
    }

    #[test]
    fn people_and_services_are_called_by_their_names() {
        let day = clinic();
        let (one, service) = (day.appointments()[0], day.catalogue.iter().next().unwrap());
        let edits = Edits { services: vec![Edit::added(Arc::clone(service))], ..Edits::default() };
        let added = said(Action::ServiceAdded(service.id.clone()), edits);
        assert_eq!(added, format!("service {} was added", service.name));
        let edits = Edits { appointments: [Edit::added(Arc::clone(one))].into_iter().collect(), ..Edits::default() };
        let missed = said(Action::StatusSet(one.id().clone(), Status::NoShow), edits);
        assert_eq!(missed, format!("{} did not come", client(one)));
    }

    #[test]
    fn an_undo_says_what_is_gone_and_how_many_appointments_came_back() {
        let day = clinic();
        let provider: Arc<Provider> = Arc::clone(&day.rows().next().unwrap().provider);
        let edits = Edits { providers: vec![Edit::added(Arc::clone(&provider)).reversed()], ..Edits::default() };
        assert_eq!(said(Action::Undone(8), edits), format!("undone: number 8, {} is no longer here", provider.name));
        let two: Vec<_> = [3, 4].map(|number| Arc::clone(day.appointment(&request_id(number)).unwrap())).into();
        let appointments = two.into_iter().map(Edit::added).collect();
        let text = said(Action::Undone(8), Edits { appointments, ..Edits::default() });
        assert!(text.ends_with("; and 1 more appointment"), "{text}");
    }

    #[test]
    fn a_day_of_another_year_is_said_with_it() {
        let shown = clinic();
        assert!(!day(Some(&shown), shown.day).contains("20"));
        assert_eq!(day(Some(&shown), "2031-01-06".parse().unwrap()), "Mon 6 Jan 2031");
    }
}
