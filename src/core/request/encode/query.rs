use super::{EncodeError, NOT_JSON, scalar, slices_clash};
use crate::core::request::percent;
use crate::core::request::rule::{Send, Style};
use crate::json::{JsonError, Kind, Reader};
use crate::text::{concat, has_any, split, split_once};

/// Appends state to the query of the caller's URL. Both are without `?`; what the caller wrote stays as it is.
///
/// # Errors
/// [`EncodeError::NameClash`] if the caller uses one of the names.
///
/// ```
/// use holdall::request::join_query;
///
/// assert_eq!(join_query("page=2", "blocked=mallory")?, "page=2&blocked=mallory");
/// assert_eq!(join_query("%62locked", "blocked=mallory").unwrap_err().code(), "name-clash");
/// # Ok::<(), holdall::request::EncodeError>(())
/// ```
pub fn join_query(own: &str, add: &str) -> Result<String, EncodeError> {
    let own_names = names(own);
    for name in names(add) {
        if own_names.contains(&name) {
            return Err(EncodeError::clash(
                ("the URL's own parameter", &name),
                ("the state's parameter", &name),
            ));
        }
    }
    let separator = if own.is_empty() || add.is_empty() || own.ends_with("&") {
        ""
    } else {
        "&"
    };
    Ok(concat(&[own, separator, add]))
}

/// A name that isn't percent-encoded text stays as it is, and is then none of ours.
fn names(query: &str) -> Vec<String> {
    let mut names = Vec::new();
    for pair in split(query, b'&') {
        let name = split_once(pair, b'=').map_or(pair, |(name, _)| name);
        if !pair.is_empty() {
            names.push(percent::decode(name).unwrap_or_else(|| name.to_owned()));
        }
    }
    names
}

/// The parameters that slices become.
#[derive(Default)]
pub(super) struct Query {
    text: String,
    /// Encoded names, each with the slice that uses it.
    names: Vec<(String, String)>,
}

impl Query {
    /// Gives the bytes that the slice takes.
    pub(super) fn add(&mut self, send: &Send, style: Style, text: &str) -> Result<usize, EncodeError> {
        let pairs = pairs(send, style, text).map_err(|why| EncodeError::not_encodable(&send.slice_name, why))?;
        let (before, others) = (self.text.len(), self.names.len());
        for (name, value) in &pairs {
            let mut encoded = String::new();
            percent::encode(&mut encoded, name);
            // The names of one slice differ, or are an array's.
            if let Some((_, slice)) = self.names.iter().take(others).find(|(used, _)| *used == encoded) {
                return Err(slices_clash(send, slice));
            }
            if !self.text.is_empty() {
                self.text.push('&');
            }
            self.text.push_str(&encoded);
            self.text.push('=');
            percent::encode(&mut self.text, value);
            self.names.push((encoded, send.slice_name.clone()));
        }
        Ok(self.text.len() - before)
    }

    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// Names and values, not encoded yet; or why there can be none.
fn pairs(send: &Send, style: Style, text: &str) -> Result<Vec<(String, String)>, &'static str> {
    if style == Style::Json {
        return Ok(vec![(send.name.clone(), text.to_owned())]);
    }
    let mut pairs = Vec::new();
    let mut refused = None;
    let mut reader = Reader::new(text);
    let read = match reader.kind() {
        Ok(Kind::Object) => reader.members(&mut |member, value| {
            // As if it weren't there (RFC 6570 §2.3, which OpenAPI's styles follow).
            if value.kind()? == Kind::Null {
                return value.pass();
            }
            let name = match style {
                Style::DeepObject if has_any(member, "[]") => {
                    refused = Some("a key has a bracket: use the style json");
                    member.to_owned()
                }
                Style::DeepObject => concat(&[&send.name, "[", member, "]"]),
                _ => member.to_owned(),
            };
            add_values(&mut pairs, &name, value, &mut refused)
        }),
        _ => add_values(&mut pairs, &send.name, &mut reader, &mut refused),
    };
    match (read, refused) {
        (Err(_), _) => Err(NOT_JSON),
        (_, Some(why)) => Err(why),
        _ => Ok(pairs),
    }
}

fn add_values(
    pairs: &mut Vec<(String, String)>,
    name: &str,
    value: &mut Reader<'_>,
    refused: &mut Option<&'static str>,
) -> Result<(), JsonError> {
    let mut add = |value: &mut Reader<'_>| {
        match scalar(value)? {
            Some(text) => pairs.push((name.to_owned(), text.into_owned())),
            None => *refused = Some("this style takes only scalars and arrays of them: use the style json"),
        }
        Ok(())
    };
    if value.kind()? == Kind::Array {
        value.array(add)
    } else {
        add(value)
    }
}
