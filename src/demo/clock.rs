//! The clock on the wall of a demo: hours pass in minutes, and it stands still on request.

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::time::{Duration, Instant};

use crate::desk::Clock;
use crate::domain::Invalid;

/// How fast demo time passes: demo minutes per real second.
///
/// ```
/// # use slotdesk::demo::Speed;
/// let speed: Speed = "1.5".parse()?;
/// assert_eq!(speed.faster().get(), 2.0);
/// assert_eq!(speed.slower().get(), 1.0);
/// assert!("0".parse::<Speed>().is_err());
/// # Ok::<(), slotdesk::domain::Invalid>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Speed(f64);

impl Speed {
    /// As fast as real time: a minute in 60 seconds.
    pub const REAL_TIME: Self = Self(1.0 / 60.0);
    /// The fastest: ten hours in a second.
    pub const FASTEST: Self = Self(600.0);

    /// The steps of [`Self::faster`] and [`Self::slower`].
    const LADDER: [f64; 11] = [1.0 / 60.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0];

    /// A speed from real time (1/60) to 600 demo minutes per second.
    pub fn new(minutes_per_second: f64) -> Result<Self, Invalid> {
        // A not-a-number is in no range.
        if (Self::REAL_TIME.0..=Self::FASTEST.0).contains(&minutes_per_second) {
            return Ok(Self(minutes_per_second));
        }
        Err(Invalid::new("speed", minutes_per_second, "demo minutes per second from 0.017 (real time) to 600"))
    }

    /// Demo minutes per real second.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The next speed up; the same if there is none.
    #[must_use]
    pub fn faster(self) -> Self {
        Self::LADDER.into_iter().find(|step| *step > self.0).map_or(self, Self)
    }

    /// The next speed down; real time is the slowest.
    #[must_use]
    pub fn slower(self) -> Self {
        Self::LADDER.into_iter().rev().find(|step| *step < self.0).map_or(self, Self)
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self(1.0)
    }
}

impl TryFrom<f64> for Speed {
    type Error = Invalid;

    fn try_from(minutes_per_second: f64) -> Result<Self, Invalid> {
        Self::new(minutes_per_second)
    }
}

impl std::str::FromStr for Speed {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        text.parse().map_err(|_| Invalid::new("speed", text, "a number of demo minutes per second")).and_then(Self::new)
    }
}

/// The clock of a demo, computed from real time when asked: it never ticks, so an idle demo costs nothing.
#[derive(Debug)]
pub struct DemoClock {
    begins: DateTime<Utc>,
    hand: Mutex<Hand>,
}

/// The last moment at which the clock was touched, and how it has moved since.
#[derive(Debug, Clone, Copy)]
struct Hand {
    real: Instant,
    demo: DateTime<Utc>,
    speed: Speed,
    motion: Motion,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Motion {
    Running,
    Paused,
}

impl DemoClock {
    /// A running clock that shows `begins` at the real moment `base`.
    pub fn new(begins: DateTime<Utc>, base: Instant, speed: Speed) -> Self {
        Self { begins, hand: Mutex::new(Hand { real: base, demo: begins, speed, motion: Motion::Running }) }
    }

    /// What it showed at first.
    pub fn begins(&self) -> DateTime<Utc> {
        self.begins
    }

    /// How fast it goes when it goes.
    pub fn speed(&self) -> Speed {
        self.hand.lock().speed
    }

    /// Whether it stands still.
    pub fn is_paused(&self) -> bool {
        self.hand.lock().motion == Motion::Paused
    }

    /// Stops it, or lets it go on from where it stopped.
    pub fn toggle_pause(&self) {
        let mut hand = self.hand.lock();
        *hand = hand.at(Instant::now());
        hand.motion = match hand.motion {
            Motion::Running => Motion::Paused,
            Motion::Paused => Motion::Running,
        };
    }

    /// Changes how fast it goes from now on; what it shows does not jump.
    pub fn set_speed(&self, speed: Speed) {
        let mut hand = self.hand.lock();
        *hand = Hand { speed, ..hand.at(Instant::now()) };
    }

