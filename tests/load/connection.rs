//! A connection that is kept, and that does not wait for ever.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long an answer may take on a machine that is busy with everything at once.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection to the server.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    pub(crate) async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    /// Asks and reads the whole answer.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, Value) {
        self.send(written(method, path, body).as_bytes()).await;
        let answer = timeout(PATIENCE, self.answer()).await.unwrap_or_else(|_| panic!("no answer to {method} {path}"));
        answer.unwrap_or_else(|| panic!("the connection ended at {method} {path} {body}"))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).await.unwrap();
    }

    /// The next answer; none if the server has closed the connection.
    pub(crate) async fn answer(&mut self) -> Option<(u16, Value)> {
        let status = self.line().await?.split(' ').nth(1)?.parse().ok()?;
        let mut length = 0;
        loop {
            let header = self.line().await?.to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.ok()?;
        Some((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// The next line without its end; none at the end.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.stream.read_line(&mut line).await.ok()?;
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// Reads and forgets until the server closes.
    pub(crate) async fn until_closed(&mut self) {
        let mut chunk = [0; 4096];
        while self.stream.read(&mut chunk).await.is_ok_and(|read| read > 0) {}
    }
}

/// A request as it travels.
pub(crate) fn written(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}
