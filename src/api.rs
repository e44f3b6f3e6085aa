//! The desk over HTTP: routes, bodies, errors, and a server that outlives hostile clients.
//!
//! | route | does |
//! |---|---|
//! | `POST /providers` | adds a provider; the same one again is fine |
//! | `GET /providers[?date=YYYY-MM-DD]` | who works here, with the hours and the room of a day |
//! | `PUT /providers/{id}/availability` | changes hours; what no longer fits is cancelled |
//! | `POST /appointments` | places a request; its id is an idempotency key |
//! | `GET /appointments` | what is scheduled today; with `?date=` everything on that day, in full |
//! | `GET`, `PATCH`, `DELETE /appointments/{id}` | one appointment: read it, set its status, cancel it |
//! | `POST /appointments/{id}/move` | gives it another slot |
//! | `GET /events` | committed changes as server-sent events; resumes after `Last-Event-ID` |
//! | `GET /health` | whether bookings can be stored, and how busy the workers are |
//!
//! Every error is `{"error": "a sentence", …}`. Which status means what:
//!
//! | status | when |
//! |---|---|
//! | 400 | the body or the path cannot be read: no JSON, a missing field, a wrong type, no time `HH:MM` |
//! | 401 | a token is needed, or the one sent is unknown or revoked; with `WWW-Authenticate` |
//! | 403 | the token's scope is too small, or a web page of another site sent the request |
//! | 404 | no such provider, service, appointment or path |
//! | 405 | the path knows other methods |
//! | 408 | the body did not arrive in time |
//! | 409 | no room (with `blockers`), or the id is taken by something else |
//! | 413 | the body is larger than [`Limits::body_bytes`] |
//! | 415 | the body is not declared as JSON |
//! | 421 | `Host` names another server |
//! | 422 | every field can be read, but what they say is impossible: an end before its start |
//! | 431 | more than 100 headers, or more than 32 KiB of them |
//! | 500 | a defect in this program |
//! | 503 | busy, closing, or the book cannot be written or its tokens not be read; with `Retry-After` |
//!
//! On a loopback address everybody on the machine is let in. On any other, `Authorization: Bearer TOKEN` is
//! needed: scope `read` for everything that changes nothing, `book` for appointments too, `admin` for the rest.
//! Who sent a token is named in the log as the actor. There are no CORS headers: web pages stay out.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

mod access;
mod appointments;
mod body;
mod connection;
mod dto;
mod events;
mod health;
mod limits;
mod patient;
mod places;
mod problem;
mod providers;
mod routes;
mod server;
#[cfg(test)]
mod tests;
mod throttle;

pub use limits::Limits;
pub use server::{serve, serve_guarded};

/// Why the API cannot be served; a sentence for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Another program listens there.
    #[error("{address} is in use by another program; stop it or choose another address with --listen")]
    InUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system does not let this program listen there.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// No connection could be accepted for a long time.
    #[error("connections can no longer be accepted: {0}")]
    Accept(#[source] io::Error),
}

/// Listens on an address; port 0 means any free port.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ApiError> {
    TcpListener::bind(address).await.map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => ApiError::InUse { address },
        _ => ApiError::Bind { address, source },
    })
}
