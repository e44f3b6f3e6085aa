//! `slotdesk study`: its numbers against those of the reference, and the program as it is typed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::missing_panics_doc, reason = "a failing test panics")]

mod book;
mod command;
mod log;
#[path = "../support/program.rs"]
mod program;
mod reference;
mod rules;
#[path = "../support/mod.rs"]
mod support;
