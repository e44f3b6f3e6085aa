//! The pieces of the screen: pure functions of their properties.
//!
//! Every widget is a struct of borrowed properties that is drawn by reference. None knows a clock, keeps
//! state or locks anything; where the pointer has to be matched to what is drawn, the widget offers the
//! same layout that it draws with. Text from outside is made harmless and is cut by display width.

mod appointment_list;
mod axis;
mod caption;
mod confirm;
mod day_totals;
mod details;
mod empty_desk;
mod field;
mod footer;
mod fragmentation;
mod header;
mod help;
mod menu;
mod palette;
mod panel;
mod popup;
mod scroll;
mod text;
mod timelines;
mod too_small;
mod which_key;

pub use appointment_list::AppointmentList;
pub use axis::{Axis, Tick};
pub use caption::CaptionBar;
pub use confirm::{ConfirmList, ConfirmView};
pub use day_totals::DayTotals;
pub use details::{Details, Subject};
pub use empty_desk::EmptyDesk;
pub use field::{FieldKind, FieldView, FormView};
pub use footer::{Footer, Hint, Severity, Toast};
pub use fragmentation::FragmentationPanel;
pub use header::{Header, Mode};
pub use help::{HelpEntry, HelpGroup, HelpView};
pub use menu::{Menu, MenuItem};
pub use palette::{PaletteEntry, PaletteView};
pub use panel::{Focus, Panel};
pub use popup::Popup;
pub use scroll::{ScrollBar, keep_visible};
pub use text::{truncate, width, wrap};
pub use timelines::{Ghost, GhostFit, Marks, Timelines, TimelinesHit, TimelinesLayout, TimelinesSelection};
pub use too_small::TooSmall;
pub use which_key::WhichKey;

#[cfg(test)]
pub(super) mod fixtures;
#[cfg(test)]
mod gallery;
