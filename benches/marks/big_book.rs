//! Opening a book of a million appointments beside opening an empty one.
//!
//! The real program is started on each in turns, and the time runs from the start of the process to the first
//! screen: the fifty providers and 1,400 appointments of today for the one, the welcome for the other. The
//! memory is what the process holds in use at that moment, beside that of a book with the same providers and
//! today's appointments alone: only days that somebody looks at are loaded, so that a book a thousand times as
//! long must not take much more.

use std::path::Path;
use std::time::Instant;

use chrono::Utc;
use slotdesk::store::SqliteStore;

use crate::desks;
use crate::harness::{Bench, Compared, Goal};
use crate::history::History;
use crate::terminal::Terminal;

const APPOINTMENTS: usize = 1_000_000;
const PROVIDERS: usize = 50;
/// Appointments of one provider on one day.
const A_DAY: usize = 28;
/// What the first screens show: a client in the list, and the welcome of an empty desk.
const BOOKED: &str = "Client ";
pub(crate) const WELCOME: &str = "This desk has no provider yet";

pub(crate) fn measure(bench: &mut Bench) {
    let folder = desks::folder();
    let (large, small) = (folder.path().join("large.db"), folder.path().join("small.db"));
    fill(&large, APPOINTMENTS.div_ceil(PROVIDERS * A_DAY));
    fill(&small, 1);
    let open = |book: &Path, text| first_screen(folder.path(), book, text);
    let empty = || {
        let book = desks::folder();
        open(&book.path().join("empty.db"), WELCOME).0
    };
    let name = "first screen, a million appointments ÷ none";
    let sides = (|| open(&large, BOOKED).0, empty);
    bench.compare(name, Goal::AtMost(3.0), sides, |Compared { ours, baseline, .. }| {
        format!("{ours:.0} of {baseline:.0} ms")
    });
    let name = "memory then, a million ÷ today's alone";
    let sides = (|| open(&large, BOOKED).1, || open(&small, BOOKED).1);
    bench.compare(name, Goal::AtMost(1.5), sides, |Compared { ours, baseline, .. }| {
        format!("{ours:.0} of {baseline:.0} MiB")
    });
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
    let history = History { providers: PROVIDERS, a_day: A_DAY, days, last: Utc::now().date_naive() };
    history.fill(&mut SqliteStore::open(path).unwrap());
}
