//! The play's end of the link to the screen.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::{Caption, DemoClock, DemoControl, DemoLink, DemoState, Speed};

/// Key presses that may wait for the play; a person does not press more between two looks at them.
const CONTROLS_MAX: usize = 32;

/// Nobody watches any more, or the desk is closed: the play is over, whatever is left of the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Over;

/// The play's end of the link: it listens to the audience and tells it how things stand.
#[derive(Debug)]
pub(super) struct Front {
    clock: Arc<DemoClock>,
    control: mpsc::Receiver<DemoControl>,
    state: watch::Sender<DemoState>,
}

impl Front {
    /// Both ends of a new link.
    pub(super) fn open(clock: Arc<DemoClock>) -> (Self, DemoLink) {
        let state = DemoState {
            caption: None,
            paused: clock.is_paused(),
            speed: clock.speed().get(),
            progress: 0.0,
            finished: false,
        };
        let (state, watched) = watch::channel(state);
        let (pressed, control) = mpsc::channel(CONTROLS_MAX);
        (Self { clock, control, state }, DemoLink { state: watched, control: pressed })
    }

    /// Waits for something while doing what the audience asks for.
    pub(super) async fn until<T>(&mut self, something: impl Future<Output = T>) -> Result<T, Over> {
        let mut something = pin!(something);
        loop {
            tokio::select! {
                biased;
                done = &mut something => return Ok(done),
                control = self.control.recv() => self.obey(control.ok_or(Over)?),
            }
        }
    }

    /// Waits for the audience's next wish and fulfils it.
    pub(super) async fn listen(&mut self) -> Result<(), Over> {
        let control = self.control.recv().await.ok_or(Over)?;
        self.obey(control);
        Ok(())
    }

    fn obey(&self, control: DemoControl) {
        match control {
            DemoControl::TogglePause => self.clock.toggle_pause(),
            DemoControl::Faster => self.clock.set_speed(self.clock.speed().faster()),
            DemoControl::Slower => self.clock.set_speed(self.clock.speed().slower()),
        }
        self.update(|_| ());
    }

    /// Shows a caption.
    pub(super) fn say(&self, caption: Caption) {
        self.update(|state| state.caption = Some(caption));
    }

    /// Shows how much was played, 0 to 1.
    pub(super) fn progress(&self, share: f64) {
        self.update(|state| state.progress = share.clamp(0.0, 1.0));
    }

    /// Says that the script is over; from here on the day goes by as fast as a real one.
    pub(super) fn finish(&self) {
        self.clock.set_speed(Speed::REAL_TIME);
        self.update(|state| {
            state.progress = 1.0;
            state.finished = true;
        });
    }

    /// Changes the state; wakes the screen only if it is another one then.
    fn update(&self, change: impl FnOnce(&mut DemoState)) {
        self.state.send_if_modified(|state| {
            let before = state.clone();
            change(state);
            state.paused = self.clock.is_paused();
            state.speed = self.clock.speed().get();
            *state != before
        });
    }
}