    /// The real moment at which it will show `demo` if nobody touches it; none while it is paused.
    pub fn when(&self, demo: DateTime<Utc>) -> Option<Instant> {
        let hand = *self.hand.lock();
        if hand.motion == Motion::Paused {
            return None;
        }
        let ahead = (demo - hand.demo).to_std().unwrap_or_default();
        // A microsecond more makes up for rounding: waking up too early would mean waiting twice.
        let wait = ahead.as_secs_f64() / 60.0 / hand.speed.0 + 1e-6;
        Duration::try_from_secs_f64(wait).ok().and_then(|wait| hand.real.checked_add(wait))
    }
}

impl Clock for DemoClock {
    fn now(&self) -> DateTime<Utc> {
        self.hand.lock().at(Instant::now()).demo
    }
}

impl Hand {
    /// The hand as it is at a real moment; never earlier than it was.
    fn at(self, real: Instant) -> Self {
        if self.motion == Motion::Paused {
            return Self { real, ..self };
        }
        let passed = real.saturating_duration_since(self.real).as_secs_f64() * 60.0 * self.speed.0;
        let ahead = Duration::try_from_secs_f64(passed).ok().and_then(|passed| TimeDelta::from_std(passed).ok());
        // A demo that has run for thousands of years may stand still.
        let demo = ahead.and_then(|ahead| self.demo.checked_add_signed(ahead)).unwrap_or(self.demo);
        Self { real, demo, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins() -> DateTime<Utc> {
        "2026-11-23T07:50:00Z".parse().unwrap()
    }

    fn clock(speed: f64) -> DemoClock {
        DemoClock::new(begins(), Instant::now(), Speed::new(speed).unwrap())
    }

    fn shown(clock: &DemoClock) -> String {
        clock.now().format("%H:%M:%S").to_string()
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn minutes_pass_in_seconds() {
        let clock = clock(2.0);
        pass(5).await;
        assert_eq!(shown(&clock), "08:00:00");
    }

    #[tokio::test(start_paused = true)]
    async fn a_paused_clock_stands_still_and_goes_on_where_it_stopped() {
        let clock = clock(1.0);
        pass(10).await;
        clock.toggle_pause();
        assert_eq!(clock.when(begins() + TimeDelta::hours(1)), None);
        pass(3600).await;
        assert_eq!(shown(&clock), "08:00:00");
        clock.toggle_pause();
        assert_eq!(shown(&clock), "08:00:00");
        pass(1).await;
        assert_eq!(shown(&clock), "08:01:00");
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_speed_does_not_make_the_clock_jump() {
        let clock = clock(1.0);
        pass(10).await;
        clock.set_speed(Speed::new(10.0).unwrap());
        assert_eq!(shown(&clock), "08:00:00");
        pass(6).await;
        assert_eq!(shown(&clock), "09:00:00");
        clock.set_speed(Speed::REAL_TIME);
        pass(60).await;
        assert_eq!(shown(&clock), "09:01:00");
    }

    #[tokio::test(start_paused = true)]
    async fn it_shows_a_time_at_the_moment_it_foretold() {
        for speed in [1.0 / 60.0, 0.3, 1.0, 7.0, 600.0] {
            let clock = clock(speed);
            let due = begins() + TimeDelta::minutes(61);
            tokio::time::sleep_until(clock.when(due).unwrap()).await;
            assert!(clock.now() >= due, "{speed}");
            assert!(clock.now() < due + TimeDelta::minutes(2), "{speed}");
            assert!(clock.when(begins()).unwrap() <= Instant::now(), "what has passed is due at once");
        }
    }

    #[test]
    fn speeds_are_bounded_and_have_ends() {
        for bad in [0.0, -1.0, 0.001, 601.0, f64::NAN, f64::INFINITY] {
            assert!(Speed::new(bad).is_err(), "{bad}");
        }
        assert!("fast".parse::<Speed>().is_err());
        assert_eq!(Speed::REAL_TIME.slower(), Speed::REAL_TIME);
        assert_eq!(Speed::FASTEST.faster(), Speed::FASTEST);
        assert!((Speed::FASTEST.slower().get() - 60.0).abs() < f64::EPSILON);
    }
}
