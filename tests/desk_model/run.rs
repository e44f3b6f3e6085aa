//! A script played at a desk and in the model, compared after every line.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime, TimeZone};
use slotdesk::desk::{Answer, Calendar, Command, DaySnapshot, Desk, DeskError, Destination, ManualClock, Past};
use slotdesk::domain::*;
use slotdesk::store::{MemoryStore, SqliteStore, Store, StoreError, audit_in};

use crate::model::{Model, is_skipped};
use crate::script::{From, Hours, Id, PROVIDERS, SERVICES, Script, Step, Wish, date, dates};
use crate::support::faulty::{Faults, FaultyStore};
use crate::support::{ZONE, options, provider, provider_id, request_id};

/// Which store the desk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Memory,
    Sqlite,
    /// One in memory that fails when a line says so.
    Faulty,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Memory, Self::Sqlite, Self::Faulty];
}

/// The store behind the desk, to be opened again and again.
struct Shelf {
    kind: Kind,
    memory: MemoryStore,
    folder: tempfile::TempDir,
    faults: Option<Faults>,
}

impl Shelf {
    fn store(&mut self) -> Box<dyn Store> {
        match self.kind {
            Kind::Memory => Box::new(self.memory.clone()),
            Kind::Sqlite => Box::new(SqliteStore::open(&self.folder.path().join("desk.db")).unwrap()),
            Kind::Faulty => {
                let faulty = FaultyStore::new(self.memory.clone());
                self.faults = Some(faulty.faults());
                Box::new(faulty)
            }
        }
    }
}

/// Something went wrong on purpose with the next call.
#[derive(Debug, Default)]
struct Armed {
    /// The commit with this number.
    commit: Option<u64>,
    read: bool,
}

/// What a command met.
enum Met {
    Commit,
    PerhapsRead,
}

struct Run {
    shelf: Shelf,
    clock: Arc<ManualClock>,
    desk: Desk,
    model: Model,
    /// What a screen has that only applies the events.
    screens: BTreeMap<NaiveDate, DaySnapshot>,
    /// Every request ever made, answered or not.
    made: Vec<Request>,
    armed: Armed,
}

/// Plays a script from an empty book to an audit; why the desk is wrong, if it is.
pub(crate) fn play(kind: Kind, script: &Script) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut run = Run::begin(kind).await?;
        for (number, (from, step)) in (1..).zip(&script.0) {
            run.take(*from, step).await.map_err(|why| format!("line {number}, {step}: {why}"))?;
        }
        run.end().await
    })
}

fn failing() -> StoreError {
    StoreError::Failing { detail: "on purpose".to_owned() }
}

fn options_of_clock(day: NaiveDate, minute: usize) -> chrono::DateTime<chrono::Utc> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(minute).unwrap() * 60, 0).unwrap();
    ZONE.from_local_datetime(&day.and_time(time)).unwrap().to_utc()
}

