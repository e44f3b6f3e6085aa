//! How a policy did on many days, each against first-fit on the same day.

use std::collections::HashMap;
use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::measures::{Measures, mean};

/// Standard errors on either side of the mean in which 95 of 100 samples have the true one.
const STANDARD_ERRORS: f64 = 1.96;

/// A mean with the half width of its 95 % interval.
///
/// The interval is that of many samples (1.96 standard errors): of a few it promises too much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The mean.
    pub mean: f64,
    /// Half the width of the 95 % interval; none of a single sample, which does not tell how samples differ.
    pub half_width: Option<f64>,
}

impl Estimate {
    /// The mean of independent samples; none of nothing.
    ///
    /// ```
    /// # use slotdesk::study::Estimate;
    /// let estimate = Estimate::of(&[1.0, 2.0, 3.0]).unwrap();
    /// assert_eq!(format!("{:.2} ± {:.2}", estimate.mean, estimate.half_width.unwrap()), "2.00 ± 1.13");
    /// assert_eq!(Estimate::of(&[7.0]).unwrap().half_width, None);
    /// ```
    pub fn of(samples: &[f64]) -> Option<Self> {
        let mean = mean(samples.iter().copied())?;
        let number = f64::from(u32::try_from(samples.len()).unwrap_or(u32::MAX));
        let squares: f64 = samples.iter().map(|sample| (sample - mean).powi(2)).sum();
        // In this order the last bit is that of the reference, which decides how a half is rounded.
        let half_width = (number > 1.0).then(|| STANDARD_ERRORS * (squares / (number - 1.0)).sqrt() / number.sqrt());
        Some(Self { mean, half_width })
    }

    /// The ends of the interval; both are the mean where there is none.
    pub fn interval(self) -> (f64, f64) {
        let width = self.half_width.unwrap_or(0.0);
        (self.mean - width, self.mean + width)
    }
}

impl fmt::Display for Estimate {
    /// As `+3.86 ±1.37` with the sign flag, else as `3.86 ±1.37`, or without the interval where there is none; two
    /// decimals unless the precision says otherwise.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(2);
        // No minus before what is shown as zero.
        let mean = rounded(self.mean, decimals);
        if f.sign_plus() {
            write!(f, "{mean:+.decimals$}")?;
        } else {
            write!(f, "{mean:.decimals$}")?;
        }
        match self.half_width {
            Some(width) => write!(f, " ±{width:.decimals$}"),
            None => Ok(()),
        }
    }
}

/// How a policy did on many days.
///
/// Percentages that would be of nothing are none. What is no count is rounded as the reference rounds it, so that
/// every table and file shows the same numbers: percentages to 3 decimals, Φ and Jain's index to 4.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Days.
    pub instances: usize,
    /// Requests decided.
    pub requests: u64,
    /// Requests accepted.
    pub accepted: u64,
    /// The share of requests accepted, mean over the days that had any, in percent.
    pub accepted_percent: Option<Estimate>,
    /// Minutes booked in the end.
    pub booked_minutes: u64,
    /// Minutes of the providers' hours.
    pub available_minutes: u64,
    /// Free minutes too short for any service.
    pub stranded_minutes: u64,
    /// Φ, mean over the days.
    pub fragmentation: f64,
    /// Jain's index, mean over the days.
    pub jain: f64,
    /// Share of the optimum, mean over the days for which it is known, in percent.
    pub of_optimum_percent: Option<Estimate>,
    /// Accepted requests more than first-fit's on the same day, in percent of first-fit's mean in the group.
    pub accepted_against_baseline: Option<Estimate>,
    /// Booked minutes more than first-fit's, likewise.
    pub minutes_against_baseline: Option<Estimate>,
}

/// One day: its group, how the policy did, and how first-fit did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'a> {
    pub(super) group: &'a str,
    pub(super) own: &'a Measures,
    pub(super) baseline: &'a Measures,
}

