//! What moves on the screen: the workers' pulse, bookings per second, flashes and messages.
//!
//! Everything here has an end, and [`Activity::next_wake`] says when the next one is; a desk where
//! nothing happens has none and sleeps.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use chrono::NaiveDate;

use super::message::Now;
pub(super) use super::widgets::Severity;
use crate::desk::Pulse;
use crate::domain::{Action as Happened, Event, RequestId};

/// How many seconds the sparkline looks back.
const SECONDS_SHOWN: usize = 30;
/// How long a changed appointment is highlighted.
const FLASH: Duration = Duration::from_millis(1500);
/// How often the workers are looked at while something moves.
const PULSE_EVERY: Duration = Duration::from_millis(200);
/// How long good news stays.
const NEWS_SHOWN: Duration = Duration::from_secs(6);
/// How long bad news stays, unless it is put away before.
const ERROR_SHOWN: Duration = Duration::from_secs(30);

/// Whether what has just changed is highlighted for a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Motion {
    /// It is.
    #[default]
    Full,
    /// It is not: nothing on the screen moves by itself but the clock.
    Reduced,
}

/// A message in the footer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Toast {
    pub(super) severity: Severity,
    pub(super) text: String,
    until: Duration,
}

/// What moves.
#[derive(Debug, Default)]
pub(super) struct Activity {
    pub(super) pulse: Pulse,
    pub(super) toast: Option<Toast>,
    motion: Motion,
    /// Until when each is highlighted.
    flashes: BTreeMap<RequestId, Duration>,
    /// The same, the next to end first; one that changed again stands there twice.
    fading: VecDeque<(Duration, RequestId)>,
    /// Bookings in each second, the newest last, with the second it belongs to.
    seconds: VecDeque<(u64, u32)>,
    looked: Duration,
}

impl Activity {
    /// Nothing moves yet.
    pub(super) fn new(motion: Motion) -> Self {
        Self { motion, ..Self::default() }
    }

    /// Shows a message in place of the one before.
    pub(super) fn say(&mut self, severity: Severity, text: impl Into<String>, now: Now) {
        let shown = if severity == Severity::Error { ERROR_SHOWN } else { NEWS_SHOWN };
        self.toast = Some(Toast { severity, text: text.into(), until: now.elapsed + shown });
    }

    /// Counts a committed event and highlights what it changed on the day that is shown.
    pub(super) fn event(&mut self, event: &Event, shown: NaiveDate, now: Now) {
        if matches!(event.draft.action, Happened::Booked(_) | Happened::Overbooked(_)) {
            let second = now.elapsed.as_secs();
            match self.seconds.back_mut() {
                Some((newest, count)) if *newest == second => *count += 1,
                _ => self.seconds.push_back((second, 1)),
            }
        }
        if self.motion == Motion::Full {
            let until = now.elapsed + FLASH;
            let changed = event.draft.edits.appointments.iter().filter_map(|edit| edit.after.as_ref());
            for one in changed.filter(|one| one.day == shown) {
                self.flashes.insert(one.id().clone(), until);
                self.fading.push_back((until, one.id().clone()));
            }
        }
    }

    /// Takes in what the workers are doing.
    pub(super) fn looked(&mut self, pulse: Pulse, now: Now) {
        self.pulse = pulse;
        self.looked = now.elapsed;
    }

    /// An answer said that the store fails: shown at once, and looked after until it works again.
    pub(super) fn store_failed(&mut self) {
        self.pulse.store_failing = true;
    }

    /// Forgets what has had its time.
    pub(super) fn expire(&mut self, now: Now) {
        while self.fading.front().is_some_and(|(until, _)| *until <= now.elapsed) {
            if let Some((until, id)) = self.fading.pop_front()
                && self.flashes.get(&id) == Some(&until)
            {
                self.flashes.remove(&id);
            }
        }
        let oldest = now.elapsed.as_secs().saturating_sub(SECONDS_SHOWN as u64);
        while self.seconds.front().is_some_and(|(second, _)| *second <= oldest) {
            self.seconds.pop_front();
        }
        if self.toast.as_ref().is_some_and(|toast| toast.until <= now.elapsed) {
            self.toast = None;
        }
    }

    /// When something shown changes by the mere passing of time; none when nothing does.
    pub(super) fn next_wake(&self, now: Now) -> Option<Duration> {
        let flash = self.fading.front().map(|(until, _)| *until);
        let toast = self.toast.as_ref().map(|toast| toast.until);
        let second = (!self.seconds.is_empty()).then(|| Duration::from_secs(now.elapsed.as_secs() + 1));
        let look = self.is_busy().then(|| self.looked + PULSE_EVERY);
        [flash, toast, second, look].into_iter().flatten().min()
    }

    /// Whether it is time to look at the workers again.
    pub(super) fn wants_a_look(&self, now: Now) -> bool {
        self.is_busy() && now.elapsed >= self.looked + PULSE_EVERY
    }

    fn is_busy(&self) -> bool {
        self.pulse.busy > 0
            || self.pulse.queued > 0
            || self.pulse.storing > 0
            || self.pulse.store_failing
            || !self.seconds.is_empty()
    }

    /// The appointments that have just changed, ascending.
    pub(super) fn flashes(&self) -> Vec<RequestId> {
        self.flashes.keys().cloned().collect()
    }

    /// Bookings in each of the last seconds, the current one last; empty when there were none.
    pub(super) fn bookings_per_second(&self, now: Now) -> Vec<u32> {
        if self.seconds.is_empty() {
            return Vec::new();
        }
        let current = now.elapsed.as_secs();
        let mut counts = vec![0; SECONDS_SHOWN];
        for (second, count) in &self.seconds {
            let back = usize::try_from(current.saturating_sub(*second)).unwrap_or(usize::MAX);
            if back < SECONDS_SHOWN {
                counts[SECONDS_SHOWN - 1 - back] = *count;
            }
        }
        counts
    }
}
