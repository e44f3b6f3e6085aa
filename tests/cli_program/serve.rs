//! `slotdesk serve` from its first line to its end.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::program::User;

/// A running `slotdesk serve`.
pub(crate) struct Running {
    child: Child,
    address: SocketAddr,
}

impl Running {
    pub(crate) fn start(user: &User, arguments: &[&str]) -> Self {
        Self::started(user.command(&Self::on_a_free_port("127.0.0.1:0", arguments)))
    }

    /// The arguments of a server at an address.
    pub(crate) fn on_a_free_port<'a>(listen: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
        [&["serve", "--listen", listen], arguments].concat()
    }

    /// Runs a server and waits until it listens; asks it by the loopback address, wherever it listens.
    pub(crate) fn started(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        let bound: SocketAddr = address.trim().parse().unwrap();
        Self { address: (Ipv4Addr::LOCALHOST, bound.port()).into(), child }
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> String {
        self.ask_with((method, path), "Host: localhost\r\n", body)
    }

    /// A request with these headers, each ended by a line break.
    pub(crate) fn ask_with(&self, (method, path): (&str, &str), headers: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends a signal, waits for the end, and gives the exit code and the standard error.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        send_signal(&self.child, signal);
        let mut err = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code(), err)
    }
}

/// Sends a signal with the shell's own `kill`, which every system has.
fn send_signal(child: &Child, signal: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill {signal} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

pub(crate) const PROVIDER: &str =
    r#"{"id": "p", "availability": [{"start": "00:00", "end": "24:00"}], "max_daily_appointments": 8}"#;
pub(crate) const BOOKING: &str =
    r#"{"id": "r", "preferred_range": {"start": "09:30", "end": "11:30"}, "duration": 30}"#;

#[test]
fn what_was_booked_is_still_there_after_a_restart() {
    let user = User::new();
    let first = Running::start(&user, &["--book", "~/clinic.db"]);
    assert!(first.ask("POST", "/providers", PROVIDER).starts_with("HTTP/1.1 200"));
    let booked = first.ask("POST", "/appointments", BOOKING);
    assert!(booked.starts_with("HTTP/1.1 200"), "{booked}");
    let (code, err) = first.stop("-TERM");
    let unusual: Vec<_> = err.lines().filter(|line| !line.contains("  INFO ")).collect();
    assert_eq!((code, unusual), (Some(0), vec![]));
    assert!(err.contains(" listening to this machine address=127.0.0.1:"), "{err}");
    let checked = user.run(&["check", "--book", "~/clinic.db"]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), "the book keeps every rule\n"), "{checked:?}");
    let second = Running::start(&user, &["--book", "~/clinic.db"]);
    let again = second.ask("POST", "/appointments", BOOKING);
    assert_eq!(again.lines().last(), booked.lines().last());
    assert_eq!(second.stop("-INT").0, Some(0));
}

#[test]
fn the_usual_book_and_its_folder_are_made() {
    let user = User::new();
    let running = Running::start(&user, &[]);
    running.ask("POST", "/providers", PROVIDER);
    assert_eq!(running.stop("-TERM").0, Some(0));
    assert!(fs::metadata(user.path(".local/share/slotdesk/book.db")).unwrap().len() > 0);
}

#[test]
fn a_book_is_open_in_one_program_at_a_time() {
    let user = User::new();
    let running = Running::start(&user, &["--book", "~/clinic.db"]);
    let second = user.run(&["serve", "--listen", "127.0.0.1:0", "--book", "~/clinic.db"]);
    assert_eq!(second.code, Some(1));
    assert!(second.err.contains("~/clinic.db is in use by"), "{second:?}");
    assert_eq!(running.stop("-TERM").0, Some(0));
}

#[test]
fn an_open_request_is_answered_before_the_server_stops() {
    let user = User::new();
    let running = Running::start(&user, &[]);
    let mut stream = TcpStream::connect(running.address).unwrap();
    let (head, rest) = PROVIDER.split_at(20);
    let length = PROVIDER.len();
    write!(
        stream,
        "POST /providers HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    // The server asks for the body, so it has begun with the request.
    let mut go_on = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut go_on).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    send_signal(&running.child, "-TERM");
    stream.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let mut child = running.child;
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_standard_error_that_nobody_reads_holds_up_neither_answers_nor_the_end() {
    /// More lines of the log than a pipe takes.
    const LINES: usize = 1200;
    let user = User::new();
    let mut running = Running::start(&user, &["--book", "~/clinic.db", "--log-level", "debug"]);
    let bound = Some(Duration::from_secs(20));
    let ask = |request: &str| {
        let mut stream = TcpStream::connect(running.address).unwrap();
        stream.set_read_timeout(bound).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    };
    for _ in 0..LINES {
        assert!(ask("no HTTP\r\n\r\n").starts_with("HTTP/1.1 400"));
    }
    // It has something to say at the end, too.
    fs::rename(user.path("clinic.db"), user.path("moved.db")).unwrap();
    let health = ask("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert!(health.starts_with("HTTP/1.1 "), "{health}");
    send_signal(&running.child, "-TERM");
    let _unread = running.child.stderr.take();
    let (tell, ended) = mpsc::channel();
    let id = running.child.id();
    thread::spawn(move || tell.send(running.child.wait().unwrap().code()));
    let code = ended.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| {
        let _ = Command::new("sh").args(["-c", &format!("kill -KILL {id}")]).status();
        panic!("it waits for somebody to read the log")
    });
    assert_eq!(code, Some(1));
}

#[test]
fn a_book_that_fails_under_every_request_does_not_fill_the_log() {
    const REQUESTS: usize = 100;
    let user = User::new();
    let running = Running::start(&user, &["--book", "~/clinic.db"]);
    assert!(running.ask("POST", "/providers", PROVIDER).starts_with("HTTP/1.1 200"));
    fs::rename(user.path("clinic.db"), user.path("moved.db")).unwrap();
    for _ in 0..REQUESTS {
        let answer = running.ask("POST", "/appointments", BOOKING);
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    }
    let (_, err) = running.stop("-TERM");
    // One a second, and a hundred requests take far less than fifty.
    let told = err.matches("the book failed under a request").count();
    assert!((1..REQUESTS / 2).contains(&told), "{told} lines of {REQUESTS} requests");
}
