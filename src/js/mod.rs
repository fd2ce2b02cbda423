//! The JavaScript exports.

mod client;
mod host;
