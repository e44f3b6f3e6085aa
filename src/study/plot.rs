//! What every plot is drawn from: the differences to first-fit, and an axis that holds them.

use super::report::Summaries;
use super::summary::{Estimate, Summary};

/// A difference to first-fit that is worth a plot.
pub(super) struct Plot {
    /// What it shows, as a caption.
    pub(super) caption: &'static str,
    pub(super) of: fn(&Summary) -> Option<Estimate>,
}

/// The plots there are, the most telling one first.
pub(super) static PLOTS: [Plot; 2] = [
    Plot { caption: "Accepted requests against first-fit, %", of: |summary| summary.accepted_against_baseline },
    Plot { caption: "Booked minutes against first-fit, %", of: |summary| summary.minutes_against_baseline },
];

impl Plot {
    /// The rows: what each policy is called and how far it is from first-fit; none where nothing can be compared.
    pub(super) fn rows<'a>(&self, summaries: &'a Summaries) -> Vec<(&'a str, Estimate)> {
        summaries.iter().filter_map(|(policy, summary)| Some((policy.name(), (self.of)(summary)?))).collect()
    }
}

/// The values between two round numbers, 0 among them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    step: f64,
}

impl Axis {
    /// Most steps between the ends; more labels would run into each other.
    const STEPS_MAX: f64 = 6.0;

    /// The shortest axis that holds every interval.
    pub(super) fn holding(rows: &[(&str, Estimate)]) -> Self {
        let low = rows.iter().map(|(_, one)| one.interval().0).fold(0.0, f64::min);
        let high = rows.iter().map(|(_, one)| one.interval().1).fold(0.0, f64::max);
        // A study in which nothing differs still has an axis.
        let span = if high - low > 0.0 { high - low } else { 1.0 };
        let rough = span / (Self::STEPS_MAX - 2.0);
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough);
        let step = step.unwrap_or(10.0 * power);
        let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
        Self { low, high: if high > low { high } else { low + step }, step }
    }

    /// Where on the axis a value lies, 0 at its low end and 1 at its high end.
    pub(super) fn place(self, value: f64) -> f64 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// The round values on it, from low to high.
    pub(super) fn ticks(self) -> impl Iterator<Item = f64> {
        let steps = ((self.high - self.low) / self.step).round();
        let values = (0u8..).map(f64::from).take_while(move |number| *number <= steps);
        values.map(move |number| self.low + number * self.step)
    }

    /// A value of the axis as a label: with a sign, and with as many decimals as its steps need.
    pub(super) fn label(self, value: f64) -> String {
        // The decimals that a power of ten below 1 has, at most as many as the values are rounded to.
        let decimals = (0..3).find(|decimals| self.step >= 10f64.powi(-decimals) * 0.999).unwrap_or(3);
        let decimals = usize::try_from(decimals).unwrap_or(0);
        if value.abs() < self.step / 2.0 { "0".to_owned() } else { format!("{value:+.decimals$}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(rows: &[(f64, f64)]) -> Axis {
        let rows: Vec<_> = rows
            .iter()
            .map(|(mean, half_width)| ("", Estimate { mean: *mean, half_width: Some(*half_width) }))
            .collect();
        Axis::holding(&rows)
    }

    #[test]
    fn an_axis_holds_every_interval_and_zero_between_round_numbers() {
        let labels = |axis: Axis| axis.ticks().map(|tick| axis.label(tick)).collect::<Vec<_>>();
        assert_eq!(labels(axis(&[(6.2, 1.4), (-7.1, 1.9)])), ["-10", "-5", "0", "+5", "+10"]);
        assert_eq!(labels(axis(&[(0.0, 0.0)])), ["0", "+0.5"]);
        assert_eq!(labels(axis(&[(0.3, 0.1), (0.2, 0.0)])), ["0", "+0.1", "+0.2", "+0.3", "+0.4"]);
        assert_eq!(labels(axis(&[(-3.0, 1.0)])), ["-4", "-3", "-2", "-1", "0"]);
        assert_eq!(labels(axis(&[(-0.002, 0.003)])), ["-0.006", "-0.004", "-0.002", "0", "+0.002"]);
    }

    #[test]
    fn places_run_from_one_end_to_the_other() {
        let axis = axis(&[(6.0, 1.0), (-7.0, 1.0)]);
        let places: Vec<f64> = [-99.0, -10.0, 0.0, 10.0].into_iter().map(|value| axis.place(value)).collect();
        assert_eq!(places, [0.0, 0.0, 0.5, 1.0]);
    }
}
