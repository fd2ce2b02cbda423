use serde::{Deserialize, Deserializer};

use crate::json::{JsonError, Kind, Reader, through_serde};
use crate::text::concat;

/// One rule as an application writes it, as JSON: `{"match", "token"?, "send"?, "consume"?, "consumeIf"?, "overflow"?, "redirect"?,
/// "retry"?, "idempotency"?, "budget"?}`. Functions are numbers here, by which the application knows them.
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
    pub(super) consume_if: Option<u64>,
    pub(super) overflow: Option<String>,
    pub(super) redirect: Option<String>,
    pub(super) retry: Option<u64>,
    pub(super) idempotency: Option<bool>,
    pub(super) budget: Option<u64>,
    /// The fields that it sets, each slice that it sends or takes away for itself.
    pub(super) says: Vec<String>,
    /// A member that isn't known: a typing error that must not pass for a rule without that member.
    pub(super) unknown: Option<String>,
}

/// How a slice is to be sent: `"query"`, `false`, or `{"in", "style"?, "as"?, "fields"?, "select"?, "empty"?}`.
#[derive(Debug, Clone, Default)]
pub(super) struct SendConfig {
    pub(super) place: Option<Word>,
    pub(super) style: Option<String>,
    pub(super) name: Option<String>,
    pub(super) fields: Option<Vec<String>>,
    pub(super) select: Option<u64>,
    pub(super) empty: Option<bool>,
    pub(super) unknown: Option<String>,
}

/// A boolean or a word.
#[derive(Debug, Clone)]
pub(super) enum Word {
    Bool(bool),
    Text(String),
}

impl RuleConfig {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut rule = Self::default();
        reader.members(&mut |name, value| {
            if !matches!(name, "match" | "send") {
                rule.says.push(name.to_owned());
            }
            match name {
                "match" => rule.pattern = value.text()?,
                "token" => rule.token = value.optional(Word::read)?,
                "send" if value.null().is_ok() => {}
                "send" => value.members(&mut |slice, value| {
                    rule.says.push(concat(&["send ", slice]));
                    rule.send.push((slice.to_owned(), SendConfig::read(value)?));
                    Ok(())
                })?,
                "consume" => rule.consume = value.optional(Reader::texts)?,
                "consumeIf" => rule.consume_if = value.optional(Reader::integer)?,
                "overflow" => rule.overflow = value.optional(Reader::text)?,
                "redirect" => rule.redirect = value.optional(Reader::text)?,
                "retry" => rule.retry = value.optional(Reader::integer)?,
                "idempotency" => rule.idempotency = value.optional(Reader::bool)?,
                "budget" => rule.budget = value.optional(Reader::integer)?,
                _ => {
                    value.pass()?;
                    rule.unknown = Some(name.to_owned());
                }
            }
            Ok(())
        })?;
        Ok(rule)
    }
}

impl<'de> Deserialize<'de> for RuleConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_serde(deserializer, Self::read)
    }
}

impl SendConfig {
    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut send = Self::default();
        if reader.kind()? != Kind::Object {
            send.place = Some(Word::read(reader)?);
            return Ok(send);
        }
        reader.members(&mut |name, value| {
            match name {
                "in" => send.place = value.optional(Reader::text)?.map(Word::Text),
                "style" => send.style = value.optional(Reader::text)?,
                "as" => send.name = value.optional(Reader::text)?,
                "fields" => send.fields = value.optional(Reader::texts)?,
                "select" => send.select = value.optional(Reader::integer)?,
                "empty" => send.empty = value.optional(Reader::bool)?,
                _ => {
                    value.pass()?;
                    send.unknown = Some(name.to_owned());
                }
            }
            Ok(())
        })?;
        Ok(send)
    }
}

impl Word {
    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        Ok(match reader.kind()? {
            Kind::Bool => Self::Bool(reader.bool()?),
            _ => Self::Text(reader.text()?),
        })
    }
}
