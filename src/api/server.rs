//! Accepts connections, bounds them, and drains them at the end.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::access::AccessControl;
use super::connection::{self, Client};
use super::places::Places;
use super::routes::{App, router};
use super::throttle::Throttle;
use super::{ApiError, Limits};
use crate::access::{Access, needs_tokens};
use crate::desk::Desk;

/// Failed accepts in a row after which the listener counts as lost.
const FAILURES_MAX: u32 = 60;
/// How long to wait for files to be closed when there are too many to accept another connection.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Serves the API to who needs no token: [`serve_guarded`] with nobody known.
pub async fn serve(
    desk: Desk,
    listener: TcpListener,
    limits: Limits,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ApiError> {
    serve_guarded(desk, listener, limits, Access::default(), shutdown).await
}

/// Serves the API until `shutdown` is ready, then lets open requests finish.
///
/// On a loopback address everybody is let in, anywhere else only who has a token. Requests that take longer
/// than [`Limits::drain`] to finish are cut off; event feeds end at once. The desk itself stays open.
pub async fn serve_guarded(
    desk: Desk,
    listener: TcpListener,
    limits: Limits,
    access: Access,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ApiError> {
    let (close, closing) = watch::channel(());
    let drain = limits.drain;
    let address = listener.local_addr().map_err(ApiError::Accept)?;
    let listening = address.ip();
    // On a loopback address all programs of the machine come from the same one.
    let each = if needs_tokens(listening) { limits.connections_each } else { limits.connections };
    let places = Places::new(limits.connections, each);
    let crowded = Throttle::default();
    let access = AccessControl::new(access, listening);
    let app = Arc::new(App::new(desk, limits, access, closing.clone()));
    let router = router(Arc::clone(&app));
    if needs_tokens(listening) {
        tracing::warn!(%address, "listening to other machines; tokens and names go there and back unencrypted");
    } else {
        tracing::info!(%address, "listening to this machine");
    }
    let mut connections = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    let mut failures = 0;
    let outcome = loop {
        // Taking the place first leaves a surplus of clients in the kernel's queue instead of in memory.
        let place = tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            Some(_) = connections.join_next() => continue,
            place = places.free() => place,
        };
        let Some(place) = place else { break Ok(()) };
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break Ok(()),
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                failures = 0;
                let Some(place) = places.take(place, address.ip()) else {
                    if let Some(unsaid) = crowded.due(Instant::now()) {
                        tracing::warn!(client = %address.ip(), unsaid, "a connection was refused: it has too many");
                    }
                    continue;
                };
                let client = Client { stream, address };
                let (router, app, closing) = (router.clone(), Arc::clone(&app), closing.clone());
                connections.spawn(async move {
                    connection::run(client, router, &app, closing).await;
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
    tracing::info!(%address, "no longer listening");
    outcome
}

/// Whether only the connection that was being accepted is lost.
fn is_the_clients(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
