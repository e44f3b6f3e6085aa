//! A request that was placed.

use std::sync::Arc;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{ProviderId, Request, RequestId, Status, TimeRange};

/// Whether an appointment may share minutes with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overbooking {
    /// Its minutes are its own.
    #[default]
    None,
    /// Somebody chose to put it over others, or outside the hours or the limit.
    Deliberate,
}

/// A request that was placed: with whom, when, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// What was asked for, as it was asked.
    pub request: Arc<Request>,
    /// With whom.
    pub provider: ProviderId,
    /// On which day; the request's, unless it was moved.
    pub day: NaiveDate,
    /// When.
    pub slot: TimeRange,
    /// How far it has come.
    pub status: Status,
    /// Whether it was put there over the rules, on purpose.
    #[serde(default, skip_serializing_if = "is_regular")]
    pub overbooking: Overbooking,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature is serde's")]
fn is_regular(overbooking: &Overbooking) -> bool {
    *overbooking == Overbooking::None
}

impl Appointment {
    /// The identifier: its request's.
    pub fn id(&self) -> &RequestId {
        &self.request.id
    }

    /// Whether it holds its minutes and its daily place.
    pub fn is_live(&self) -> bool {
        self.status.is_live()
    }

    /// The same appointment with another status.
    #[must_use]
    pub fn with_status(&self, status: Status) -> Self {
        Self { status, ..self.clone() }
    }
}
