//! The program as it is typed: help, settings, exit codes, and a server that is started and stopped.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../support/figures.rs"]
mod figures;
mod help;
mod log;
mod misuse;
mod private;
#[path = "../support/program.rs"]
mod program;
mod serve;
mod token;
