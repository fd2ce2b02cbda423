use core::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// One rule as an application writes it, as JSON: `{"match", "token"?, "send"?, "consume"?, "redirect"?}`.
///
/// Reading it only tells the types of its members apart. What they say is judged by [`Rules::compile`](super::Rules::compile), which
/// can name the rule.
///
/// ```
/// use holdall::{json::from_text, request::RuleConfig};
///
/// let rules: Vec<RuleConfig> = from_text(
///     r#"[{"match":"/api/*","token":true},
///         {"match":"POST /api/checkout","token":"required","send":{"cart":{"in":"body","as":"basket"}},"consume":["cart"]}]"#,
/// )?;
/// assert_eq!(rules.len(), 2);
/// # Ok::<(), holdall::json::JsonError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct RuleConfig {
    pub(super) pattern: String,
    pub(super) token: Option<Word>,
    pub(super) send: Vec<(String, SendConfig)>,
    pub(super) consume: Option<Vec<String>>,
    pub(super) redirect: Option<String>,
    /// A member that isn't known: a typing error that must not pass for a rule without that member.
    pub(super) unknown: Option<String>,
}

/// How a slice is to be sent: `"query"`, `false`, or `{"in", "style"?, "as"?}`.
#[derive(Debug, Clone, Default)]
pub(super) struct SendConfig {
    pub(super) place: Option<Word>,
    pub(super) style: Option<String>,
    pub(super) name: Option<String>,
    pub(super) unknown: Option<String>,
}

/// A boolean or a word.
#[derive(Debug, Clone)]
pub(super) enum Word {
    Bool(bool),
    Text(String),
}

impl<'de> Deserialize<'de> for RuleConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = RuleConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a rule")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RuleConfig, A::Error> {
                let mut rule = RuleConfig::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "match" => rule.pattern = map.next_value()?,
                        "token" => rule.token = map.next_value()?,
                        "send" => rule.send = map.next_value::<Option<Sends>>()?.map_or(Vec::new(), |sends| sends.0),
                        "consume" => rule.consume = map.next_value()?,
                        "redirect" => rule.redirect = map.next_value()?,
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                            rule.unknown = Some(name);
                        }
                    }
                }
                Ok(rule)
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// The member `send`, in the order it is written.
struct Sends(Vec<(String, SendConfig)>);

impl<'de> Deserialize<'de> for Sends {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Slices;
        impl<'de> Visitor<'de> for Slices {
            type Value = Sends;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("slices by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sends, A::Error> {
                let mut sends = Vec::new();
                while let Some(slice) = map.next_key()? {
                    sends.push((slice, map.next_value()?));
                }
                Ok(Sends(sends))
            }
        }
        deserializer.deserialize_map(Slices)
    }
}

impl<'de> Deserialize<'de> for SendConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = SendConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a place, false, or an object")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<SendConfig, E> {
                Ok(SendConfig {
                    place: Some(Word::Bool(value)),
                    ..SendConfig::default()
                })
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<SendConfig, E> {
                Ok(SendConfig {
                    place: Some(Word::Text(value.to_owned())),
                    ..SendConfig::default()
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SendConfig, A::Error> {
                let mut send = SendConfig::default();
                while let Some(name) = map.next_key::<String>()? {
                    match name.as_str() {
                        "in" => send.place = map.next_value::<Option<String>>()?.map(Word::Text),
                        "style" => send.style = map.next_value()?,
                        "as" => send.name = map.next_value()?,
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                            send.unknown = Some(name);
                        }
                    }
                }
                Ok(send)
            }
        }
        deserializer.deserialize_any(Members)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl Visitor<'_> for Either {
            type Value = Word;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a boolean or a word")
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Word, E> {
                Ok(Word::Bool(value))
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<Word, E> {
                Ok(Word::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Either)
    }
}
