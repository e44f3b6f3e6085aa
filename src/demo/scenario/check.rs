//! What the values of a scenario have to be together.

use std::collections::BTreeSet;

use toml::Spanned;

use super::file::{Booking, Burst, File, Offer, Staff, Step, Words};
use super::value::{Name, Weights};
use crate::demo::tally::Tally;
use crate::domain::{Invalid, Minute, ProviderId, ServiceId};

/// Most entries of each list; a scenario is played to an audience, not to a load test.
const ENTRIES_MAX: usize = 1_000;
/// Most requests that all bursts make together.
const REQUESTS_MAX: u32 = 5_000;
/// Most characters of a caption's text: the two lines that it has on a screen of 80 columns.
const CAPTION_CHARACTERS_MAX: usize = 156;

/// Something wrong, and the byte at which the table around it begins.
pub(super) type Located = (usize, Invalid);

/// Checks everything that no single value can show.
pub(super) fn check(file: &File) -> Result<(), Located> {
    bounded("clients", &file.clients)?;
    bounded("services", &file.services)?;
    bounded("providers", &file.providers)?;
    bounded("script", &file.script)?;
    unique(&file.services, "services.id", |offer: &Offer| offer.id.as_str())?;
    unique(&file.providers, "providers.id", |staff: &Staff| staff.id.as_str())?;
    unique(&file.clients, "clients", |name: &Name| name.0.as_str())?;
    for staff in &file.providers {
        for service in staff.get_ref().services.iter().flatten() {
            known_service(file, service, "providers.services").map_err(|e| (staff.span().start, e))?;
        }
    }
    if file.start == Minute::END_OF_DAY {
        return Err((0, Invalid::new("start", file.start, "a time before 24:00")));
    }
    let mut before = file.start;
    for step in &file.script {
        check_step(file, step.get_ref(), before).map_err(|e| (step.span().start, e.within("script")))?;
        before = step.get_ref().at;
    }
    let requests: u32 = file.steps().filter_map(|step| step.burst.as_ref()).map(|burst| burst.requests.0).sum();
    if requests > REQUESTS_MAX {
        return Err((0, Invalid::new("requests", requests, format!("at most {REQUESTS_MAX} in all bursts together"))));
    }
    Ok(())
}

fn bounded<T>(list: &'static str, entries: &[T]) -> Result<(), Located> {
    if (1..=ENTRIES_MAX).contains(&entries.len()) {
        return Ok(());
    }
    Err((0, Invalid::new(list, entries.len(), format!("1 to {ENTRIES_MAX} entries"))))
}

fn unique<'a, T>(
    entries: &'a [Spanned<T>],
    field: &'static str,
    key: impl Fn(&'a T) -> &'a str,
) -> Result<(), Located> {
    let mut seen = BTreeSet::new();
    for entry in entries {
        let key = key(entry.get_ref());
        if !seen.insert(key) {
            return Err((entry.span().start, Invalid::new(field, key, "one that no other entry has")));
        }
    }
    Ok(())
}

fn check_step(file: &File, step: &Step, before: Minute) -> Result<(), Invalid> {
    if step.at < before {
        return Err(Invalid::new("at", step.at, format!("{before} or later, as the steps are in the order of time")));
    }
    if let Some(limit) = &step.limit {
        known_provider(file, &limit.provider, "limit.provider")?;
    }
    if let Some(ill) = &step.ill {
        known_provider(file, &ill.provider, "ill.provider")?;
    }
    if let Some(cancel) = &step.cancel {
        booked_client(file, step.at, &cancel.client, "cancel.client")?;
    }
    if let Some(relocate) = &step.relocate {
        booked_client(file, step.at, &relocate.client, "move.client")?;
        if let Some(provider) = &relocate.with {
            known_provider(file, provider, "move.with")?;
        }
    }
    if let Some(booking) = &step.book {
        check_booking(file, booking).map_err(|e| e.within("book"))?;
    }
    if let Some(burst) = &step.burst {
        check_burst(file, burst).map_err(|e| e.within("burst"))?;
    }
    if let Some(words) = &step.caption {
        check_words(words).map_err(|e| e.within("caption"))?;
    }
    if step.does_nothing() {
        let expected = "at least one of limit, ill, cancel, move, book, burst, rebook and caption";
        return Err(Invalid::new("at", step.at, expected));
    }
    Ok(())
}

