//! The real server is killed, runs out of disk and loses its book: what it acknowledged stays.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "what a test does not expect ends it, and what it cannot do here it says"
)]

mod backup;
mod begun;
#[path = "../support/client.rs"]
mod client;
#[path = "../support/dice.rs"]
mod dice;
mod disk;
mod errors;
mod faulty_disk;
#[path = "../support/figures.rs"]
mod figures;
mod kill;
mod load;
mod lost;
#[allow(dead_code, reason = "this crate uses a part of it")]
#[path = "../support/program.rs"]
mod program;
#[path = "../support/server.rs"]
mod server;
