//! What a booking allocates on its whole way, stage by stage, and what a day of them leaves behind.
//!
//! Counts, not times: every allocation of the thread that the desk, its store and the server run on, and of no
//! other. The client of the HTTP stage is another thread. What SQLite allocates by itself is not counted, for it does
//! not ask this program's allocator.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::task::Poll;

use allocation_counter::{AllocationInfo, measure};
use slotdesk::api::{self, Limits};
use slotdesk::desk::{Command, DaySnapshot, Desk, Feed, Feedback, Options, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::{Day, Dice, ProviderDay, Rules, Yardstick, policy};
use slotdesk::store::{Commit, Guard, MemoryStore, SqliteStore, Store, Verdict};
use smallvec::SmallVec;
use support::*;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// Enough that nobody has more appointments than a provider-day holds without memory of its own.
const PROVIDERS: usize = 50;
/// Bookings before anything is counted, so that what grows to its size once has grown.
const FIRST: usize = 100;
/// Bookings that are counted.
const COUNTED: usize = 400;
/// Bookings on their way at once at a busy desk.
const AT_ONCE: usize = 40;
/// Bytes that a booking may leave in memory, where the book is as well.
const LEFT_MAX: f64 = 900.0;
/// Allocations a booking for what is kept and grows: tables that double, the nodes of trees.
const GROWTH: f64 = 0.3;

/// What each of so many cost.
#[derive(Debug, Clone, Copy)]
struct Each {
    allocations: f64,
    bytes: f64,
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn each(measured: AllocationInfo) -> Each {
    let times = COUNTED as f64;
    Each { allocations: measured.count_total as f64 / times, bytes: measured.bytes_total as f64 / times }
}

impl std::ops::Sub for Each {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { allocations: self.allocations - other.allocations, bytes: self.bytes - other.bytes }
    }
}

/// The desk, its store and the server take turns on this one thread.
fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn everybody() -> impl Iterator<Item = Provider> {
    (0..PROVIDERS).map(|number| provider(&format!("p{number:02}"), &[("08:00", "18:00")], 40))
}

fn wish(number: usize) -> Request {
    let client = Text::name("client", &format!("Client {number}")).ok();
    let from = ["08:00", "09:00", "11:00"][number % 3];
    Request { client, ..request(&format!("r{number}"), from, "18:00", 15) }
}

async fn opened(options: Options) -> Desk {
    let calendar = slotdesk::desk::Calendar::new(clock(), ZONE);
    let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options).unwrap();
    for provider in everybody() {
        add(&desk, provider).await;
    }
    desk
}

/// One by one, as a desk in the early morning has them.
fn one_worker() -> Options {
    Options { workers: 1, ..options() }
}

/// Every booking from the call to the answer, so many at once, with a book in memory; and the day before them and
/// the events that came of them.
fn desk(runtime: &Runtime, at_once: usize) -> (AllocationInfo, DaySnapshot, Vec<Arc<Event>>) {
    let desk = runtime.block_on(opened(one_worker()));
    let submit = |number| Command::Book { request: wish(number), past: Past::Refuse };
    for command in (0..FIRST).map(submit) {
        runtime.block_on(desk.submit(command, actor())).unwrap();
    }
    let snapshot = runtime.block_on(desk.day(monday())).unwrap();
    let mut feed = desk.subscribe();
    let waiting = (FIRST..FIRST + COUNTED).map(|number| Box::pin(desk.submit(submit(number), actor())));
    let mut waiting: Vec<_> = waiting.collect();
    let mut answers = Vec::with_capacity(COUNTED);
    let measured = measure(|| {
        while !waiting.is_empty() {
            let group = waiting.drain(..at_once);
            // Each is asked in its turn: all of the group wait in the queue before the first is decided.
            runtime.block_on(async {
                let mut group = group.collect::<SmallVec<[_; AT_ONCE]>>();
                std::future::poll_fn(|context| {
                    group.retain(|one| match one.as_mut().poll(context) {
                        Poll::Ready(answer) => {
                            answers.push(answer.unwrap());
                            false
                        }
                        Poll::Pending => true,
                    });
                    if group.is_empty() { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
            });
        }
    });
    assert!(answers.iter().all(|answer| answer.appointment().is_some()), "every request of the load is accepted");
    drop(waiting);
    let events = runtime.block_on(read(&mut feed, COUNTED));
    runtime.block_on(desk.close()).unwrap();
    (measured, snapshot, events)
}

async fn read(feed: &mut Feed, count: usize) -> Vec<Arc<Event>> {
    let mut all = Vec::new();
    while all.len() < count {
        let Some(Feedback::Events(events)) = feed.next().await else { panic!("nothing is missed") };
        all.extend(events.iter().cloned());
    }
    all
}

/// The same bookings, decided by the scheduler alone.
fn decisions() -> AllocationInfo {
    let rules = Rules {
        yardstick: Arc::new(Yardstick::new(&[15, 30, 45, 60])),
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::POLICIES[0],
        dice: Dice::new(1),
    };
    let days = everybody().map(|provider| ProviderDay::new(Arc::new(provider), monday(), Vec::new(), 0));
    let day = Day::new(monday(), Arc::new(rules), Arc::default(), days.collect());
    let requests: Vec<_> = (0..FIRST + COUNTED).map(|number| Arc::new(wish(number))).collect();
    let book = |request: &Arc<Request>| drop(day.book(request, Minute::MIDNIGHT, |_, _| {}).unwrap());
    requests[..FIRST].iter().for_each(book);
    measure(|| requests[FIRST..].iter().for_each(book))
}

/// The same events, judged and stored by a store alone, so many in a transaction.
fn stored(store: &mut dyn Store, events: &[Arc<Event>], at_once: usize) -> AllocationInfo {
    let mut revisions: std::collections::HashMap<ProviderId, u64> = std::collections::HashMap::new();
    let adds = everybody().map(|provider| {
        let edits = Edits { providers: vec![Edit::added(Arc::new(provider.clone()))], ..Edits::default() };
        let draft = Draft { action: Action::ProviderAdded(provider.id), edits, ..events[0].draft.clone() };
        Commit { draft: Arc::new(draft), guards: [].into_iter().collect() }
    });
    store.commit(&adds.collect::<Vec<_>>()).unwrap();
    let commits: Vec<Commit> = events
        .iter()
        .map(|event| {
            let after = event.draft.edits.appointments[0].after.as_ref().unwrap();
            let revision = revisions.entry(after.provider.clone()).or_default();
            let guard =
                Guard { provider: after.provider.clone(), provider_revision: 1, day: after.day, revision: *revision };
            *revision += 1;
            Commit { draft: Arc::new(event.draft.clone()), guards: [guard].into_iter().collect() }
        })
        .collect();
    measure(|| {
        for batch in commits.chunks(at_once) {
            let verdicts = store.commit(batch).unwrap();
            assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Committed(_))));
        }
    })
}

