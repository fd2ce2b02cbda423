//! The journal: the state of one area as immutable entries of a storage that many tabs share and none controls.
//!
//! Every transaction is one record under a key of its own, so that no tab ever overwrites what another wrote. To load is to join all
//! entries; to compact is to write the joined state of many as few, see that these stay, and only then remove what they contain.

mod area;
mod chunk;
mod codec;
mod compact;
mod kept;
mod limits;
mod plan;
mod quarantine;
mod read;
mod retire;
mod storage;
mod stored;
mod take_over;
mod write;

pub use area::{Changes, Journal, Known};
pub use codec::{CodecError, Document, FORMAT, Newest};
pub use compact::Pace;
pub use limits::Limits;
pub use storage::{MemoryStorage, Storage, StorageFull};

#[cfg(test)]
mod tests;
