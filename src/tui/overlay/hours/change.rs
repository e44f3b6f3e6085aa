//! The fields of a change of hours, and the change that they make.

use chrono::{Datelike, NaiveDate};

use crate::desk::ProviderRow;
use crate::domain::{Exception, Hours, HoursChange, Invalid, RangeSet, Weekly};
use crate::tui::form::{Field, Form};
use crate::tui::model::Model;
use crate::tui::typed;

/// What a change is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Scope {
    /// Other hours on one day.
    ThisDay,
    /// Keep ranges of one day free.
    BlockOut,
    /// Other hours every day from one on.
    EveryDay,
    /// Other hours on one weekday from a day on.
    Weekday,
    /// The usual hours again on one day.
    Usual,
    /// No hours from a day on: the provider leaves.
    Retire,
}

/// The table of scopes, in the order of the choice.
const SCOPES: [(Scope, &str); 6] = [
    (Scope::ThisDay, "these hours on this day only"),
    (Scope::BlockOut, "keep these ranges of this day free"),
    (Scope::EveryDay, "these hours every day from this day on"),
    (Scope::Weekday, "these hours on this weekday from this day on"),
    (Scope::Usual, "the usual hours again on this day"),
    (Scope::Retire, "leaves for good from this day on"),
];

/// A form for a change of hours, filled in with the hours there are; of leaving only the day is asked.
pub(super) fn form(scope: Scope, row: &ProviderRow, model: &Model) -> Form {
    let shown = model.shown.day().format("%Y-%m-%d").to_string();
    if scope == Scope::Retire {
        let first = "the first day without them: today, fri, +3, 24.12";
        return Form::new(vec![Field::text("day", "From", shown).hint(first)]);
    }
    let chosen = SCOPES.iter().position(|(one, _)| *one == scope).unwrap_or(0);
    let ranges = match scope {
        Scope::BlockOut => {
            let start = model.cursor.minute;
            format!("{start}-{}", crate::domain::Minute::saturating(start.get() + 60))
        }
        _ => typed_again(&row.hours),
    };
    let options = SCOPES.iter().map(|(_, label)| (*label).to_owned()).collect();
    let mut form = Form::new(vec![
        Field::choice("scope", "Change", options, chosen),
        Field::text("day", "Day", shown).hint("today, fri, +3, 24.12"),
        Field::text("ranges", "Hours", ranges).hint("9-12, 13-17, or off"),
    ]);
    form.focus_on(if scope == Scope::Usual { "day" } else { "ranges" });
    form
}

/// Which scope is chosen.
pub(super) fn scope(form: &Form) -> Scope {
    SCOPES.get(form.chosen("scope")).map_or(Scope::ThisDay, |(scope, _)| *scope)
}

/// The change as it stands; `hours` are those in force, where they are known.
pub(super) fn read(scope: Scope, form: &Form, hours: Option<&Hours>, today: NaiveDate) -> Result<HoursChange, Invalid> {
    let day = typed::date("day", form.value("day"), today)?;
    let ranges = || typed::ranges("ranges", form.value("ranges"));
    Ok(match scope {
        Scope::ThisDay => HoursChange::On { day, exception: Exception::Instead(ranges()?) },
        Scope::BlockOut => HoursChange::On { day, exception: with_blocked(hours, day, ranges()?) },
        Scope::EveryDay => HoursChange::From { day, weekly: Weekly::EveryDay(ranges()?) },
        Scope::Weekday => HoursChange::From { day, weekly: with_weekday(hours, day, ranges()?) },
        Scope::Usual => HoursChange::Usual { day },
        // The desk asks about leaving as it does about having no hours any more.
        Scope::Retire => HoursChange::From { day, weekly: Weekly::EveryDay(RangeSet::default()) },
    })
}

/// A second block-out must not give back what the first one keeps free.
fn with_blocked(hours: Option<&Hours>, day: NaiveDate, ranges: RangeSet) -> Exception {
    let present = hours.and_then(|hours| hours.exceptions().find(|(on, _)| *on == day));
    match present {
        Some((_, Exception::Instead(open))) => Exception::Instead(open.minus(&ranges)),
        Some((_, Exception::BlockOut(blocked))) => Exception::BlockOut(blocked.iter().chain(ranges.iter()).collect()),
        None => Exception::BlockOut(ranges),
    }
}

/// The pattern in force with one weekday replaced.
fn with_weekday(hours: Option<&Hours>, day: NaiveDate, ranges: RangeSet) -> Weekly {
    let mut week: [RangeSet; 7] = match hours.and_then(|hours| hours.pattern_on(day)) {
        Some(Weekly::EveryDay(same)) => std::array::from_fn(|_| same.clone()),
        Some(Weekly::PerWeekday(week)) => week.clone(),
        None => Default::default(),
    };
    week[day.weekday().num_days_from_monday() as usize] = ranges;
    Weekly::PerWeekday(week)
}

/// Ranges as they can be typed again.
pub(in crate::tui) fn typed_again(ranges: &RangeSet) -> String {
    ranges.to_string().replace('–', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(text: &str) -> RangeSet {
        typed::ranges("ranges", text).unwrap()
    }

    #[test]
    fn a_second_block_out_keeps_the_first() {
        let day: NaiveDate = "2026-11-23".parse().unwrap();
        let usual = Hours::always(Weekly::EveryDay(ranges("9-17")));
        let first = with_blocked(Some(&usual), day, ranges("12-13"));
        let hours = usual.changed(&HoursChange::On { day, exception: first });
        let second = with_blocked(Some(&hours), day, ranges("15-16"));
        let hours = hours.changed(&HoursChange::On { day, exception: second });
        assert_eq!(hours.on(day), ranges("9-12, 13-15, 16-17"));
        let other = usual.changed(&HoursChange::On { day, exception: Exception::Instead(ranges("10-14")) });
        assert_eq!(with_blocked(Some(&other), day, ranges("12-13")), Exception::Instead(ranges("10-12, 13-14")));
    }

    #[test]
    fn one_weekday_changes_and_the_others_stay() {
        let monday: NaiveDate = "2026-11-23".parse().unwrap();
        let usual = Hours::always(Weekly::EveryDay(ranges("9-17")));
        let weekly = with_weekday(Some(&usual), monday, ranges("off"));
        let hours = usual.changed(&HoursChange::From { day: monday, weekly });
        assert!(hours.on(monday).is_empty());
        assert_eq!(hours.on(monday.succ_opt().unwrap()), ranges("9-17"));
    }

    #[test]
    fn hours_that_are_shown_can_be_typed_again() {
        for text in ["09:00-12:00, 13:00-17:00", "off"] {
            assert_eq!(typed_again(&ranges(text)), text);
        }
    }
}
