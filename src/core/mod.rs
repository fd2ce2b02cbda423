//! What decides: no clock, no I/O, no async, no JavaScript.

pub mod error;
pub mod journal;
pub mod json;
pub mod kind;
pub mod number;
pub mod random;
pub mod request;
pub mod state;
pub mod store;
