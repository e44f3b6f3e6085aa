//! The scheduler as its callers see it: the rules that always hold, under every policy and many threads.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by panicking")]

mod changes;
#[path = "../support/figures.rs"]
mod figures;
mod moves;
mod places;
mod refusals;
mod rules;
mod support;
mod threads;
