//! What a time zone does to the minutes of a day.
//!
//! Hours, slots and lengths are read off the clock on the wall. Where it is put forward it skips minutes:
//! they do not exist on that day, so nothing can be booked on them or across them. Where it is put back it
//! shows minutes twice: each is one minute of the day all the same, so an appointment in the repeated hour
//! is as long as the wall clock says, although more time goes by.

use std::cmp::Ordering;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::{Minute, RangeSet, TimeRange};

/// The minutes of a day that the clock on the wall never shows; the whole day where the calendar skips it.
///
/// What is known of the zones ends with the year 2099: from 2100 on nobody's clock is changed any more.
///
/// ```
/// # use slotdesk::domain::skipped_minutes;
/// let spring = "2027-03-28".parse().unwrap();
/// assert_eq!(skipped_minutes(chrono_tz::Europe::Berlin, spring).to_string(), "02:00–03:00");
/// assert!(skipped_minutes(chrono_tz::UTC, spring).is_empty());
/// ```
pub fn skipped_minutes(zone: Tz, day: NaiveDate) -> RangeSet {
    if is_ordinary(zone, day) {
        return RangeSet::default();
    }
    let skipped = (0..Minute::END_OF_DAY.get()).filter(|minute| {
        let time = on_the_wall(day, *minute);
        time.is_some_and(|time| matches!(zone.from_local_datetime(&time), chrono::LocalResult::None))
    });
    skipped.filter_map(|at| TimeRange::between(Minute::saturating(at), Minute::saturating(at + 1))).collect()
}

/// The minute that the clock on the wall shows.
pub fn minute_shown(zone: Tz, now: DateTime<Utc>) -> Minute {
    minute_of(now.with_timezone(&zone).naive_local())
}

/// The first minute of a day that has not gone by for good: 00:00 on days to come, 24:00 on days gone by.
///
/// On the day itself it is the one the wall clock shows, or, while it shows minutes that it will show again, the
/// first of those.
///
/// ```
/// # use slotdesk::domain::first_minute_to_come;
/// let (zone, autumn) = (chrono_tz::Europe::Berlin, "2027-10-31".parse().unwrap());
/// let first = |now: &str| first_minute_to_come(zone, now.parse().unwrap(), autumn).to_string();
/// assert_eq!(first("2027-10-30T12:00:00Z"), "00:00");
/// assert_eq!(first("2027-10-31T00:50:00Z"), "02:00"); // 02:50, and once more in an hour
/// assert_eq!(first("2027-10-31T01:50:00Z"), "02:50");
/// ```
pub fn first_minute_to_come(zone: Tz, now: DateTime<Utc>, day: NaiveDate) -> Minute {
    let local = now.with_timezone(&zone).naive_local();
    match local.date().cmp(&day) {
        Ordering::Less => return Minute::MIDNIGHT,
        Ordering::Greater => return Minute::END_OF_DAY,
        Ordering::Equal => {}
    }
    let shown = minute_of(local);
    match zone.from_local_datetime(&local) {
        chrono::LocalResult::Ambiguous(first, _) if first.to_utc() == now => {
            let repeats = |minute: &u16| {
                let time = on_the_wall(local.date(), *minute);
                time.is_some_and(|time| matches!(zone.from_local_datetime(&time), chrono::LocalResult::Ambiguous(..)))
            };
            let earlier = (0..=shown.get()).rev().take_while(repeats).last();
            earlier.map_or(shown, Minute::saturating)
        }
        _ => shown,
    }
}

/// Whether the clock is the same before and after a day, so that it is not changed in between: no zone
/// changes it twice within three days.
fn is_ordinary(zone: Tz, day: NaiveDate) -> bool {
    let before = day.checked_sub_days(Days::new(1)).unwrap_or(day);
    let after = day.checked_add_days(Days::new(2)).unwrap_or(day);
    let offset = |day: NaiveDate| zone.offset_from_utc_datetime(&day.and_time(NaiveTime::MIN));
    chrono::Offset::fix(&offset(before)) == chrono::Offset::fix(&offset(after))
}

fn on_the_wall(day: NaiveDate, minute: u16) -> Option<NaiveDateTime> {
    day.and_hms_opt(u32::from(minute / 60), u32::from(minute % 60), 0)
}

fn minute_of(local: NaiveDateTime) -> Minute {
    // Hours are below 24 and minutes below 60, so the value fits and stays in the day.
    Minute::saturating(u16::try_from(local.hour() * 60 + local.minute()).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn clocks_put_forward_skip_minutes_in_every_zone_in_its_own_way() {
        for (zone, date, skipped) in [
            (Europe::Berlin, "2027-03-28", "02:00–03:00"),
            (America::New_York, "2027-03-14", "02:00–03:00"),
            (Australia::Lord_Howe, "2027-10-03", "02:00–02:30"),
            (America::Santiago, "2026-09-06", "00:00–01:00"),
            (Asia::Beirut, "2027-03-28", "00:00–01:00"),
            (Africa::Cairo, "2026-04-24", "00:00–01:00"),
            (Pacific::Apia, "2011-12-30", "00:00–24:00"),
            (Pacific::Apia, "2011-12-31", "off"),
            (Europe::Berlin, "2027-03-27", "off"),
            (Europe::Berlin, "2027-10-31", "off"),
            (Asia::Kolkata, "2027-03-28", "off"),
        ] {
            assert_eq!(skipped_minutes(zone, day(date)).to_string(), skipped, "{zone} {date}");
        }
    }

    #[test]
    fn the_quick_look_overlooks_no_change_of_the_clock() {
        let zones = [Europe::Berlin, America::Santiago, Africa::Casablanca, Asia::Gaza, Pacific::Apia, Africa::Cairo];
        for zone in zones {
            for date in day("2008-01-01").iter_days().take(365 * 20) {
                let exists = |minute: u16| {
                    let time = on_the_wall(date, minute).unwrap();
                    !matches!(zone.from_local_datetime(&time), chrono::LocalResult::None)
                };
                let missing = (0..1440).step_by(15).any(|minute| !exists(minute));
                assert!(!missing || !is_ordinary(zone, date), "{zone} {date}");
            }
        }
    }

    #[test]
    fn a_repeated_minute_has_gone_by_when_it_was_shown_for_the_last_time() {
        // In Berlin the clock is put back from 03:00 to 02:00 at 01:00 UTC.
        for (instant, shown, to_come) in [
            ("2027-10-30T23:59:59Z", "01:59", "01:59"),
            ("2027-10-31T00:00:00Z", "02:00", "02:00"),
            ("2027-10-31T00:50:30Z", "02:50", "02:00"),
            ("2027-10-31T01:00:00Z", "02:00", "02:00"),
            ("2027-10-31T01:50:30Z", "02:50", "02:50"),
            ("2027-10-31T02:00:00Z", "03:00", "03:00"),
        ] {
            let now: DateTime<Utc> = instant.parse().unwrap();
            assert_eq!(minute_shown(Europe::Berlin, now).to_string(), shown, "{instant}");
            let first = |date| first_minute_to_come(Europe::Berlin, now, day(date)).to_string();
            let days = ["2027-10-30", "2027-10-31", "2027-11-01"];
            assert_eq!(days.map(first), ["24:00", to_come, "00:00"], "{instant}");
        }
    }

    #[test]
    fn the_first_and_the_last_day_of_the_calendar_are_days() {
        assert!(skipped_minutes(Europe::Berlin, NaiveDate::MIN).is_empty());
        assert!(skipped_minutes(Europe::Berlin, NaiveDate::MAX).is_empty());
    }
}
