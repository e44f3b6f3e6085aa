//! What a running demo and the screen tell each other.

use tokio::sync::{mpsc, watch};

/// What the audience should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caption {
    /// A few words.
    pub title: String,
    /// One or two sentences.
    pub text: String,
}

/// How far a demo has come.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoState {
    /// The caption of the moment.
    pub caption: Option<Caption>,
    /// Whether it stands still.
    pub paused: bool,
    /// Demo minutes per real second, above 0.
    pub speed: f64,
    /// How much of the script was played, 0 to 1.
    pub progress: f64,
    /// Whether the script has been played to its end.
    pub finished: bool,
}

/// What the person in front of a demo asks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DemoControl {
    /// Stand still, or go on.
    TogglePause,
    /// Play faster.
    Faster,
    /// Play slower.
    Slower,
}

/// The screen's end of a demo.
#[derive(Debug)]
pub struct DemoLink {
    /// How far it has come; only the newest state matters.
    pub state: watch::Receiver<DemoState>,
    /// Where key presses for the demo go.
    pub control: mpsc::Sender<DemoControl>,
}
