//! What the tests over HTTP need: a client's half made of rules alone, a server's half on a port, and state to send.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod client;
mod generate;
mod nginx;
mod server;

pub use client::{Answer, Request, Sender, send};
pub use generate::Generator;
pub use nginx::Nginx;
pub use server::Server;
