//! Whatever a file holds, reading it ends with a value that is right or with a sentence that says what is not.
//!
//! `SLOTDESK_FUZZ=100 cargo test --test fuzz` tries a hundred times as many damaged inputs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod book;
mod demo;
#[path = "../support/figures.rs"]
mod figures;
#[path = "../support/fuzzing.rs"]
mod fuzzing;
mod settings;
mod study;
mod values;
