use serde::Serialize;

use crate::session::{Outcome, Status};

/// What users can watch. No event holds a token, a value of the state, or a query, which may hold both.
#[derive(Debug)]
pub enum Event {
    /// A request of theirs has ended.
    Request(RequestEvent),
    /// A refresh has ended, after so many milliseconds.
    Refresh {
        /// How.
        outcome: Outcome,
        /// How long it took.
        milliseconds: u64,
    },
    /// Another tab has begun or ended a session.
    SessionChanged,
    /// The session's status has changed.
    Session(Status),
    /// What is in memory can't be stored now. It is tried again.
    StorageFull,
    /// A storage entry can't be read. It was set aside, or stays where it is.
    Corrupt(String),
    /// A storage entry was written by a newer version, of this library or of the application. It stays where it is.
    NewerVersion(String),
}

/// A request that has ended.
#[derive(Debug, Serialize)]
pub struct RequestEvent {
    /// Its method, as it was sent.
    pub method: String,
    /// Its address, without query and fragment.
    pub url: String,
    /// The slices that it carried.
    pub slices: Vec<String>,
    /// The bytes of state that it carried.
    pub bytes: u32,
    /// Whether it carried the access token.
    pub token: bool,
    /// The answer's status; 0 if there was none.
    pub status: u16,
    /// Whether it was sent more than once: the first token was refused, or the rule tries again after failures.
    pub replayed: bool,
    /// From the call to the answer's headers, waiting for a token included.
    pub milliseconds: u32,
}
