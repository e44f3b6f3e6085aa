//! The services a desk offers.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Invalid, Minutes, ServiceId, Text};

/// Which of the palette's eight service colours a service has, 0 to 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct ColourRole(u8);

impl ColourRole {
    /// How many colour roles there are.
    pub const COUNT: u8 = 8;

    /// The role with this number, 0 to 7.
    pub fn new(role: u8) -> Result<Self, Invalid> {
        if role < Self::COUNT { Ok(Self(role)) } else { Err(Invalid::new("colour", role, "a number from 0 to 7")) }
    }

    /// The number of the role, 0 to 7.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for ColourRole {
    type Error = Invalid;

    fn try_from(role: u8) -> Result<Self, Invalid> {
        Self::new(role)
    }
}

impl From<ColourRole> for u8 {
    fn from(role: ColourRole) -> Self {
        role.0
    }
}

/// An entry of the catalogue: something that takes a known time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The identifier; never changes.
    pub id: ServiceId,
    /// The name on screen.
    pub name: Text,
    /// How long an appointment for it takes.
    pub duration: Minutes,
    /// Its colour on the timelines.
    #[serde(default)]
    pub colour: ColourRole,
}

/// All services of a desk, by id.
///
/// Slots are judged against the durations of the catalogue; a desk without services is judged against
/// [`Catalogue::USUAL_DURATIONS`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalogue {
    services: BTreeMap<ServiceId, Arc<Service>>,
}

impl Catalogue {
    /// The durations, in minutes, that a desk without services is judged against.
    pub const USUAL_DURATIONS: [u16; 4] = [15, 30, 45, 60];

    /// Adds a service, or replaces the one with its id.
    pub fn put(&mut self, service: Arc<Service>) {
        self.services.insert(service.id.clone(), service);
    }

    /// Takes a service out.
    pub fn remove(&mut self, id: &ServiceId) {
        self.services.remove(id);
    }

    /// The service with this id.
    pub fn get(&self, id: &ServiceId) -> Option<&Arc<Service>> {
        self.services.get(id)
    }

    /// The services by id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Service>> {
        self.services.values()
    }

    /// Whether there is no service.
    pub fn is_empty(&self) -> bool {
        self.services.is_empty()
    }

    /// The distinct durations, in minutes and ascending; the usual ones where there is no service.
    pub fn durations(&self) -> Vec<u16> {
        if self.is_empty() {
            return Self::USUAL_DURATIONS.to_vec();
        }
        let mut all: Vec<u16> = self.iter().map(|service| service.duration.get()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

impl FromIterator<Arc<Service>> for Catalogue {
    fn from_iter<I: IntoIterator<Item = Arc<Service>>>(services: I) -> Self {
        Self { services: services.into_iter().map(|service| (service.id.clone(), service)).collect() }
    }
}
