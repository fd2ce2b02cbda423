//! What the end-to-end tests need: the real backend, a real browser, and a way to see what went over the wire.
//!
//! `cargo xtask test` builds everything and says in environment variables where it is. A harness that can't go on
//! panics, and says what it waited for and what it saw instead.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod authority;
mod browser;
mod crash;
mod devtools;
mod driver;
mod engine;
mod environment;
mod front;
pub mod http;
mod pages;
mod provider;
mod server;
mod tab;
mod view;
mod wait;
mod wire;
mod witness;

pub use authority::{Authority, Counted};
pub use browser::Browser;
pub use devtools::Recording;
pub use engine::Engine;
pub use front::{Fault, Front};
pub use pages::Pages;
pub use provider::{Grants, Provider};
pub use server::{Server, Stats};
pub use tab::Tab;
pub use view::View;
pub use wait::{SOON, until, within};
pub use wire::Sent;
pub use witness::{Seen, Witness};
