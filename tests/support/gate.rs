//! A store whose commits wait at a gate, so that a test decides what happens meanwhile.

use std::sync::{Arc, Condvar, Mutex};

use slotdesk::store::{Commit, Reader, Store, StoreError, Verdict};

/// Commits wait in front of it while the gate is shut.
pub(crate) struct GatedStore<S> {
    inner: S,
    gate: Gate,
}

/// Opens and shuts the gate of a [`GatedStore`].
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Default)]
struct State {
    shut: bool,
    waiting: bool,
}

impl<S> GatedStore<S> {
    pub(crate) fn new(inner: S) -> (Self, Gate) {
        let gate = Gate::default();
        (Self { inner, gate: gate.clone() }, gate)
    }
}

impl Gate {
    pub(crate) fn shut(&self) {
        self.0.0.lock().unwrap().shut = true;
    }

    pub(crate) fn open(&self) {
        self.0.0.lock().unwrap().shut = false;
        self.0.1.notify_all();
    }

    /// Waits until a commit stands in front of the shut gate.
    pub(crate) async fn reached(&self) {
        let gate = self.clone();
        let wait = move || drop(gate.0.1.wait_while(gate.0.0.lock().unwrap(), |state| !state.waiting).unwrap());
        tokio::task::spawn_blocking(wait).await.unwrap();
    }

    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        while state.shut {
            state.waiting = true;
            changed.notify_all();
            state = changed.wait(state).unwrap();
        }
        state.waiting = false;
    }
}

impl<S: Store> Store for GatedStore<S> {
    fn commit(&mut self, batch: &[Commit]) -> Result<Vec<Verdict>, StoreError> {
        self.gate.pass();
        self.inner.commit(batch)
    }

    fn reader(&self) -> Result<Box<dyn Reader>, StoreError> {
        self.inner.reader()
    }
}
