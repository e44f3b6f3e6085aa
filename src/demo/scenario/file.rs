//! A scenario file, key by key.
//!
//! What a single value has to be is said by its type; what several have to be together is checked in
//! [`super::check`].

use std::collections::{BTreeMap, BTreeSet};

use chrono::Weekday;
use serde::Deserialize;
use toml::Spanned;

use super::value::{Between, DayOfWeek, Name, Note, Share, Spread, UpTo, Weights};
use crate::demo::{Caption, Speed};
use crate::domain::{ColourRole, Minute, Minutes, ProviderId, RangeSet, ServiceId, Text, TimeRange, Weekly};

/// Days after the played one.
pub(in crate::demo) type DaysAhead = UpTo<27>;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct File {
    /// What the scenario is called on screen.
    pub(in crate::demo) title: Name,
    /// The weekday that is played: the first such day from today on.
    pub(in crate::demo) weekday: DayOfWeek,
    /// When the clock starts.
    pub(in crate::demo) start: Minute,
    /// How fast it goes unless the person in front of it says otherwise.
    #[serde(default)]
    pub(in crate::demo) speed: Speed,
    /// How visits go.
    #[serde(default)]
    pub(in crate::demo) flow: Flow,
    /// Who calls.
    pub(in crate::demo) clients: Vec<Spanned<Name>>,
    /// What is on offer.
    pub(in crate::demo) services: Vec<Spanned<Offer>>,
    /// Who works here.
    pub(in crate::demo) providers: Vec<Spanned<Staff>>,
    /// What happens, in the order of time.
    pub(in crate::demo) script: Vec<Spanned<Step>>,
}

/// A service on offer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Offer {
    pub(in crate::demo) id: ServiceId,
    pub(in crate::demo) name: Name,
    pub(in crate::demo) minutes: Minutes,
    #[serde(default)]
    pub(in crate::demo) colour: ColourRole,
}

/// Somebody who works here.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Staff {
    pub(in crate::demo) id: ProviderId,
    pub(in crate::demo) name: Name,
    /// Most appointments a day.
    pub(in crate::demo) limit: UpTo<1_000>,
    /// What this one gives; everything if absent.
    #[serde(default)]
    pub(in crate::demo) services: Option<BTreeSet<ServiceId>>,
    pub(in crate::demo) hours: Week,
}

/// The hours of a week; a day that is not named is off.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Week {
    /// Monday to Friday, unless the day has a line of its own.
    #[serde(default)]
    workdays: Vec<Between>,
    mon: Option<Vec<Between>>,
    tue: Option<Vec<Between>>,
    wed: Option<Vec<Between>>,
    thu: Option<Vec<Between>>,
    fri: Option<Vec<Between>>,
    #[serde(default)]
    sat: Vec<Between>,
    #[serde(default)]
    sun: Vec<Between>,
}

impl Week {
    /// The same as a pattern.
    pub(in crate::demo) fn pattern(&self) -> Weekly {
        let set = |ranges: &Vec<Between>| -> RangeSet { ranges.iter().map(|range| range.0).collect() };
        let workday = |own: &Option<Vec<Between>>| set(own.as_ref().unwrap_or(&self.workdays));
        let [mon, tue, wed, thu, fri] = [&self.mon, &self.tue, &self.wed, &self.thu, &self.fri].map(workday);
        Weekly::PerWeekday([mon, tue, wed, thu, fri, set(&self.sat), set(&self.sun)])
    }
}

/// How visits go: when clients confirm, come, come late or stay away.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::demo) struct Flow {
    /// The share who confirm beforehand.
    pub(in crate::demo) confirmed: Share,
    /// How long before the start clients arrive.
    pub(in crate::demo) early: Spread,
    /// The share who arrive after the start.
    pub(in crate::demo) late: Share,
    /// How long after the start those arrive; never later than the middle of the appointment.
    pub(in crate::demo) late_by: Spread,
    /// The share who never come.
    pub(in crate::demo) no_show: Share,
}

impl Default for Flow {
    fn default() -> Self {
        Self {
            confirmed: Share(0.5),
            early: Spread { low: 2, high: 12 },
            late: Share(0.15),
            late_by: Spread { low: 2, high: 10 },
            no_show: Share(0.04),
        }
    }
}

/// Something that happens at a time: first everything it does, in the order of its fields, then what it says.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Step {
    pub(in crate::demo) at: Minute,
    pub(in crate::demo) limit: Option<Limit>,
    pub(in crate::demo) ill: Option<Ill>,
    pub(in crate::demo) cancel: Option<CallOff>,
    #[serde(rename = "move")]
    pub(in crate::demo) relocate: Option<Relocate>,
    pub(in crate::demo) book: Option<Booking>,
    pub(in crate::demo) burst: Option<Burst>,
    pub(in crate::demo) rebook: Option<Rebook>,
    pub(in crate::demo) caption: Option<Words>,
}

/// A provider gets another daily limit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Limit {
    pub(in crate::demo) provider: ProviderId,
    pub(in crate::demo) most: UpTo<1_000>,
}

