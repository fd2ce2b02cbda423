//! The server's half: takes the state back out of a request.

mod error;
pub(super) mod header;
mod json;
mod query;
#[cfg(test)]
mod tests;

use core::fmt;
use std::borrow::Cow;

pub use error::DecodeError;
use header::Dictionary;
use query::Parameters;

use super::shape::{Form, Shape};
use crate::json::Reader;

/// The parts of a request that may carry state.
#[derive(Clone, Copy, Default)]
pub struct Parts<'a> {
    /// The query as it was sent, without the `?`.
    pub query: Option<&'a str>,
    /// The header `Holdall-State`; several lines joined by commas.
    pub state_header: Option<&'a str>,
    /// The header `Content-Type`.
    pub content_type: Option<&'a str>,
    /// The whole body; may be left empty where no shape is in the body.
    pub body: &'a [u8],
}

/// How much a request may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of query, state header and body together.
    pub bytes: usize,
    /// Levels of nesting in a slice's JSON, at most 128; a flat object has one.
    pub depth: usize,
    /// Parameters, elements and members of all slices together.
    pub entries: usize,
}

impl Default for Limits {
    /// 1 MB, 32 levels, 10,000 entries.
    fn default() -> Self {
        Self {
            bytes: 1_000_000,
            depth: 32,
            entries: 10_000,
        }
    }
}

/// The state that a request carried. `Debug` names its slices only.
#[derive(Clone)]
pub struct State(Vec<(String, String)>);

/// Reads the slices that `shapes` describe. Whatever else the request carries is the caller's own, and isn't looked at.
///
/// # Errors
/// [`DecodeError::Missing`] for an absent slice that is required; the others if what is there isn't what `shapes` describe, or is
/// beyond `limits`. Nothing is repaired: a parameter, key or member that comes twice is refused, as is an encoding that isn't UTF-8.
///
/// ```
/// use holdall::request::{Limits, Parts, Scalar, Shape, decode};
///
/// let parts = Parts {
///     query: Some("page=2&blocked=mallory&blocked=eve&unread=true"),
///     content_type: Some("application/json"),
///     body: br#"{"note":"call first","cart":{"lamp":{"qty":2}}}"#,
///     ..Parts::default()
/// };
/// let shapes = [
///     Shape::set("blocked", Scalar::Text),
///     Shape::object("filters", &[("unread", Scalar::Bool), ("text", Scalar::Text)]),
///     Shape::body("cart").required(),
/// ];
/// let state = decode(&parts, &shapes, &Limits::default())?;
/// assert_eq!(state.json("blocked"), Some(r#"["mallory","eve"]"#));
/// assert_eq!(state.json("filters"), Some(r#"{"unread":true}"#));
/// assert_eq!(state.json("cart"), Some(r#"{"lamp":{"qty":2}}"#));
/// # Ok::<(), holdall::request::DecodeError>(())
/// ```
pub fn decode(parts: &Parts<'_>, shapes: &[Shape], limits: &Limits) -> Result<State, DecodeError> {
    let used = |used: bool, length: Option<usize>| if used { length.unwrap_or(0) } else { 0 };
    let in_query = shapes.iter().any(Shape::in_query);
    let in_header = shapes.iter().any(Shape::in_header);
    let in_body = shapes.iter().any(Shape::in_body);
    let bytes = used(in_query, parts.query.map(str::len))
        .saturating_add(used(in_header, parts.state_header.map(str::len)))
        .saturating_add(used(in_body, Some(parts.body.len())));
    if bytes > limits.bytes {
        return Err(DecodeError::TooLarge {
            why: "it has too many bytes",
        });
    }

    let mut budget = Budget::new(limits);
    let query = Parameters::parse(parts.query.filter(|_| in_query).unwrap_or(""), &mut budget)?;
    let header = Dictionary::parse(parts.state_header.filter(|_| in_header).unwrap_or(""), &mut budget)?;
    let body = if in_body {
        Body::parse(parts, shapes, &mut budget)?
    } else {
        Body::Empty
    };

    let mut state = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let (text, scalars_only) = match &shape.form {
            Form::Header => (header.json(&shape.slice, &shape.name)?, false),
            Form::Body => (body.json(&shape.slice, &shape.name)?, false),
            Form::JsonQuery => (query::slice(shape, &query)?, false),
            _ => (query::slice(shape, &query)?, true),
        };
        match text {
            Some(text) => {
                if !scalars_only {
                    json::check(&shape.slice, &text, &mut budget)?;
                }
                state.push((shape.slice.clone(), text));
            }
            None if shape.required => {
                return Err(DecodeError::Missing {
                    slice: shape.slice.clone(),
                });
            }
            None => {}
        }
    }
    Ok(State(state))
}

