use super::*;
use crate::study::{Happening, Instance, Workloads};

const SALON: &str = r#"
name = "salon"
days = 40
load = 1.2
prefer = 0.25
cancel = 0.1
history = 2
peaks = ["17:00-19:00"]
peak_share = 0.5

[[services]]
minutes = 30
share = 3
[[services]]
minutes = 75
share = 1

[[ranges]]
minutes = [60, 180]
share = 1

[[providers]]
count = 3
hours = ["09:00-12:00", "13:00-20:00"]
limit = 12
[[providers]]
hours = ["10:00-14:00"]
limit = 6
works = 0.5
"#;

fn made(text: &str) -> Vec<u8> {
    Synthesis::parse(text).unwrap().lines().flat_map(Result::unwrap).collect()
}

fn days(text: &str) -> Vec<Instance> {
    Workloads::new(&made(text)[..]).map(Result::unwrap).collect()
}

fn share(of: usize, all: usize) -> f64 {
    f64::from(u32::try_from(of).unwrap()) / f64::from(u32::try_from(all).unwrap())
}

#[test]
fn the_same_seed_makes_the_same_file_and_another_another() {
    assert_eq!(made(SALON), made(SALON));
    assert_ne!(made(SALON), made(&SALON.replace("name = \"salon\"", "name = \"salon\"\nseed = 2")));
}

#[test]
fn more_days_leave_the_first_ones_as_they_are() {
    let more = made(&SALON.replace("days = 40", "days = 41"));
    assert!(more.starts_with(&made(SALON)));
}

#[test]
fn what_is_made_is_what_was_described() {
    let days = days(SALON);
    assert_eq!((days.len(), days[7].name.as_str(), days[7].group()), (40, "salon/#7", "salon"));
    let happenings = || days.iter().flat_map(|day| &day.happenings);
    let requests: Vec<_> = happenings()
        .filter_map(|happening| match happening {
            Happening::Book { request, .. } => Some(request),
            _ => None,
        })
        .collect();
    let available: u32 = days
        .iter()
        .flat_map(|day| day.providers.iter().map(|provider| u32::from(provider.hours_on(day.date).total())))
        .sum();
    let asked: u32 = requests.iter().map(|request| u32::from(request.duration.get())).sum();
    let near = |value: f64, expected: f64| assert!((value - expected).abs() < 0.05, "{value} for {expected}");
    near(f64::from(asked) / f64::from(available), 1.2);
    near(share(requests.iter().filter(|one| one.duration.get() == 75).count(), requests.len()), 0.25);
    near(share(requests.iter().filter(|one| one.preferred_provider.is_some()).count(), requests.len()), 0.25);
    near(share(happenings().filter(|one| matches!(one, Happening::Cancel(_))).count(), requests.len()), 0.1);
    assert!(requests.iter().all(|one| (60..=180).contains(&one.range.len()) && one.range.start().get() % 15 == 0));
    let part_time = days.iter().filter(|day| day.providers.len() == 4).count();
    assert!((8..=32).contains(&part_time), "{part_time}");
}

