//! One connection: bounded in time, and proof against panics behind it.

use std::convert::Infallible;
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

use super::Limits;
use super::patient::Patient;
use super::problem::Problem;

/// Largest head of a request in bytes; the bodies have a limit of their own.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// Answers the requests of one connection until it ends, is too slow, or `closing` closes.
pub(super) async fn run(stream: TcpStream, router: Router, limits: &Limits, mut closing: watch::Receiver<()>) {
    // Answers are small and complete; waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection went away at once");
        return;
    }
    let service = service_fn(|request: Request<Incoming>| {
        let (router, limit) = (router.clone(), limits.answer);
        async move { Ok::<_, Infallible>(answer(router, request.map(Body::new), limit).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEAD_BYTES_MAX)
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
