//! Which path goes where.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{Method, Uri};
use axum::routing::{get, post, put};
use tokio::sync::{Semaphore, watch};

use super::access::AccessControl;
use super::problem::Problem;
use super::{Limits, appointments, events, health, providers};
use crate::desk::Desk;
use crate::domain::{Invalid, excerpt};

/// Longest piece of a path or a method that an error repeats, in characters.
const SHOWN_CHARACTERS_MAX: usize = 60;

/// What every handler needs.
pub(super) struct App {
    /// The desk behind the API.
    pub(super) desk: Desk,
    /// Who is let in.
    pub(super) access: AccessControl,
    /// What a client may cost.
    pub(super) limits: Limits,
    /// Places for event feeds.
    pub(super) feeds: Arc<Semaphore>,
    /// Closed when the server stops.
    pub(super) closing: watch::Receiver<()>,
}

impl App {
    /// The API of a desk.
    pub(super) fn new(desk: Desk, limits: Limits, access: AccessControl, closing: watch::Receiver<()>) -> Self {
        let feeds = Arc::new(Semaphore::new(limits.feeds));
        Self { desk, access, limits, feeds, closing }
    }
}

/// The routes of the API.
pub(super) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/appointments", post(appointments::book).get(appointments::list))
        .route(
            "/appointments/{id}",
            get(appointments::show).patch(appointments::set_status).delete(appointments::cancel),
        )
        .route("/appointments/{id}/move", post(appointments::move_to))
        .route("/providers", post(providers::add).get(providers::list))
        .route("/providers/{id}/availability", put(providers::change_hours))
        .route("/events", get(events::feed))
        .route("/health", get(health::report))
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .with_state(app)
}

async fn no_such_path(uri: Uri) -> Problem {
    Problem::NoSuchPath(excerpt(uri.path(), SHOWN_CHARACTERS_MAX))
}

async fn no_such_method(method: Method) -> Problem {
    Problem::NoSuchMethod(excerpt(method.as_str(), SHOWN_CHARACTERS_MAX))
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::Malformed(Invalid::new("path", rejection.body_text(), "percent-encoded UTF-8"))
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::Malformed(Invalid::new("query", rejection.body_text(), "name=value pairs, each name once"))
    }
}
