//! What a client may cost.

use std::time::Duration;

/// What a client may cost before the server stops serving it.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Connections at once, 1 or more; others wait to be accepted.
    pub connections: usize,
    /// Connections at once from one address (IPv6: from one network of 64 bits); others are closed. On a
    /// loopback address, where all programs share one, this does not count.
    pub connections_each: usize,
    /// Event feeds at once; they hold their connection, so they are fewer.
    pub feeds: usize,
    /// Largest body in bytes.
    pub body_bytes: usize,
    /// How long a request's head may take, and how long a connection may be idle.
    pub head: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long the desk may take for an answer.
    pub answer: Duration,
    /// How long a client may leave an answer unread.
    pub stall: Duration,
    /// How long open requests get when the server stops.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // Well below the 1024 files that a process may usually have open.
            connections: 512,
            connections_each: 64,
            feeds: 64,
            body_bytes: 64 * 1024,
            head: Duration::from_secs(15),
            body: Duration::from_secs(10),
            answer: Duration::from_secs(30),
            stall: Duration::from_secs(20),
            drain: Duration::from_secs(10),
        }
    }
}
