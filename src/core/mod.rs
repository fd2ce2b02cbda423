//! What decides: no clock, no I/O, no async, no JavaScript.

pub(crate) mod base64;
pub mod client;
pub mod error;
mod fingerprint;
pub mod journal;
pub mod json;
pub mod kind;
pub(crate) mod list;
#[cfg(holdall_mutants)]
pub mod mutant;
#[cfg(not(holdall_mutants))]
pub(crate) mod mutant;
pub mod number;
pub mod random;
pub mod request;
pub mod session;
pub(crate) mod sort;
pub mod state;
pub mod store;
pub(crate) mod text;
pub mod time;

pub use fingerprint::fingerprint;
