//! The worked example of the scheduling rule, candidate by candidate.

use super::ask::Wish;
use super::*;
use crate::domain::{Dated, Hours, Minute, Minutes, Provider, Request, TimeRange, Weekly};
use crate::scheduler::{Dice, Yardstick, policy};

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::parse(start, end).unwrap()
}

fn minutes(length: i64) -> Minutes {
    Minutes::new(length).unwrap()
}

fn date() -> NaiveDate {
    "2026-11-23".parse().unwrap()
}

fn provider_day(id: &str, start: &str, end: &str, limit: u32) -> ProviderDay {
    let hours = Hours::always(Weekly::EveryDay(RangeSet::new([range(start, end)])));
    let provider = Provider::new(ProviderId::new(id).unwrap(), hours, limit).unwrap();
    ProviderDay::new(Arc::new(provider), date(), Vec::new(), 0)
}

fn request(id: &str, range: TimeRange, duration: i64, preferred: Option<&str>) -> Arc<Request> {
    Arc::new(Request {
        id: RequestId::new(id).unwrap(),
        day: date(),
        dated: Dated::Named,
        range,
        duration: minutes(duration),
        preferred_provider: preferred.map(|id| ProviderId::new(id).unwrap()),
        client: None,
        service: None,
        note: None,
    })
}

/// Ada and Bo after history, r1 and r2.
fn before_r3() -> Day {
    let rules = Rules {
        yardstick: Arc::new(Yardstick::new(&[20, 30, 45])),
        start_grid: minutes(15),
        policy: policy::named("least-fragmentation").unwrap(),
        dice: Dice::new(0),
    };
    let mut history = Demand::default();
    history.add_many(range("09:00", "10:00"), minutes(30), 1);
    history.add_many(range("09:00", "12:30"), minutes(20), 1);
    let providers = vec![provider_day("ada", "09:00", "12:00", 8), provider_day("bo", "09:00", "10:00", 5)];
    let day = Day::new(date(), Arc::new(rules), Arc::new(history), providers);
    for (id, range, duration) in [("r1", range("09:00", "09:20"), 20), ("r2", range("10:30", "11:15"), 45)] {
        let placed = day.book(&request(id, range, duration, Some("ada")), Minute::MIDNIGHT, |_, _| {}).unwrap();
        assert_eq!(placed.slot, range);
    }
    day
}

#[test]
fn the_worked_example_has_these_six_candidates() {
    let day = before_r3();
    let r3 = request("r3", range("09:00", "12:00"), 30, None);
    let ada = day.provider_day(&ProviderId::new("ada").unwrap()).unwrap();
    let costed = day.costed(&ada, &Wish::new(&r3, Minute::MIDNIGHT));
    let rows: Vec<_> = costed
        .iter()
        .map(|one| {
            let (left, right) = one.opening.left_over(one.key.start);
            let start = Minute::saturating(one.key.start).to_string();
            (start, (left, right), one.key.unusable, one.key.pieces, one.key.popularity, one.opening.gap.len())
        })
        .collect();
    let row = |start: &str, left_over, unusable, pieces, popularity, gap| {
        (start.to_owned(), left_over, unusable, pieces, popularity, gap)
    };
    let expected = [
        row("09:20", (0, 40), 0, 1, 33_333_330, 70),
        row("09:30", (10, 30), 10, 2, 33_333_330, 70),
        row("09:45", (25, 15), 20, 2, 25_833_330, 70),
        row("10:00", (40, 0), 0, 1, 18_333_330, 70),
        row("11:15", (0, 15), 15, 1, 18_333_330, 45),
        row("11:30", (15, 0), 15, 1, 18_333_330, 45),
    ];
    assert_eq!(rows, expected);
    let best = costed.iter().min_by_key(|one| one.key).unwrap();
    assert_eq!(Minute::saturating(best.key.start).to_string(), "10:00");
}

#[test]
fn the_worked_example_goes_to_ada_at_ten_and_bo_is_not_there() {
    let day = before_r3();
    let r3 = request("r3", range("09:00", "12:00"), 30, None);
    let explained = day.propose(&r3, Minute::MIDNIGHT).unwrap();
    let placed = day.book(&r3, Minute::MIDNIGHT, |_, _| {}).unwrap();
    assert_eq!((placed.provider.as_str(), placed.slot), ("ada", range("10:00", "10:30")));
    assert_eq!((&explained.chosen.provider, explained.chosen.slot), (&placed.provider, placed.slot));
    assert_eq!(day.shared.popularity.counter(11 * 60 + 30), 611_111 + 166_666);
    let r4 = request("r4", range("11:00", "12:00"), 20, Some("bo"));
    let refusal = day.book(&r4, Minute::MIDNIGHT, |_, _| panic!("refused")).unwrap_err();
    assert_eq!(refusal.to_string(), "bo: not working 11:00–12:00 on Mon 23 Nov");
    assert_eq!(day.shared.popularity.counter(11 * 60 + 30), 611_111 + 166_666 + 333_333);
}

#[test]
fn the_worked_example_explains_itself() {
    let explained = before_r3().propose(&request("r3", range("09:00", "12:00"), 30, None), Minute::MIDNIGHT).unwrap();
    insta::assert_snapshot!(explained.reasons.join("\n"), @r"
    ada has the most room: 3 more appointments of 30 min
    strands no minutes; 09:45 would strand 20
    flush with an appointment
    a quieter time than 09:20
    ");
    let costs: Vec<String> = explained
        .runners_up
        .iter()
        .map(|one| {
            let cost = one.cost;
            format!(
                "{} {}: {} min, {} pieces, {} %",
                one.name, one.slot, cost.unusable, cost.pieces, cost.popularity_percent
            )
        })
        .collect();
    insta::assert_snapshot!(costs.join("\n"), @r"
    ada 09:20–09:50: 0 min, 1 pieces, 97 %
    ada 09:30–10:00: 10 min, 2 pieces, 97 %
    ada 11:15–11:45: 15 min, 1 pieces, 53 %
    ada 11:30–12:00: 15 min, 1 pieces, 53 %
    bo 09:30–10:00: 0 min, 1 pieces, 97 %
    ");
}
