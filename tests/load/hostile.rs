//! Clients that mean harm, or know no better; each comes once a second until the hour is over.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::connection::{Connection, written};

/// How many there are: some of each kind.
pub(crate) const CLIENTS: usize = 20;

/// Attacks in the way of its number, once in every second of the hour.
pub(crate) async fn attack(
    server: SocketAddr,
    number: usize,
    mut seconds: watch::Receiver<u64>,
    mut is_over: watch::Receiver<()>,
) {
    let attacks = async {
        while seconds.changed().await.is_ok() {
            match number % 10 {
                0 => never_ends_its_head(server).await,
                1 => says_nothing(server).await,
                2 => sends_too_much(server).await,
                3 => speaks_no_http(server).await,
                4 => asks_much_at_once(server).await,
                5 => leaves_without_the_answer(server).await,
                6 => never_reads_the_feed(server).await,
                7 => never_reads_its_answers(server).await,
                8 => cuts_its_body(server).await,
                _ => asks_for_nonsense(server).await,
            }
        }
    };
    tokio::select! {
        () = attacks => {}
        _ = is_over.changed() => {}
    }
}

async fn never_ends_its_head(server: SocketAddr) {
    let mut connection = Connection::open(server).await;
    connection.send(b"GET /health HTTP/1.1\r\nX-Slow: ").await;
    connection.until_closed().await;
}

async fn says_nothing(server: SocketAddr) {
    Connection::open(server).await.until_closed().await;
}

async fn sends_too_much(server: SocketAddr) {
    let mut connection = Connection::open(server).await;
    let body = format!("{{\"id\": \"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(connection.ask("POST", "/appointments", &body).await.0, 413);
}

async fn speaks_no_http(server: SocketAddr) {
    for bytes in [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"hello\r\n\r\n", b"GET /\xff HTTP/1.1\r\n\r\n"]
    {
        let mut connection = Connection::open(server).await;
        connection.send(bytes).await;
        if let Some((status, _)) = connection.answer().await {
            assert_eq!(status, 400);
        }
    }
}

async fn asks_much_at_once(server: SocketAddr) {
    const REQUESTS: usize = 50;
    let mut connection = Connection::open(server).await;
    connection.send(written("GET", "/nowhere", "").repeat(REQUESTS).as_bytes()).await;
    for _ in 0..REQUESTS {
        assert_eq!(connection.answer().await.map(|(status, _)| status), Some(404));
    }
}

/// An answer that nobody reads makes the system reset the connection.
async fn leaves_without_the_answer(server: SocketAddr) {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(written("GET", "/providers", "").as_bytes()).await.unwrap();
    stream.readable().await.unwrap();
}

async fn never_reads_the_feed(server: SocketAddr) {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(b"GET /events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    closed_by_the_server(&stream).await;
}

async fn never_reads_its_answers(server: SocketAddr) {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let requests = written("GET", "/providers?date=2090-01-02", "").repeat(400);
    // The server stops reading when its answers are not read.
    let _ = stream.write_all(requests.as_bytes()).await;
    closed_by_the_server(&stream).await;
}

/// Waits, without reading, until the server has given up.
async fn closed_by_the_server(stream: &TcpStream) {
    let ready = stream.ready(tokio::io::Interest::ERROR).await.unwrap();
    assert!(ready.is_error());
}

async fn cuts_its_body(server: SocketAddr) {
    let mut stream = TcpStream::connect(server).await.unwrap();
    let whole = written("POST", "/appointments", r#"{"id": "cut", "date": "2090-01-01"}"#);
    stream.write_all(&whole.as_bytes()[..whole.len() - 5]).await.unwrap();
    stream.shutdown().await.unwrap();
}

async fn asks_for_nonsense(server: SocketAddr) {
    let mut connection = Connection::open(server).await;
    for (method, path, body, expected) in [
        ("POST", "/appointments", "{\"id\": ", 400),
        (
            "POST",
            "/appointments",
            r#"{"id": "x", "preferred_range": {"start": "09:00", "end": "09:10"}, "duration": 60}"#,
            422,
        ),
        ("PUT", "/providers/ghost/availability", r#"{"availability": []}"#, 404),
        ("GET", "/appointments?date=yesterday", "", 400),
        ("GET", "/appointments/ghost", "", 404),
        ("PATCH", "/providers", "{}", 405),
    ] {
        assert_eq!(connection.ask(method, path, body).await.0, expected, "{method} {path} {body}");
    }
}
