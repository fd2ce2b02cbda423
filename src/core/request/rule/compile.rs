//! What an application writes, judged.

use super::{Overflow, Place, Send, SliceInfo, Style, TokenUse, is_bodiless};
use crate::core::request::config::{RuleConfig, SendConfig, Word};
use crate::core::request::decode::header::is_key;
use crate::core::request::encode::NO_BODY;
use crate::core::request::error::RuleError;
use crate::core::request::pattern::Pattern;
use crate::kind::Kind;

/// Boxed: each `?` of the many here would copy it otherwise, which costs the wasm build bytes.
pub(super) type Refused = Box<RuleError>;

/// What a rule says; `None` is nothing.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) text: String,
    pub(super) says: Vec<String>,
    pub(super) pattern: Pattern,
    pub(super) token: Option<TokenUse>,
    /// `None`: taken away.
    pub(super) sends: Vec<(usize, Option<Send>)>,
    pub(super) consume: Option<Vec<usize>>,
    pub(super) consume_if: Option<usize>,
    pub(super) overflow: Option<Overflow>,
    pub(super) follow_redirects: Option<bool>,
    pub(super) retry: Option<u64>,
    pub(super) idempotency: Option<bool>,
    pub(super) budget: Option<u64>,
}

impl Rule {
    pub(super) fn sends(&self, slice: usize) -> bool {
        self.sends.iter().any(|(sent, send)| *sent == slice && send.is_some())
    }

    pub(super) fn compile(config: &RuleConfig, slices: &[SliceInfo<'_>]) -> Result<Self, Refused> {
        let text = config.pattern.as_str();
        if let Some(unknown) = &config.unknown {
            return Err(bad(
                text,
                "a rule has `match`, `token`, `send`, `consume`, `consumeIf`, `overflow`, `redirect`, `retry`, `idempotency` and `budget`",
                unknown,
            ));
        }
        let pattern = Pattern::compile(text).map_err(|(why, word)| bad(text, why, word))?;
        let token = match &config.token {
            None => None,
            Some(Word::Bool(false)) => Some(TokenUse::None),
            Some(Word::Bool(true)) => Some(TokenUse::IfSignedIn),
            Some(Word::Text(word)) if word == "required" => Some(TokenUse::Required),
            Some(Word::Text(word)) => return Err(bad(text, "`token` is true, false or \"required\"", word)),
        };
        let follow_redirects = match config.redirect.as_deref() {
            None => None,
            Some("error") => Some(false),
            Some("follow") => Some(true),
            Some(word) => return Err(bad(text, "`redirect` is \"error\" or \"follow\"", word)),
        };
        let overflow = match config.overflow.as_deref() {
            None => None,
            Some("error") => Some(Overflow::Error),
            Some("query") => Some(Overflow::Query),
            Some("post") => Some(Overflow::Post),
            Some(word) => return Err(bad(text, "`overflow` is \"error\", \"query\" or \"post\"", word)),
        };
        let mut sends = Vec::with_capacity(config.send.len());
        for (name, send) in &config.send {
            let (index, slice) = find(text, name, slices)?;
            let send = compile_send(text, index, slice, send)?;
            let in_body = send.as_ref().is_some_and(|send| send.place == Place::Body);
            if in_body && pattern.methods.iter().any(|method| is_bodiless(method)) {
                return Err(bad(text, NO_BODY, name));
            }
            sends.push((index, send));
        }
        let consume = match &config.consume {
            None => None,
            Some(names) => {
                let mut indices = Vec::with_capacity(names.len());
                for name in names {
                    indices.push(find(text, name, slices)?.0);
                }
                Some(indices)
            }
        };
        Ok(Self {
            text: text.to_owned(),
            says: config.says.clone(),
            pattern,
            token,
            sends,
            consume,
            consume_if: config.consume_if.map(|function| function as usize),
            overflow,
            follow_redirects,
            retry: config.retry,
            idempotency: config.idempotency,
            budget: config.budget,
        })
    }
}

fn compile_send(rule: &str, index: usize, slice: SliceInfo<'_>, config: &SendConfig) -> Result<Option<Send>, Refused> {
    if let Some(unknown) = &config.unknown {
        return Err(bad(
            rule,
            "how a slice is sent has `in`, `style`, `as`, `fields`, `select` and `empty`",
            unknown,
        ));
    }
    let place = match &config.place {
        Some(Word::Bool(false)) => return Ok(None),
        Some(Word::Text(word)) => word.as_str(),
        None | Some(Word::Bool(true)) => "",
    };
    let style = match config.style.as_deref() {
        None | Some("form") => Style::Form,
        Some("deepObject") => Style::DeepObject,
        Some("json") => Style::Json,
        Some(word) => return Err(bad(rule, "`style` is \"form\", \"deepObject\" or \"json\"", word)),
    };
    let place = match place {
        "query" => Place::Query(style),
        "header" => Place::Header,
        "body" => Place::Body,
        _ => {
            return Err(bad(
                rule,
                "a slice is sent in \"query\", \"header\" or \"body\", or not (false)",
                slice.name,
            ));
        }
    };
    if config.style.is_some() && !matches!(place, Place::Query(_)) {
        return Err(bad(rule, "only a query has a `style`", slice.name));
    }
    let by_name = matches!(place, Place::Query(Style::Form | Style::DeepObject));
    if config.empty == Some(true) && by_name {
        return Err(bad(
            rule,
            "`empty` needs the style json, a header or the body: no parameter says it",
            slice.name,
        ));
    }
    if config.fields.is_some() && (slice.kind == Kind::Set || config.select.is_some()) {
        return Err(bad(
            rule,
            "`fields` are of a map's entries or an object, without `select`",
            slice.name,
        ));
    }
    if place == Place::Query(Style::DeepObject) && slice.kind == Kind::Set && config.select.is_none() {
        let why = "a set has no names for deepObject; use form or json";
        return Err(Box::new(RuleError::NotEncodable {
            rule: rule.to_owned(),
            slice: slice.name.to_owned(),
            why,
        }));
    }
    if place == Place::Query(Style::Form) && slice.kind != Kind::Set && config.name.is_some() && config.select.is_none()
    {
        return Err(bad(rule, "`as` needs the style deepObject or json", slice.name));
    }
    let name = config.name.as_deref().unwrap_or(slice.name);
    if name.is_empty() {
        return Err(bad(rule, "`as` is empty", slice.name));
    }
    if place == Place::Header && !is_key(name) {
        return Err(bad(rule, "write header keys in lower case: rename it with `as`", name));
    }
    Ok(Some(Send {
        slice: index,
        slice_name: slice.name.to_owned(),
        name: name.to_owned(),
        place,
        kind: slice.kind,
        fields: config.fields.clone().unwrap_or_default(),
        select: config.select.map(|function| function as usize),
        selected: None,
        empty: config.empty == Some(true),
    }))
}

fn find<'a>(rule: &str, name: &str, slices: &[SliceInfo<'a>]) -> Result<(usize, SliceInfo<'a>), Refused> {
    let mut known = Vec::new();
    for (index, slice) in slices.iter().enumerate() {
        if slice.name == name {
            return Ok((index, *slice));
        }
        known.push(slice.name.to_owned());
    }
    Err(Box::new(RuleError::UnknownSlice {
        rule: rule.to_owned(),
        slice: name.to_owned(),
        known,
    }))
}

pub(super) fn bad(rule: &str, why: &'static str, word: &str) -> Refused {
    Box::new(RuleError::BadRule {
        rule: rule.to_owned(),
        why,
        word: word.to_owned(),
    })
}