#[test]
fn ranges_begin_at_every_aligned_minute_alike_the_last_one_included() {
    let salon = "name = \"a\"\ndays = 60\nhistory = 0\nalign = 60\n[[services]]\nminutes = 30\nshare = 1\n[[ranges]]\n\
         minutes = [60, 60]\nshare = 1\n[[providers]]\ncount = 4\nhours = [\"09:10-18:00\"]\nlimit = 30\n";
    let mut begun = std::collections::BTreeMap::new();
    for day in days(salon) {
        for happening in &day.happenings {
            let Happening::Book { request, .. } = happening else { continue };
            *begun.entry(request.range.start().to_string()).or_insert(0) += 1;
        }
    }
    let starts: Vec<&str> = begun.keys().map(String::as_str).collect();
    assert_eq!(starts, ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00", "17:00"]);
    let usual = begun.values().sum::<u32>() / 8;
    assert!(begun.values().all(|count| (usual * 3 / 4..usual * 5 / 4).contains(count)), "{begun:?}");
}

#[test]
fn part_time_staff_are_there_on_their_share_of_the_days_alone_or_not() {
    let alone = SALON.replace("works = 0.5", "works = 0.2").replace("days = 40", "days = 400");
    let alone = alone.replace("count = 3\nhours", "count = 3\nworks = 0.0\nhours");
    let days = days(&alone);
    let open = days.iter().filter(|day| !day.providers.is_empty()).count();
    assert!((60..=100).contains(&open), "{open} of 400");
    // Minutes asked for are a multiple of those on offer, so nobody asks where nobody is.
    assert!(days.iter().all(|day| day.providers.is_empty() == day.happenings.is_empty()));
}

#[test]
fn a_cancellation_comes_after_its_request() {
    for day in days(SALON) {
        let mut asked = std::collections::HashSet::new();
        for happening in &day.happenings {
            match happening {
                Happening::Book { request, .. } => assert!(asked.insert(request.id.clone())),
                Happening::Cancel(id) => assert!(asked.contains(id), "{id}"),
                _ => unreachable!("workload files have no such thing"),
            }
        }
    }
}

#[test]
fn a_wrong_description_is_told_with_field_value_and_expectation() {
    for (good, bad, sentence) in [
        ("days = 40", "days = 0", "days: \"0\" is not valid, expected a whole number from 1 to 10000"),
        ("load = 1.2", "load = -1.0", "load: \"-1\" is not valid, expected a number from 0 to 10"),
        ("load = 1.2", "demand = 0", "demand: \"0\" is not valid, expected a whole number from 1 to 1000000"),
        ("prefer = 0.25", "prefer = 1.5", "prefer: \"1.5\" is not valid, expected a number from 0 to 1"),
        ("cancel = 0.1", "cancel = nan", "cancel: \"NaN\" is not valid, expected a number from 0 to 1"),
        ("share = 3", "share = -1", "services[0].share: \"-1\" is not valid, expected a number from 0 to 1000000"),
        (
            "[60, 180]",
            "[60, 30]",
            "ranges[0].minutes: \"30\" is not valid, expected a second number of at least the first, 60",
        ),
        (
            "peaks = [\"17:00-19:00\"]",
            "",
            "peaks: \"[]\" is not valid, expected at least one time of day, since peak_share is above 0",
        ),
        (
            "name = \"salon\"",
            "name = \"\\u001b[2J\"",
            "name: \"␛[2J\" is not valid, expected 1 to 100 printable characters",
        ),
        ("count = 3", "count = 0", "providers[0].count: \"0\" is not valid, expected a whole number from 1 to 1000"),
        (
            "load = 1.2",
            "laod = 1.2",
            "line 4, laod: unknown field `laod`, expected one of `name`, `seed`, `days`, `start_grid`, `load`, `demand`, `prefer`, `cancel`, `history`, `align`, `peaks`, `peak_share`, `services`, `ranges`, `providers`",
        ),
        (
            "\"10:00-14:00\"",
            "\"10:00\"",
            "line 27, providers[1].hours[0]: \"10:00\" is not valid, expected two times with a hyphen, as in 09:00-12:00",
        ),
        (
            "minutes = 75",
            "minutes = 0",
            "line 15, services[1].minutes: \"0\" is not valid, expected whole minutes from 1 to 1440",
        ),
        (
            "[60, 180]",
            "[60, 1.5]",
            "line 19, ranges[0].minutes[1]: invalid type: floating point `1.5`, expected a whole number",
        ),
    ] {
        assert!(SALON.contains(good), "{good}");
        assert_eq!(Synthesis::parse(&SALON.replacen(good, bad, 1)).unwrap_err(), sentence);
    }
    let many = SALON.replace("days = 40", "days = 10000").replace("count = 3", "count = 900");
    for (field, volume) in [("load", "load = 10.0"), ("demand", "demand = 1000000")] {
        let error = Synthesis::parse(&many.replace("load = 1.2", volume)).unwrap_err();
        let expected = format!("expected days, history and {field} that make at most 2000000 requests");
        assert!(error.ends_with(&expected), "{error}");
    }
}

/// The requests of each day, and in which order.
fn requests(text: &str) -> Vec<String> {
    let booked = |happening: &Happening| matches!(happening, Happening::Book { .. }).then(|| format!("{happening:?}"));
    days(text).iter().flat_map(|day| day.happenings.iter().filter_map(booked).collect::<Vec<_>>()).collect()
}

#[test]
fn with_a_demand_one_more_provider_meets_the_very_same_clients() {
    let salon = SALON.replace("load = 1.2", "demand = 2000").replace("prefer = 0.25", "");
    let one_more = salon.replace("count = 3", "count = 4");
    assert_eq!(requests(&salon), requests(&one_more));
    assert!(days(&salon).len() == days(&one_more).len() && requests(&salon).len() > 1_000);
    // Everybody else is there when they were.
    for (before, after) in days(&salon).iter().zip(days(&one_more)) {
        let ids = |day: &Instance| day.providers.iter().map(|one| one.id.to_string()).collect::<Vec<_>>();
        assert_eq!(ids(before), ids(&after).into_iter().filter(|id| id != "p1.4").collect::<Vec<_>>());
    }
    // With a load, they bring their own.
    let loaded = |text: &str| requests(&text.replace("demand = 2000", "load = 1.2")).len();
    assert!(loaded(&one_more) > loaded(&salon) * 11 / 10);
}

#[test]
fn who_wants_somebody_else_than_the_new_provider_still_does() {
    let salon = SALON.replace("load = 1.2", "demand = 2000");
    let wanted = |text: &str| {
        let asked = |happening: &Happening| match happening {
            Happening::Book { request, .. } => request.preferred_provider.as_ref().map(ToString::to_string),
            _ => None,
        };
        days(text).iter().flat_map(|day| day.happenings.iter().map(asked).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let (before, after) = (wanted(&salon), wanted(&salon.replace("count = 3", "count = 4")));
    let changed: Vec<_> = before.iter().zip(&after).filter(|(before, after)| before != after).collect();
    assert!(changed.len() > 50 && changed.iter().all(|(_, after)| after.as_deref() == Some("p1.4")));
}

#[test]
fn a_load_and_a_demand_are_not_both_given() {
    let both = SALON.replace("load = 1.2", "load = 1.2\ndemand = 2000");
    assert_eq!(
        Synthesis::parse(&both).unwrap_err(),
        "load: \"1.2\" is not valid, expected either load or demand, not both"
    );
}
