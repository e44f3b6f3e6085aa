//! What somebody at a desk does: made at random, read as lines.

use std::fmt;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;
use slotdesk::domain::{Minute, RangeSet, Status, TimeRange};

pub(crate) const PROVIDERS: [&str; 4] = ["abel", "chen", "roy", "nobody"];
pub(crate) const SERVICES: [&str; 3] = ["cut", "dye", "nothing"];
const DAYS: u8 = 4;

/// A Friday; on the Sunday after it the clocks in Berlin go from 02:00 to 03:00.
pub(crate) fn date(number: u8) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, 3, 26).unwrap() + Days::new(u64::from(number))
}

pub(crate) fn dates() -> impl Iterator<Item = NaiveDate> {
    (0..DAYS).map(date)
}

/// Who has the change taken back by an undo at the desk, and who has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Desk,
    Http,
}

/// How a request identifier is chosen.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Id {
    New,
    /// One used before, with the same content.
    Again(u8),
    /// One used before, with other content.
    Conflicting(u8),
}

#[derive(Debug, Clone)]
pub(crate) struct Wish {
    pub(crate) id: Id,
    pub(crate) day: u8,
    pub(crate) range: TimeRange,
    pub(crate) duration: u16,
    pub(crate) preferred: Option<usize>,
    pub(crate) service: Option<usize>,
    /// Without a date, as the original program's requests are.
    pub(crate) dateless: bool,
    pub(crate) in_the_past_too: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Hours {
    EveryDayFrom(u8, RangeSet),
    WeekFrom(u8, [RangeSet; 7]),
    Instead(u8, RangeSet),
    BlockOut(u8, RangeSet),
    Usual(u8),
}

/// One line of a script.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    AddProvider { who: usize, hours: RangeSet, limit: u32 },
    EditProvider { who: usize, services: Option<Vec<usize>> },
    ChangeHours { who: usize, hours: Hours },
    ChangeLimit { who: usize, limit: u32 },
    Retire { who: usize, from: u8 },
    AddService { which: usize, minutes: u16 },
    EditService { which: usize, minutes: u16 },
    Book(Wish),
    Overbook { wish: Wish, who: usize, start: u16 },
    Move { which: u8, who: Option<usize>, day: u8, range: TimeRange, duration: u16, in_the_past_too: bool },
    SetStatus { which: u8, status: Status },
    Cancel { which: u8 },
    Undo,
    Restart,
    SetClock { day: u8, minute: u16 },
    FailNextCommit,
    FailNextRead,
}

/// A line with where it comes from.
pub(crate) type Line = (From, Step);

/// What is done, one line after the other.
#[derive(Clone)]
pub(crate) struct Script(pub(crate) Vec<Line>);

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (from, step)) in (1..).zip(&self.0) {
            let way = if *from == From::Http { "  (over HTTP)" } else { "" };
            write!(f, "\n  {number:>3}. {step}{way}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who = |who: &usize| PROVIDERS[*who];
        match self {
            Self::AddProvider { who: id, hours, limit } => write!(f, "add {} {hours}, at most {limit} a day", who(id)),
            Self::EditProvider { who: id, services: None } => write!(f, "{} gives every service", who(id)),
            Self::EditProvider { who: id, services: Some(own) } => {
                let own: Vec<_> = own.iter().map(|service| SERVICES[*service]).collect();
                write!(f, "{} gives only [{}]", who(id), own.join(", "))
            }
            Self::ChangeHours { who: id, hours } => write!(f, "hours of {}: {hours}", who(id)),
            Self::ChangeLimit { who: id, limit } => write!(f, "{} takes at most {limit} a day", who(id)),
            Self::Retire { who: id, from } => write!(f, "{} leaves on {}", who(id), date(*from)),
            Self::AddService { which, minutes } => write!(f, "add service {} of {minutes} min", SERVICES[*which]),
            Self::EditService { which, minutes } => write!(f, "service {} now takes {minutes} min", SERVICES[*which]),
            Self::Book(wish) => write!(f, "book {wish}"),
            Self::Overbook { wish, who: id, start } => {
                write!(f, "overbook {} at {} with {wish}", who(id), Minute::saturating(*start))
            }
            Self::Move { which, who: id, day, range, duration, in_the_past_too } => {
                let to = id.map_or("anybody", |id| who(&id));
                write!(f, "move appointment #{which} to {to} on {}, {range}, {duration} min", date(*day))?;
                if *in_the_past_too { f.write_str(", even into the past") } else { Ok(()) }
            }
            Self::SetStatus { which, status } => write!(f, "appointment #{which} is {status}"),
            Self::Cancel { which } => write!(f, "cancel appointment #{which}"),
            Self::Undo => f.write_str("undo"),
            Self::Restart => f.write_str("close the desk and open it again"),
            Self::SetClock { day, minute } => {
                write!(f, "the clock shows {} {}", date(*day), Minute::saturating(*minute))
            }
            Self::FailNextCommit => f.write_str("the next commit fails"),
            Self::FailNextRead => f.write_str("the next read fails"),
        }
    }
}

