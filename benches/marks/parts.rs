//! What bounds bookings over HTTP: the processor time of the parts that they cannot do without.
//!
//! A booking over HTTP is an exchange over a connection (the bare echo), a decision that is queued, made,
//! logged and answered (the desk without HTTP, its book in memory), and, where it has to last, rows in the
//! tables of a book (raw inserts, as many to a transaction as there are clients). Each part alone is measured in
//! seconds of all processors for as many bookings, each in the best case: batches are full, nobody
//! changes threads between the parts, no body is parsed. Were nothing else to do, and no processor ever idle,
//! bookings over HTTP would reach the share of the echo that is printed here. No mark is judged by it: it
//! says how far a goal can be reached with these parts.

use tokio::runtime::Runtime;

use crate::desks::BOOKINGS;
use crate::harness::{Bench, Goal, processor_seconds};
use crate::http::echo_round;
use crate::queue::{Rows, Tables, Width, memory_round};

/// Measured rounds of each part.
const ROUNDS: usize = 10;

/// The rows that stand beside the marks of HTTP.
pub(crate) fn measure(bench: &mut Bench, runtime: &Runtime) {
    let rows = Rows::of_a_round(runtime);
    let echo = |clients| spent(|| runtime.block_on(echo_round(clients)));
    let desk = |clients| spent(|| memory_round(runtime, clients));
    let raw = |clients| spent(|| rows.insert(clients, BOOKINGS, Tables::OfABook, Width::Both));
    for (clients, goal) in [(64, 0.55), (256, 0.65)] {
        let (echo, desk, raw) = (echo(clients), desk(clients), raw(clients));
        bound(bench, format!("(no mark) parts of HTTP, durable, {clients} clients"), goal, &[echo, desk, raw]);
        if clients == 64 {
            bound(bench, format!("(no mark) parts of HTTP, in memory, {clients} clients"), 0.85, &[echo, desk]);
        }
    }
}

/// The share of the echo, the first part, that all parts together leave.
fn bound(bench: &mut Bench, name: String, goal: f64, parts: &[f64]) {
    let each: Vec<String> = parts.iter().map(|micros| format!("{micros:.1}")).collect();
    let names = ["echo", "desk", "rows"][..parts.len()].join(", ");
    let detail = format!("{} µs of processor time a booking: {names}", each.join(" + "));
    bench.count(name, Goal::AtLeast(goal), parts[0] / parts.iter().sum::<f64>(), detail);
}

/// Microseconds of all processors that a booking takes, all rounds but the first together.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn spent(mut round: impl FnMut() -> f64) -> f64 {
    round();
    let before = processor_seconds();
    for _ in 0..ROUNDS {
        round();
    }
    (processor_seconds() - before) * 1e6 / (ROUNDS * BOOKINGS) as f64
}
