//! Committed changes as server-sent events, without gaps.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, future, stream};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::access::Caller;
use super::dto::EventView;
use super::problem::Problem;
use super::routes::App;
use crate::desk::{Desk, DeskError, Feed, Feedback};
use crate::domain::{Event, Invalid};

/// Events read from the log at once; bounds what a feed that is behind holds in memory.
const PAGE: usize = 200;

/// Where a feed begins.
#[derive(Debug, Deserialize)]
pub(super) struct FeedQuery {
    /// The number of the last event known; the newest one where it is left out.
    after: Option<String>,
}

/// A reader of the log that has come as far as `last`.
///
/// Numbers have no gaps, so whatever the feed leaves out, for being late or for starting in the
/// past, is known to be missing and is read from the log.
struct Follower {
    desk: Desk,
    feed: Feed,
    last: u64,
    ready: VecDeque<Arc<Event>>,
    behind: Behind,
}

/// Whether the log may hold events that the follower has not seen.
#[derive(PartialEq, Eq)]
enum Behind {
    Maybe,
    No,
}

/// `GET /events`
pub(super) async fn feed(
    State(app): State<Arc<App>>,
    caller: Caller,
    query: Result<Query<FeedQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query?;
    // A browser that reconnects repeats the address as it was, so the header knows better.
    let resumed = headers.get("last-event-id").map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let after = match (resumed, query.after) {
        (Some(text), _) => Some(number("Last-Event-ID", &text)?),
        (None, Some(text)) => Some(number("after", &text)?),
        (None, None) => None,
    };
    let place = Arc::clone(&app.feeds).try_acquire_owned().map_err(|_| Problem::TooManyFeeds)?;
    // Subscribed before the log is read: what is committed in between is then seen twice, not never.
    let feed = app.desk.subscribe();
    let newest = app.desk.log(u64::MAX, 1).await?.first().map_or(0, |event| event.number);
    // A number from the future belongs to another book.
    let last = after.filter(|after| *after <= newest).unwrap_or(newest);
    let follower = Follower::new(app.desk.clone(), feed, last);
    let mut closing = app.closing.clone();
    let closed = async move {
        // Only the end of the sender is ever reported.
        let _ = closing.changed().await;
    };
    let events = follower.into_stream(place).take_until(Box::pin(closed));
    // Whose token was revoked learns nothing more.
    let events = events.take_while(move |_| future::ready(app.access.still_admits(&caller)));
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

fn number(field: &'static str, text: &str) -> Result<u64, Problem> {
    text.parse().map_err(|_| Problem::Malformed(Invalid::new(field, text, "the number of an event")))
}

impl Follower {
    fn new(desk: Desk, feed: Feed, last: u64) -> Self {
        Self { desk, feed, last, ready: VecDeque::new(), behind: Behind::Maybe }
    }

    /// The events as messages; the place is given back with the stream.
    fn into_stream(self, place: OwnedSemaphorePermit) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        stream::unfold((self, place), |(mut follower, place)| async {
            let event = follower.next().await?;
            Some((Ok(message(&event)), (follower, place)))
        })
    }

    /// The next event; none when the desk is closed or its log cannot be read.
    async fn next(&mut self) -> Option<Arc<Event>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.last = event.number;
                return Some(event);
            }
            if self.behind == Behind::Maybe {
                // The client comes back by itself, with the number of the last event it has.
                self.catch_up().await.inspect_err(|error| tracing::warn!(%error, "an event feed ended")).ok()?;
                continue;
            }
            match self.feed.next().await? {
                Feedback::Events(events) if follows(&events, self.last) => {
                    self.ready.extend(events.iter().filter(|event| event.number > self.last).cloned());
                }
                Feedback::Events(_) | Feedback::Lagged => self.behind = Behind::Maybe,
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), DeskError> {
        let page = self.desk.log_after(self.last, PAGE).await?;
        self.ready.extend(page.into_iter().map(Arc::new));
        if self.ready.is_empty() {
            self.behind = Behind::No;
        }
        Ok(())
    }
}

/// Whether a batch leaves no gap after the event number `last`.
fn follows(events: &[Arc<Event>], last: u64) -> bool {
    events.first().is_none_or(|first| first.number <= last + 1)
}

fn message(event: &Event) -> sse::Event {
    let id = event.number.to_string();
    let message = sse::Event::default().id(&id);
    message.json_data(EventView::new(event)).unwrap_or_else(|error| {
        // Only a map with keys other than text could fail; the client still learns the number.
        tracing::error!(%error, "an event could not be written as JSON");
        sse::Event::default().id(id)
    })
}

#[cfg(test)]
mod tests {
    use crate::desk::{Calendar, Command, Options, SystemClock};
    use crate::domain::{Channel, Hours, Minutes, Provider, ProviderId, RangeSet, Weekly};
    use crate::scheduler::policy::POLICIES;
    use crate::store::MemoryStore;

    use super::*;

    #[tokio::test]
    async fn a_feed_that_lagged_reads_what_it_missed_from_the_log() {
        const COUNT: u64 = 3_000;
        let options = Options {
            workers: 1,
            queue_length: 8,
            start_grid: Minutes::new(5).unwrap(),
            policy: POLICIES[0],
            popularity_days: 0,
            seed: 1,
        };
        let calendar = Calendar::new(Arc::new(SystemClock), chrono_tz::UTC);
        let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options).unwrap();
        let mut follower = Follower::new(desk.clone(), desk.subscribe(), 0);
        // The log is empty: whatever comes has to come by the feed, or be missed there first.
        follower.behind = Behind::No;
        for number in 0..COUNT {
            let id = ProviderId::new(&format!("p{number}")).unwrap();
            let provider = Provider::new(id, Hours::always(Weekly::EveryDay(RangeSet::default())), 1).unwrap();
            desk.submit(Command::AddProvider(provider), Channel::Desk.into()).await.unwrap();
        }
        for number in 1..=COUNT {
            assert_eq!(follower.next().await.unwrap().number, number);
        }
    }
}
