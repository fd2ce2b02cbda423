//! The stored form. One line of JSON, with short names, since it shares five megabytes with everything else of the origin:
//!
//! ```text
//! {"f":1,                          format
//!  "d":"0123456789abcdef",         what is read later: a digest of all that follows
//!  "n":[1760000000000,1],          the same: the newest wall time, and the newest version of a slice
//!  "k":12,                         Lamport clock
//!  "h":"1.00…ab",                  the youngest replica that the writer knew to be retired, if any; snapshots: that may be now
//!  "r":["1.00…ab", …],             the replicas that the rest names by index
//!  "s":{"cart":{"17":{           slices, and their parts by number
//!    "h":"1.00…ab",                horizon, if any
//!    "c":[[0,1,3,5,5], …],         context: replica, then the first and last of each run
//!    "n":123,                      the same: the bytes of the entries
//!    "e":{"sku-1":[                entries: events, then counters
//!      [[0,3,1760000000000,1,12,0,4,0,["title","\"Lamp\"…"], …], …],
//!      [["qty",0,3,2,1,1], …]]}}}}}
//! ```
//!
//! An event is: replica, sequence number, wall time, version of the slice, clock and replica of the last put, clock and replica of the
//! first put, 1 if events of retired replicas were folded into it or 2 if an increment made it, then the cells: name (`null` for a value that is no object), value,
//! and clock and replica unless they are the put's. A cell that the entry's events have told before is the number of that one, from 0:
//! increments assert again what a put has written. A counter is: field, replica, sequence number and sum added, sequence number and
//! sum floored, and 1 if sums of retired replicas were folded into it.
//!
//! Snapshots, and records of many parts, are read when somebody asks for what they hold, part by part; the digest vouches for them until
//! then.

mod decode;
mod digest;
mod encode;
mod later;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::json::JsonError;
use crate::state::{Replica, Slice};

/// The version of the stored form.
pub const FORMAT: u64 = 1;

/// What one storage entry says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The Lamport clock of its writer.
    pub clock: u64,
    /// The youngest replica that its writer knew to be retired. A snapshot announces it, and still holds all: once it has stayed, what it
    /// holds may be folded.
    pub horizon: Option<Replica>,
    /// The newest of the events in it, if it says so: nothing else in it needs to be read for that.
    pub newest: Option<Newest>,
    /// The slices it speaks of, by name.
    pub slices: Vec<(Rc<str>, Slice)>,
}

/// The newest of some events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newest {
    /// Wall time in milliseconds since 1970.
    pub at: u64,
    /// The version of the slice.
    pub version: u32,
}

impl Newest {
    /// That of a slice.
    #[must_use]
    pub fn of(slice: &Slice) -> Self {
        let mut newest = Self::default();
        for (_, entry) in slice.entries() {
            for event in &entry.events {
                newest.at = newest.at.max(event.at);
                newest.version = newest.version.max(event.version);
            }
        }
        newest
    }
}

/// Why a storage entry can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodecError {
    /// It isn't what this library writes.
    Damaged,
    /// A newer version has written it.
    Newer,
}

impl From<JsonError> for CodecError {
    fn from(_: JsonError) -> Self {
        Self::Damaged
    }
}

impl Document {
    /// The slice of that name; made if it isn't there.
    pub fn slice(&mut self, name: &Rc<str>) -> &mut Slice {
        let at = self
            .slices
            .iter()
            .position(|(other, _)| other == name)
            .unwrap_or(self.slices.len());
        if at == self.slices.len() {
            self.slices.push((name.clone(), Slice::default()));
        }
        #[expect(clippy::indexing_slicing, reason = "the lines above found or made it")]
        &mut self.slices[at].1
    }
}
