//! No policy breaks a rule of the desk, whatever the day looks like.

use proptest::prelude::*;
use slotdesk::domain::TimeRange;
use slotdesk::scheduler::policy::POLICIES;
use slotdesk::study::{Decision, Happening, Instance, Replay, Workloads};

#[derive(Debug, Clone)]
struct Asked {
    from: u16,
    length: u16,
    duration: u16,
    preferred: Option<u8>,
    called_off: bool,
}

fn asked() -> impl Strategy<Value = Asked> {
    (
        480u16..1080,
        10u16..360,
        prop::sample::select(vec![10u16, 15, 20, 30, 45, 60, 77]),
        prop::option::of(0u8..3),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(from, length, duration, preferred, called_off)| Asked {
            from,
            length,
            duration,
            preferred,
            called_off,
        })
}

fn time(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A day as a workload file has it: two providers with a lunch break, one in the morning alone.
fn instance(requests: &[Asked], limit: u32, grid: u16) -> Instance {
    let window = |start: &str, end: &str| serde_json::json!({ "start": start, "end": end });
    let hours = [
        vec![window("08:00", "12:00"), window("13:00", "17:00")],
        vec![window("09:00", "12:30"), window("13:15", "18:00")],
        vec![window("08:00", "11:00")],
    ];
    let providers: Vec<_> = hours
        .iter()
        .enumerate()
        .map(|(at, hours)| serde_json::json!({ "id": format!("p{at}"), "availability": hours, "max_daily_appointments": limit }))
        .collect();
    let mut events = Vec::new();
    for (at, asked) in requests.iter().enumerate() {
        let mut book = serde_json::json!({
            "id": format!("r{at}"),
            "preferred_range": window(&time(asked.from), &time(asked.from + asked.length)),
            "duration": asked.duration,
        });
        if let Some(provider) = asked.preferred {
            book["preferred_provider"] = format!("p{provider}").into();
        }
        events.push(serde_json::json!({ "book": book }));
        if asked.called_off {
            events.push(serde_json::json!({ "cancel": format!("r{}", at / 2) }));
        }
    }
    let line = serde_json::json!({
        "name": "day/#0",
        "services": [{ "duration": 15, "share": 0.5 }, { "duration": 45, "share": 0.5 }],
        "start_grid": grid,
        "providers": providers,
        "history": [],
        "events": events,
    });
    Workloads::new(line.to_string().as_bytes()).next().unwrap().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_policy_breaks_a_rule(
        requests in prop::collection::vec(asked(), 1..60),
        limit in 1u32..12,
        grid in prop::sample::select(vec![1u16, 5, 15, 30]),
    ) {
        let instance = instance(&requests, limit, grid);
        for policy in POLICIES {
            let replay = Replay::of(&instance, policy);
            let mut decided = replay.decisions().decisions.iter();
            let mut live: Vec<(&str, &str, TimeRange)> = Vec::new();
            for happening in &instance.happenings {
                let request = match happening {
                    Happening::Cancel(id) => {
                        live.retain(|(own, _, _)| *own != id.as_str());
                        continue;
                    }
                    Happening::Book { request, .. } => request,
                    _ => unreachable!("workload files have no such thing"),
                };
                let Some(Decision::Placed { id, provider_id, start }) = decided.next() else { continue };
                prop_assert_eq!(id, &request.id);
                let slot = TimeRange::starting(*start, request.duration).unwrap();
                prop_assert!(request.range.contains(slot), "inside the range asked for");
                prop_assert!(request.preferred_provider.as_ref().is_none_or(|one| one == provider_id), "the one asked for");
                let provider = instance.providers.iter().find(|one| one.id == *provider_id).unwrap();
                prop_assert!(provider.hours_on(instance.date).contains(slot), "inside the hours");
                let own = || live.iter().filter(|(_, other, _)| *other == provider_id.as_str());
                prop_assert!(own().all(|(_, _, taken)| !taken.overlaps(slot)), "no double booking");
                prop_assert!(own().count() < limit as usize, "within the daily limit");
                live.push((id.as_str(), provider_id.as_str(), slot));
            }
            prop_assert!(decided.next().is_none());
        }
    }
}
