//! The browser's half: puts the state on a request.

mod body;
mod budget;
mod header;
mod query;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use body::merge_json;
pub use budget::check_budget;
pub use query::join_query;

use super::error::EncodeError;
use super::rule::{Place, Plan, Send};
use crate::json::{JsonError, Kind, Reader, utf16_order, write};
use crate::kind::Kind as SliceKind;
use crate::sort::sort_by;

/// What a request carries of the state, ready to be put on it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Outgoing {
    /// To append to the query with [`join_query`]; empty if there is nothing.
    pub query: String,
    /// The value of the header `Holdall-State`.
    pub state_header: Option<String>,
    /// Names and JSON texts, to be merged into the body with [`merge_json`], or added to the fields of a form.
    pub body_members: Vec<(String, String)>,
    /// How many bytes each slice takes, by its index; slices that are empty aren't listed.
    pub bytes: Vec<(usize, usize)>,
}

/// Writes the slices of a plan as they travel. Equal state gives equal bytes: members of sets are sorted. What a function has made of a slice is taken as it is.
///
/// `state` gives a slice's canonical JSON text by its index: an array for a set, an object for a map or object. `None`, `[]` and
/// `{}` are empty, and not sent unless the rule says so.
///
/// # Errors
/// [`EncodeError::NotEncodable`], [`EncodeError::NameClash`] between slices, and [`EncodeError::BodyNotMergeable`] for a GET or HEAD
/// request whose plan has state in the body.
///
/// ```
/// use holdall::json::from_text;
/// use holdall::kind::Kind;
/// use holdall::request::{RuleConfig, Rules, SliceInfo, Target, encode};
///
/// let configs: Vec<RuleConfig> =
///     from_text(r#"[{"match":"POST /api/*","send":{"blocked":"query","filters":"header","cart":"body"}}]"#)?;
/// let slices = [("cart", Kind::Map), ("filters", Kind::Object), ("blocked", Kind::Set)];
/// let rules = Rules::compile(&configs, &slices.map(|(name, kind)| SliceInfo { name, kind }))?;
/// let own = "https://shop.example";
/// let plan = rules.plan(&Target { method: "POST", origin: own, path: "/api/checkout", page_origin: own }).unwrap();
///
/// let state = [r#"{"lamp":{"qty":2}}"#, r#"{"unread":true}"#, r#"["mallory","eve & co"]"#];
/// let outgoing = encode(&plan, |slice| state.get(slice).map(|text| text.to_string()))?;
/// assert_eq!(outgoing.query, "blocked=eve%20%26%20co&blocked=mallory");
/// assert_eq!(outgoing.state_header.as_deref(), Some("filters=:eyJ1bnJlYWQiOnRydWV9:"));
/// assert_eq!(outgoing.body_members, [("cart".to_owned(), state[0].to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn encode(plan: &Plan, state: impl Fn(usize) -> Option<String>) -> Result<Outgoing, EncodeError> {
    let mut outgoing = Outgoing::default();
    let mut query = query::Query::default();
    for (index, send) in plan.sends.iter().enumerate() {
        // Both are said even while a slice is empty: a rule that can't work should fail at the first try.
        if send.place == Place::Body && plan.bodiless {
            return Err(EncodeError::BodyNotMergeable { why: NO_BODY });
        }
        let has_name = !matches!(send.place, Place::Query(_));
        let same = |other: &&Send| has_name && other.place == send.place && other.name == send.name;
        if let Some(other) = plan.sends.iter().take(index).find(same) {
            return Err(slices_clash(send, &other.slice_name));
        }
        let nothing = if send.kind == SliceKind::Set { "[]" } else { "{}" };
        let text = match (send.select, &send.selected) {
            (None, _) => state(send.slice).unwrap_or_else(|| nothing.to_owned()),
            (Some(_), Some(text)) => text.clone(),
            // The application doesn't want it sent.
            (Some(_), None) => continue,
        };
        let text = what_is_sent(send, text).map_err(|_| EncodeError::not_encodable(&send.slice_name, NOT_JSON))?;
        if (text == "[]" || text == "{}") && !send.empty {
            continue;
        }
        let bytes = match send.place {
            Place::Query(style) => query.add(send, style, &text)?,
            Place::Header => header::add(&mut outgoing.state_header, send, &text),
            Place::Body => body::add(&mut outgoing.body_members, send, text),
        };
        if bytes > 0 {
            outgoing.bytes.push((send.slice, bytes));
        }
    }
    outgoing.query = query.finish();
    Ok(outgoing)
}

/// Of requests with these methods.
pub(super) const NO_BODY: &str = "GET and HEAD have no body: send the slice in the query or a header";

/// The state of a slice is JSON by construction, so that this is damage that nothing else has noticed.
const NOT_JSON: &str = "its state isn't JSON";

fn what_is_sent(send: &Send, text: String) -> Result<String, JsonError> {
    if send.select.is_some() {
        return Ok(text);
    }
    if send.fields.is_empty() {
        return sorted(text);
    }
    let mut out = String::new();
    pick(
        &mut Reader::new(&text),
        &send.fields,
        send.kind == SliceKind::Map,
        &mut out,
    )?;
    Ok(out)
}

/// Some fields of an object, or of each object in it.
fn pick(reader: &mut Reader<'_>, fields: &[String], of_each: bool, out: &mut String) -> Result<(), JsonError> {
    if reader.kind()? != Kind::Object {
        out.push_str(reader.skip()?);
        return Ok(());
    }
    out.push('{');
    let mut first = true;
    reader.members(&mut |name, value| {
        if !of_each && !fields.iter().any(|field| field == name) {
            return value.pass();
        }
        write::comma(out, &mut first);
        write::string(out, name);
        out.push(':');
        if of_each {
            return pick(value, fields, false, out);
        }
        out.push_str(value.skip()?);
        Ok(())
    })?;
    out.push('}');
    Ok(())
}

/// A set's members come in the order in which they were added, which isn't part of what the set is.
fn sorted(text: String) -> Result<String, JsonError> {
    let mut reader = Reader::new(&text);
    if reader.kind()? != Kind::Array {
        return Ok(text);
    }
    let mut members = Vec::new();
    reader.elements(&mut |member| {
        members.push(member.skip()?);
        Ok(())
    })?;
    reader.end()?;
    sort_by(&mut members, |a, b| utf16_order(a, b));
    let mut out = String::from("[");
    let mut first = true;
    for member in members {
        write::comma(&mut out, &mut first);
        out.push_str(member);
    }
    out.push(']');
    Ok(out)
}

/// A scalar as it is written in a query. `None`: it is none.
fn scalar<'a>(reader: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, JsonError> {
    match reader.kind()? {
        Kind::String => reader.string().map(Some),
        Kind::Bool | Kind::Number => Ok(Some(Cow::Borrowed(reader.skip()?))),
        Kind::Null | Kind::Array | Kind::Object => reader.skip().map(|_| None),
    }
}

fn slices_clash(send: &Send, other: &str) -> EncodeError {
    EncodeError::clash(("the slice", other), ("the slice", &send.slice_name))
}
