//! Reads a request's body: declared, bounded, in time, and explained where it is wrong.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use futures::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};
use std::sync::Arc;
use tokio::time::timeout;

use super::problem::Problem;
use super::routes::App;
use crate::domain::{Invalid, excerpt};

/// Bytes of a body that is too large which are read and thrown away, so that a client that first
/// sends everything gets to read why it was refused.
const DISCARDED_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Longest path of a field that an error repeats, in characters; our own are shorter.
const FIELD_CHARACTERS_MAX: usize = 100;

/// The complete body of a request that was declared as JSON.
#[derive(Debug)]
pub(super) struct JsonBytes(Bytes);

/// Like [`JsonBytes`], for requests that may come without a body.
#[derive(Debug)]
pub(super) struct MaybeJson(Bytes);

impl JsonBytes {
    /// The body as a `T` that may borrow from it; the error names field, value and expectation.
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Problem> {
        // Finding out what exactly is wrong is left to the rare case that something is.
        serde_json::from_slice(&self.0).map_err(|error| explain::<T>(&self.0, &error))
    }
}

impl MaybeJson {
    /// The body as a `T`, or none if it is empty.
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<Option<T>, Problem> {
        if self.0.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&self.0).map(Some).map_err(|error| explain::<T>(&self.0, &error))
    }
}

impl FromRequest<Arc<App>> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        check_declared(request.headers())?;
        read(request, app).await.map(Self)
    }
}

impl FromRequest<Arc<App>> for MaybeJson {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        read(request, app).await.map(Self)
    }
}

/// Accepts JSON, and what is not declared at all unless a web page sent it.
///
/// A page of any site can make a browser post undeclared text to this machine; declared JSON it
/// cannot send without being asked first. So only programs may leave the declaration out.
fn check_declared(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(declared) = headers.get(header::CONTENT_TYPE) else {
        return if headers.contains_key(header::ORIGIN) { Err(Problem::NotDeclared) } else { Ok(()) };
    };
    let essence = declared.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_json = essence.split_once('/').is_some_and(|(kind, sub)| {
        let suffix = sub.rsplit('+').next().unwrap_or_default();
        kind.eq_ignore_ascii_case("application") && suffix.eq_ignore_ascii_case("json")
    });
    if is_json { Ok(()) } else { Err(Problem::NotDeclared) }
}

async fn read(request: Request, app: &App) -> Result<Bytes, Problem> {
    let most = app.limits.body_bytes;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let declared: usize = length.unwrap_or(0);
    let asks_first = request.headers().contains_key(header::EXPECT);
    if declared > DISCARDED_BYTES_MAX || (declared > most && asks_first) {
        return Err(Problem::TooLarge(most));
    }
    timeout(app.limits.body, collect(request.into_body(), most)).await.map_err(|_| Problem::Slow)?
}

async fn collect(body: Body, most: usize) -> Result<Bytes, Problem> {
    let mut chunks = body.into_data_stream();
    let Some(first) = chunks.next().await else { return Ok(Bytes::new()) };
    let first = first.map_err(|_| Problem::Cut)?;
    let mut length = first.len();
    let mut whole = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::Cut)?;
        if whole.is_empty() && length <= most {
            whole.extend_from_slice(&first);
        }
        length += chunk.len();
        if length > DISCARDED_BYTES_MAX {
            return Err(Problem::TooLarge(most));
        }
        if length <= most {
            whole.extend_from_slice(&chunk);
        }
    }
    if length > most {
        return Err(Problem::TooLarge(most));
    }
    // Nearly every body comes in one piece, which then need not be copied.
    Ok(if whole.is_empty() { first } else { whole.into() })
}

/// What is wrong with a body that could not be read as a `T`.
fn explain<'a, T: Deserialize<'a>>(bytes: &'a [u8], error: &serde_json::Error) -> Problem {
    if std::str::from_utf8(bytes).is_err() {
        return Problem::NotJson("it is not valid UTF-8".into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let Err(located) = serde_path_to_error::deserialize::<_, T>(&mut reader) else {
        return Problem::NotJson(error.to_string());
    };
    if !located.inner().is_data() {
        return Problem::NotJson(located.inner().to_string());
    }
    let full = located.inner().to_string();
    // The path says where it is; line and column would only repeat that.
    let message = full.rsplit_once(" at line ").map_or(full.as_str(), |(message, _)| message);
    let path = located.path();
    if let Some(field) = message.strip_prefix("missing field ") {
        return Problem::Missing(joined(path, field.trim_matches('`')));
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return Problem::Twice(joined(path, field.trim_matches('`')));
    }
    let expected = message.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
    // The one expectation that is still in the words of serde.
    let expected = if expected == "a sequence" { "a list" } else { expected };
    let value = serde_json::from_slice::<Value>(bytes).ok();
    let value = value.as_ref().and_then(|whole| found(whole, path));
    let shown = value.map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), String::from));
    Problem::Malformed(Invalid::new(joined(path, ""), shown, expected.to_owned()))
}

fn joined(path: &Path, field: &str) -> String {
    // The names in it are the sender's where an object has fields that nobody knows.
    let outer = excerpt(&path.to_string(), FIELD_CHARACTERS_MAX);
    match (outer.as_str(), field) {
        (".", "") => "body".into(),
        (".", field) => field.into(),
        (outer, "") => outer.into(),
        (outer, field) => format!("{outer}.{field}"),
    }
}

fn found<'v>(whole: &'v Value, path: &Path) -> Option<&'v Value> {
    path.iter().try_fold(whole, |value, segment| match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        _ => None,
    })
}
