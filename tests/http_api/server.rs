//! A server in this process, on a book in memory and a clock that stands still.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc;

use slotdesk::access::Access;
use slotdesk::api::{self, ApiError, Limits};
use slotdesk::desk::{Calendar, Desk, ManualClock};
use slotdesk::store::Store;
use tokio::sync::oneshot;

use crate::fresh;

/// A running server; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) desk: Desk,
    pub(crate) clock: Arc<ManualClock>,
    runtime: tokio::runtime::Runtime,
    stop: Option<oneshot::Sender<()>>,
    ended: mpsc::Receiver<Result<(), ApiError>>,
}

/// The day on which the clock stands still; a Monday.
pub(crate) const TODAY: &str = "2026-11-23";

impl Server {
    /// A server at noon.
    pub(crate) fn start() -> Self {
        Self::start_with("12:00", Limits::default(), fresh::store())
    }

    /// A server at noon with limits of its own.
    pub(crate) fn limited(limits: Limits) -> Self {
        Self::start_with("12:00", limits, fresh::store())
    }

    /// A server at a time of day, `HH:MM`.
    pub(crate) fn start_with(time: &str, limits: Limits, store: Box<dyn Store>) -> Self {
        Self::start_as(time, limits, store, "127.0.0.1:0", Access::default())
    }

    /// A server that other machines can reach, so that it asks for tokens.
    pub(crate) fn exposed(limits: Limits, access: Access) -> Self {
        Self::start_as("12:00", limits, fresh::store(), "0.0.0.0:0", access)
    }

    /// A server of this machine alone that knows tokens and names.
    pub(crate) fn with_access(access: Access) -> Self {
        Self::start_as("12:00", Limits::default(), fresh::store(), "127.0.0.1:0", access)
    }

    fn start_as(time: &str, limits: Limits, store: Box<dyn Store>, listen: &str, access: Access) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let clock = Arc::new(ManualClock::new(format!("{TODAY}T{time}:00Z").parse().unwrap()));
        let calendar = Calendar::new(Arc::<ManualClock>::clone(&clock), chrono_tz::UTC);
        let (stop, stopped) = oneshot::channel();
        let (tell, ended) = mpsc::channel();
        let (address, desk) = runtime.block_on(async {
            let desk = Desk::open(store, calendar, fresh::options()).unwrap();
            let listener = api::bind(listen.parse().unwrap()).await.unwrap();
            let address = (Ipv4Addr::LOCALHOST, listener.local_addr().unwrap().port()).into();
            let served = api::serve_guarded(desk.clone(), listener, limits, access, async {
                let _ = stopped.await;
            });
            tokio::spawn(async move { tell.send(served.await) });
            (address, desk)
        });
        Self { address, desk, clock, runtime, stop: Some(stop), ended }
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    /// Waits for the server to have stopped.
    pub(crate) fn ended(&self) -> Result<(), ApiError> {
        self.ended.recv().unwrap()
    }

    /// Runs something on the server's runtime.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}
