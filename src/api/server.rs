//! Accepts connections, bounds them, and drains them at the end.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::routes::{App, router};
use super::{ApiError, Limits, connection};
use crate::desk::Desk;

/// Failed accepts in a row after which the listener counts as lost.
const FAILURES_MAX: u32 = 60;
/// How long to wait for files to be closed when there are too many to accept another connection.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Serves the API until `shutdown` is ready, then lets open requests finish.
///
/// Requests that take longer than [`Limits::drain`] to finish are cut off; event feeds end at once. The
/// desk itself stays open.
pub async fn serve(
    desk: Desk,
    listener: TcpListener,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ApiError> {
    let (close, closing) = watch::channel(());
    let drain = limits.drain;
    let slots = Arc::new(Semaphore::new(limits.connections.max(1)));
    let app = Arc::new(App::new(desk, limits, closing.clone()));
    let router = router(Arc::clone(&app));
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    let mut failures = 0;
    let outcome = loop {
        // Taking the place first leaves a surplus of clients in the kernel's queue instead of in memory.
        let place = tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            Some(_) = connections.join_next() => continue,
            place = Arc::clone(&slots).acquire_owned() => place,
        };
        // The semaphore is never closed; without a place there would be nothing to serve.
        let Ok(place) = place else { break Ok(()) };
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                failures = 0;
                let (router, app, closing) = (router.clone(), Arc::clone(&app), closing.clone());
                connections.spawn(async move {
                    connection::run(stream, router, &app.limits, closing).await;
                    drop(place);
                });
            }
            Err(error) if is_the_clients(&error) => {}
            Err(error) if failures < FAILURES_MAX => {
                failures += 1;
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(AFTER_FAILURE).await;
            }
            Err(error) => break Err(ApiError::Accept(error)),
        }
    };
    drop(listener);
    drop(close);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(drain, finished).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
    outcome
}

/// Whether only the connection that was being accepted is lost.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
