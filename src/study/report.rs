//! The results as data: one entry per source, in the JSON of the reference.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{PrettyFormatter, Serializer as JsonSerializer};

use super::comparison::Comparison;
use super::summary::Summary;
use crate::scheduler::Policy;

/// Whether groups are reported one by one, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// All days together.
    Together,
    /// All days together, then each group.
    ByGroup,
}

/// What came out of one source of days.
#[derive(Debug)]
pub struct Report {
    /// Where the days come from, printable.
    pub source: String,
    /// How many days there are.
    pub instances: usize,
    /// How each policy did on all days.
    pub all: Summaries,
    /// How each did on the days of each group; empty unless asked for.
    pub groups: Vec<(String, Summaries)>,
}

/// How each policy did, in the order asked for.
pub type Summaries = Vec<(&'static dyn Policy, Summary)>;

impl Report {
    /// The results of a comparison.
    pub fn new(source: String, comparison: &Comparison, detail: Detail) -> Self {
        let names = if detail == Detail::ByGroup { comparison.groups() } else { Vec::new() };
        let groups = names.into_iter().map(|name| (name.to_owned(), comparison.summaries(Some(name))));
        Self { source, instances: comparison.instances(), all: comparison.summaries(None), groups: groups.collect() }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("all", &ByPolicy(&self.all))?;
        if !self.groups.is_empty() {
            let groups = self.groups.iter().map(|(name, summaries)| (name.as_str(), ByPolicy(summaries)));
            map.serialize_entry("groups", &Ordered(groups.collect()))?;
        }
        map.end()
    }
}

struct ByPolicy<'a>(&'a Summaries);

impl Serialize for ByPolicy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(policy, summary)| (policy.name(), summary)))
    }
}

/// A map that keeps its order.
struct Ordered<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Ordered<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The results of all sources as JSON, one source a key.
pub fn to_json(reports: &[Report]) -> serde_json::Result<Vec<u8>> {
    let mut json = Vec::new();
    let mut serializer = JsonSerializer::with_formatter(&mut json, PrettyFormatter::with_indent(b" "));
    Ordered(reports.iter().map(|report| (report.source.as_str(), report)).collect()).serialize(&mut serializer)?;
    json.push(b'\n');
    Ok(json)
}
