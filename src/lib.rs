//! Holds an application's state and session in the browser, and puts both on every request, so that servers can hold none.

#[forbid(unsafe_code)]
mod core;

pub use crate::core::*;
