//! Durable bookings over HTTP beside a bare echo of the same bodies.
//!
//! The baseline is an axum route that sends the body back: no parsing, no deciding, no disk. Both servers
//! run in this process on the same runtime as the clients, over loopback; the same clients send the same
//! bytes to both, one request at a time on connections that stay open. Every answer of the desk is checked to
//! be an accepted booking. With a book in memory everything is the same but the disk.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use axum::serve::ListenerExt;
use slotdesk::api::{self, Limits};
use slotdesk::domain::Request;
use slotdesk::store::{MemoryStore, Store};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use crate::desks::{self, BOOKINGS};
use crate::harness::{Bench, Compared, Goal};
use crate::parts;

/// Where the book of a round is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Book {
    Disk,
    Memory,
}

pub(crate) fn measure(bench: &mut Bench) {
    let runtime = desks::runtime();
    for (book, clients, goal) in [(Book::Disk, 64, 0.55), (Book::Disk, 256, 0.65), (Book::Memory, 64, 0.85)] {
        let ours = || runtime.block_on(desk_round(book, clients));
        let echo = || runtime.block_on(echo_round(clients));
        let medium = if book == Book::Disk { "durable" } else { "in memory" };
        let name = format!("HTTP, {medium}, {clients} clients ÷ echo");
        bench.compare(name, Goal::AtLeast(goal), (ours, echo), |Compared { ours, baseline, work }| {
            format!("{ours:.0} of {baseline:.0} a second, {work:.1} × the processor time, clients included")
        });
    }
    parts::measure(bench, &runtime);
}

async fn desk_round(book: Book, clients: usize) -> f64 {
    let (_folder, store): (Option<TempDir>, Box<dyn Store>) = match book {
        Book::Disk => {
            let (folder, _, store) = desks::new_book();
            (Some(folder), Box::new(store))
        }
        Book::Memory => (None, Box::new(MemoryStore::new())),
    };
    let desk = desks::open(store).await;
    let listener = api::bind(loopback()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = api::serve(desk.clone(), listener, Limits::default(), async {
        let _ = stopped.await;
    });
    let server = tokio::spawn(serving);
    let rate = send_all(address, clients).await;
    drop(stop);
    server.await.unwrap().unwrap();
    desk.close().await.unwrap();
    rate
}

pub(crate) async fn echo_round(clients: usize) -> f64 {
    let listener = TcpListener::bind(loopback()).await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/appointments", post(|body: Bytes| async { body }));
    let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let rate = send_all(address, clients).await;
    server.abort();
    rate
}

fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The bytes of a booking as a client sends them.
pub(crate) fn post_of(request: &Request) -> Vec<u8> {
    let client = request.client.as_ref().map(ToString::to_string).unwrap_or_default();
    let body = format!(
        r#"{{"id":"{}","date":"{}","preferred_range":{{"start":"{}","end":"{}"}},"duration":{},"client":"{client}"}}"#,
        request.id,
        request.day,
        request.range.start(),
        request.range.end(),
        request.duration.get(),
    );
    post_to("/appointments", &body)
}

/// A request with a JSON body.
pub(crate) fn post_to(path: &str, body: &str) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n");
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Requests a second that all clients together get answered.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
async fn send_all(address: SocketAddr, clients: usize) -> f64 {
    let mut shares: Vec<Vec<Vec<u8>>> = (0..clients).map(|_| Vec::new()).collect();
    (0..BOOKINGS).for_each(|number| shares[number % clients].push(post_of(&desks::request(number))));
    let mut open = Vec::new();
    for share in shares {
        open.push((Client::connect(address).await, share));
    }
    let since = std::time::Instant::now();
    let clients = open.into_iter().map(|(mut client, share)| {
        tokio::spawn(async move {
            for bytes in share {
                assert!(client.send(&bytes).await, "every request of the load is accepted");
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    BOOKINGS as f64 / since.elapsed().as_secs_f64()
}

/// A connection that stays open; as little as a client can be, for it runs on the cores of the server.
pub(crate) struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, answer: Vec::with_capacity(4096) }
    }

    /// Sends a request and reads its whole answer; whether it is 200.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).await.unwrap();
        self.answer.clear();
        loop {
            assert!(self.stream.read_buf(&mut self.answer).await.unwrap() > 0, "the server closed the connection");
            if let Some(length) = answer_length(&self.answer)
                && self.answer.len() >= length
            {
                return self.answer.starts_with(b"HTTP/1.1 200");
            }
        }
    }
}

/// Bytes of an answer whose head is complete, its body included.
fn answer_length(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).unwrap();
    let length =
        text.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |length| length.parse().unwrap());
    Some(head + length)
}
