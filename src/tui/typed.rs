//! What people type for times, ranges, lengths and dates, read leniently.
//!
//! A desk is worked while somebody talks on the phone: `9`, `930` and `9:30` all have to do.

use chrono::{Datelike, Days, NaiveDate, Weekday};

use crate::domain::{Invalid, Minute, Minutes, RangeSet, TimeRange};

/// A time of day: `9`, `930`, `09:30`, `9.30`, `9h30`, `24`.
pub(super) fn minute(field: &'static str, text: &str) -> Result<Minute, Invalid> {
    let invalid = || Invalid::new(field, text.trim(), "a time such as 9, 930 or 9:30");
    let trimmed = text.trim();
    let strict = match trimmed.split_once([':', '.', 'h', ' ']) {
        Some((hours, "")) => format!("{hours}:00"),
        Some((hours, minutes)) => format!("{hours}:{minutes}"),
        None if trimmed.is_ascii() && matches!(trimmed.len(), 3 | 4) => {
            let (hours, minutes) = trimmed.split_at(trimmed.len() - 2);
            format!("{hours}:{minutes}")
        }
        None => format!("{trimmed}:00"),
    };
    strict.parse().map_err(|_| invalid())
}

/// Parts of the day by their names, because that is how people ask for them.
const PARTS: [(&str, (&str, &str)); 6] = [
    ("am", ("00:00", "12:00")),
    ("morning", ("00:00", "12:00")),
    ("pm", ("12:00", "24:00")),
    ("afternoon", ("12:00", "24:00")),
    ("day", ("00:00", "24:00")),
    ("any", ("00:00", "24:00")),
];

/// A range: `9-12`, `9:30–11`, `9 to 12`; also `9+30`, half an hour from nine on, and `am`, `pm` and `day`.
pub(super) fn range(field: &'static str, text: &str) -> Result<TimeRange, Invalid> {
    let invalid = || Invalid::new(field, text.trim(), "from–to, such as 9-12 or 9:30-11");
    if let Some((_, (start, end))) = PARTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim())) {
        return TimeRange::parse(start, end);
    }
    if let Some((start, length)) = text.split_once('+') {
        let length = duration(field, length)?;
        return TimeRange::starting(minute(field, start)?, length).ok_or_else(invalid);
    }
    let (start, end) = ends(text).ok_or_else(invalid)?;
    between(field, text, minute(field, start)?, minute(field, end)?)
}

/// The range that somebody asks for: also `9`, from then on for as long as the appointment takes, `9-` up
/// to the end of the day, and `-11` from its beginning.
pub(super) fn wish(field: &'static str, text: &str, duration: Minutes) -> Result<TimeRange, Invalid> {
    match ends(text).map(|(start, end)| (start.trim(), end.trim())) {
        Some((start, "")) if !start.is_empty() => between(field, text, minute(field, start)?, Minute::END_OF_DAY),
        Some(("", end)) if !end.is_empty() => between(field, text, Minute::MIDNIGHT, minute(field, end)?),
        None if !text.contains('+') => match minute(field, text) {
            Ok(start) => TimeRange::starting(start, duration)
                .ok_or_else(|| Invalid::new(field, text.trim(), format!("a time that leaves {duration} of the day"))),
            Err(_) => range(field, text),
        },
        _ => range(field, text),
    }
}

/// What stands before and behind the dash.
fn ends(text: &str) -> Option<(&str, &str)> {
    [" to ", "–", "—", "..", "-"].iter().find_map(|dash| text.split_once(dash))
}

fn between(field: &'static str, text: &str, start: Minute, end: Minute) -> Result<TimeRange, Invalid> {
    let expected = "an end that comes after the start, such as 9-12";
    TimeRange::new(start, end).map_err(|_| Invalid::new(field, text.trim(), expected))
}

/// Several ranges: `9-12, 13-17`; `off` for none.
pub(super) fn ranges(field: &'static str, text: &str) -> Result<RangeSet, Invalid> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Invalid::new(field, "", "ranges such as 9-12, 13-17, or off"));
    }
    if trimmed.eq_ignore_ascii_case("off") {
        return Ok(RangeSet::default());
    }
    trimmed.split([',', ';']).map(|part| range(field, part)).collect()
}

/// A length: `30`, `45m`, `1h`, `1h30`, `1:30`.
pub(super) fn duration(field: &'static str, text: &str) -> Result<Minutes, Invalid> {
    let invalid = || Invalid::new(field, text.trim(), "minutes from 1 to 1440, such as 30 or 1h30");
    let trimmed = text.trim().trim_end_matches("min").trim_end_matches('m').trim_end();
    let number = |digits: &str| digits.parse::<u16>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
    let minutes = match trimmed.split_once([':', 'h']) {
        Some((hours, "")) => number(hours).map(|hours| i64::from(hours) * 60),
        Some((hours, minutes)) => number(hours).zip(number(minutes)).map(|(h, m)| i64::from(h) * 60 + i64::from(m)),
        None => number(trimmed).map(i64::from),
    };
    minutes.and_then(|minutes| Minutes::new(minutes).ok()).ok_or_else(invalid)
}

/// A day: `today`, `tomorrow`, `+3`, `-1`, `fri`, `24`, `24.12`, `24.12.2026`, `2026-12-24`.
///
/// A weekday or a day without a year is the next one from `today` on.
pub(super) fn date(field: &'static str, text: &str, today: NaiveDate) -> Result<NaiveDate, Invalid> {
    let lower = text.trim().to_lowercase();
    let found = match lower.as_str() {
        "today" | "t" => Some(today),
        "tomorrow" => today.succ_opt(),
        "yesterday" => today.pred_opt(),
        word => relative(word, today).or_else(|| weekday(word, today)).or_else(|| numbers(word, today)),
    };
    // Four digits are what fits on the screen and what anybody books in.
    let sensible = found.filter(|day| (1970..=9999).contains(&day.year()));
    sensible.ok_or_else(|| Invalid::new(field, text.trim(), "a day such as tomorrow, fri, +3, 24.12 or 2026-12-24"))
}

