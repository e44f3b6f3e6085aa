//! One connection: bounded in time, and proof against panics behind it.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tower::ServiceExt;

use super::patient::Patient;
use super::problem::Problem;
use super::routes::App;

/// Largest head of a request in bytes; the bodies have a limit of their own.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Who has connected.
pub(super) struct Client {
    /// The connection.
    pub(super) stream: TcpStream,
    /// Where it comes from.
    pub(super) address: SocketAddr,
}

/// Answers the requests of one connection until it ends, is too slow, or `closing` closes.
pub(super) async fn run(client: Client, router: Router, app: &App, mut closing: watch::Receiver<()>) {
    let (Client { stream, address }, App { limits, access, .. }) = (client, app);
    if let Err(error) = prepare(&stream, limits.stall) {
        tracing::debug!(%error, "a connection went away at once");
        return;
    }
    let service = service_fn(|mut request: Request<Incoming>| {
        let (router, limit) = (router.clone(), limits.answer);
        async move {
            Ok::<_, Infallible>(match access.admit(&mut request, address) {
                Ok(()) => answer(router, request.map(Body::new), limit).await,
                Err(problem) => problem.into_response(),
            })
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(Patient::new(stream, limits.stall)), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // The sender is dropped to close, so any answer means the same.
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Sets a connection up so that small answers go out at once, and a machine that has vanished is noticed.
fn prepare(stream: &TcpStream, stall: Duration) -> io::Result<()> {
    // Answers are small and complete; waiting to fill a packet would only delay them.
    stream.set_nodelay(true)?;
    // What is small goes into the system's buffer even if nobody is at the other end any more: without this,
    // a feed of such a client would keep its place for a quarter of an hour.
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(stall.as_millis()).unwrap_or(u32::MAX))?;
    Ok(())
}

async fn answer(router: Router, request: Request<Body>, limit: Duration) -> Response {
    let answered = timeout(limit, router.oneshot(request));
    // A panic must not take the connection's other requests with it, and the client is owed an answer.
    match AssertUnwindSafe(answered).catch_unwind().await {
        Ok(Ok(Ok(response))) => response,
        Ok(Ok(Err(never))) => match never {},
        Ok(Err(_)) => Problem::NoAnswer.into_response(),
        Err(_) => Problem::Defect.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;

    async fn defect() -> StatusCode {
        panic!("a defect");
    }

    async fn status_of(router: Router) -> StatusCode {
        answer(router, Request::new(Body::empty()), Duration::from_millis(20)).await.status()
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_a_vanished_machine_does_not_confirm_ends_its_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        prepare(&stream, Duration::from_secs(20)).unwrap();
        assert_eq!(rustix::net::sockopt::tcp_user_timeout(&stream).unwrap(), 20_000);
        assert!(stream.nodelay().unwrap());
    }

    #[tokio::test]
    async fn a_panic_is_answered_with_500() {
        let router = Router::new().route("/", get(defect));
        assert_eq!(status_of(router).await, StatusCode::INTERNAL_SERVER_ERROR);
    }

    #[tokio::test]
    async fn an_answer_that_does_not_come_is_503() {
        let router = Router::new().route("/", get(std::future::pending::<()>));
        assert_eq!(status_of(router).await, StatusCode::SERVICE_UNAVAILABLE);
    }
}
