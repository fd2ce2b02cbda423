use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{JsonError, Kind, Reader, raw};

/// Reads a document into a type, through serde.
///
/// The error says what kind of thing is wrong, and never quotes the text, which may be a secret that mustn't end up in a log.
///
/// # Errors
/// Those of the text, and [`JsonError::Syntax`] if it isn't of the type's form.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Answer { access_token: String, expires_in: Option<u64> }
///
/// let answer: Answer = holdall::json::from_text(r#"{"access_token":"…","scope":"a b"}"#)?;
/// assert_eq!(answer.expires_in, None);
/// # Ok::<(), holdall::json::JsonError>(())
/// ```
pub fn from_text<'de, T: de::Deserialize<'de>>(text: &'de str) -> Result<T, JsonError> {
    let mut reader = Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

impl de::Error for JsonError {
    fn custom<T: core::fmt::Display>(_: T) -> Self {
        Self::Syntax
    }
    // The provided forms of these format what they were given, which costs bytes and would quote values.
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::Syntax
    }
    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self::Syntax
    }
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self::Syntax
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::Syntax
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::Syntax
    }
    fn missing_field(_: &'static str) -> Self {
        Self::Syntax
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self::DuplicateName
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = JsonError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        match self.kind()? {
            Kind::Null => {
                self.null()?;
                visitor.visit_unit()
            }
            Kind::Bool => self.deserialize_bool(visitor),
            Kind::Number => self.deserialize_u64(visitor),
            Kind::String => self.deserialize_str(visitor),
            Kind::Array => self.deserialize_seq(visitor),
            Kind::Object => self.deserialize_map(visitor),
        }
    }

    // What a type asks for by name has a way of its own: `deserialize_any` for each type would cost the wasm build 20 kB.

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_bool(self.bool()?)
    }

    /// No document that is read here has a fraction.
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_u64(self.integer()?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_str(&self.string()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.open(b'[')?;
        let mut items = Items {
            reader: self,
            first: true,
            close: b']',
        };
        let value = visitor.visit_seq(&mut items)?;
        items.finish()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.open(b'{')?;
        let mut items = Items {
            reader: self,
            first: true,
            close: b'}',
        };
        let value = visitor.visit_map(&mut items)?;
        items.finish()?;
        Ok(value)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        self.deserialize_map(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.kind()? == Kind::Null {
            self.null()?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        if name == raw::MARK {
            visitor.visit_borrowed_str(self.skip()?)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        visitor.visit_enum(de::value::CowStrDeserializer::new(self.string()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.skip()?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

/// The elements of an array, or the members of an object.
struct Items<'r, 'de> {
    reader: &'r mut Reader<'de>,
    first: bool,
    close: u8,
}

impl Items<'_, '_> {
    fn step(&mut self) -> Result<bool, JsonError> {
        let first = core::mem::replace(&mut self.first, false);
        let more = self.reader.next_item(self.close, first)?;
        if !more {
            self.close = 0;
        }
        Ok(more)
    }

    /// A visitor may stop early (a tuple's does): what is left must be nothing.
    fn finish(&mut self) -> Result<(), JsonError> {
        if self.close == 0 || !self.step()? {
            Ok(())
        } else {
            Err(JsonError::Syntax)
        }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        if self.step()? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        if self.step()? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Config {
        name: String,
        ttl: Option<u64>,
        #[serde(default)]
        tags: Vec<String>,
        pair: Option<(u64, bool)>,
        raw: Option<crate::json::Raw>,
    }

    #[test]
    fn reads_structs() {
        let config: Config = from_text(
            r#"{"tags":["a","\u0062"],"other":[{}],"name":"x","ttl":null,"pair":[1,true],"raw": {"a" : 1} }"#,
        )
        .unwrap();
        assert_eq!(
            config,
            Config {
                name: "x".into(),
                ttl: None,
                tags: vec!["a".into(), "b".into()],
                pair: Some((1, true)),
                raw: Some(crate::json::Raw(r#"{"a" : 1}"#.into())),
            }
        );
    }

    #[test]
    fn refuses_without_quoting() {
        for bad in [
            "{}",
            r#"{"name":1}"#,
            r#"{"name":"x","name":"y"}"#,
            r#"{"name":"x","pair":[1,true,2]}"#,
            "[]",
            r#"{"name":"x"}}"#,
        ] {
            assert!(from_text::<Config>(bad).is_err(), "{bad}");
        }
        assert!(
            !from_text::<Config>(r#"{"name":{"secret":1}}"#)
                .unwrap_err()
                .to_string()
                .contains("secret")
        );
    }
}
