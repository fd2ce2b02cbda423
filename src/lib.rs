//! Holds an application's state and session in the browser, and puts both on every request, so that servers can hold none.

#[cfg(all(not(target_arch = "wasm32"), feature = "axum"))]
pub mod axum;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[forbid(unsafe_code)]
mod core;
#[cfg(all(target_arch = "wasm32", feature = "front"))]
pub mod front;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
mod js;

#[cfg(not(holdall_mutants))]
use crate::core::mutant;
pub use crate::core::*;

/// Its examples are tested with those of the documentation.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../docs/server-axum.md")]
struct ServerInAxum;