impl fmt::Display for Wish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id {
            Id::New => f.write_str("a new request")?,
            Id::Again(number) => return write!(f, "request #{number} again"),
            Id::Conflicting(number) => write!(f, "request #{number} with other content")?,
        }
        let day = if self.dateless { "today".to_owned() } else { date(self.day).to_string() };
        write!(f, ": {day}, {}, {} min", self.range, self.duration)?;
        if let Some(preferred) = self.preferred {
            write!(f, ", with {}", PROVIDERS[preferred])?;
        }
        if let Some(service) = self.service {
            write!(f, ", for {}", SERVICES[service])?;
        }
        if self.in_the_past_too { f.write_str(", even in the past") } else { Ok(()) }
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EveryDayFrom(day, hours) => write!(f, "from {} every day {hours}", date(*day)),
            Self::WeekFrom(day, week) => {
                write!(f, "from {} by weekday", date(*day))?;
                week.iter().try_for_each(|hours| write!(f, " | {hours}"))
            }
            Self::Instead(day, hours) => write!(f, "on {} {hours}", date(*day)),
            Self::BlockOut(day, cut) => write!(f, "on {} not {cut}", date(*day)),
            Self::Usual(day) => write!(f, "on {} as usual", date(*day)),
        }
    }
}

fn a_day() -> impl Strategy<Value = u8> {
    0..DAYS
}

/// Who is there, mostly; sometimes somebody who may not be.
fn a_provider() -> impl Strategy<Value = usize> {
    prop_oneof![9 => 0..3usize, 1 => Just(3usize)]
}

fn a_range() -> impl Strategy<Value = TimeRange> {
    // Mostly on the grid, and every now and then at night, when clocks are changed.
    let start = prop_oneof![6 => (96u16..180).prop_map(|five| five * 5), 1 => 480u16..900, 2 => (0u16..40).prop_map(|five| five * 5)];
    let length = prop_oneof![5 => (3u16..50).prop_map(|five| five * 5), 1 => 5u16..250];
    (start, length).prop_map(|(start, length)| {
        TimeRange::new(Minute::saturating(start), Minute::saturating(start + length)).unwrap()
    })
}

fn some_hours() -> impl Strategy<Value = RangeSet> {
    prop::collection::vec(a_range(), 0..3).prop_map(RangeSet::new)
}

fn good_hours() -> impl Strategy<Value = RangeSet> {
    (0u16..200, 480u16..600, 200u16..420).prop_map(|(night, start, length)| {
        let range = |start, end| TimeRange::new(Minute::saturating(start), Minute::saturating(end)).unwrap();
        RangeSet::new([range(night, night + 60), range(start, start + length)])
    })
}

fn a_duration() -> impl Strategy<Value = u16> {
    prop_oneof![6 => prop::sample::select(vec![15u16, 20, 30, 45]), 1 => 1u16..90]
}

