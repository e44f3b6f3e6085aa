//! Why a command changed nothing.

use crate::domain::{Invalid, ProviderId, Refusal, RequestId, ServiceId};
use crate::store::StoreError;

/// Why a command changed nothing; a sentence for whoever gave it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeskError {
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody has this identifier.
    #[error("there is no provider {0}")]
    UnknownProvider(ProviderId),
    /// No service has this identifier.
    #[error("there is no service {0}")]
    UnknownService(ServiceId),
    /// No appointment has this identifier.
    #[error("there is no appointment {0}")]
    UnknownAppointment(RequestId),
    /// Another provider has this identifier.
    #[error("there is already another provider {0}; choose another id or change that one")]
    ProviderExists(ProviderId),
    /// Another service has this identifier.
    #[error("there is already another service {0}; choose another id or change that one")]
    ServiceExists(ServiceId),
    /// The request identifier was used for something else.
    #[error("request {0} was already made with other content; use a new id for a new request")]
    IdTaken(RequestId),
    /// The appointment was called off, so it cannot be changed.
    #[error("appointment {0} is cancelled; book it again instead")]
    IsCancelled(RequestId),
    /// There is no room at the destination.
    #[error("no room: {0}")]
    NoRoom(Refusal),
    /// This desk has changed nothing that could be taken back.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// What was to be taken back has changed since, or its place was given away.
    #[error("this cannot be undone any more: {0}")]
    UndoConflict(String),
    /// The request queue is full.
    #[error("the desk is busy, try again in a moment")]
    Busy,
    /// Others kept changing the same thing, a day, a provider or what was to be undone; nothing was decided.
    #[error("others changed the same thing at the same moment; try again")]
    Overtaken,
    /// The desk is closing.
    #[error("the desk is closing")]
    Closing,
    /// The system gave the desk no thread for its journal.
    #[error("the desk could not start its journal: {0}")]
    NoThread(String),
    /// A decision stopped half-way because of a defect in this program.
    #[error("something went wrong inside the desk; nothing was changed")]
    Defect,
    /// The store could not be read or written; nothing was changed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
