//! Rules 6 to 9 of design §2 on a whole desk: what waits for what, what is shown when, and that it all
//! can be repeated.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use slotdesk::desk::{Command, Desk, Options, Past};
use slotdesk::domain::*;
use slotdesk::scheduler::{Locked, Proposal};
use slotdesk::store::{Commit, MemoryStore, Reader, Store, StoreError, Verdict};
use support::*;

/// A store whose commits wait until they are let through, one token a commit.
struct SlowStore {
    inner: MemoryStore,
    entered: mpsc::Sender<()>,
    pass: mpsc::Receiver<()>,
}

impl Store for SlowStore {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.entered.send(()).unwrap();
        self.pass.recv().unwrap();
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

/// Fails instead of hanging when something waits that must not.
async fn promptly<T>(what: &str, future: impl Future<Output = T>) -> T {
    let bound = Duration::from_secs(20);
    tokio::time::timeout(bound, future).await.unwrap_or_else(|_| panic!("{what} waited for the store"))
}

fn spawn_booking(desk: &Desk, id: &str) -> tokio::task::JoinHandle<String> {
    let (desk, wish) = (desk.clone(), request(id, "09:00", "17:00", 30));
    tokio::spawn(async move { booked(&desk, wish).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_and_7_nothing_is_shown_before_the_store_has_it_and_no_lock_waits_for_the_store() {
    let inner = MemoryStore::new();
    let (tell, entered) = mpsc::channel();
    let (pass, wait) = mpsc::channel();
    let desk = open(SlowStore { inner, entered: tell, pass: wait });
    pass.send(()).unwrap();
    add(&desk, provider("chen", &[("09:00", "17:00")], 16)).await;
    entered.recv().unwrap();

    let mut feed = desk.subscribe();
    let first = spawn_booking(&desk, "a");
    let hanging = tokio::task::spawn_blocking(move || {
        entered.recv().unwrap();
        entered
    });
    let _entered = hanging.await.unwrap();
    // The first booking is decided and its commit hangs. Nobody is shown anything, ...
    assert_eq!(timetable(&desk, monday()).await, Vec::<String>::new());
    assert!(!first.is_finished());
    // ... a look at the very same provider does not wait, and sees that the minutes are spoken for, ...
    let next = request_with("chen", "look", "09:00", "09:30", 30);
    let looked = promptly("a proposal", desk.propose(&next, Past::Refuse)).await.unwrap();
    assert!(matches!(looked, Proposal::Refused { .. }), "{looked:?}");
    // ... and a second booking of the provider is decided meanwhile: both go out with the next commits.
    let second = spawn_booking(&desk, "b");
    promptly("a decision", async {
        while desk.pulse().storing < 2 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    for _ in 0..2 {
        pass.send(()).unwrap();
    }
    assert!(first.await.unwrap().starts_with("chen"));
    assert!(second.await.unwrap().starts_with("chen"));
    feed.next().await.unwrap();
    assert_eq!(timetable(&desk, monday()).await.len(), 2);
}

#[test]
fn rule_7_a_provider_that_is_held_keeps_nobody_from_another_one() {
    use slotdesk::scheduler::{Day, Dice, ProviderDay, Rules, Yardstick, policy};
    // In the order in which anybody is asked; wu, the first who is not held, has no room before noon.
    let hours =
        [("chen", "08:00", "18:00"), ("roy", "08:00", "17:00"), ("wu", "12:00", "20:00"), ("yu", "09:00", "12:00")];
    let day_of = |(id, start, end)| {
        let record = provider(id, &[(start, end)], 50).into();
        ProviderDay::new(record, monday(), Vec::new(), 0)
    };
    let rules = Rules {
        yardstick: Yardstick::new(&[30]).into(),
        start_grid: Minutes::new(5).unwrap(),
        policy: policy::POLICIES[0],
        dice: Dice::new(1),
    };
    let day = Day::new(monday(), rules.into(), Arc::default(), hours.map(day_of).into());
    let day = Arc::new(day);
    let book = |day: &Day, wish: Request| day.book(&wish.into(), Minute::MIDNIGHT, |_, _| ()).unwrap().provider.clone();
    // From here on there is an order for half hours, and none for anything else.
    assert_eq!(book(&day, request("ordered", "18:00", "20:00", 30)), provider_id("wu"));
    let (chen, roy) = (provider_id("chen"), provider_id("roy"));
    let held = [(&*day, &chen), (&*day, &roy)];
    let _held = Locked::new(held);
    let (tell, told) = mpsc::channel();
    let asking = Arc::clone(&day);
    // Not joined: a thread that waits for who is held would wait for ever.
    std::thread::spawn(move || {
        for wish in [
            request_with("wu", "a", "12:00", "17:00", 30),
            request("b", "09:00", "12:00", 30),
            request("c", "12:00", "17:00", 20),
        ] {
            tell.send(book(&asking, wish)).unwrap();
        }
    });
    let with = ["wu", "yu", "wu"];
    for expected in with {
        let provider = told.recv_timeout(Duration::from_secs(20)).expect("nobody waits for who is held");
        assert_eq!(provider, provider_id(expected));
    }
    figures::report(
        "rule_7_a_provider_that_is_held_keeps_nobody_from_another_one",
        &format!("{} of {} providers held, {} bookings with the others", held.len(), hours.len(), with.len()),
    );
}

#[tokio::test]
async fn rule_8_text_is_stored_as_it_was_meant_and_never_shown_raw() {
    let desk = open(MemoryStore::new());
    add(&desk, provider("chen", &[("09:00", "10:00")], 8)).await;
    // Every control character, and all that Unicode has for reordering a line.
    let controls = ('\0'..'\u{20}').chain('\u{7f}'..'\u{a0}');
    let marks = ['\u{61c}', '\u{200e}', '\u{200f}'].into_iter();
    let harmful: String = controls.chain(marks).chain('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}').collect();
    let meant = format!("Ada {harmful}ecalevoL");
    let wish = Request { client: Some(Text::name("client", &meant).unwrap()), ..request("a", "09:00", "10:00", 60) };
    book(&desk, wish).await.unwrap();
    let snapshot = desk.day(monday()).await.unwrap();
    let client = snapshot.appointments()[0].request.client.clone().unwrap();
    assert_eq!(client.as_str(), meant);
    let shown = client.to_string();
    assert!(!shown.contains(|c| harmful.contains(c)), "{shown:?}");
    assert_eq!(shown.chars().count(), meant.chars().count(), "each of them can be seen");
    let wrong = RequestId::new("\u{1b}[2J").unwrap_err().to_string();
    assert!(!wrong.contains('\u{1b}'), "{wrong:?}");
}

async fn a_day_of_bookings(seed: u64, policy: &str) -> Vec<Event> {
    let policy = slotdesk::scheduler::policy::named(policy).unwrap();
    let options = Options { seed, policy, workers: 1, ..options() };
    let calendar = slotdesk::desk::Calendar::new(clock(), ZONE);
    let desk = Desk::open(Box::new(MemoryStore::new()), calendar, options).unwrap();
    for id in ["chen", "roy", "wu"] {
        add(&desk, provider(id, &[("09:00", "12:00")], 8)).await;
    }
    for _ in 0..24 {
        let wish = Request { id: desk.new_request_id(), ..request("made up", "09:00", "12:00", 25) };
        book(&desk, wish).await.unwrap();
    }
    desk.submit(Command::Undo, actor()).await.unwrap();
    desk.log(u64::MAX, 100).await.unwrap()
}

#[tokio::test]
async fn rule_9_the_same_clock_and_seed_give_the_same_log() {
    for policy in ["least-fragmentation", "random"] {
        let log = a_day_of_bookings(7, policy).await;
        assert_eq!(log, a_day_of_bookings(7, policy).await, "{policy}");
        assert_ne!(log, a_day_of_bookings(8, policy).await, "the seed makes the identifiers");
    }
}
