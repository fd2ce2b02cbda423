//! The journal: the state of one area as immutable entries of a storage that many tabs share and none controls.
//!
//! Every transaction is one record under a key of its own, so that no tab ever overwrites what another wrote. To load is to join all
//! entries; to compact is to write a snapshot of the joined state, see that it stays, and only then remove what it contains.

mod area;
mod codec;
mod compact;
mod keys;
mod storage;

pub use area::{Changes, Journal};
pub use codec::{CodecError, Document, FORMAT};
pub use storage::{MemoryStorage, Storage, StorageFull};

#[cfg(test)]
mod tests;