impl Run {
    async fn begin(kind: Kind) -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let mut shelf = Shelf { kind, memory: MemoryStore::new(), folder, faults: None };
        let model = Model::new(date(0), 8 * 60);
        let clock = Arc::new(ManualClock::new(options_of_clock(model.today, model.minute)));
        let desk = open(&mut shelf, &clock);
        let mut run =
            Self { shelf, clock, desk, model, screens: BTreeMap::new(), made: Vec::new(), armed: Armed::default() };
        run.look().await;
        for id in &PROVIDERS[..3] {
            let usual = provider(id, &[("01:00", "04:00"), ("09:00", "12:00"), ("13:00", "15:00")], 5);
            run.give(From::Http, Command::AddProvider(usual)).await?;
        }
        Ok(run)
    }

    async fn end(self) -> Result<(), String> {
        if let Some(faults) = &self.shelf.faults {
            faults.heal();
        }
        let log = self.desk.log_after(0, usize::MAX).await.map_err(|error| error.to_string())?;
        if !log.iter().map(|event| event.number).eq(1..=self.model.last_event) {
            return Err("the log is not numbered without gaps".to_owned());
        }
        self.desk.close().await.unwrap();
        let mut rest = self.shelf;
        let found = audit_in(&mut *rest.store().reader().unwrap(), ZONE).map_err(|error| error.to_string())?;
        if found.is_empty() { Ok(()) } else { Err(format!("the audit finds {found:?}")) }
    }

    async fn take(&mut self, from: From, step: &Step) -> Result<(), String> {
        match step {
            Step::Restart => self.restart().await,
            Step::SetClock { day, minute } => {
                let (day, minute) = (date(*day), usize::from(*minute));
                let minute = if is_skipped(day, minute) { 180 } else { minute };
                self.clock.set(options_of_clock(day, minute));
                (self.model.today, self.model.minute) = (day, minute);
            }
            Step::FailNextCommit => {
                if let Some(faults) = &self.shelf.faults {
                    let next = faults.commits() + 1;
                    faults.fail_commits(next..=next, failing());
                    self.armed.commit = Some(next);
                }
            }
            Step::FailNextRead => {
                if let Some(faults) = &self.shelf.faults {
                    let next = faults.reads() + 1;
                    faults.fail_reads(next..=next, failing());
                    self.armed.read = true;
                }
                return Ok(());
            }
            _ => {
                let command = self.command(step);
                self.give(from, command).await?;
            }
        }
        self.compare().await
    }

    /// Gives a command to the desk, and what it answered to the model.
    async fn give(&mut self, from: From, command: Command) -> Result<(), String> {
        let channel = if from == From::Desk { Channel::Desk } else { Channel::Http };
        let answer = self.desk.submit(command.clone(), channel.into()).await;
        if let Some(met) = self.met_a_fault() {
            match (met, &answer) {
                (_, Err(DeskError::Store(_))) => return Ok(()),
                (Met::Commit, _) => return Err(format!("rule 6: nothing was stored, but {answer:?}")),
                // What was in memory already was not read.
                (Met::PerhapsRead, _) => {}
            }
        }
        self.model.follow((from, &command), &answer)?;
        if let Ok(Answer::Decided(event)) = &answer {
            for screen in self.screens.values_mut() {
                screen.apply(event);
            }
        }
        Ok(())
    }

    /// What the last command met of what was to fail.
    fn met_a_fault(&mut self) -> Option<Met> {
        let faults = self.shelf.faults.as_ref()?;
        let read = std::mem::take(&mut self.armed.read).then(|| {
            // Only this command was to meet it.
            faults.fail_reads(0..0, failing());
            Met::PerhapsRead
        });
        let commit = self.armed.commit.take_if(|number| faults.commits() >= *number).map(|_| Met::Commit);
        commit.or(read)
    }

    /// Every day as the desk has it, as a screen has it that applies the events, and as the model has it.
    async fn compare(&self) -> Result<(), String> {
        if self.armed.read {
            return Ok(());
        }
        for day in dates() {
            let stored = picture(&self.desk.day(day).await.map_err(|error| error.to_string())?);
            let expected = self.model.book.picture(day);
            if stored != expected {
                return Err(format!("{day} is\n{}\n  but has to be\n{}", stored.join("\n"), expected.join("\n")));
            }
            if picture(&self.screens[&day]) != expected {
                return Err(format!("{day} is not on the screen as in the book"));
            }
        }
        Ok(())
    }

    async fn look(&mut self) {
        for day in dates() {
            self.screens.insert(day, self.desk.day(day).await.unwrap());
        }
    }

    async fn restart(&mut self) {
        self.desk.close().await.unwrap();
        self.desk = open(&mut self.shelf, &self.clock);
        self.armed = Armed::default();
        self.model.reopened();
        self.look().await;
    }

    fn command(&mut self, step: &Step) -> Command {
        let who = |number: usize| provider_id(PROVIDERS[number]);
        let past = |allowed: bool| if allowed { Past::Allow } else { Past::Refuse };
        match step {
            Step::AddProvider { who: number, hours, limit } => {
                let hours = slotdesk::domain::Hours::always(Weekly::EveryDay(hours.clone()));
                Command::AddProvider(Provider::new(who(*number), hours, *limit).unwrap())
            }
            Step::EditProvider { who: number, services } => Command::EditProvider {
                provider: who(*number),
                name: Text::name("name", PROVIDERS[*number]).unwrap(),
                services: services.as_ref().map(|own| own.iter().map(|one| service(*one)).collect()),
            },
            Step::ChangeHours { who: number, hours } => {
                Command::ChangeHours { provider: who(*number), change: change(hours) }
            }
            Step::ChangeLimit { who: number, limit } => {
                Command::ChangeLimit { provider: who(*number), max_daily_appointments: *limit }
            }
            Step::Retire { who: number, from } => Command::RetireProvider { provider: who(*number), from: date(*from) },
            Step::AddService { which, minutes } => Command::AddService(offered(*which, *minutes)),
            Step::EditService { which, minutes } => Command::EditService(offered(*which, *minutes)),
            Step::Book(wish) => Command::Book { past: past(wish.in_the_past_too), request: self.request(wish) },
            Step::Overbook { wish, who: number, start } => {
                let start = Minute::saturating(*start);
                Command::Overbook { request: self.request(wish), provider: who(*number), start }
            }
            Step::Move { which, who: to, day, range, duration, in_the_past_too } => {
                let duration = slotdesk::domain::Minutes::new(i64::from(*duration)).unwrap();
                let to = Destination { provider: to.map(who), day: date(*day), range: *range, duration };
                Command::Move { appointment: self.appointment(*which), to, past: past(*in_the_past_too) }
            }
            Step::SetStatus { which, status } => {
                Command::SetStatus { appointment: self.appointment(*which), status: status.clone() }
            }
            Step::Cancel { which } => {
                let cancellation = Cancellation { cause: Cause::Client, note: None };
                Command::Cancel { appointment: self.appointment(*which), cancellation }
            }
            Step::Undo | Step::Restart | Step::SetClock { .. } | Step::FailNextCommit | Step::FailNextRead => {
                Command::Undo
            }
        }
    }

    fn appointment(&self, which: u8) -> RequestId {
        let placed = &self.model.book.placed;
        let id = placed.keys().nth(usize::from(which) % placed.len().max(1));
        request_id(id.map_or("nothing", String::as_str))
    }

    fn request(&mut self, wish: &Wish) -> Request {
        let used = |number: u8| self.made.get(usize::from(number) % self.made.len().max(1)).cloned();
        let again = match wish.id {
            Id::Again(number) => used(number),
            Id::New | Id::Conflicting(_) => None,
        };
        if let Some(again) = again {
            return again;
        }
        let conflicting = match wish.id {
            Id::Conflicting(number) => used(number),
            Id::New | Id::Again(_) => None,
        };
        let fresh = format!("r{:03}", self.made.len());
        let request = Request {
            id: conflicting.as_ref().map_or_else(|| request_id(&fresh), |used| used.id.clone()),
            day: if wish.dateless { self.model.today } else { date(wish.day) },
            dated: if wish.dateless { Dated::Implied } else { Dated::Named },
            range: wish.range,
            duration: slotdesk::domain::Minutes::new(i64::from(wish.duration)).unwrap(),
            preferred_provider: wish.preferred.map(|number| provider_id(PROVIDERS[number])),
            // No two requests have the same content.
            client: Text::name("client", &fresh).ok(),
            service: wish.service.map(service),
            note: None,
        };
        self.made.push(request.clone());
        request
    }
}

