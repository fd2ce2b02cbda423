//! The server's answers, request by request, over temporary data directories and a clock that the tests move.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod checkout;
mod csrf;
mod files;
mod inbox;
mod instances;
mod problems;
mod processes;
mod sessions;
mod support;
mod tokens;
