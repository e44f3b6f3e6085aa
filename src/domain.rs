//! The words of the desk as types: pure, and validated where they are made.
//!
//! Nothing here does input or output, knows the time or draws a random number. A value that exists
//! is valid; what comes from outside either becomes one of these types or an [`Invalid`] that names
//! the field, the value and what was expected.

mod appointment;
mod catalogue;
mod demand;
mod event;
mod hours;
mod ids;
mod invalid;
mod minute;
mod provider;
mod range;
mod refusal;
mod request;
mod status;
mod text;
mod zone;

pub use appointment::{Appointment, Overbooking};
pub use catalogue::{Catalogue, ColourRole, Service};
pub use demand::Demand;
pub use event::{Action, Actor, Channel, Draft, Edit, Edits, Event};
pub use hours::{DayHours, Exception, Hours, HoursChange, Weekly};
pub use ids::{ProviderId, RequestId, ServiceId};
pub use invalid::Invalid;
pub use minute::{Minute, Minutes};
pub use provider::Provider;
pub use range::{RangeSet, TimeRange};
pub use refusal::{Blocked, Blocker, Refusal};
pub use request::{Dated, Request};
pub use status::{Cancellation, Cause, Status};
pub use text::{Text, excerpt, printable};
pub use zone::{first_minute_to_come, minute_shown, skipped_minutes};