fn relative(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Some(days) = word.strip_prefix('+') {
        return today.checked_add_days(Days::new(days.parse::<u16>().ok()?.into()));
    }
    today.checked_sub_days(Days::new(word.strip_prefix('-')?.parse::<u16>().ok()?.into()))
}

fn weekday(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    let wanted: Weekday = word.parse().ok()?;
    today.iter_days().take(7).find(|day| day.weekday() == wanted)
}

fn numbers(word: &str, today: NaiveDate) -> Option<NaiveDate> {
    if let Ok(exact) = word.parse::<NaiveDate>() {
        return Some(exact);
    }
    let mut parts = word.trim_end_matches('.').split('.').map(|part| part.parse::<u16>().ok());
    let day = u32::from(parts.next()??);
    let (month, year) = (parts.next(), parts.next());
    if parts.next().is_some() {
        return None;
    }
    match (month, year) {
        (Some(month), Some(year)) => NaiveDate::from_ymd_opt(year?.into(), month?.into(), day),
        // Eight years hold a leap day whatever the century.
        (Some(month), None) => {
            let month = u32::from(month?);
            let years = today.year()..=today.year() + 8;
            years.filter_map(|year| NaiveDate::from_ymd_opt(year, month, day)).find(|found| *found >= today)
        }
        _ => today.iter_days().take(62).find(|found| found.day() == day),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_read_as_they_are_said() {
        for (typed, meant) in [
            ("9", "09:00"),
            ("930", "09:30"),
            ("0930", "09:30"),
            ("9:30", "09:30"),
            ("9.30", "09:30"),
            (" 9h ", "09:00"),
            ("24", "24:00"),
        ] {
            assert_eq!(minute("start", typed).unwrap().to_string(), meant, "{typed}");
        }
        for bad in ["", "25", "960", "9:5", "nine", "-9", "１２"] {
            assert!(minute("start", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_are_read_as_they_are_said() {
        for (typed, meant) in [
            ("9-12", "09:00–12:00"),
            ("9:30 – 11", "09:30–11:00"),
            ("9 to 1015", "09:00–10:15"),
            ("9+45", "09:00–09:45"),
            ("22-24", "22:00–24:00"),
            ("am", "00:00–12:00"),
            (" Afternoon", "12:00–24:00"),
            ("day", "00:00–24:00"),
        ] {
            assert_eq!(range("range", typed).unwrap().to_string(), meant, "{typed}");
        }
        assert_eq!(ranges("hours", "13-17, 9-12").unwrap().to_string(), "09:00–12:00, 13:00–17:00");
        assert!(ranges("hours", "OFF").unwrap().is_empty());
        for bad in ["", "9", "12-9", "9-", "23:50+30"] {
            assert!(range("range", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_wish_may_be_one_time_or_have_one_end() {
        let half = Minutes::new(30).unwrap();
        for (typed, meant) in [
            ("9", "09:00–09:30"),
            ("930", "09:30–10:00"),
            ("9:30-", "09:30–24:00"),
            ("-11", "00:00–11:00"),
            (" 9 – ", "09:00–24:00"),
            ("9-12", "09:00–12:00"),
            ("9+45", "09:00–09:45"),
            ("am", "00:00–12:00"),
        ] {
            assert_eq!(wish("range", typed, half).unwrap().to_string(), meant, "{typed}");
        }
        for (bad, expected) in [
            ("12-9", "an end that comes after the start"),
            ("9-9", "an end that comes after the start"),
            ("24-", "an end that comes after the start"),
            ("2345", "a time that leaves 30 min of the day"),
            ("soon", "from–to"),
            ("-", "a time such as"),
            ("", "from–to"),
        ] {
            let error = wish("range", bad, half).unwrap_err();
            assert!(error.expected.starts_with(expected), "{bad}: {error}");
        }
    }

    #[test]
    fn lengths_are_read_as_they_are_said() {
        for (typed, meant) in [("30", 30), ("45m", 45), ("1h", 60), ("1h30", 90), ("1:30", 90), ("20 min", 20)] {
            assert_eq!(duration("duration", typed).unwrap().get(), meant, "{typed}");
        }
        for bad in ["", "0", "-5", "25h", "half"] {
            assert!(duration("duration", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_read_as_they_are_said() {
        let monday = day("2026-11-23");
        for (typed, meant) in [
            ("today", "2026-11-23"),
            ("Tomorrow", "2026-11-24"),
            ("+3", "2026-11-26"),
            ("-1", "2026-11-22"),
            ("mon", "2026-11-23"),
            ("Friday", "2026-11-27"),
            ("24", "2026-11-24"),
            ("2", "2026-12-02"),
            ("24.12", "2026-12-24"),
            ("1.2.", "2027-02-01"),
            ("29.2", "2028-02-29"),
            ("24.12.2027", "2027-12-24"),
            ("2027-01-05", "2027-01-05"),
        ] {
            assert_eq!(date("day", typed, monday).unwrap(), day(meant), "{typed}");
        }
        for bad in ["", "32", "31.2.2026", "someday", "+99999", "1.2.3.4", "99999-01-01"] {
            assert!(date("day", bad, monday).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn nothing_typed_can_stop_the_program(text in "\\PC{0,12}") {
            let today = day("2026-11-23");
            let _ = (minute("f", &text), range("f", &text), ranges("f", &text), duration("f", &text), date("f", &text, today));
        }
    }
}
