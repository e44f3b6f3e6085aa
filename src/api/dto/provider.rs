//! The body of a new provider.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::hours::{ExceptionBody, WeekBody, exceptions, weekly};
use super::{Ends, Whole, Words};
use crate::api::problem::Problem;
use crate::domain::{Hours, Invalid, Provider, ProviderId, ServiceId, Text};

/// What `POST /providers` takes; id, availability and limit are the original program's.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with id, availability and max_daily_appointments")]
pub(in crate::api) struct ProviderBody<'a> {
    #[serde(borrow)]
    id: Words<'a>,
    #[serde(borrow)]
    name: Option<Words<'a>>,
    #[serde(borrow)]
    availability: Option<Vec<Ends<'a>>>,
    #[serde(borrow)]
    weekly: Option<WeekBody<'a>>,
    #[serde(borrow, default)]
    exceptions: Vec<ExceptionBody<'a>>,
    max_daily_appointments: Whole,
    #[serde(borrow)]
    services: Option<Vec<Words<'a>>>,
}

impl ProviderBody<'_> {
    /// The provider that the body describes.
    pub(in crate::api) fn into_provider(self) -> Result<Provider, Problem> {
        let id = self.id.read("id", ProviderId::new)?;
        let usual = Hours::always(weekly(self.availability.as_deref(), self.weekly.as_ref())?);
        let hours = exceptions(&self.exceptions)?.iter().fold(usual, |hours, change| hours.changed(change));
        let limit = self.max_daily_appointments.count("max_daily_appointments")?;
        let mut provider = Provider::new(id, hours, limit).map_err(Problem::Impossible)?;
        if let Some(name) = self.name {
            provider.name = name.read("name", |name| Text::name("name", name))?;
        }
        provider.services = self.services.as_deref().map(services).transpose()?;
        Ok(provider)
    }
}

fn services(bodies: &[Words<'_>]) -> Result<BTreeSet<ServiceId>, Problem> {
    let one = |(position, words): (usize, &Words<'_>)| {
        ServiceId::new(&words.0)
            .map_err(|error| Problem::Impossible(Invalid { field: format!("services[{position}]").into(), ..error }))
    };
    bodies.iter().enumerate().map(one).collect()
}
