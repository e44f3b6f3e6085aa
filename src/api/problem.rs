//! What goes wrong over HTTP: one status and one sentence each.

use std::time::Instant;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::dto::json;
use super::throttle::Throttle;
use crate::access::{AccessError, Scope};
use crate::desk::DeskError;
use crate::domain::{Blocked, Blocker, Invalid, ProviderId, Refusal};

/// While the book fails it does so under every request.
static FAILURES: Throttle = Throttle::new();

/// Why a request over HTTP was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Problem {
    /// Nobody is let in here without a token.
    #[error("this desk needs a token; send it with Authorization: Bearer TOKEN")]
    NoToken,
    /// The token is not one of this desk's.
    #[error("this desk does not know that token; it may have been revoked")]
    UnknownToken,
    /// The token is not good for that.
    #[error("this needs a token of scope {needed}; the one that was sent has {given}")]
    OutOfScope {
        /// The least scope that would do.
        needed: Scope,
        /// The scope of the token.
        given: Scope,
    },
    /// The tokens cannot be read, so nobody can be known.
    #[error("the tokens of this desk cannot be read; nobody is let in until they can be")]
    NoTokens(AccessError),
    /// A web page of another site sent the request.
    #[error("web pages of other sites may not use this desk")]
    ForeignOrigin,
    /// There is no Host, or more than one.
    #[error("the request has to have one Host header")]
    NoHost,
    /// The request was meant for another server.
    #[error(transparent)]
    Misdirected(Invalid),
    /// The body is not JSON at all.
    #[error("the body is not valid JSON: {0}")]
    NotJson(String),
    /// A field that has to be there is not.
    #[error("{0} is missing")]
    Missing(String),
    /// A field is there twice, so nobody knows which one is meant.
    #[error("{0} is given twice")]
    Twice(String),
    /// A value is of the wrong type or cannot be read.
    #[error(transparent)]
    Malformed(Invalid),
    /// A value can be read, but is impossible.
    #[error(transparent)]
    Impossible(Invalid),
    /// The body is not declared as JSON.
    #[error("the body has to be JSON; send it with Content-Type: application/json")]
    NotDeclared,
    /// The body is too large.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// The body came too slowly.
    #[error("the body did not arrive in time")]
    Slow,
    /// The body ended before it was complete.
    #[error("the body ended too early")]
    Cut,
    /// Nothing is at that path.
    #[error("there is nothing at {0}; see GET /health, /providers and /appointments")]
    NoSuchPath(String),
    /// The path does not know the method.
    #[error("{0} does not work here; the Allow header names what does")]
    NoSuchMethod(String),
    /// The request could not be placed.
    #[error("no appointment could be made: {0}")]
    Refused(Refusal),
    /// The desk said no.
    #[error("{}", outside(.0))]
    Desk(#[from] DeskError),
    /// All event feeds are taken.
    #[error("there are too many event feeds already; close one or try again later")]
    TooManyFeeds,
    /// The answer did not come in time.
    #[error("the desk did not answer in time; ask again with the same id, nothing is booked twice")]
    NoAnswer,
    /// A defect in this program.
    #[error("something went wrong inside the desk; the request could not be answered")]
    Defect,
}

/// The desk's sentence as it may leave the house: without paths and system messages.
fn outside(error: &DeskError) -> String {
    match error {
        DeskError::Store(_) => "the book cannot be read or written at the moment, nothing was changed".into(),
        other => other.to_string(),
    }
}

#[derive(Serialize)]
struct ErrorBody<'a> {
    error: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blockers: Option<Vec<BlockerBody<'a>>>,
}

#[derive(Serialize)]
struct BlockerBody<'a> {
    provider_id: &'a ProviderId,
    reason: String,
}

impl<'a> BlockerBody<'a> {
    fn new(blocked: &'a Blocked) -> Self {
        Self { provider_id: &blocked.provider, reason: blocked.blocker.to_string() }
    }
}

impl Problem {
    /// The status that fits.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::UnknownToken => StatusCode::UNAUTHORIZED,
            Self::OutOfScope { .. } | Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::Misdirected(_) => StatusCode::MISDIRECTED_REQUEST,
            Self::NotJson(_) | Self::Missing(_) | Self::Twice(_) | Self::Malformed(_) | Self::Cut | Self::NoHost => {
                StatusCode::BAD_REQUEST
            }
            Self::Impossible(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotDeclared => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::NoSuchPath(_) => StatusCode::NOT_FOUND,
            Self::NoSuchMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Refused(refusal) if asks_for_nobody(refusal) => StatusCode::NOT_FOUND,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Desk(error) => desk_status(error),
            Self::TooManyFeeds | Self::NoAnswer | Self::NoTokens(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Defect => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Self::Missing(field) | Self::Twice(field) => Some(field),
            Self::Malformed(invalid)
            | Self::Impossible(invalid)
            | Self::Misdirected(invalid)
            | Self::Desk(DeskError::Invalid(invalid)) => Some(&invalid.field),
            _ => None,
        }
    }

    /// What the client would have to send to be let in, as `WWW-Authenticate` says it (RFC 6750).
    fn challenge(&self) -> Option<HeaderValue> {
        let detail = match self {
            Self::NoToken => String::new(),
            Self::UnknownToken => ", error=\"invalid_token\"".to_owned(),
            Self::OutOfScope { needed, .. } => format!(", error=\"insufficient_scope\", scope=\"{needed}\""),
            _ => return None,
        };
        HeaderValue::try_from(format!("Bearer realm=\"slotdesk\"{detail}")).ok()
    }

    fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) | Self::Desk(DeskError::NoRoom(refusal)) => Some(refusal),
            _ => None,
        }
    }
}

fn desk_status(error: &DeskError) -> StatusCode {
    match error {
        DeskError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        DeskError::UnknownProvider(_) | DeskError::UnknownService(_) | DeskError::UnknownAppointment(_) => {
            StatusCode::NOT_FOUND
        }
        DeskError::ProviderExists(_)
        | DeskError::ServiceExists(_)
        | DeskError::IdTaken(_)
        | DeskError::IsCancelled(_)
        | DeskError::NoRoom(_)
        | DeskError::NothingToUndo
        | DeskError::UndoConflict(_) => StatusCode::CONFLICT,
        DeskError::Busy | DeskError::Overtaken | DeskError::Closing | DeskError::NoThread(_) | DeskError::Store(_) => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        DeskError::Defect => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Whether the only obstacle is that the provider asked for does not exist.
fn asks_for_nobody(refusal: &Refusal) -> bool {
    matches!(refusal.blocked.as_slice(), [Blocked { blocker: Blocker::UnknownProvider, .. }])
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Desk(DeskError::Store(error)) = &self
            && let Some(unsaid) = FAILURES.due(Instant::now())
        {
            tracing::error!(%error, unsaid, "the book failed under a request");
        }
        let sentence = self.to_string();
        let blockers = self.refusal().map(|refusal| refusal.blocked.iter().map(BlockerBody::new).collect());
        let status = self.status();
        let mut response = json(status, &ErrorBody { error: &sentence, field: self.field(), blockers });
        if let Some(challenge) = self.challenge() {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
