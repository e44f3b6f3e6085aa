//! The HTTP API over a real socket, as the programs on the other end see it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod client;
mod events;
#[path = "../support/figures.rs"]
mod figures;
mod fresh;
#[path = "../support/gate.rs"]
mod gate;
mod hostile;
mod optional;
mod original;
mod origins;
mod server;
mod slow;
mod statuses;
