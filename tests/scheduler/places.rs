//! Proposals and alternatives: what would be decided, in words, with nothing decided.

use slotdesk::domain::Minute;
use slotdesk::scheduler::{Candidate, Day, policy};

use crate::support::{book, date, day, day_on, minute, provider, request, rules};

fn shown(candidates: &[Candidate]) -> String {
    let line = |one: &Candidate| {
        let cost = one.cost;
        format!(
            "{} {} strands {}, {} pieces, {} %",
            one.name, one.slot, cost.unusable, cost.pieces, cost.popularity_percent
        )
    };
    candidates.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn proposed(day: &Day, text: &str) -> String {
    let explained = day.propose(&request(text), Minute::MIDNIGHT).unwrap();
    let chosen = shown(std::slice::from_ref(&explained.chosen));
    format!("{chosen}\n because {}\n{}", explained.reasons.join("\n because "), shown(&explained.runners_up))
}

#[test]
fn a_proposal_is_what_booking_then_does_under_every_policy() {
    for policy in policy::POLICIES {
        let providers = ["a", "b", "c"].map(|id| provider(id, &[("09:00", "12:00"), ("13:00", "15:30")], 6));
        let day = day_on(date(), rules(policy.name(), 5), providers);
        for number in 0..20 {
            let text = format!("r{number} {} 09:{}0-15:00", 15 + 7 * (number % 4), number % 6);
            let Ok(explained) = day.propose(&request(&text), Minute::MIDNIGHT) else {
                assert!(book(&day, &text).is_err());
                continue;
            };
            let placed = book(&day, &text).unwrap();
            assert_eq!((explained.chosen.provider, explained.chosen.slot), (placed.provider.clone(), placed.slot));
        }
    }
}

#[test]
fn a_proposal_explains_provider_and_start() {
    let day = day([provider("chen", &[("09:00", "12:00")], 8), provider("roy", &[("09:00", "11:30")], 8)]);
    book(&day, "r1 30 10:00-10:30 @chen").unwrap();
    insta::assert_snapshot!(proposed(&day, "r2 30 09:00-12:00"), @r"
    roy 09:00–09:30 strands 0, 1 pieces, 75 %
     because roy has as much room as chen (5 more appointments of 30 min), but less booked: 0 against 30 min
     because strands no minutes; 09:05 would strand 15
     because flush with the start of the hours
    roy 11:00–11:30 strands 0, 1 pieces, 75 %
    roy 09:15–09:45 strands 0, 2 pieces, 75 %
    roy 10:45–11:15 strands 0, 2 pieces, 75 %
    roy 09:30–10:00 strands 0, 2 pieces, 75 %
    chen 09:00–09:30 strands 0, 1 pieces, 75 %
    ");
    insta::assert_snapshot!(proposed(&day, "r2 30 09:50-11:00 @chen"), @r"
    chen 10:30–11:00 strands 0, 1 pieces, 75 %
     because chen was asked for
     because strands no minutes
     because flush with an appointment
    ");
}

#[test]
fn a_proposal_says_who_was_passed_over_and_changes_nothing() {
    let day = day([provider("chen", &[("09:00", "12:00")], 8), provider("roy", &[("13:00", "14:00")], 8)]);
    let before = format!("{:?}", day.popularity().whole());
    insta::assert_snapshot!(proposed(&day, "r2 30 13:00-14:00"), @r"
    roy 13:00–13:30 strands 0, 1 pieces, 100 %
     because chen has more room that day, but none in this range
     because roy is the only one with room in this range: 2 more appointments of 30 min
     because strands no minutes; 13:05 would strand 15
     because flush with the start of the hours
    roy 13:30–14:00 strands 0, 1 pieces, 100 %
    roy 13:15–13:45 strands 0, 2 pieces, 100 %
    roy 13:05–13:35 strands 15, 2 pieces, 100 %
    roy 13:25–13:55 strands 15, 2 pieces, 100 %
    roy 13:10–13:40 strands 15, 2 pieces, 100 %
    ");
    assert_eq!(format!("{:?}", day.popularity().whole()), before);
    assert_eq!(day.provider_day(&crate::support::provider_id("roy")).unwrap().revision(), 0);
}

#[test]
fn alternatives_are_other_times_of_the_preferred_provider_and_others_within_the_range() {
    let day = day([
        provider("chen", &[("09:00", "12:00"), ("13:00", "17:00")], 8),
        provider("roy", &[("10:00", "12:00")], 8),
    ]);
    book(&day, "r1 120 10:00-12:00 @chen").unwrap();
    let wish = request("r2 30 10:00-11:00 @chen");
    assert!(day.propose(&wish, Minute::MIDNIGHT).is_err());
    let places = |earliest| day.alternatives(&wish, earliest, 5);
    insta::assert_snapshot!(shown(&places(Minute::MIDNIGHT)), @r"
    roy 10:00–10:30 strands 0, 1 pieces, 190 %
    chen 09:30–10:00 strands 0, 1 pieces, 63 %
    chen 13:00–13:30 strands 0, 1 pieces, 63 %
    ");
    insta::assert_snapshot!(shown(&places(minute("10:15"))), @r"
    roy 10:15–10:45 strands 0, 2 pieces, 190 %
    chen 13:00–13:30 strands 0, 1 pieces, 63 %
    ");
    assert_eq!(day.alternatives(&wish, Minute::MIDNIGHT, 1).len(), 1);
}

#[test]
fn of_equally_near_alternatives_the_one_with_the_preferred_provider_comes_first() {
    let day = day(["chen", "roy", "wu"].map(|id| provider(id, &[("09:00", "12:00")], 8)));
    let first = |text: &str| day.alternatives(&request(text), Minute::MIDNIGHT, 3)[0].name.to_string();
    assert_eq!(first("r1 30 10:00-11:00 @roy"), "roy");
    assert_eq!(first("r1 30 10:00-11:00 @wu"), "wu");
    assert_eq!(first("r1 30 10:00-11:00"), "chen");
}
