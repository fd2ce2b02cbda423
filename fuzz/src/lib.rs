//! Fuzzing: whatever reads what others have written is given damage, and must say what it says of everything else.
//!
//! A [`Target`] takes any bytes, gives them to one of the core's readers, and panics if a property doesn't hold. Inputs are *seeds*
//! that mean something (the vectors, the fixtures, a few by hand), [mutated](mutate) a few times; [`hunt`] tries so many of them.
//!
//! ```text
//! cargo xtask fuzz                          each target for a minute
//! cargo xtask fuzz document --seconds=600   one, for longer
//! cargo xtask fuzz document --input=17      one input again, as a failure names it: a number, or a file
//! ```
//!
//! On any compiler inputs come from numbers, so a failure's number has it again. With a nightly compiler and `cargo-fuzz`,
//! `cargo xtask fuzz` leaves the choice to libFuzzer, which looks for inputs that reach new code.
//!
//! Why this and no fuzzing framework: damage that finds anything here changes a journal's entry or a request token by token, and that would be
//! own code within one, too. What is left is a loop. None was tried.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a property fails by panicking"
)]

mod corpus;
mod fields;
mod hunt;
mod memory;
pub mod mutate;
mod said;
mod seal;
#[path = "../../tests/http/tests/all/shapes.rs"]
mod shapes;
mod targets;
#[cfg(test)]
mod tests;

pub use hunt::{Finding, check, hunt};
pub use targets::TARGETS;

/// A reader, and what must hold of it whatever it is given.
pub struct Target {
    /// Its name.
    pub name: &'static str,
    /// Inputs that mean something.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Panics if a property doesn't hold for this input.
    pub run: fn(&[u8]),
}

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
