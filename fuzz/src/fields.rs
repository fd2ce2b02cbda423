//! Inputs of several texts.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hasher};

/// What separates them: ASCII's record separator, which no seed has within a text.
const SEPARATOR: u8 = 0x1e;

/// The parts of an input.
pub(crate) fn split(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    input.split(|byte| *byte == SEPARATOR)
}

/// The parts of an input as texts, which is all that browsers ever give to the core. What is missing is empty.
pub(crate) fn texts<const N: usize>(input: &[u8]) -> [Cow<'_, str>; N] {
    let mut parts = split(input);
    std::array::from_fn(|_| text(parts.next().unwrap_or_default()))
}

/// Bytes as the text that a browser makes of them.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// Puts texts together to an input.
pub(crate) fn join(parts: &[&str]) -> Vec<u8> {
    parts.join("\u{1e}").into_bytes()
}

/// The names of a query's parameters, as others read them.
pub(crate) fn names(query: &str) -> Vec<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    pairs.map(|(name, _)| name.into_owned()).collect()
}

/// Random bits for the pages of an input: what is hostile can't know them, not even where coverage shows the way.
pub(crate) fn seed(input: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(input);
    hasher.finish()
}