fn a_wish() -> impl Strategy<Value = Wish> {
    let id = prop_oneof![10 => Just(Id::New), 1 => any::<u8>().prop_map(Id::Again), 1 => any::<u8>().prop_map(Id::Conflicting)];
    let preferred = prop_oneof![3 => Just(None), 2 => a_provider().prop_map(Some)];
    let service = prop_oneof![6 => Just(None), 2 => (0..2usize).prop_map(Some), 1 => Just(Some(2usize))];
    let whims = (prop::bool::weighted(0.2), prop::bool::weighted(0.5));
    (id, a_day(), a_range(), a_duration(), preferred, service, whims).prop_map(
        |(id, day, range, duration, preferred, service, (dateless, in_the_past_too))| {
            let duration = duration.min(range.len());
            Wish { id, day, range, duration, preferred, service, dateless, in_the_past_too }
        },
    )
}

fn a_change_of_hours() -> impl Strategy<Value = Hours> {
    prop_oneof![
        3 => (a_day(), good_hours()).prop_map(|(day, hours)| Hours::EveryDayFrom(day, hours)),
        2 => (a_day(), prop::array::uniform7(good_hours())).prop_map(|(day, week)| Hours::WeekFrom(day, week)),
        2 => (a_day(), some_hours()).prop_map(|(day, hours)| Hours::Instead(day, hours)),
        2 => (a_day(), some_hours()).prop_map(|(day, cut)| Hours::BlockOut(day, cut)),
        1 => a_day().prop_map(Hours::Usual),
    ]
}

fn a_step() -> impl Strategy<Value = Step> {
    let status = prop::sample::select(Status::BY_HAND.to_vec());
    let own = prop::option::of(prop::collection::vec(0..3usize, 0..3));
    let a_move = (any::<u8>(), prop::option::of(a_provider()), a_day(), a_range(), a_duration(), any::<bool>());
    let of_roster = prop_oneof![
        2 => (a_provider(), good_hours(), 1u32..9).prop_map(|(who, hours, limit)| Step::AddProvider { who, hours, limit }),
        1 => (a_provider(), own).prop_map(|(who, services)| Step::EditProvider { who, services }),
        6 => (a_provider(), a_change_of_hours()).prop_map(|(who, hours)| Step::ChangeHours { who, hours }),
        2 => (a_provider(), 0u32..9).prop_map(|(who, limit)| Step::ChangeLimit { who, limit }),
        1 => (a_provider(), a_day()).prop_map(|(who, from)| Step::Retire { who, from }),
        2 => (0..2usize, 10u16..14).prop_map(|(which, minutes)| Step::AddService { which, minutes }),
        2 => (0..2usize, 10u16..14).prop_map(|(which, minutes)| Step::EditService { which, minutes }),
    ];
    prop_oneof![
        16 => a_wish().prop_map(Step::Book),
        3 => (a_wish(), a_provider(), 0u16..1440).prop_map(|(wish, who, start)| Step::Overbook { wish, who, start }),
        6 => a_move.prop_map(|(which, who, day, range, duration, in_the_past_too)| {
            Step::Move { which, who, day, range, duration, in_the_past_too }
        }),
        7 => (any::<u8>(), status).prop_map(|(which, status)| Step::SetStatus { which, status }),
        3 => any::<u8>().prop_map(|which| Step::Cancel { which }),
        14 => Just(Step::Undo),
        12 => of_roster,
        1 => Just(Step::Restart),
        2 => (a_day(), 0u16..1440).prop_map(|(day, minute)| Step::SetClock { day, minute }),
        1 => Just(Step::FailNextCommit),
        1 => Just(Step::FailNextRead),
    ]
}

/// A script of up to `steps` lines after the opening of the desk.
pub(crate) fn a_script(steps: usize) -> impl Strategy<Value = Script> {
    let from = prop_oneof![4 => Just(From::Desk), 1 => Just(From::Http)];
    prop::collection::vec((from, a_step()), 1..=steps).prop_map(Script)
}
