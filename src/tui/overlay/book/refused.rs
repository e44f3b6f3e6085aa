//! Why a request is refused, in as few lines as tell it.

use crate::desk::DaySnapshot;
use crate::domain::{Blocker, Refusal, ServiceId};
use crate::tui::sentences;

/// A line for every provider who could have taken the request, and one for all who do not give the service:
/// nobody can do anything about those.
pub(super) fn reasons(snapshot: Option<&DaySnapshot>, refusal: &Refusal) -> Vec<String> {
    let mut lines = Vec::new();
    let mut others: Option<(&ServiceId, usize)> = None;
    for one in &refusal.blocked {
        match &one.blocker {
            Blocker::ServiceNotGiven(service) if refusal.blocked.len() > 1 => {
                others = Some((service, others.map_or(1, |(_, count)| count + 1)));
            }
            Blocker::ServiceNotGiven(service) => {
                lines.push(format!("{}: does not give {}", one.name, sentences::service(snapshot, service)));
            }
            _ => lines.push(one.to_string()),
        }
    }
    if let Some((service, count)) = others {
        let service = sentences::service(snapshot, service);
        lines.push(match (count, lines.is_empty()) {
            (_, true) => format!("nobody here gives {service}"),
            (1, false) => format!("1 other does not give {service}"),
            (_, false) => format!("{count} others do not give {service}"),
        });
    }
    if lines.is_empty() {
        lines.push("there is no provider".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Blocked, ProviderId, Text, TimeRange};
    use crate::tui::widgets::fixtures::clinic;

    fn blocked(id: &str, blocker: Blocker) -> Blocked {
        Blocked { provider: ProviderId::new(id).unwrap(), name: Text::name("name", id).unwrap(), blocker }
    }

    #[test]
    fn who_does_not_give_the_service_is_counted_and_who_does_is_named() {
        let day = clinic();
        let service = day.catalogue.iter().next().unwrap();
        let not_given = |id| blocked(id, Blocker::ServiceNotGiven(service.id.clone()));
        let full = || blocked("patel", Blocker::NoRoom { range: TimeRange::DAY, longest: None });
        let why = |blocked| reasons(Some(&day), &Refusal { blocked });
        let name = service.name.as_str();
        assert_eq!(
            why(vec![not_given("chen"), full(), not_given("roy")]),
            ["patel: nothing free in 00:00–24:00".to_owned(), format!("2 others do not give {name}"),]
        );
        assert_eq!(why(vec![not_given("chen"), full()])[1], format!("1 other does not give {name}"));
        assert_eq!(why(vec![not_given("chen"), not_given("roy")]), [format!("nobody here gives {name}")]);
        assert_eq!(why(vec![not_given("chen")]), [format!("chen: does not give {name}")]);
        assert_eq!(why(Vec::new()), ["there is no provider"]);
    }
}
