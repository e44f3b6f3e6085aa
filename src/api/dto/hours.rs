//! Hours in bodies: every day, per weekday, or on one date.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{Ends, Words};
use crate::api::problem::Problem;
use crate::domain::{Exception, HoursChange, Invalid, RangeSet, Weekly};

/// Most ranges that one day may be described with; no house opens and closes that often.
const RANGES_MAX: usize = 100;

/// A week in a body; a day left out is a day off.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with a list of ranges for mon, tue, wed, thu, fri, sat and sun", deny_unknown_fields)]
pub(super) struct WeekBody<'a> {
    #[serde(borrow, default)]
    mon: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    tue: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    wed: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    thu: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    fri: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    sat: Vec<Ends<'a>>,
    #[serde(borrow, default)]
    sun: Vec<Ends<'a>>,
}

/// One date that is different.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with date and either instead or block_out")]
pub(super) struct ExceptionBody<'a> {
    #[serde(borrow)]
    date: Words<'a>,
    #[serde(borrow)]
    instead: Option<Vec<Ends<'a>>>,
    #[serde(borrow)]
    block_out: Option<Vec<Ends<'a>>>,
}

/// What `PUT /providers/{id}/availability` takes; `availability` alone is the original program's.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an object with availability")]
pub(in crate::api) struct HoursBody<'a> {
    #[serde(borrow)]
    availability: Option<Vec<Ends<'a>>>,
    #[serde(borrow)]
    weekly: Option<WeekBody<'a>>,
    /// The first day of the new hours; today where it is left out.
    #[serde(borrow)]
    from: Option<Words<'a>>,
    /// The only day that changes: `availability` instead of the usual hours.
    #[serde(borrow)]
    date: Option<Words<'a>>,
}

impl HoursBody<'_> {
    /// The change that the body asks for.
    pub(in crate::api) fn into_change(self, today: NaiveDate) -> Result<HoursChange, Problem> {
        let Some(date) = &self.date else {
            let day = self.from.as_ref().map_or(Ok(today), |from| from.date("from"))?;
            return Ok(HoursChange::From { day, weekly: weekly(self.availability.as_deref(), self.weekly.as_ref())? });
        };
        if self.from.is_some() || self.weekly.is_some() {
            let expected = "no from and no weekly next to it, since it changes that day only";
            return Err(Problem::Impossible(Invalid::new("date", &date.0, expected)));
        }
        let day = date.date("date")?;
        let hours = self.availability.as_deref().ok_or_else(|| Problem::Missing("availability".into()))?;
        Ok(HoursChange::On { day, exception: Exception::Instead(ranges("availability", hours)?) })
    }
}

/// The hours of every day or of each weekday, whichever is given.
pub(super) fn weekly(every_day: Option<&[Ends<'_>]>, week: Option<&WeekBody<'_>>) -> Result<Weekly, Problem> {
    match (every_day, week) {
        (Some(every_day), None) => ranges("availability", every_day).map(Weekly::EveryDay),
        (None, Some(week)) => week.weekly(),
        (None, None) => Err(Problem::Missing("availability".into())),
        (Some(_), Some(_)) => {
            let expected = "to stand alone, without availability next to it";
            Err(Problem::Impossible(Invalid::new("weekly", "{…}", expected)))
        }
    }
}

impl WeekBody<'_> {
    fn weekly(&self) -> Result<Weekly, Problem> {
        Ok(Weekly::PerWeekday([
            ranges("weekly.mon", &self.mon)?,
            ranges("weekly.tue", &self.tue)?,
            ranges("weekly.wed", &self.wed)?,
            ranges("weekly.thu", &self.thu)?,
            ranges("weekly.fri", &self.fri)?,
            ranges("weekly.sat", &self.sat)?,
            ranges("weekly.sun", &self.sun)?,
        ]))
    }
}

/// The dates that are different, as changes of the usual hours.
pub(super) fn exceptions(bodies: &[ExceptionBody<'_>]) -> Result<Vec<HoursChange>, Problem> {
    let mut seen = BTreeSet::new();
    let mut changes = Vec::with_capacity(bodies.len());
    for (position, body) in bodies.iter().enumerate() {
        let at = format!("exceptions[{position}]");
        let day = body.date.date("date").map_err(|problem| match problem {
            Problem::Malformed(error) => Problem::Malformed(error.within(&at)),
            other => other,
        })?;
        if !seen.insert(day) {
            return Err(Problem::Impossible(Invalid::new("date", day, "every date once").within(&at)));
        }
        let exception = match (&body.instead, &body.block_out) {
            (Some(hours), None) => Exception::Instead(ranges(&format!("{at}.instead"), hours)?),
            (None, Some(cut)) => Exception::BlockOut(ranges(&format!("{at}.block_out"), cut)?),
            (None, None) => return Err(Problem::Missing(format!("{at}.instead"))),
            (Some(_), Some(_)) => {
                let expected = "either instead or block_out, not both";
                return Err(Problem::Impossible(Invalid::new("date", day, expected).within(&at)));
            }
        };
        changes.push(HoursChange::On { day, exception });
    }
    Ok(changes)
}

fn ranges(field: &str, ends: &[Ends<'_>]) -> Result<RangeSet, Problem> {
    if ends.len() > RANGES_MAX {
        let expected = format!("at most {RANGES_MAX} ranges");
        return Err(Problem::Impossible(Invalid::new(field.to_owned(), ends.len(), expected)));
    }
    ends.iter().enumerate().map(|(position, ends)| ends.range(&format!("{field}[{position}]"))).collect()
}
