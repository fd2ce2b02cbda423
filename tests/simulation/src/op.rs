//! One operation, and what it knew.

use crate::action::Value;
use crate::ops::Ops;
use crate::page::{Dot, Replica, Stamp};

/// One operation on one key, and what it meant when it was made.
pub(crate) struct Op {
    pub(crate) slice: usize,
    pub(crate) key: usize,
    pub(crate) page: usize,
    /// What the operation is called, if it leaves an event: a removal doesn't.
    pub(crate) dot: Option<Dot>,
    /// When its page believed it to be: wall time in milliseconds.
    pub(crate) at: u64,
    /// When the entry was last put as a whole, as this operation saw it.
    pub(crate) put: Stamp,
    /// When the entry was first put, as this operation saw it.
    pub(crate) order: Stamp,
    /// What it asserts.
    pub(crate) cells: Vec<Cell>,
    /// The events that it supersedes.
    pub(crate) covers: Ops,
    /// Those that its page had seen to be superseded already.
    pub(crate) dead: Ops,
    /// The increments that it supersedes.
    pub(crate) floors: Vec<Floor>,
    pub(crate) adds: Option<Adds>,
    /// Whether its page still knows of it.
    pub(crate) is_kept: bool,
    /// For a member: whose it is, and who has taken it over from a guest.
    pub(crate) subject: Option<usize>,
    pub(crate) claimed: Option<usize>,
}

/// The value of a field, and when it was written.
#[derive(Clone, PartialEq)]
pub(crate) struct Cell {
    /// `None` for a value that is no object.
    pub(crate) field: Option<usize>,
    pub(crate) stamp: Stamp,
    pub(crate) text: String,
}

/// All increments of a field by one replica, up to this operation.
#[derive(Clone, Copy)]
pub(crate) struct Floor {
    pub(crate) field: usize,
    pub(crate) replica: Replica,
    pub(crate) last: usize,
}

/// An increment.
#[derive(Clone, Copy)]
pub(crate) struct Adds {
    pub(crate) field: usize,
    /// The sum of it and all earlier ones of the same replica.
    pub(crate) total: f64,
}

/// What was there of a key at one moment.
#[derive(Clone)]
pub(crate) struct Capture {
    pub(crate) slice: usize,
    pub(crate) key: usize,
    pub(crate) covers: Ops,
    pub(crate) dead: Ops,
    pub(crate) floors: Vec<Floor>,
}

impl Value {
    pub(crate) fn cells(&self, stamp: Stamp) -> Vec<Cell> {
        match &self.whole {
            Some(text) => vec![Cell {
                field: None,
                stamp,
                text: text.clone(),
            }],
            None => self
                .fields
                .iter()
                .map(|(field, text)| Cell {
                    field: Some(*field),
                    stamp,
                    text: text.clone(),
                })
                .collect(),
        }
    }
}