fn open(shelf: &mut Shelf, clock: &Arc<ManualClock>) -> Desk {
    let clock: Arc<ManualClock> = Arc::clone(clock);
    Desk::open(shelf.store(), Calendar::new(clock, ZONE), options()).unwrap()
}

fn service(number: usize) -> ServiceId {
    ServiceId::new(SERVICES[number]).unwrap()
}

fn offered(number: usize, minutes: u16) -> Service {
    Service {
        id: service(number),
        name: Text::name("name", SERVICES[number]).unwrap(),
        duration: slotdesk::domain::Minutes::new(i64::from(minutes)).unwrap(),
        colour: ColourRole::default(),
    }
}

fn change(hours: &Hours) -> HoursChange {
    let exception = |day: &u8, exception| HoursChange::On { day: date(*day), exception };
    match hours {
        Hours::EveryDayFrom(day, hours) => {
            HoursChange::From { day: date(*day), weekly: Weekly::EveryDay(hours.clone()) }
        }
        Hours::WeekFrom(day, week) => HoursChange::From { day: date(*day), weekly: Weekly::PerWeekday(week.clone()) },
        Hours::Instead(day, hours) => exception(day, Exception::Instead(hours.clone())),
        Hours::BlockOut(day, cut) => exception(day, Exception::BlockOut(cut.clone())),
        Hours::Usual(day) => HoursChange::Usual { day: date(*day) },
    }
}

/// A day of the desk as [`crate::model::Book::picture`] draws it.
fn picture(day: &DaySnapshot) -> Vec<String> {
    let all = |ranges: &mut dyn Iterator<Item = TimeRange>| {
        ranges.map(|range| range.to_string()).collect::<Vec<_>>().join(", ")
    };
    let mut lines: Vec<String> = day
        .rows()
        .map(|row| {
            let (open, free) = (all(&mut row.hours.iter()), all(&mut row.gaps.iter().copied()));
            format!("{}: there {open}; free {free}; {} min booked", row.provider.id, row.booked_minutes)
        })
        .collect();
    lines.extend(day.appointments().into_iter().map(|one| {
        let over = if one.overbooking == Overbooking::Deliberate { " over" } else { "" };
        format!("{} {} {} {}{over}", one.slot, one.provider, one.id(), one.status)
    }));
    lines
}
