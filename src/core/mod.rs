//! What decides: no clock, no I/O, no async, no JavaScript.

pub mod json;
pub mod kind;
pub mod number;
pub mod request;
