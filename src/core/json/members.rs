//! What reading a document by its members' names needs. Serde would do it as well, for 20 kB of wasm.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::{JsonError, Raw, Reader};

/// What reads a type from the reader's next value.
pub(crate) type Read<'a, T> = fn(&mut Reader<'a>) -> Result<T, JsonError>;

impl<'a> Reader<'a> {
    /// As [`object`](Self::object), in one copy for all callers.
    pub(crate) fn members(
        &mut self,
        each: &mut dyn FnMut(&str, &mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.items(b'{', b'}', &mut |reader| {
            let name = reader.string()?;
            reader.expect(b':')?;
            each(&name, reader)
        })
    }

    /// As [`array`](Self::array), in one copy for all callers.
    pub(crate) fn elements(
        &mut self,
        each: &mut dyn FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.items(b'[', b']', each)
    }

    /// A string of its own.
    pub(crate) fn text(&mut self) -> Result<String, JsonError> {
        self.string().map(Cow::into_owned)
    }

    /// An array of strings.
    pub(crate) fn texts(&mut self) -> Result<Vec<String>, JsonError> {
        let mut texts = Vec::new();
        self.elements(&mut |element| {
            texts.push(element.text()?);
            Ok(())
        })?;
        Ok(texts)
    }

    /// A value, or `null` for none.
    pub(crate) fn optional<T>(&mut self, read: Read<'a, T>) -> Result<Option<T>, JsonError> {
        if self.null().is_ok() {
            return Ok(None);
        }
        read(self).map(Some)
    }
}

/// Reads a whole document.
pub(crate) fn read_all<'a, T>(text: &'a str, read: Read<'a, T>) -> Result<T, JsonError> {
    let mut reader = Reader::new(text);
    let value = read(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads through serde what reads itself, for those who have it within a type of their own.
pub(crate) fn through_serde<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    read: fn(&mut Reader<'_>) -> Result<T, JsonError>,
) -> Result<T, D::Error> {
    let Raw(text) = Raw::deserialize(deserializer)?;
    read_all(&text, read).map_err(D::Error::custom)
}
