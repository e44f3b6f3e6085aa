//! A believable day for the tests of the widgets.

use std::sync::Arc;

use chrono::NaiveDate;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use crate::desk::{DayContents, DaySnapshot};
use crate::domain::{
    Appointment, Cancellation, Cause, ColourRole, Dated, Hours, Minute, Minutes, Overbooking, Provider, ProviderId,
    RangeSet, Request, RequestId, Service, ServiceId, Status, Text, TimeRange, Weekly,
};
use crate::tui::theme::{Background, ColourDepth, Glyphs, Terminal, Theme, ThemeName};

pub(crate) const SERVICES: [(&str, &str, i64); 6] = [
    ("check", "Check-up", 30),
    ("vacc", "Vaccination", 15),
    ("lab", "Blood test", 15),
    ("consult", "Consultation", 45),
    ("physio", "Physiotherapy", 60),
    ("wound", "Wound care", 30),
];

/// Id, name, hours, daily limit.
type ProviderFacts = (&'static str, &'static str, &'static [(&'static str, &'static str)], u32);

const PROVIDERS: [ProviderFacts; 7] = [
    ("chen", "Dr Chen", &[("08:30", "12:00"), ("13:00", "17:00")], 14),
    ("koenig", "Dr Anneliese König-Hohenstein", &[("09:00", "17:30")], 12),
    ("patel", "Dr Patel", &[("08:00", "16:00")], 10),
    ("roy", "Dr Roy", &[("10:00", "12:30"), ("14:00", "18:00")], 8),
    ("sato", "佐藤 先生", &[("08:00", "13:00")], 9),
    ("weber", "Physio Weber 🦴", &[("09:00", "18:00")], 7),
    ("zoe", "Zoë Õunapuu", &[], 6),
];

/// Provider, start, service, client, status.
const APPOINTMENTS: [(&str, &str, &str, &str, char); 42] = [
    ("chen", "08:30", "vacc", "Ada Lovelace", 'd'),
    ("chen", "08:45", "vacc", "Grace Hopper", 'd'),
    ("chen", "09:00", "check", "Alan Turing", 'd'),
    ("chen", "09:30", "consult", "Friedrich Müller", 'd'),
    ("chen", "10:25", "check", "Katharina Groß", 'n'),
    ("chen", "11:00", "consult", "Barbara Liskov", 'i'),
    ("chen", "13:00", "check", "山田 花子", 'a'),
    ("chen", "13:30", "check", "Donald Knuth", 'a'),
    ("chen", "14:10", "lab", "Edsger Dijkstra", 'c'),
    ("chen", "14:30", "check", "Margaret Hamilton", 'b'),
    ("koenig", "09:00", "physio", "Jürgen Schäfer", 'd'),
    ("koenig", "10:05", "check", "Emma Becker", 'd'),
    ("koenig", "10:40", "lab", "Leon Hoffmann", 'd'),
    ("koenig", "11:00", "consult", "Mia Schulz", 'i'),
    ("koenig", "12:00", "check", "Zoë 👩‍⚕️ Brandt", 'c'),
    ("koenig", "12:40", "wound", "Paul Richter", 'b'),
    ("koenig", "13:20", "vacc", "Lukas Klein", 'b'),
    ("koenig", "14:00", "consult", "Hannah Wolf", 'b'),
    ("koenig", "15:00", "check", "Felix Neumann", 'c'),
    ("patel", "08:00", "lab", "Olivia Brown", 'd'),
    ("patel", "08:15", "lab", "Noah Wilson", 'd'),
    ("patel", "08:30", "lab", "Amelia Taylor", 'd'),
    ("patel", "09:00", "check", "George Davies", 'd'),
    ("patel", "09:30", "check", "Isla Evans", 'n'),
    ("patel", "10:00", "check", "Freya Thomas", 'd'),
    ("patel", "11:15", "consult", "Arthur Johnson", 'a'),
    ("patel", "12:30", "wound", "Lily Roberts", 'b'),
    ("patel", "13:00", "wound", "Oscar Walker", 'b'),
    ("roy", "10:00", "consult", "Sophie Wright", 'd'),
    ("roy", "10:50", "check", "Jack Thompson", 'i'),
    ("roy", "11:30", "consult", "Ivy White", 'c'),
    ("roy", "14:00", "physio", "Harry Hughes", 'b'),
    ("roy", "15:10", "check", "Grace Green", 'b'),
    ("sato", "08:00", "check", "鈴木 一郎", 'd'),
    ("sato", "08:40", "check", "Ben Krüger", 'd'),
    ("sato", "09:20", "consult", "Lina Vogt", 'd'),
    ("sato", "10:15", "consult", "Finn Jäger", 'd'),
    ("sato", "11:10", "physio", "Clara Roth", 'i'),
    ("weber", "09:00", "physio", "Theo Simon", 'd'),
    ("weber", "10:00", "physio", "Ella Frank", 'd'),
    ("weber", "11:00", "physio", "Maximilian von Ahlefeldt-Dehn", 'i'),
    ("weber", "13:00", "physio", "Nora Beck", 'x'),
];

pub(crate) fn today() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

pub(crate) fn minute(text: &str) -> Minute {
    text.parse().unwrap()
}

pub(crate) fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

pub(crate) fn provider_id(text: &str) -> ProviderId {
    ProviderId::new(text).unwrap()
}

pub(crate) fn request_id(number: usize) -> RequestId {
    RequestId::new(&format!("req-{number:02}")).unwrap()
}

fn services() -> impl Iterator<Item = Arc<Service>> {
    SERVICES.iter().enumerate().map(|(at, (id, name, minutes))| {
        Arc::new(Service {
            id: ServiceId::new(id).unwrap(),
            name: Text::name("name", name).unwrap(),
            duration: Minutes::new(*minutes).unwrap(),
            colour: ColourRole::new(u8::try_from(at).unwrap()).unwrap(),
        })
    })
}

pub(crate) fn provider(id: &str, name: &str, hours: &[(&str, &str)], limit: u32) -> Arc<Provider> {
    let hours: RangeSet = hours.iter().map(|(start, end)| range(start, end)).collect();
    let mut provider = Provider::new(provider_id(id), Hours::always(Weekly::EveryDay(hours)), limit).unwrap();
    provider.name = Text::name("name", name).unwrap();
    Arc::new(provider)
}

fn status(letter: char) -> Status {
    match letter {
        'c' => Status::Confirmed,
        'a' => Status::Arrived,
        'i' => Status::InProgress,
        'd' => Status::Done,
        'n' => Status::NoShow,
        'x' => Status::Cancelled(Cancellation { cause: Cause::Client, note: None }),
        _ => Status::Booked,
    }
}

pub(crate) fn appointment(number: usize, provider: &str, slot: TimeRange, client: &str) -> Appointment {
    let request = Request {
        id: request_id(number),
        day: today(),
        dated: Dated::Named,
        range: range("08:00", "18:00"),
        duration: slot.minutes(),
        preferred_provider: None,
        client: Some(Text::name("client", client).unwrap()),
        service: None,
        note: None,
    };
    let overbooking = Overbooking::None;
    let provider = provider_id(provider);
    Appointment { request: Arc::new(request), provider, day: today(), slot, status: Status::Booked, overbooking }
}

fn placed(number: usize) -> Arc<Appointment> {
    let (provider, start, service, client, letter) = APPOINTMENTS[number];
    let (_, _, minutes) = SERVICES.iter().find(|(id, ..)| *id == service).unwrap();
    let slot = TimeRange::starting(minute(start), Minutes::new(*minutes).unwrap()).unwrap();
    let mut one = appointment(number, provider, slot, client);
    let note =
        (number == 5).then(|| Text::note("note", "Brings the old X-rays; needs the ground-floor room.").unwrap());
    one.request = Arc::new(Request { service: ServiceId::new(service).ok(), note, ..(*one.request).clone() });
    one.status = status(letter);
    Arc::new(one)
}

/// Seven providers, one of them off, and 42 appointments, one of them cancelled.
pub(crate) fn clinic() -> DaySnapshot {
    let providers = PROVIDERS.iter().map(|(id, name, hours, limit)| provider(id, name, hours, *limit));
    let contents = DayContents {
        providers: providers.collect(),
        services: services().collect(),
        appointments: (0..APPOINTMENTS.len()).map(placed).collect(),
        ..DayContents::default()
    };
    DaySnapshot::new(today(), 1, contents)
}

/// A day of one provider with these appointments, and no services.
pub(crate) fn day_of(only: Arc<Provider>, appointments: impl IntoIterator<Item = Appointment>) -> DaySnapshot {
    let appointments = appointments.into_iter().map(Arc::new).collect();
    DaySnapshot::new(today(), 1, DayContents { providers: vec![only], appointments, ..DayContents::default() })
}

pub(crate) fn theme(depth: ColourDepth, glyphs: Glyphs) -> Theme {
    Theme::new(ThemeName::Auto, Terminal { depth, background: Background::Dark, glyphs })
}

/// A theme without colours, for tests of what is written.
pub(crate) fn mono() -> Theme {
    theme(ColourDepth::None, Glyphs::Unicode)
}

/// What a terminal would show, line by line, without the spaces at the ends.
pub(crate) fn lines(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut line = String::new();
        let mut covered = 0;
        for x in buffer.area.left()..buffer.area.right() {
            if covered > 0 {
                covered -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            covered = symbol.cell_width().saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

pub(crate) fn draw<W: Widget>(widget: W, columns: u16, rows: u16) -> Buffer {
    let mut buffer = Buffer::empty(Rect::new(0, 0, columns, rows));
    widget.render(buffer.area, &mut buffer);
    buffer
}
