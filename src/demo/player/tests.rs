//! Plays in rehearsal: tokio's paused time runs through a whole day at once.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use tokio::time::{Duration, Instant};

use super::{Player, Setting};
use crate::demo::DemoControl::{Faster, Slower, TogglePause};
use crate::demo::agenda::PlayDay;
use crate::demo::front::Front;
use crate::demo::rehearsal::{Rehearsal, Wings};
use crate::demo::stage::Changed;
use crate::demo::{BUILT_IN, DemoClock, DemoLink, Scenario, Speed};
use crate::desk::Command;
use crate::domain::{Appointment, Cause, Status};

const ZONE: Tz = chrono_tz::Europe::Berlin;

struct Play {
    link: DemoLink,
    wings: Wings,
    begins: DateTime<Utc>,
}

fn begin(scenario: &Scenario, seed: u64, pace: Speed, fails: fn(&Command) -> bool) -> Play {
    let today = "2026-11-20".parse().unwrap();
    let begins = scenario.begins(today, ZONE);
    let clock = Arc::new(DemoClock::new(begins, Instant::now(), pace));
    let plan = PlayDay::new(scenario, scenario.day(today), begins);
    let (stage, wings) = Rehearsal::new(Arc::clone(&clock), fails);
    let (front, link) = Front::open(Arc::clone(&clock));
    tokio::spawn(Player::new(stage, front, clock, Setting { scenario, plan, seed }).run());
    Play { link, wings, begins }
}

fn never(_: &Command) -> bool {
    false
}

impl Play {
    async fn finished(&mut self) {
        self.link.state.wait_for(|state| state.finished).await.unwrap();
    }

    async fn captioned(&mut self, title: &str) {
        let there = |caption: &crate::demo::Caption| caption.title == title;
        self.link.state.wait_for(|state| state.caption.as_ref().is_some_and(there)).await.unwrap();
    }

    fn commands(&self) -> Vec<Command> {
        self.wings.recorded.lock().iter().map(|(_, command)| command.clone()).collect()
    }

    fn text(&self) -> String {
        self.link.state.borrow().caption.as_ref().map(|caption| caption.text.clone()).unwrap_or_default()
    }
}