impl Step {
    fn does_nothing(&self) -> bool {
        let changes = self.limit.is_some() || self.ill.is_some() || self.cancel.is_some() || self.relocate.is_some();
        let asks = self.book.is_some() || self.burst.is_some() || self.rebook.is_some();
        !changes && !asks && self.caption.is_none()
    }
}

fn check_booking(file: &File, booking: &Booking) -> Result<(), Invalid> {
    known_client(file, &booking.client, "client")?;
    let offer = known_service(file, &booking.service, "service")?;
    if let Some(provider) = &booking.with {
        known_provider(file, provider, "with")?;
    }
    let duration = booking.duration(offer);
    let range = booking.range();
    if duration.get() > range.len() {
        return Err(Invalid::new("between", range, format!("at least the {duration} of the appointment")));
    }
    Ok(())
}

fn check_burst(file: &File, burst: &Burst) -> Result<(), Invalid> {
    for service in burst.mix.keys() {
        known_service(file, service, "mix")?;
    }
    if no_weight(&burst.mix) {
        return Err(Invalid::new("mix", "0", "a weight above 0 for at least one service"));
    }
    if no_weight(&burst.ranges) {
        return Err(Invalid::new("ranges", "0", "a weight above 0 for at least one range"));
    }
    Ok(())
}

/// Whether there are weights, but none under which anything could be drawn.
fn no_weight<T>(weights: &Weights<T>) -> bool {
    !weights.is_empty() && weights.values().all(|weight| weight.0 == 0)
}

fn check_words(words: &Words) -> Result<(), Invalid> {
    let text = words.text.0.as_str();
    if text.chars().count() > CAPTION_CHARACTERS_MAX {
        return Err(Invalid::new("text", text, format!("at most {CAPTION_CHARACTERS_MAX} characters")));
    }
    Tally::default().fill(text).map(drop).map_err(|e| e.within("text"))
}

fn known_client(file: &File, client: &Name, field: &'static str) -> Result<(), Invalid> {
    if file.clients.iter().any(|known| known.get_ref() == client) {
        return Ok(());
    }
    Err(Invalid::new(field, &client.0, "one of the scenario's clients"))
}

/// Only a client whose appointment the script asks for by name can be told to change it.
fn booked_client(file: &File, at: Minute, client: &Name, field: &'static str) -> Result<(), Invalid> {
    let mut earlier = file.steps().take_while(|step| step.at <= at).filter_map(|step| step.book.as_ref());
    if earlier.any(|booking| booking.client == *client) {
        return Ok(());
    }
    Err(Invalid::new(field, &client.0, "a client for whom an earlier step has a `book`"))
}

fn known_service<'a>(file: &'a File, service: &ServiceId, field: &'static str) -> Result<&'a Offer, Invalid> {
    file.offer(service).ok_or_else(|| {
        let known: Vec<&str> = file.services.iter().map(|offer| offer.get_ref().id.as_str()).collect();
        Invalid::new(field, service, format!("one of the services {}", known.join(", ")))
    })
}

fn known_provider<'a>(file: &'a File, provider: &ProviderId, field: &'static str) -> Result<&'a Staff, Invalid> {
    let staff = file.staff();
    staff.get(provider).copied().ok_or_else(|| {
        let known: Vec<&str> = staff.keys().map(|id| id.as_str()).collect();
        Invalid::new(field, provider, format!("one of the providers {}", known.join(", ")))
    })
}
