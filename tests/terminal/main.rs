//! The real desk in a pseudo-terminal: what a person types, sees, and finds afterwards.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod crashing;
mod desk;
#[path = "../support/figures.rs"]
mod figures;
mod leaving;
mod logging;
mod pty;
mod session;
