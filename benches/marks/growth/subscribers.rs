//! A booking while 1 to 1,000 screens and clients follow the events, all of them reading.
//!
//! Every reader has to be woken for what it has not seen, so that the work grows with their number; an event is
//! shared by all, so that it grows by no more than that. The desk is at work with [`IN_FLIGHT`] clients, and a round
//! ends when the last reader has the last event. Whether one that never reads is in the way of the others shows
//! in a round with it beside one without.

use std::time::Instant;

use slotdesk::desk::{Desk, Feed, Feedback};
use slotdesk::domain::Channel;
use slotdesk::store::{MemoryStore, Store};
use tokio::runtime::Runtime;

use crate::desks;
use crate::harness::{Bench, Compared, Goal};

/// The steps in readers, each compared with one reader.
const READERS: [usize; 3] = [10, 100, 1_000];
const BOOKINGS: usize = 4_000;
const IN_FLIGHT: usize = 64;

/// Who follows the events but does not read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stalled {
    Nobody,
    One,
}

pub(super) fn measure(bench: &mut Bench) {
    let runtime = desks::runtime();
    for readers in READERS {
        for medium in ["in memory", "on disk"] {
            let round = |readers| bookings(&runtime, medium, readers, Stalled::Nobody);
            #[expect(clippy::cast_precision_loss, reason = "there are few of them")]
            let more = readers as f64 - 1.0;
            // What waking and reading may cost: far less than the booking itself for every hundred of them.
            let goal = Goal::AtMost(1.5 + more / 100.0);
            let name = format!("(no mark) booking, {readers} ÷ 1 subscribers, {medium}");
            bench.compare(name, goal, (|| round(readers), || round(1)), |Compared { ours, baseline, .. }| {
                let each = (ours - baseline) * 1e3 / more;
                format!("{ours:.1} of {baseline:.1} µs, {each:.0} ns a reader")
            });
        }
    }
    let with = |stalled| bookings(&runtime, "in memory", READERS[1], stalled);
    let name = format!("(no mark) booking, {} subscribers, one never reads ÷ all do", READERS[1]);
    let sides = (|| with(Stalled::One), || with(Stalled::Nobody));
    bench.compare(name, Goal::AtMost(1.2), sides, |Compared { ours, baseline, .. }| {
        format!("{ours:.1} of {baseline:.1} µs")
    });
}

/// Microseconds of a booking with so many readers, from the first request to the last event read.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn bookings(runtime: &Runtime, medium: &str, readers: usize, stalled: Stalled) -> f64 {
    let (_folder, store): (_, Box<dyn Store>) = if medium == "on disk" {
        let (folder, _, store) = desks::new_book();
        (Some(folder), Box::new(store))
    } else {
        (None, Box::new(MemoryStore::new()))
    };
    runtime.block_on(async {
        let desk = desks::open(store).await;
        let _never_read = (stalled == Stalled::One).then(|| desk.subscribe());
        let last = desk.log(u64::MAX, 1).await.unwrap()[0].number + BOOKINGS as u64;
        let reading: Vec<_> = (0..readers).map(|_| tokio::spawn(read_until(desk.subscribe(), last))).collect();
        let since = Instant::now();
        let clients: Vec<_> = (0..IN_FLIGHT).map(|client| tokio::spawn(submit(desk.clone(), client))).collect();
        for client in clients {
            client.await.unwrap();
        }
        for reader in reading {
            assert!(reader.await.unwrap(), "whoever reads misses nothing");
        }
        let spent = since.elapsed().as_secs_f64();
        desk.close().await.unwrap();
        spent * 1e6 / BOOKINGS as f64
    })
}

async fn submit(desk: Desk, client: usize) {
    for number in (client..BOOKINGS).step_by(IN_FLIGHT) {
        let answer = desk.submit(desks::booking(number), Channel::Http.into()).await.unwrap();
        assert!(answer.refusal().is_none(), "every request of the load is accepted");
    }
}

/// Reads until the event with this number; whether nothing was missed before it.
async fn read_until(mut feed: Feed, last: u64) -> bool {
    while let Some(Feedback::Events(events)) = feed.next().await {
        if events.last().is_some_and(|event| event.number >= last) {
            return true;
        }
    }
    false
}
