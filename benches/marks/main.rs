//! The marks of speed: slotdesk beside the bare parts it is made of, measured in one run.
//!
//! `cargo bench --bench marks` measures everything in some minutes; `cargo bench --bench marks -- queue frame`
//! only these groups. Absolute figures do not travel from machine to machine, so every mark is a ratio to a
//! baseline that runs in the same process, in turns with slotdesk, on the same disk and with the same load;
//! what is compared with what, and why that is fair, stands on top of each group's file. Criterion samples the ratios
//! (`harness`) and says what has changed since the last run; the table at the end has every mark with its goal. A mark
//! that is missed is printed as such and fails nothing: on a busy machine the figures say little, and a build must not
//! depend on them.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark ends by panicking, and prints")]

mod big_book;
mod decision;
mod desks;
mod frame;
mod growth;
mod harness;
mod history;
mod http;
mod parts;
mod providers;
mod queue;
mod screen;
mod terminal;

use std::time::Instant;

use harness::{Bench, others_load};

/// Requests are allocated on one thread and freed on another all day, which this allocator is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A group by name, and what measures it.
type Group = (&'static str, fn(&mut Bench));

/// Every group, in the order of the table.
const GROUPS: [Group; 8] = [
    ("http", http::measure),
    ("queue", queue::measure),
    ("decision", decision::measure),
    ("providers", providers::measure),
    ("growth", growth::measure),
    ("frame", frame::measure),
    ("screen", screen::measure),
    ("big-book", big_book::measure),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Cargo says so when it benchmarks; a test run that builds every target must not take minutes here.
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("nothing is measured in a test run; use: cargo bench --bench marks");
        return;
    }
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| GROUPS.iter().all(|(group, _)| group != **name)) {
        println!("there is no group {unknown}; there are {}", GROUPS.map(|(group, _)| group).join(", "));
        std::process::exit(2);
    }
    let since = Instant::now();
    let mut bench = Bench::new();
    println!("{}", others_load());
    for (group, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|one| *one == group) {
            bench.measure(group, measure);
        }
    }
    println!("\n{}\nAll marks, {:.0} s in total:\n\n{}", others_load(), since.elapsed().as_secs_f64(), bench.table());
}