/// A provider goes home for the rest of the day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Ill {
    pub(in crate::demo) provider: ProviderId,
    /// What the clients already in the waiting room are told.
    pub(in crate::demo) note: Option<Note>,
}

/// A client calls an appointment of the script off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct CallOff {
    pub(in crate::demo) client: Name,
    pub(in crate::demo) note: Option<Note>,
}

/// A client's appointment of the script goes somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Relocate {
    pub(in crate::demo) client: Name,
    pub(in crate::demo) between: Option<Between>,
    pub(in crate::demo) with: Option<ProviderId>,
    #[serde(default)]
    pub(in crate::demo) day: DaysAhead,
}

/// One request, word for word.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Booking {
    pub(in crate::demo) client: Name,
    pub(in crate::demo) service: ServiceId,
    /// The service's length unless given.
    pub(in crate::demo) minutes: Option<Minutes>,
    /// What is left of the day unless given.
    pub(in crate::demo) between: Option<Between>,
    pub(in crate::demo) with: Option<ProviderId>,
    #[serde(default)]
    pub(in crate::demo) day: DaysAhead,
    pub(in crate::demo) note: Option<Note>,
}

/// Many requests, drawn.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Burst {
    /// How many.
    pub(in crate::demo) requests: UpTo<500>,
    /// Spread over how many minutes from the step on; all at once for 0.
    #[serde(default)]
    pub(in crate::demo) minutes: UpTo<720>,
    /// For which days, each as likely; the played one unless given.
    #[serde(default)]
    pub(in crate::demo) days: BTreeSet<DaysAhead>,
    /// What for; every service alike unless given.
    #[serde(default)]
    pub(in crate::demo) mix: Weights<ServiceId>,
    /// When it suits; the whole day unless given.
    #[serde(default)]
    pub(in crate::demo) ranges: Weights<Between>,
    /// The share who want one provider and no other.
    #[serde(default)]
    pub(in crate::demo) preferred: Share,
    /// The share who do not ask for anything but call an appointment of the played day off.
    #[serde(default)]
    pub(in crate::demo) cancel: Share,
}

/// Everybody whom an illness left without an appointment asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Rebook {
    /// Spread over how many minutes.
    #[serde(default)]
    pub(in crate::demo) minutes: UpTo<720>,
    /// On how many later days they look when today is full.
    #[serde(default)]
    pub(in crate::demo) days: DaysAhead,
}

/// What the audience should look at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::demo) struct Words {
    pub(in crate::demo) title: Name,
    pub(in crate::demo) text: Note,
}

impl Words {
    /// The caption as it stands in the file, its `{placeholders}` unfilled.
    pub(in crate::demo) fn caption(&self) -> Caption {
        Caption { title: self.title.0.to_string(), text: self.text.0.to_string() }
    }
}

impl File {
    /// The service with this identifier.
    pub(in crate::demo) fn offer(&self, id: &ServiceId) -> Option<&Offer> {
        self.services.iter().map(Spanned::get_ref).find(|offer| offer.id == *id)
    }

    /// Those who give a service and work long enough for it in a range on such a weekday.
    pub(in crate::demo) fn suitable(
        &self,
        service: &ServiceId,
        weekday: Weekday,
        range: TimeRange,
        duration: Minutes,
    ) -> Vec<&Staff> {
        let works = |pattern: &Weekly| {
            let pieces = pattern.on(weekday).iter().filter_map(|hours| hours.intersection(range));
            pieces.map(TimeRange::len).any(|length| length >= duration.get())
        };
        let staff = self.providers.iter().map(Spanned::get_ref);
        staff.filter(|one| one.gives(service) && works(&one.hours.pattern())).collect()
    }

    /// The providers by identifier.
    pub(in crate::demo) fn staff(&self) -> BTreeMap<&ProviderId, &Staff> {
        self.providers.iter().map(|staff| (&staff.get_ref().id, staff.get_ref())).collect()
    }

    /// The clients with a part of their own: those for whom a step books by name.
    pub(in crate::demo) fn cast(&self) -> impl Iterator<Item = &Text> {
        self.steps().filter_map(|step| step.book.as_ref()).map(|booking| &booking.client.0)
    }

    /// The steps in the order of time.
    pub(in crate::demo) fn steps(&self) -> impl Iterator<Item = &Step> {
        self.script.iter().map(Spanned::get_ref)
    }
}

impl Staff {
    /// Whether this one gives a service.
    pub(in crate::demo) fn gives(&self, service: &ServiceId) -> bool {
        self.services.as_ref().is_none_or(|own| own.contains(service))
    }
}

impl Booking {
    /// How long it takes, given its service's length.
    pub(in crate::demo) fn duration(&self, offer: &Offer) -> Minutes {
        self.minutes.unwrap_or(offer.minutes)
    }

    /// The range asked for, as far as the file says.
    pub(in crate::demo) fn range(&self) -> TimeRange {
        self.between.map_or(TimeRange::DAY, |between| between.0)
    }
}
