//! The real server is killed, runs out of disk and loses its book: what it acknowledged stays.

#![allow(clippy::missing_panics_doc, reason = "a failing test panics")]

mod client;
mod disk;
mod kill;
#[allow(dead_code, reason = "this crate uses a part of it")]
#[path = "../cli_program/program.rs"]
mod program;
mod server;
