//! Opening a book of a million appointments beside opening an empty one.
//!
//! The real program is started on each in turns, and the time runs from the start of the process to the first
//! screen: the fifty providers and 1,400 appointments of today for the one, the welcome for the other. The
//! memory is what the process holds in use at that moment, beside that of a book with the same providers and
//! today's appointments alone: only days that somebody looks at are loaded, so that a book a thousand times as
//! long must not take much more. Every appointment was booked as its day began.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Days, NaiveTime, Utc};
use slotdesk::domain::{
    Action, Appointment, Channel, Draft, Edit, Edits, Minute, Minutes, Overbooking, Request, Status, TimeRange,
};
use slotdesk::store::{Commit, Guard, SqliteStore, Store, Verdict};

use crate::desks;
use crate::harness::{Goal, Mark, in_turns};
use crate::terminal::Terminal;

const APPOINTMENTS: usize = 1_000_000;
const PROVIDERS: usize = 50;
/// Appointments of one provider on one day.
const A_DAY: usize = 28;
/// What the first screens show: a client in the list, and the welcome of an empty desk.
const BOOKED: &str = "Client ";
pub(crate) const WELCOME: &str = "This desk has no provider yet";
/// Commits in a transaction while a book is filled.
const BATCH: usize = 20_000;

pub(crate) fn marks() -> Vec<Mark> {
    let folder = desks::folder();
    let (large, small) = (folder.path().join("large.db"), folder.path().join("small.db"));
    fill(&large, APPOINTMENTS.div_ceil(PROVIDERS * A_DAY));
    fill(&small, 1);
    let open = |book: &Path, text| first_screen(folder.path(), book, text);
    let empty = || {
        let book = desks::folder();
        open(&book.path().join("empty.db"), WELCOME).0
    };
    let screens = in_turns(|| open(&large, BOOKED).0, empty);
    let memory = in_turns(|| open(&large, BOOKED).1, || open(&small, BOOKED).1);
    let time = format!("{:.0} of {:.0} ms", screens.ours, screens.baseline);
    let room = format!("{:.0} of {:.0} MiB", memory.ours, memory.baseline);
    vec![
        Mark::new("first screen, a million appointments ÷ none", Goal::AtMost(3.0), screens.ratio, time),
        Mark::new("memory then, a million ÷ today's alone", Goal::AtMost(1.5), memory.ratio, room),
    ]
}

/// Milliseconds to the first screen that shows `text`, and the memory in use then, in MiB.
fn first_screen(home: &Path, book: &Path, text: &str) -> (f64, f64) {
    let since = Instant::now();
    let desk = Terminal::open(home, book);
    desk.wait_for(text);
    let waited = since.elapsed().as_secs_f64() * 1e3;
    let status = std::fs::read_to_string(format!("/proc/{}/status", desk.process())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    (waited, resident.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1024.0)
}

/// A book whose newest day is today.
fn fill(path: &Path, days: usize) {
    let mut store = SqliteStore::open(path).unwrap();
    let added = (0..PROVIDERS).map(|number| {
        let provider = Arc::new(desks::provider(number));
        let action = Action::ProviderAdded(provider.id.clone());
        commit((DateTime::UNIX_EPOCH, action), Edits { providers: vec![Edit::added(provider)], ..Edits::default() }, [])
    });
    store.commit(&added.collect::<Vec<_>>()).unwrap();
    let numbers: Vec<usize> = (0..days * PROVIDERS * A_DAY).collect();
    for batch in numbers.chunks(BATCH) {
        let commits: Vec<Commit> = batch.iter().map(|number| booked(*number, days)).collect();
        let verdicts = store.commit(&commits).unwrap();
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Committed(_))));
    }
}

/// Appointment `number` of all: day by day, every provider once and then every one again.
fn booked(number: usize, days: usize) -> Commit {
    let (day, place) = (number / (PROVIDERS * A_DAY), number % (PROVIDERS * A_DAY));
    let (which, who) = (place / PROVIDERS, place % PROVIDERS);
    let day = Utc::now().date_naive() - Days::new((days - 1 - day) as u64);
    let start = Minute::new(u16::try_from(8 * 60 + which * 15).unwrap()).unwrap();
    let request = Arc::new(Request { day, range: desks::range("08:00", "18:00"), ..desks::request(number) });
    let provider = desks::provider(who).id;
    let appointment = Arc::new(Appointment {
        slot: TimeRange::starting(start, Minutes::new(15).unwrap()).unwrap(),
        provider: provider.clone(),
        day,
        status: Status::Booked,
        overbooking: Overbooking::None,
        request: Arc::clone(&request),
    });
    let edits = Edits { appointments: [Edit::added(appointment)].into_iter().collect(), ..Edits::default() };
    let guard = Guard { provider, provider_revision: 1, day, revision: which as u64 };
    let at = day.and_time(NaiveTime::MIN).and_utc();
    commit((at, Action::Booked(request.id.clone())), edits, [guard])
}

fn commit<const N: usize>((at, action): (DateTime<Utc>, Action), edits: Edits, guards: [Guard; N]) -> Commit {
    let draft = Draft { at, actor: Channel::Import.into(), action, edits };
    Commit { draft: Arc::new(draft), guards: guards.into_iter().collect() }
}
