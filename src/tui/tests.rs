//! Tests of the whole screen: keys in, cells and commands out.

mod booking;
mod fake;
mod fuzz;
mod keys;
mod live;
mod mouse;
mod play;
mod properties;
mod screens;
mod script;
