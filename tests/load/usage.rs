//! What the server takes of the machine.

use std::fs;
use std::time::{Duration, Instant};

use crate::server::Server;

/// Files that a server may have open after the load beyond those before it: readers of the book that it keeps.
pub(crate) const FILES_SPARE: usize = 24;
/// Most growth of a warm server, in KiB, for what the allocator keeps of each thread and for feeds that are behind. A
/// small leak could hide in it; of the desk, `tests/desk_memory.rs` counts every byte …
const GROWTH_MAX: u64 = 32 * 1024;
/// … and, in KiB, for every change: 0.7 for the answer to a booking, which every second change is, and the rest for
/// the pages that SQLite has at hand. Both have bounds that the hour does not reach: 16,384 answers, and 16 MiB of
/// pages for the writer and 2 for each reader.
const GROWTH_OF_A_CHANGE: u64 = 1;
/// The longest that a client may stay who does not read or does not finish its head, and some more.
const GONE_AFTER: Duration = Duration::from_secs(60);

/// What a process takes at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    pub(crate) kibibytes: u64,
    pub(crate) files: usize,
}

/// Memory in KiB when the server was warm, and at the end.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Grown {
    pub(crate) warm: u64,
    pub(crate) end: u64,
}

impl Grown {
    /// Whether the server grew by what it keeps on purpose at most.
    pub(crate) fn is_fine(self, changes: u64) -> bool {
        self.end <= self.warm + GROWTH_MAX + changes * GROWTH_OF_A_CHANGE
    }
}

impl Usage {
    pub(crate) fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kibibytes = resident.trim().trim_end_matches("kB").trim().parse().unwrap();
        let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        Self { kibibytes, files }
    }
}

/// What the server takes once the connections of those who left are closed.
pub(crate) fn settled(server: &Server, files: usize) -> Usage {
    let begun = Instant::now();
    loop {
        let now = Usage::of(server.process());
        if now.files <= files + FILES_SPARE || begun.elapsed() > GONE_AFTER {
            return now;
        }
        // A question between two looks, so that looking does not keep the server from its work.
        assert_eq!(server.ask("GET", "/health", "").0, 200);
    }
}
