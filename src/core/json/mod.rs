//! JSON as text: values stay the text they came as, and are read only where something in them decides.
//!
//! No tree is built. [`Reader`] walks a text, [`canonical`] brings it into the one form of RFC 8785, [`from_text`] reads the few
//! documents whose members the core needs by name, and [`write`](mod@write) makes text again.

mod canonical;
mod de;
mod members;
mod raw;
mod reader;
pub mod write;

pub use canonical::canonical;
pub(crate) use canonical::utf16_order;
pub use de::from_text;
pub(crate) use members::{read_all, through_serde};
pub use raw::Raw;
pub use reader::{Kind, Reader};

/// Levels of nesting that a text may have. Deeper ones are refused, so that hostile input can't exhaust the stack.
pub const MAX_DEPTH: u32 = 128;

/// The same for a document that holds values: they lie deeper in it.
pub(crate) const DOCUMENT_DEPTH: u32 = MAX_DEPTH + 16;

/// What is wrong with a text. It never quotes the text, which may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonError {
    /// It isn't JSON (RFC 8259), or not of the form asked for.
    Syntax,
    /// It is nested deeper than the limit.
    Depth,
    /// A string holds half of a surrogate pair, which no UTF-8 can carry.
    LoneSurrogate,
    /// An object names a member twice.
    DuplicateName,
}

impl core::fmt::Display for JsonError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not the JSON that is expected here",
            Self::Depth => "JSON nested too deeply",
            Self::LoneSurrogate => "a string with half of a surrogate pair",
            Self::DuplicateName => "an object that names a member twice",
        })
    }
}

impl core::error::Error for JsonError {}
