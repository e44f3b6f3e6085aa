//! What the values of a description have to be.

use super::Synthesis;
use crate::domain::{Invalid, RangeSet, printable};

/// Most characters of a name, which leaves room for the number of the day.
const NAME_CHARACTERS_MAX: usize = 100;
const DAYS_MAX: u32 = 10_000;
const HISTORY_DAYS_MAX: u32 = 60;
const PROVIDERS_MAX: u32 = 1_000;
const LOAD_MAX: f64 = 10.0;
/// Most minutes asked for a day.
const DEMAND_MAX: u32 = 1_000_000;
/// Most requests in all; more than a few hundred megabytes of them are a typing error.
const REQUESTS_MAX: f64 = 2e6;

fn within(field: &str, value: f64, high: f64) -> Result<(), Invalid> {
    if (0.0..=high).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(field.to_owned(), value, format!("a number from 0 to {high}")))
}

fn whole(field: &str, value: u32, (low, high): (u32, u32)) -> Result<(), Invalid> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Invalid::new(field.to_owned(), value, format!("a whole number from {low} to {high}")))
}

/// Shares are weighed against each other, so that one of them has to weigh something.
fn shares(field: &str, shares: impl Iterator<Item = f64>) -> Result<(), Invalid> {
    let mut sum = 0.0;
    for (share, at) in shares.zip(0..) {
        within(&format!("{field}[{at}].share"), share, 1e6)?;
        sum += share;
    }
    if sum > 0.0 { Ok(()) } else { Err(Invalid::new(field.to_owned(), "no share", "at least one share above 0")) }
}

impl Synthesis {
    /// The description, if days can be made of it.
    pub(super) fn checked(self) -> Result<Self, Invalid> {
        let printable = printable(&self.name) == self.name && !self.name.trim().is_empty();
        if !printable || self.name.chars().count() > NAME_CHARACTERS_MAX {
            let expected = format!("1 to {NAME_CHARACTERS_MAX} printable characters");
            return Err(Invalid::new("name", &self.name, expected));
        }
        whole("days", self.days, (1, DAYS_MAX))?;
        whole("history", self.history, (0, HISTORY_DAYS_MAX))?;
        if let (Some(load), Some(_)) = (self.load, self.demand) {
            return Err(Invalid::new("load", load, "either load or demand, not both"));
        }
        if let Some(load) = self.load {
            within("load", load, LOAD_MAX)?;
        }
        if let Some(demand) = self.demand {
            whole("demand", demand, (1, DEMAND_MAX))?;
        }
        within("prefer", self.prefer, 1.0)?;
        within("cancel", self.cancel, 1.0)?;
        within("peak_share", self.peak_share, 1.0)?;
        if self.peak_share > 0.0 && self.peaks.is_empty() {
            return Err(Invalid::new("peaks", "[]", "at least one time of day, since peak_share is above 0"));
        }
        shares("services", self.services.iter().map(|service| service.share))?;
        if !self.ranges.is_empty() {
            shares("ranges", self.ranges.iter().map(|width| width.share))?;
        }
        for (width, at) in self.ranges.iter().zip(0..) {
            let [low, high] = width.minutes.map(|length| length.0);
            if low > high {
                let expected = format!("a second number of at least the first, {}", low.get());
                return Err(Invalid::new(format!("ranges[{at}].minutes"), high.get(), expected));
            }
        }
        self.check_providers()?;
        Ok(self)
    }

    fn check_providers(&self) -> Result<(), Invalid> {
        let mut minutes_a_day = 0.0;
        for (staff, at) in self.providers.iter().zip(0..) {
            whole(&format!("providers[{at}].count"), staff.count, (1, PROVIDERS_MAX))?;
            within(&format!("providers[{at}].works"), staff.works, 1.0)?;
            let hours = RangeSet::new(staff.hours.iter().map(|span| span.0));
            if hours.is_empty() {
                return Err(Invalid::new(format!("providers[{at}].hours"), "[]", "at least one range of hours"));
            }
            minutes_a_day += f64::from(hours.total()) * f64::from(staff.count);
        }
        let providers = self.providers.iter().fold(0u32, |sum, staff| sum.saturating_add(staff.count));
        whole("providers", providers, (1, PROVIDERS_MAX))?;
        let shortest = self.services.iter().map(|service| service.minutes.get()).min().unwrap_or(1);
        let days = f64::from(self.days) * f64::from(1 + self.history);
        let requests = days * (self.asked_for(minutes_a_day) / f64::from(shortest) + 1.0);
        if requests > REQUESTS_MAX {
            let asked = if self.demand.is_some() { "demand" } else { "load" };
            let expected = format!("days, history and {asked} that make at most {REQUESTS_MAX} requests");
            return Err(Invalid::new("days", format!("up to {requests:.0} requests"), expected));
        }
        Ok(())
    }
}
