//! Both halves together over real HTTP, beside parsers and proxies that others wrote.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod caches;
mod limits;
mod nginx;
mod round_trip;
mod shapes;
mod vectors;
