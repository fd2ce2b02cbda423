//! The delta state: what all tabs agree on, however their changes meet.
//!
//! A [`Slice`] maps keys to [`Entry`]s, each a set of [`Event`]s and [`Counter`]s, and says in a [`Context`] which operations it has
//! seen. Two states join into one that contains both: an event stays if both list it, or if one lists it and the other hasn't seen
//! it. The join is commutative, associative and idempotent, so records may arrive in any order, twice, or late. It is the optimised
//! observed-remove map of *delta-crdts* (Almeida, Shoker, Baquero: "Delta State Replicated Data Types", 2018), with fields that
//! join one by one and counters that can be floored.

mod change;
mod context;
mod entries;
mod entry;
mod id;
mod part;
mod retire;
mod slice;
mod view;

pub use change::{Author, Capture, ChangeError, SETTLED};
pub use context::Context;
pub use entries::{Entries, Source};
pub use entry::{Cell, Counter, Entry, Event, Origin};
pub use id::{Dot, MAX_CLOCK, Replica, Stamp};
pub use part::{Absorbed, PARTS, Part, Scope, part_of};
pub use slice::Slice;
pub use view::Field;
pub(crate) use view::{is_number, write_object};

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
