//! A desk whose store, policy or runtime breaks off: an error for those concerned, and it goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use slotdesk::desk::{Calendar, Command, Desk, DeskError, Options};
use slotdesk::scheduler::policy::FirstFit;
use slotdesk::scheduler::{Openings, Policy, ProviderOrder};
use slotdesk::store::{Commit, MemoryStore, Reader, Store, StoreError, Verdict, audit};
use support::*;

/// A store that breaks off in the middle of the given commit.
struct Breaking {
    inner: MemoryStore,
    commits: u64,
    breaks: u64,
}

impl Store for Breaking {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.commits += 1;
        assert_ne!(self.commits, self.breaks, "a defect in the store");
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_panics_is_an_error_and_the_desk_goes_on_and_closes() {
    let store = MemoryStore::new();
    let desk = open(Breaking { inner: store.clone(), commits: 0, breaks: 2 });
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    let broken = soon(book(&desk, request("a", "09:00", "10:00", 60))).await;
    assert!(matches!(broken, Err(DeskError::Store(_))), "{broken:?}");
    assert_eq!(soon(booked(&desk, request("a", "09:00", "10:00", 60))).await, "chen 09:00–10:00");
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
    soon(desk.close()).await.unwrap();
}

/// A store that answers for nothing of the given commit, and stores nothing of it.
struct Silent {
    inner: MemoryStore,
    commits: u64,
    fails: u64,
}

impl Store for Silent {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.commits += 1;
        if self.commits == self.fails { Ok(Vec::new()) } else { self.inner.commit(batch) }
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rule_6_what_the_store_does_not_answer_for_is_not_booked_and_nobody_waits_for_it() {
    let store = MemoryStore::new();
    let desk = open(Silent { inner: store.clone(), commits: 0, fails: 2 });
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    let unanswered = soon(book(&desk, request("a", "09:00", "10:00", 60))).await;
    assert!(matches!(unanswered, Err(DeskError::Store(_))), "{unanswered:?}");
    assert_eq!(soon(booked(&desk, request("a", "09:00", "10:00", 60))).await, "chen 09:00–10:00");
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
    soon(desk.close()).await.unwrap();
}

/// First fit, but for what takes seven minutes.
#[derive(Debug)]
struct FailsAtSeven;

impl Policy for FailsAtSeven {
    fn name(&self) -> &'static str {
        "fails at seven"
    }

    fn summary(&self) -> &'static str {
        "first fit with a defect"
    }

    fn provider_order(&self) -> ProviderOrder {
        FirstFit.provider_order()
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        assert_ne!(openings.duration(), 7, "a defect in the policy");
        FirstFit.choose(openings)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_decision_that_panics_is_an_error_and_costs_no_worker() {
    let store = MemoryStore::new();
    let options = Options { workers: 2, policy: &FailsAtSeven, ..options() };
    let workers = options.workers;
    let desk = Desk::open(Box::new(store.clone()), Calendar::new(clock(), ZONE), options).unwrap();
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    let mut told = 0;
    for _ in 0..2 {
        // More of them than there are workers; those who wait for the same request hear of it too.
        let broken = (0..4).map(|_| book(&desk, request("a", "09:00", "10:00", 7)));
        for answer in soon(futures::future::join_all(broken)).await {
            assert!(matches!(answer, Err(DeskError::Defect)), "{answer:?}");
            told += 1;
        }
    }
    assert_eq!(soon(booked(&desk, request("b", "09:00", "10:00", 30))).await, "chen 09:00–09:30");
    // A worker is idle a moment after its answer.
    let idle = async {
        while desk.pulse().busy > 0 {
            tokio::task::yield_now().await;
        }
    };
    soon(idle).await;
    assert_eq!(audit(&mut *store.reader().unwrap()).unwrap(), []);
    soon(desk.close()).await.unwrap();
    figures::report(
        "a_decision_that_panics_is_an_error_and_costs_no_worker",
        &format!("{told} requests told of a defect by {workers} workers, and the next one booked"),
    );
}

/// First fit, but a day is loaded in vain while there is a defect.
#[derive(Debug)]
struct FailsToLoad;

static DEFECT: AtomicBool = AtomicBool::new(false);

impl Policy for FailsToLoad {
    fn name(&self) -> &'static str {
        "fails to load"
    }

    fn summary(&self) -> &'static str {
        "first fit with a defect"
    }

    fn provider_order(&self) -> ProviderOrder {
        assert!(!DEFECT.load(Ordering::Relaxed), "a defect in the policy");
        FirstFit.provider_order()
    }

    fn choose(&self, openings: &Openings<'_>) -> Option<u16> {
        FirstFit.choose(openings)
    }
}

#[tokio::test]
async fn an_undo_that_panics_can_be_repeated() {
    let store = MemoryStore::new();
    let open = || {
        let options = Options { policy: &FailsToLoad, ..options() };
        Desk::open(Box::new(store.clone()), Calendar::new(clock(), ZONE), options).unwrap()
    };
    let desk = open();
    add(&desk, provider("chen", &[("09:00", "12:00")], 8)).await;
    assert_eq!(booked(&desk, request("a", "09:00", "10:00", 60)).await, "chen 09:00–10:00");
    desk.close().await.unwrap();
    let desk = open();
    DEFECT.store(true, Ordering::Relaxed);
    let broken = soon(desk.submit(Command::Undo, actor())).await;
    assert!(matches!(broken, Err(DeskError::Defect)), "{broken:?}");
    DEFECT.store(false, Ordering::Relaxed);
    soon(desk.submit(Command::Undo, actor())).await.unwrap();
    assert_eq!(timetable(&desk, monday()).await, Vec::<String>::new());
}

#[test]
fn a_runtime_that_ends_first_takes_the_journal_and_its_store_along() {
    let (dropped, waiting) = std::sync::mpsc::channel();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let desk = runtime.block_on(async { open(TellsWhenDropped { inner: MemoryStore::new(), _dropped: dropped }) });
    runtime.shutdown_background();
    assert_eq!(waiting.recv_timeout(Duration::from_secs(20)), Err(std::sync::mpsc::RecvTimeoutError::Disconnected));
    drop(desk);
}

/// A store whose end can be heard.
struct TellsWhenDropped {
    inner: MemoryStore,
    _dropped: std::sync::mpsc::Sender<()>,
}

impl Store for TellsWhenDropped {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}
