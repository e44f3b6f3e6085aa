//! Slotdesk: the appointment desk of a clinic, salon or workshop, run from the keyboard.

pub mod api;
pub mod demo;
pub mod desk;
pub mod domain;
pub mod scheduler;
pub mod store;
pub mod study;
pub mod tui;