impl State {
    /// A slice's JSON text: an array of members for a set, an object for a map or object. `None` if the request doesn't carry it,
    /// which is also how an empty slice looks.
    #[must_use]
    pub fn json(&self, slice: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(name, _)| name == slice)
            .map(|(_, text)| text.as_str())
    }

    /// A slice as a value of the server's own type.
    ///
    /// # Errors
    /// [`DecodeError::WrongType`] if it isn't one.
    ///
    /// ```
    /// use holdall::request::{Limits, Parts, Scalar, Shape, decode};
    ///
    /// let parts = Parts { query: Some("blocked=mallory"), ..Parts::default() };
    /// let state = decode(&parts, &[Shape::set("blocked", Scalar::Text)], &Limits::default())?;
    /// assert_eq!(state.read::<Vec<String>>("blocked")?, Some(vec!["mallory".to_owned()]));
    /// assert_eq!(state.read::<Vec<u32>>("blocked").unwrap_err().status(), 422);
    /// # Ok::<(), holdall::request::DecodeError>(())
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read<T: serde::de::DeserializeOwned>(&self, slice: &str) -> Result<Option<T>, DecodeError> {
        let Some(text) = self.json(slice) else { return Ok(None) };
        // serde_json's message may quote the value: only the place is kept.
        serde_json::from_str(text)
            .map(Some)
            .map_err(|error| DecodeError::WrongType {
                slice: slice.to_owned(),
                column: if error.line() == 1 { error.column() } else { 0 },
            })
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// What is left of the limits. `entries` is `None` once they are overrun.
struct Budget {
    depth: u32,
    entries: Option<usize>,
}

impl Budget {
    fn new(limits: &Limits) -> Self {
        Self {
            depth: u32::try_from(limits.depth).unwrap_or(u32::MAX),
            entries: Some(limits.entries),
        }
    }

    fn take(&mut self) -> Result<(), DecodeError> {
        self.entries = self.entries.and_then(|left| left.checked_sub(1));
        self.overrun().map_or(Ok(()), Err)
    }

    fn overrun(&self) -> Option<DecodeError> {
        self.entries.is_none().then_some(DecodeError::TooLarge {
            why: "it has too many entries",
        })
    }
}

/// A body that may carry slices.
enum Body<'a> {
    Empty,
    Json(Vec<(Cow<'a, str>, &'a str)>),
    Form(Parameters<'a>),
}

impl<'a> Body<'a> {
    fn parse(parts: &Parts<'a>, shapes: &[Shape], budget: &mut Budget) -> Result<Self, DecodeError> {
        if parts.body.is_empty() {
            return Ok(Self::Empty);
        }
        let text = core::str::from_utf8(parts.body).map_err(|_| DecodeError::Malformed {
            slice: None,
            why: "the body isn't UTF-8",
        });
        let media_type = parts
            .content_type
            .unwrap_or("")
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase();
        if media_type == "application/json" || media_type.ends_with("+json") {
            Self::parse_json(text?, shapes, budget)
        } else if media_type == "application/x-www-form-urlencoded" {
            Ok(Self::Form(Parameters::parse(text?, budget)?))
        } else {
            Err(DecodeError::UnsupportedBody)
        }
    }

    fn parse_json(text: &'a str, shapes: &[Shape], budget: &Budget) -> Result<Self, DecodeError> {
        let mut members = Vec::new();
        // The slices are one level down.
        let mut reader = Reader::with_depth(text, budget.depth.saturating_add(1));
        let read = reader.object(|name, member| {
            let text = member.skip()?;
            if shapes.iter().any(|shape| shape.in_body() && shape.name == name) {
                members.push((name, text));
            }
            Ok(())
        });
        read.and_then(|()| reader.end())
            .map_err(|error| DecodeError::json(None, error))?;
        Ok(Self::Json(members))
    }

    fn json(&self, slice: &str, name: &str) -> Result<Option<String>, DecodeError> {
        match self {
            Self::Empty => Ok(None),
            Self::Form(fields) => fields.json(slice, name),
            Self::Json(members) => {
                let mut found = members.iter().filter(|(member, _)| member == name);
                let text = found.next().map(|(_, text)| (*text).to_owned());
                match found.next() {
                    Some(_) => Err(DecodeError::malformed(slice, "the body names it twice")),
                    None => Ok(text),
                }
            }
        }
    }
}
