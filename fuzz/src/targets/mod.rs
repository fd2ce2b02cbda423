//! One reader each.

mod address;
mod challenge;
mod config;
mod document;
mod heard;
mod hint;
mod journal;
mod json;
mod merge;
mod number;
mod pattern;
mod request;
mod rules;
mod store;
mod tokens;
mod typed;
mod vault;

use crate::Target;

macro_rules! targets {
    ($($name:ident)*) => {
        [$(Target { name: stringify!($name), seeds: $name::seeds, run: $name::run }),*]
    };
}

/// All of them.
pub static TARGETS: [Target; 17] = targets! {
    address challenge config document heard hint journal json merge number pattern request rules store tokens typed vault
};
