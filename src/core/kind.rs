//! What a slice can be.

use serde::Deserialize;

/// The kind of a slice. It decides what a change may do, and how the slice looks when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Keyed entries; sent as an object.
    Map,
    /// Members without order or fields; sent as an array.
    Set,
    /// One record of fields; sent as an object.
    Object,
}
