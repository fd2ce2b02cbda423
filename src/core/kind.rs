//! What a slice can be.

use crate::json::{JsonError, Reader};

/// The kind of a slice. It decides what a change may do, and how the slice looks when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Keyed entries; sent as an object.
    Map,
    /// Members without order or fields; sent as an array.
    Set,
    /// One record of fields; sent as an object.
    Object,
}

impl Kind {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        match &*reader.string()? {
            "map" => Ok(Self::Map),
            "set" => Ok(Self::Set),
            "object" => Ok(Self::Object),
            _ => Err(JsonError::Syntax),
        }
    }
}