impl Summary {
    pub(super) fn of(days: &[Pair<'_>]) -> Self {
        let total = |of: fn(&Measures) -> u32| days.iter().map(|day| u64::from(of(day.own))).sum();
        let average = |of: fn(&Measures) -> f64| mean(days.iter().map(|day| of(day.own))).unwrap_or(0.0);
        let asked = days.iter().map(|day| day.own).filter(|own| own.requests > 0);
        let accepted: Vec<f64> = asked.map(|own| 100.0 * f64::from(own.accepted) / f64::from(own.requests)).collect();
        let of_optimum: Vec<f64> = days.iter().filter_map(|day| Some(100.0 * day.own.of_optimum?)).collect();
        Self {
            instances: days.len(),
            requests: total(|own| own.requests),
            accepted: total(|own| own.accepted),
            accepted_percent: reported(Estimate::of(&accepted)),
            booked_minutes: total(|own| own.booked_minutes),
            available_minutes: total(|own| own.available_minutes),
            stranded_minutes: total(|own| own.stranded_minutes),
            fragmentation: rounded(average(|own| own.fragmentation), 4),
            jain: rounded(average(|own| own.jain), 4),
            of_optimum_percent: reported(Estimate::of(&of_optimum)),
            accepted_against_baseline: reported(paired(days, |own| own.accepted)),
            minutes_against_baseline: reported(paired(days, |own| own.booked_minutes)),
        }
    }

    /// Accepted requests in percent of all.
    pub fn accepted_share(&self) -> Option<f64> {
        percent(self.accepted, self.requests)
    }
}

/// The difference of each day, in percent of first-fit's mean in the day's group; groups where that is 0 are left out.
fn paired(days: &[Pair<'_>], of: fn(&Measures) -> u32) -> Option<Estimate> {
    let mut groups: HashMap<&str, Vec<f64>> = HashMap::new();
    for day in days {
        groups.entry(day.group).or_default().push(f64::from(of(day.baseline)));
    }
    let means: HashMap<&str, f64> =
        groups.into_iter().filter_map(|(group, values)| Some((group, mean(values)?))).collect();
    let difference = |day: &Pair<'_>| {
        let usual = means.get(day.group).copied().filter(|usual| *usual > 0.0)?;
        Some(100.0 * (f64::from(of(day.own)) - f64::from(of(day.baseline))) / usual)
    };
    Estimate::of(&days.iter().filter_map(difference).collect::<Vec<_>>())
}

fn percent(part: u64, whole: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of requests and minutes are far below 2^52")]
    let (part, divisor) = (part as f64, whole as f64);
    (whole > 0).then(|| rounded(100.0 * part / divisor, 3))
}

fn reported(estimate: Option<Estimate>) -> Option<Estimate> {
    estimate.map(|Estimate { mean, half_width }| Estimate {
        mean: rounded(mean, 3),
        half_width: half_width.map(|width| rounded(width, 3)),
    })
}

/// The nearest number with so many decimals, as it is written: no error of a multiplication creeps in.
fn rounded(value: f64, decimals: usize) -> f64 {
    // Adding 0 takes the minus from a zero.
    format!("{value:.decimals$}").parse().unwrap_or(value) + 0.0
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mean = |estimate: &Option<Estimate>| estimate.map(|estimate| estimate.mean);
        // The reference writes 0 for a single sample.
        let width = |estimate: &Option<Estimate>| estimate.map(|estimate| estimate.half_width.unwrap_or(0.0));
        let of_available = |minutes| percent(minutes, self.available_minutes);
        let mut json = serializer.serialize_struct("Summary", 18)?;
        json.serialize_field("instances", &self.instances)?;
        json.serialize_field("requests", &self.requests)?;
        json.serialize_field("accepted", &self.accepted)?;
        json.serialize_field("accepted_percent", &self.accepted_share())?;
        json.serialize_field("accepted_percent_mean", &mean(&self.accepted_percent))?;
        json.serialize_field("accepted_percent_ci", &width(&self.accepted_percent))?;
        json.serialize_field("booked_minutes", &self.booked_minutes)?;
        json.serialize_field("booked_percent", &of_available(self.booked_minutes))?;
        json.serialize_field("stranded_minutes", &self.stranded_minutes)?;
        json.serialize_field("stranded_percent", &of_available(self.stranded_minutes))?;
        json.serialize_field("fragmentation", &self.fragmentation)?;
        json.serialize_field("jain", &self.jain)?;
        json.serialize_field("of_optimum_percent", &mean(&self.of_optimum_percent))?;
        json.serialize_field("of_optimum_ci", &width(&self.of_optimum_percent))?;
        json.serialize_field("vs_first_fit_percent", &mean(&self.accepted_against_baseline))?;
        json.serialize_field("vs_first_fit_ci", &width(&self.accepted_against_baseline))?;
        json.serialize_field("minutes_vs_first_fit_percent", &mean(&self.minutes_against_baseline))?;
        json.serialize_field("minutes_vs_first_fit_ci", &width(&self.minutes_against_baseline))?;
        json.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(accepted: u32) -> Measures {
        Measures {
            requests: 10,
            accepted,
            booked_minutes: accepted * 30,
            available_minutes: 480,
            stranded_minutes: 0,
            fragmentation: 0.0,
            jain: 1.0,
            of_optimum: None,
        }
    }

    #[test]
    fn a_day_counts_against_the_mean_of_first_fit_in_its_group() {
        let (four, six, eight) = (day(4), day(6), day(8));
        let pair = |group, own, baseline| Pair { group, own, baseline };
        // Group a: first-fit takes 5 on average, and the policy 2 more on one day: +40 % and 0 %.
        let days = [pair("a", &six, &four), pair("a", &six, &six), pair("b", &eight, &eight)];
        let against = Summary::of(&days).accepted_against_baseline.unwrap();
        assert!((against.mean - 13.333).abs() < 1e-9, "{against:?}");
    }

    #[test]
    fn an_estimate_is_shown_with_its_interval_or_without_one() {
        let shown = |mean, half_width| format!("{:+}", Estimate { mean, half_width });
        assert_eq!(shown(3.856, Some(1.3)), "+3.86 ±1.30");
        assert_eq!(shown(-0.004, Some(0.001)), "+0.00 ±0.00");
        assert_eq!(shown(-7.0, None), "-7.00");
        assert_eq!(format!("{:.1}", Estimate { mean: 90.25, half_width: None }), "90.2");
    }

    #[test]
    fn nothing_is_no_percentage_and_no_error() {
        let nothing = Measures { requests: 0, available_minutes: 0, ..day(0) };
        let summary = Summary::of(&[Pair { group: "", own: &nothing, baseline: &nothing }]);
        assert_eq!((summary.accepted_share(), summary.accepted_against_baseline), (None, None));
        assert!(serde_json::to_string(&summary).unwrap().contains(r#""accepted_percent":null"#));
    }
}
