//! Stories of people who use the shop, in a real browser against the real backend.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod bad_input;
mod canary;
mod layout;
mod main_story;
mod origins;
mod people;
mod provider;
mod renewal;
mod requests;
mod session;
mod storage;
mod tabs;
