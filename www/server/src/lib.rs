//! The demo's backend. It holds no session and no application state of its clients: what a request needs, it carries,
//! so any number of these processes can share one data directory, and any of them can be restarted at any time.

#![forbid(unsafe_code)]

mod app;
mod auth;
mod catalogue;
pub mod clock;
mod files;
mod inbox;
mod letters;
mod problem;
mod shop;
mod signing_key;
mod stats;
mod store;

pub use app::{App, Settings, StartError, router};
