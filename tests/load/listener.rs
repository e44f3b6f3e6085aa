//! A program that follows the feed of events.

use std::net::SocketAddr;

use tokio::sync::watch;

use crate::connection::Connection;

/// Reads every event of the book, each once and in order, until the hour is over.
pub(crate) async fn follow(server: SocketAddr, mut is_over: watch::Receiver<()>) {
    let mut connection = Connection::open(server).await;
    connection.send(b"GET /events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    let mut last = 0;
    loop {
        let line = tokio::select! {
            line = connection.line() => line.expect("the feed goes on"),
            _ = is_over.changed() => break,
        };
        if let Some(id) = line.strip_prefix("id: ") {
            assert_eq!(id.parse(), Ok(last + 1), "an event is missing or comes twice");
            last += 1;
        }
    }
    assert!(last > 0, "nothing was heard");
}
