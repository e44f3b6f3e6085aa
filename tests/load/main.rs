//! An hour of a large clinic's traffic, as fast as the server takes it, with hostile clients among the others.
//!
//! The clinic: 120 providers who see up to 20 clients a day, booked up to 60 days ahead by 180 programs (web page,
//! phone system, kiosks, front desks) that together ask 20 times a second, 72,000 times in an hour: 70 %
//! reads (lists of a day, providers of a day, single appointments) and 30 % writes (15 % bookings, 6 %
//! cancellations, 4 % moves, 4 % statuses, 1 % changes of hours). Four more follow the feed of events, and
//! twenty mean harm. `SLOTDESK_LOAD=72000` is the whole hour; without it a slice of it is played.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "this crate uses a part of it")]
#[path = "../support/client.rs"]
mod client;
mod clinic;
mod connection;
#[path = "../support/figures.rs"]
mod figures;
mod hostile;
mod latency;
mod listener;
#[allow(dead_code, reason = "this crate uses a part of it")]
#[path = "../support/program.rs"]
mod program;
#[allow(dead_code, reason = "this crate uses a part of it")]
#[path = "../support/server.rs"]
mod server;
mod usage;

use std::net::SocketAddr;
use std::sync::Arc;

use clinic::{Clinic, Memory};
use latency::Latencies;
use program::User;
use server::Server;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use usage::Usage;

/// Programs that use the API as it is meant.
const CLIENTS: usize = 180;
/// Readers of the feed.
const LISTENERS: usize = 4;
/// Requests where nobody asks for the whole hour.
const USUAL: u64 = 2_500;

#[test]
fn an_hour_of_a_large_clinic_leaves_no_error_no_leak_and_every_booking() {
    let user = User::new();
    let server = Server::start(&user);
    clinic::open(&server);
    let before = Usage::of(server.process());
    let clinic = Arc::new(Clinic::new(figures::bound("SLOTDESK_LOAD", USUAL), server.process()));
    let runtime = Runtime::new().unwrap();
    let (memories, latencies) = runtime.block_on(play(&clinic, server.address));

    // Everybody has left; the server learns of the last ones when it writes to them or looks at the clock.
    let after = usage::settled(&server, before.files);
    assert!(after.files <= before.files + usage::FILES_SPARE, "{before:?} before and {after:?} after");
    let grown = clinic.grown();
    let changes = clinic.changes_after_warm();
    assert!(grown.is_fine(changes), "memory grows under load: {grown:?} with {changes} changes");
    let bookings = runtime.block_on(clinic::verify(server.address, &memories));
    assert!(server.stop());
    let checked = user.run(&["check", "--book", "~/desk.db"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");

    let figures = format!(
        "{} requests of {CLIENTS} clients with {} hostile ones, {bookings} bookings, no error; {}; memory {} → {} MiB",
        clinic.requests(),
        hostile::CLIENTS,
        latencies.shown(),
        grown.warm / 1024,
        grown.end / 1024,
    );
    println!("{figures}");
    figures::report("an_hour_of_a_large_clinic_leaves_no_error_no_leak_and_every_booking", &figures);
}

/// Lets everybody in, and waits until the hour is over and they have left.
async fn play(clinic: &Arc<Clinic>, server: SocketAddr) -> (Vec<Memory>, Latencies) {
    let (over, is_over) = watch::channel(());
    let mut others = JoinSet::new();
    for _ in 0..LISTENERS {
        others.spawn(listener::follow(server, is_over.clone()));
    }
    for number in 0..hostile::CLIENTS {
        others.spawn(hostile::attack(server, number, clinic.seconds(), is_over.clone()));
    }
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        clients.spawn(clinic::work(Arc::clone(clinic), server, number));
    }
    let (mut memories, mut latencies) = (Vec::new(), Latencies::default());
    while let Some(client) = clients.join_next().await {
        let (memory, own) = client.unwrap();
        memories.push(memory);
        latencies.merge(own);
    }
    drop(over);
    while let Some(other) = others.join_next().await {
        other.unwrap();
    }
    (memories, latencies)
}
