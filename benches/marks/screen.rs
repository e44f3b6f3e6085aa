//! The real program on a pseudo-terminal of 200 × 50: at rest, at the turn of a minute, and under load.
//!
//! * At the turn of a minute on an empty desk the clock in the header is all that changes: one digit, or two
//!   at the full ten. The bytes are those that the terminal got, with the marks of a frame around them.
//! * At rest, between two minutes, the system is asked how often any thread of the process has woken up and
//!   how long all of them have run.
//! * Under load clients book over HTTP at a fixed pace while the help is opened and closed by key. The time
//!   runs from the key to the moment at which the terminal has the frame that shows it; frames are counted
//!   over the whole of it. There is no baseline but the clock: 16 ms are a frame.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{Days, Timelike, Utc};
use slotdesk::domain::Request;

use crate::big_book::WELCOME;
use crate::desks;
use crate::harness::{Bench, Goal, percentile};
use crate::http::{Client, post_of, post_to};
use crate::terminal::Terminal;

/// How long the desk is watched at rest.
const AT_REST: Duration = Duration::from_secs(20);
/// Bookings a second that the clients try to reach, and how many of them there are.
const PACE: u32 = 20_000;
const CLIENTS: usize = 64;
/// How often a key is pressed under load.
const KEYS: usize = 300;
/// Days that the load is spread over, the one on the screen among them.
const DAYS: usize = 30;
const PROVIDERS: usize = 200;

pub(crate) fn measure(bench: &mut Bench) {
    quiet(bench);
    loaded(bench);
}

fn quiet(bench: &mut Bench) {
    let home = desks::folder();
    let desk = Terminal::open(home.path(), &home.path().join("desk.db"));
    desk.wait_for(WELCOME);
    // Everything that follows the first frame has to be over before anything is counted.
    std::thread::sleep(Duration::from_secs(3));
    let before = desk.bytes();
    let minute = || Utc::now().minute();
    let then = minute();
    while minute() == then {
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_secs(2));
    let bytes = desk.bytes() - before;
    bench.count("bytes when one cell changed", Goal::AtMost(64.0), as_f64(bytes), "the clock of an empty desk");

    let usage = Usage::of(desk.process());
    std::thread::sleep(AT_REST);
    let used = Usage::of(desk.process());
    let (woken, during) = (as_f64(used.woken - usage.woken), format!("in {} s, all threads", AT_REST.as_secs()));
    bench.count("idle desk, wake-ups between minutes", Goal::AtMost(0.0), woken, during);
    let share = as_f64(used.nanoseconds - usage.nanoseconds) / 1e7 / AT_REST.as_secs_f64();
    bench.count("idle desk, % of a CPU", Goal::AtMost(0.0), share, "as the scheduler counts it");
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// What all threads of a process have used so far.
struct Usage {
    woken: usize,
    nanoseconds: usize,
}

impl Usage {
    fn of(process: u32) -> Self {
        let mut usage = Self { woken: 0, nanoseconds: 0 };
        for thread in fs::read_dir(format!("/proc/{process}/task")).unwrap() {
            let thread = thread.unwrap().path();
            // A thread that has just ended has nothing more to say.
            let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
            let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            usage.woken += switches.and_then(|count| count.trim().parse::<usize>().ok()).unwrap_or(0);
            let schedule = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            usage.nanoseconds += schedule.split(' ').next().and_then(|ran| ran.parse::<usize>().ok()).unwrap_or(0);
        }
        usage
    }
}

fn loaded(bench: &mut Bench) {
    let home = desks::folder();
    let mut desk = Terminal::open(home.path(), &home.path().join("desk.db"));
    desk.wait_for(WELCOME);
    let load = Load::start(desk.address());
    desk.wait_for("p00010");
    let (frames, since) = (desk.frames(), Instant::now());
    let booked = load.booked.load(Ordering::Relaxed);
    let mut waited = Vec::with_capacity(KEYS);
    for _ in 0..KEYS / 2 {
        waited.push(key_to_frame(&mut desk, "?", |screen| screen.contains("type to filter")));
        waited.push(key_to_frame(&mut desk, "q", |screen| !screen.contains("type to filter")));
    }
    let elapsed = since.elapsed().as_secs_f64();
    let frames = as_f64(desk.frames() - frames) / elapsed;
    let rate = as_f64(load.booked.load(Ordering::Relaxed) - booked) / elapsed;
    load.stop();
    let (middle, most) = (percentile(waited.clone(), 0.5), percentile(waited, 0.99));
    let detail = format!("median {middle:.1} ms, at {rate:.0} bookings a second of {PACE}");
    bench.count("key to frame under load, 99th percentile, ms", Goal::AtMost(32.0), most, detail);
    bench.count("frames a second under load", Goal::AtMost(60.0), frames, "at most one every 16.7 ms");
}

/// Milliseconds from a key to the frame that shows what it did.
fn key_to_frame(desk: &mut Terminal, key: &str, shows: impl Fn(&str) -> bool) -> f64 {
    // Not in step with the frames: people do not press keys in step either.
    std::thread::sleep(Duration::from_millis(7));
    let since = Instant::now();
    desk.press(key);
    desk.wait_until(shows);
    since.elapsed().as_secs_f64() * 1e3
}

/// Clients that book at a fixed pace from a runtime of their own.
struct Load {
    booked: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
    running: std::thread::JoinHandle<()>,
}

impl Load {
    fn start(address: SocketAddr) -> Self {
        let (booked, stopping) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let (counter, stop) = (Arc::clone(&booked), Arc::clone(&stopping));
        let running = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                add_providers(address).await;
                let clients = (0..CLIENTS).map(|client| keep_booking(address, client, &counter, &stop));
                futures::future::join_all(clients).await;
            });
        });
        Self { booked, stopping, running }
    }

    fn stop(self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.running.join().unwrap();
    }
}

async fn add_providers(address: SocketAddr) {
    let mut client = Client::connect(address).await;
    for number in 0..PROVIDERS {
        let hours = r#""availability":[{"start":"00:00","end":"24:00"}],"max_daily_appointments":1000"#;
        assert!(client.send(&post_to("/providers", &format!(r#"{{"id":"p{number:05}",{hours}}}"#))).await);
    }
}

/// Every client sends its share of a second's bookings at its times; one that is late goes on without a pause
/// until it has caught up.
async fn keep_booking(address: SocketAddr, client: usize, booked: &AtomicUsize, stopping: &AtomicBool) {
    let mut connection = Client::connect(address).await;
    let mut pace = tokio::time::interval(Duration::from_secs(1) * u32::try_from(CLIENTS).unwrap() / PACE);
    let tomorrow = Utc::now().date_naive() + Days::new(1);
    let mut number = client;
    while !stopping.load(Ordering::Relaxed) {
        pace.tick().await;
        // One booking of thirty is for today's screen; the clock may have passed no minute of the others.
        let ahead = number / CLIENTS % DAYS;
        let day = if ahead == 0 { tomorrow - Days::new(1) } else { tomorrow + Days::new(ahead as u64 - 1) };
        let last = desks::range("00:00", "24:00");
        let request = Request { day, range: last, ..desks::request(number) };
        if connection.send(&post_of(&request)).await {
            booked.fetch_add(1, Ordering::Relaxed);
        }
        number += CLIENTS;
    }
}
