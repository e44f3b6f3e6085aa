//! Decision files: what a policy decided, one instance a line, to compare implementations by.

use serde::{Deserialize, Serialize};

use crate::domain::{Minute, ProviderId, RequestId};

/// The decisions of one policy on one instance; its JSON is a line of a decision file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decisions {
    /// The name of the instance.
    pub instance: String,
    /// The name of the policy.
    pub policy: String,
    /// One per request, in order.
    pub decisions: Vec<Decision>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Decision {
    /// It was placed.
    Placed {
        /// The request.
        id: RequestId,
        /// With whom.
        provider_id: ProviderId,
        /// When it starts.
        start: Minute,
    },
    /// It was refused.
    Refused {
        /// The request.
        id: RequestId,
        /// Always true.
        refused: bool,
    },
}
