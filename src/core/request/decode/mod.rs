//! The server's half: takes the state back out of a request.

mod body;
mod conform;
mod error;
pub(super) mod header;
mod json;
mod multipart;
mod query;
#[cfg(test)]
mod tests;

use core::fmt;

use body::Body;
pub use error::DecodeError;
use header::Dictionary;
use query::Parameters;

use super::shape::{Form, Shape};
#[cfg(not(target_arch = "wasm32"))]
use crate::json::write;

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
    let body = match in_body {
        true => match Body::parse(parts, shapes, &mut budget) {
            // The caller's own, then, which needs no state in it.
            Err(DecodeError::UnsupportedBody) if !shapes.iter().any(Shape::in_body_alone) => Body::Empty,
            parsed => parsed?,
        },
        false => Body::Empty,
    };

    let mut state = Vec::with_capacity(shapes.len());
    for shape in shapes {
        let (text, scalars_only) = match &shape.form {
            Form::Header => (header.json(&shape.slice, &shape.name)?, false),
            Form::Body => (body.json(&shape.slice, &shape.name)?, false),
            Form::JsonQuery => (query::slice(shape, &query)?, false),
            _ => (query::slice(shape, &query)?, true),
        };
        let text = match text {
            None if shape.or_in_body => match body.json(&shape.slice, &shape.name)? {
                Some(text) => {
                    json::check(&shape.slice, &text, &mut budget)?;
                    state.push((shape.slice.clone(), conform::conform(shape, &text)?));
                    continue;
                }
                None => None,
            },
            text => text,
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

    /// All slices as one value of the server's own type, with a member for each. What may be absent, or empty, has to have a default.
    ///
    /// # Errors
    /// [`DecodeError::WrongType`] or [`DecodeError::Missing`] for the slice that doesn't fit.
    ///
    /// ```
    /// use holdall::request::{Limits, Parts, Scalar, Shape, decode};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Wanted {
    ///     #[serde(default)]
    ///     blocked: Vec<String>,
    /// }
    ///
    /// let parts = Parts { query: Some("blocked=mallory"), ..Parts::default() };
    /// let state = decode(&parts, &[Shape::set("blocked", Scalar::Text)], &Limits::default())?;
    /// assert_eq!(state.read_all::<Wanted>()?.blocked, ["mallory"]);
    /// # Ok::<(), holdall::request::DecodeError>(())
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read_all<T: serde::de::DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut text = String::from("{");
        let mut first = true;
        let mut places = Vec::new();
        for (slice, json) in &self.0 {
            write::comma(&mut text, &mut first);
            write::string(&mut text, slice);
            text.push(':');
            let begin = text.len();
            text.push_str(json);
            places.push((slice, begin..=text.len()));
        }
        text.push('}');
        serde_json::from_str(&text).map_err(|error| {
            let lines = text.split_inclusive('\n').take(error.line().saturating_sub(1));
            let at = lines.map(str::len).sum::<usize>() + error.column();
            match places.iter().find(|(_, place)| place.contains(&at)) {
                Some((slice, place)) => DecodeError::WrongType {
                    slice: (*slice).clone(),
                    column: at - place.start(),
                },
                // All that is there was read. The name is one of the type's members.
                None => DecodeError::Missing {
                    slice: error.to_string().split('`').nth(1).unwrap_or_default().to_owned(),
                },
            }
        })
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