async fn played(scenario: &Scenario, seed: u64, pace: Speed) -> Vec<Command> {
    let mut play = begin(scenario, seed, pace, never);
    play.finished().await;
    play.commands()
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_plays_the_same_commands_and_another_seed_others() {
    for built_in in BUILT_IN {
        let scenario = Scenario::load(built_in.name).unwrap();
        let first = played(&scenario, 7, Speed::default()).await;
        assert_eq!(played(&scenario, 7, Speed::default()).await, first, "{}", built_in.name);
        assert_ne!(played(&scenario, 8, Speed::default()).await, first, "{}", built_in.name);
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_commands_are_played_at_every_speed() {
    let scenario = Scenario::default();
    let usual = played(&scenario, 7, Speed::default()).await;
    for speed in [0.1, 8.0, 600.0] {
        assert_eq!(played(&scenario, 7, Speed::new(speed).unwrap()).await, usual, "{speed}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_step_is_lost_when_the_speed_changes_and_the_play_is_paused() {
    let scenario = Scenario::default();
    let undisturbed = played(&scenario, 7, Speed::default()).await;
    let mut play = begin(&scenario, 7, Speed::default(), never);
    for control in [Faster, TogglePause, Slower, TogglePause, Slower, Faster, Faster, TogglePause, TogglePause] {
        tokio::time::sleep(Duration::from_secs(9)).await;
        play.link.control.send(control).await.unwrap();
    }
    play.finished().await;
    assert_eq!(play.commands(), undisturbed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn whatever_the_audience_presses_no_step_is_lost_or_played_twice(
        pressed in prop::collection::vec((prop::sample::select(vec![TogglePause, Faster, Slower]), 0_u64..40), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let (disturbed, undisturbed) = runtime.block_on(async {
            let scenario = Scenario::load("workshop").unwrap();
            let mut play = begin(&scenario, 7, Speed::default(), never);
            for (control, seconds) in pressed {
                tokio::time::sleep(Duration::from_secs(seconds)).await;
                play.link.control.send(control).await.unwrap();
            }
            tokio::task::yield_now().await;
            if play.link.state.borrow().paused {
                play.link.control.send(TogglePause).await.unwrap();
            }
            play.finished().await;
            (play.commands(), played(&scenario, 7, Speed::default()).await)
        });
        // Who keeps pressing keys after the end sees visits that the other play has not come to.
        let (there, all) = (disturbed.len(), undisturbed.len());
        prop_assert!(disturbed.starts_with(&undisturbed), "{} commands instead of {}", there, all);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_happens_while_the_play_is_paused() {
    let mut play = begin(&Scenario::default(), 7, Speed::default(), never);
    tokio::time::sleep(Duration::from_secs(50)).await;
    play.link.control.send(TogglePause).await.unwrap();
    play.link.state.wait_for(|state| state.paused).await.unwrap();
    let so_far = play.commands().len();
    tokio::time::sleep(Duration::from_secs(3600)).await;
    assert_eq!(play.commands().len(), so_far);
    play.link.control.send(TogglePause).await.unwrap();
    play.finished().await;
    assert!(play.commands().len() > so_far);
}

#[tokio::test(start_paused = true)]
async fn every_command_is_sent_when_the_demo_clock_shows_its_time() {
    let scenario = Scenario::default();
    let mut play = begin(&scenario, 7, Speed::default(), never);
    play.finished().await;
    let recorded = play.wings.recorded.lock().clone();
    assert!(recorded.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    let ill = recorded.iter().find(|(_, command)| matches!(command, Command::ChangeHours { .. })).unwrap();
    let late = ill.0 - (play.begins + TimeDelta::minutes(190));
    assert!(late >= TimeDelta::zero() && late < TimeDelta::seconds(5), "11:00 came {late} late");
}

#[tokio::test(start_paused = true)]
async fn who_is_called_off_for_illness_asks_again_and_no_one_is_left_waiting_for_the_ill() {
    let mut play = begin(&Scenario::default(), 7, Speed::default(), never);
    play.captioned("Dr Okafor is ill").await;
    let all = play.wings.appointments();
    let monday = all.iter().filter(|one| one.provider.as_str() == "okafor" && one.day == all[0].day);
    let (mut begun, mut lost) = (0, Vec::new());
    for one in monday.filter(|one| one.slot.start().get() >= 11 * 60) {
        match &one.status {
            Status::Cancelled(why) if why.cause == Cause::Client => {}
            Status::Cancelled(why) => lost.push((one.clone(), why.cause)),
            Status::InProgress => begun += 1,
            other => panic!("{:?} is {other}", one.slot),
        }
    }
    assert_eq!(begun, 0, "nobody begins after eleven");
    assert!(lost.len() >= 3, "{}", lost.len());
    assert!(lost.iter().all(|(_, cause)| matches!(cause, Cause::HoursChanged | Cause::House)));
    assert!(play.text().contains(&format!("{} appointments", lost.len())), "{}", play.text());
    play.captioned("Nobody forgotten").await;
    let again = play.wings.appointments();
    for (one, _) in lost {
        let note = format!("instead of {} with Dr Grace Okafor", one.slot.start());
        let successor = |new: &&Arc<Appointment>| {
            new.request.client == one.request.client && new.request.note.as_ref().is_some_and(|n| n.as_str() == note)
        };
        assert!(again.iter().any(|new| successor(&new)), "{:?} at {}", one.request.client, one.slot);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_asks_for_a_day_on_which_the_house_is_closed() {
    let text = r#"
        title = "t"
        weekday = "fri"
        start = "08:00"
        clients = ["A"]
        services = [{ id = "s", name = "S", minutes = 10 }]
        providers = [{ id = "p", name = "P", limit = 3, hours = { workdays = ["08:00-10:00"] } }]
        script = [
            { at = "08:10", book = { client = "A", service = "s", between = "09:00-10:00" } },
            { at = "08:20", ill = { provider = "p" } },
            { at = "08:30", rebook = { days = 5 } },
            { at = "09:00", caption = { title = "t", text = "{rebooked}" } },
        ]
    "#;
    let commands = played(&Scenario::parse("t", text).unwrap(), 1, Speed::default()).await;
    let asked = commands.iter().filter_map(|command| match command {
        Command::Book { request, .. } => Some(request.day.format("%a").to_string()),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), ["Fri", "Fri", "Mon"], "neither Saturday nor Sunday");
}

#[tokio::test(start_paused = true)]
async fn visits_go_on_after_the_script_at_the_pace_of_the_real_day() {
    let mut play = begin(&Scenario::default(), 7, Speed::FASTEST, never);
    play.finished().await;
    assert!((play.link.state.borrow().speed - Speed::REAL_TIME.get()).abs() < f64::EPSILON);
    let before = play.commands().len();
    tokio::time::sleep(Duration::from_secs(12 * 3600)).await;
    assert!(play.commands().len() > before);
    let day = play.wings.appointments()[0].day;
    for one in play.wings.appointments().iter().filter(|one| one.day == day) {
        let over = matches!(one.status, Status::Done | Status::NoShow | Status::Cancelled(_));
        assert!(over, "{} {}", one.slot, one.status);
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_does_meanwhile_does_not_break_the_play() {
    let mut play = begin(&Scenario::default(), 7, Speed::default(), never);
    play.captioned("Where does it go?").await;
    let off = Status::Cancelled(crate::domain::Cancellation { cause: Cause::Client, note: None });
    let mine: Vec<Arc<Appointment>> = play.wings.appointments();
    for one in &mine {
        play.wings.set_status(one.id(), off.clone(), Changed::These(vec![one.id().clone()]));
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    // Taken back, and lost in the crowd: the visit has to go on from where it was.
    let amelie =
        |one: &&Arc<Appointment>| one.request.client.as_ref().is_some_and(|name| name.as_str() == "Amélie Roux");
    let back = mine.iter().find(amelie).unwrap();
    play.wings.set_status(back.id(), Status::Booked, Changed::Anything);
    play.finished().await;
    tokio::time::sleep(Duration::from_secs(12 * 3600)).await;
    let all = play.wings.appointments();
    let status = &all.iter().find(|one| one.id() == back.id()).unwrap().status;
    assert!(matches!(status, Status::Done | Status::NoShow), "{status}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_desk_is_told_to_the_audience_and_the_play_goes_on() {
    let busy = |command: &Command| matches!(command, Command::ChangeLimit { .. });
    let text = r#"
        title = "t"
        weekday = "mon"
        start = "08:00"
        clients = ["A"]
        services = [{ id = "s", name = "S", minutes = 10 }]
        providers = [{ id = "p", name = "P", limit = 3, hours = { workdays = ["08:00-10:00"] } }]
        script = [
            { at = "08:10", limit = { provider = "p", most = 1 } },
            { at = "08:20", book = { client = "A", service = "s" } },
        ]
    "#;
    let mut play = begin(&Scenario::parse("t", text).unwrap(), 1, Speed::default(), busy);
    play.captioned("A step did not work").await;
    assert_eq!(play.text(), "the desk is busy, try again in a moment. The play goes on.");
    play.finished().await;
    assert_eq!(play.wings.appointments().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn progress_grows_from_nothing_to_all_and_the_last_caption_stays() {
    let mut play = begin(&Scenario::default(), 7, Speed::default(), never);
    let mut shares = vec![play.link.state.borrow().progress];
    while !play.link.state.borrow_and_update().finished {
        play.link.state.changed().await.unwrap();
        shares.push(play.link.state.borrow().progress);
    }
    assert!(shares.windows(2).all(|pair| pair[0] <= pair[1]));
    assert!(shares[0].abs() < f64::EPSILON && (shares.last().unwrap() - 1.0).abs() < f64::EPSILON);
    assert_eq!(play.link.state.borrow().caption.as_ref().unwrap().title, "Now it is your desk");
}

#[tokio::test(start_paused = true)]
async fn the_play_ends_when_nobody_watches() {
    let Play { link, wings, .. } = begin(&Scenario::default(), 7, Speed::default(), never);
    let DemoLink { mut state, control } = link;
    state.wait_for(|state| state.caption.is_some()).await.unwrap();
    drop(control);
    while state.changed().await.is_ok() {}
    let recorded = wings.recorded.lock().len();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(wings.recorded.lock().len(), recorded);
}
