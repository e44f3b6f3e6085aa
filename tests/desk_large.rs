//! A book as large as a busy house fills in years: how long until the first screen, and how much memory.
//!
//! `cargo test --release --test desk_large -- --ignored --nocapture`; `SLOTDESK_TEST_APPOINTMENTS` says how many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Instant;

use chrono::{Days, TimeZone};
use slotdesk::domain::*;
use slotdesk::store::{Commit, Guard, SqliteStore, Store, Verdict};
use support::*;

const PROVIDERS: u64 = 50;
/// Appointments of one provider on one day.
const A_DAY: u64 = 28;

fn provider_name(number: u64) -> String {
    format!("p{number:02}")
}

/// Appointment `number` of all, the newest ones on Monday.
fn booking(number: u64, days: u64) -> Commit {
    let (place, day) = (number % (PROVIDERS * A_DAY), number / (PROVIDERS * A_DAY));
    let (who, which) = (place % PROVIDERS, place / PROVIDERS);
    let day = monday() - Days::new(days - 1 - day);
    let start = Minute::new(u16::try_from(8 * 60 + which * 15).unwrap()).unwrap();
    let slot = TimeRange::starting(start, Minutes::new(15).unwrap()).unwrap();
    let client = Text::name("client", &format!("Client {}", number % 9_973)).ok();
    let request = Request { day, client, ..request(&format!("r{number}"), "08:00", "18:00", 15) };
    let id = request.id.clone();
    let provider = provider_id(&provider_name(who));
    let appointment = Appointment {
        request: Arc::new(request),
        provider: provider.clone(),
        day,
        slot,
        status: Status::Booked,
        overbooking: Overbooking::None,
    };
    let edits = Edits { appointments: [Edit::added(Arc::new(appointment))].into_iter().collect(), ..Edits::default() };
    let at = ZONE.from_local_datetime(&day.and_hms_opt(7, 0, 0).unwrap()).unwrap().to_utc();
    let draft = Draft { at, actor: actor(), action: Action::Booked(id), edits };
    let guard = Guard { provider, provider_revision: 1, day, revision: which };
    Commit { draft: Arc::new(draft), guards: [guard].into_iter().collect() }
}

fn fill(store: &mut SqliteStore, appointments: u64) {
    for number in 0..PROVIDERS {
        let new = Arc::new(provider(&provider_name(number), &[("08:00", "18:00")], 40));
        let action = Action::ProviderAdded(new.id.clone());
        let edits = Edits { providers: vec![Edit::added(new)], ..Edits::default() };
        let draft = Draft { at: chrono::DateTime::UNIX_EPOCH, actor: actor(), action, edits };
        store.commit(&[Commit { draft: Arc::new(draft), guards: [].into_iter().collect() }]).unwrap();
    }
    let days = appointments.div_ceil(PROVIDERS * A_DAY);
    let numbers: Vec<u64> = (0..appointments).collect();
    for batch in numbers.chunks(20_000) {
        let commits: Vec<Commit> = batch.iter().map(|number| booking(*number, days)).collect();
        let verdicts = store.commit(&commits).unwrap();
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Committed(_))));
    }
}

/// Memory that the process has in use, in MiB; none where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()? / 1024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes; prints what it measures"]
#[allow(clippy::print_stdout, reason = "the numbers are the point")]
async fn the_first_screen_of_a_book_with_a_million_appointments_comes_at_once() {
    let asked = std::env::var("SLOTDESK_TEST_APPOINTMENTS").ok().and_then(|number| number.parse().ok());
    let appointments = asked.unwrap_or(1_000_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.db");
    let filling = Instant::now();
    fill(&mut SqliteStore::open(&path).unwrap(), appointments);
    let size = std::fs::metadata(&path).unwrap().len() >> 20;
    println!("{appointments} appointments written in {:?}, {size} MiB, RSS {:?} MiB", filling.elapsed(), resident());

    let since = Instant::now();
    let store = SqliteStore::open(&path).unwrap();
    println!("store opened after {:?}", since.elapsed());
    let desk = open(store);
    println!("desk opened after {:?}", since.elapsed());
    let first = desk.day(monday()).await.unwrap();
    println!("first day after {:?} with {} appointments", since.elapsed(), first.appointments().len());
    let again = Instant::now();
    desk.day(monday()).await.unwrap();
    println!("the same day again in {:?}", again.elapsed());
    let deciding = Instant::now();
    assert!(booked(&desk, request("new", "08:00", "18:00", 30)).await.starts_with('p'));
    println!("first booking in {:?}", deciding.elapsed());
    let changing = Instant::now();
    let change = HoursChange::From { day: monday(), weekly: Weekly::EveryDay(ranges(&[("08:00", "12:00")])) };
    let command = slotdesk::desk::Command::ChangeHours { provider: provider_id("p00"), change };
    desk.submit(command, actor()).await.unwrap();
    println!("change of hours in {:?}, RSS {:?} MiB", changing.elapsed(), resident());
    desk.close().await.unwrap();
}
