//! Whether the desk can work.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

use super::dto::json;
use super::routes::App;

#[derive(Serialize)]
struct Health {
    status: &'static str,
    workers: usize,
    busy: usize,
    queued: usize,
    storing: usize,
    booked: u64,
    refused: u64,
}

/// `GET /health`
pub(super) async fn report(State(app): State<Arc<App>>) -> Response {
    let pulse = app.desk.pulse();
    let (code, status) = if pulse.store_failing {
        (StatusCode::SERVICE_UNAVAILABLE, "the book cannot be read or written")
    } else if pulse.store_slow {
        (StatusCode::SERVICE_UNAVAILABLE, "the book takes very long to be written")
    } else {
        (StatusCode::OK, "ok")
    };
    let crate::desk::Pulse { workers, busy, queued, storing, booked, refused, .. } = pulse;
    json(code, &Health { status, workers, busy, queued, storing, booked, refused })
}