/// The same bookings from the bytes of a request to the bytes of its answer.
fn over_http(runtime: &Runtime) -> AllocationInfo {
    let (desk, address, stop, serving) = runtime.block_on(async {
        let desk = opened(one_worker()).await;
        let listener = api::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async move { drop(stopped.await) };
        let serving = tokio::spawn(api::serve(desk.clone(), listener, Limits::default(), shutdown));
        (desk, address, stop, serving)
    });
    let client = TcpStream::connect(address).unwrap();
    client.set_nodelay(true).unwrap();
    let round = |from: usize, count: usize| {
        let (done, answered) = oneshot::channel::<()>();
        let mut client = client.try_clone().unwrap();
        let sending = std::thread::spawn(move || {
            (from..from + count).for_each(|number| post(&mut client, number));
            drop(done);
        });
        let measured = measure(|| drop(runtime.block_on(answered)));
        sending.join().unwrap();
        measured
    };
    round(0, FIRST);
    let measured = round(FIRST, COUNTED);
    runtime.block_on(async {
        drop(stop);
        serving.await.unwrap().unwrap();
        desk.close().await.unwrap();
    });
    drop(client);
    measured
}

/// Books over a connection that stays open, and waits for the answer.
fn post(client: &mut TcpStream, number: usize) {
    let from = ["08:00", "09:00", "11:00"][number % 3];
    let body = format!(
        r#"{{"id":"r{number}","date":"{}","preferred_range":{{"start":"{from}","end":"18:00"}},"duration":15,"client":"Client {number}"}}"#,
        monday(),
    );
    let head = "POST /appointments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    client.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    let mut answer = [0; 2_048];
    let length = client.read(&mut answer).unwrap();
    let answer = std::str::from_utf8(&answer[..length]).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with('}'), "{answer}");
}

/// What a day's bookings at a desk with a book in memory held at most, and hold when the day is over.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn held(measured: AllocationInfo) -> (f64, f64) {
    let times = COUNTED as f64;
    (measured.bytes_max as f64 / times, measured.bytes_current as f64 / times)
}

#[test]
fn a_booking_allocates_no_more_than_its_stages_are_known_to() {
    let runtime = runtime();
    let (whole, mut snapshot, events) = desk(&runtime, 1);
    let (alone, decision) = (each(whole), each(decisions()));
    let busy = each(desk(&runtime, AT_ONCE).0);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| SqliteStore::open(&folder.path().join(name)).unwrap();
    let in_memory = |at_once| each(stored(&mut MemoryStore::new(), &events, at_once));
    let on_disk = |name, at_once| each(stored(&mut file(name), &events, at_once));
    let shown = each(measure(|| {
        for event in &events {
            assert!(snapshot.apply(event));
        }
    }));
    let http = each(over_http(&runtime)) - alone;
    // The most that each stage may allocate is what it is known to.
    let stages = [
        ("HTTP: head, body, routing, answer", http, 21.0),
        ("desk, one booking at a time: queue to answer", alone - decision - in_memory(1), 13.7),
        ("desk, 40 at once: queue to answer", busy - decision - in_memory(AT_ONCE), 4.0),
        ("scheduler: the decision", decision, 1.0),
        ("book in memory: judging, storing", in_memory(1), 1.1),
        // One of them is how the library tells the length of the log after a transaction.
        ("SQLite, one a transaction: judging, encoding, inserting", on_disk("one.db", 1), 11.1),
        ("SQLite, 40 a transaction", on_disk("many.db", AT_ONCE), 3.5),
        ("screen: the event taken into the day", shown, 5.0),
    ];
    for (stage, Each { allocations, bytes }, most) in stages {
        println!("{stage:56} {allocations:6.2} allocations, {bytes:6.0} bytes a booking");
        assert!(allocations <= most + GROWTH, "{stage}: {allocations:.2} allocations a booking, more than {most}");
    }
    let (most, left) = held(whole);
    println!("held by desk and book: {most:.0} bytes a booking at most, {left:.0} after all were answered");
    // The request, the appointment, the draft and the event, and their places in the tables of desk and book.
    assert!(left <= LEFT_MAX, "{left:.0} bytes a booking are left");
    assert!(most <= left * 1.1, "{most:.0} bytes a booking were held on the way, {left:.0} are left");
    let figures = format!(
        "{:.1} allocations a booking alone and {:.1} among {AT_ONCE}, {:.1} over HTTP, {left:.0} bytes left",
        alone.allocations,
        busy.allocations,
        alone.allocations + http.allocations,
    );
    figures::report("a_booking_allocates_no_more_than_its_stages_are_known_to", &figures);
}
