use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Any value, kept as its text. Only [`from_text`](super::from_text) can read one.
#[derive(Clone, PartialEq, Eq)]
pub struct Raw(pub String);

/// Without the value, which may be state.
impl core::fmt::Debug for Raw {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Raw(…)")
    }
}

/// What tells the deserializer to give the text instead of the value.
pub(super) const MARK: &str = "holdall::Raw";

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Raw;

            fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str("a value")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw(text.to_owned()))
            }
        }

        deserializer.deserialize_newtype_struct(MARK, Text)
    }
}
