//! `multipart/form-data` (RFC 7578) as browsers write forms: the fields that are text, by name.

use super::Budget;
use super::error::DecodeError;

/// Names and contents of a form's fields, without its files. `parameters` are those of the media type, after its semicolon.
pub(super) fn fields<'a>(
    body: &'a [u8],
    parameters: &str,
    budget: &mut Budget,
) -> Result<Vec<(String, &'a [u8])>, DecodeError> {
    let malformed = || DecodeError::Malformed {
        slice: None,
        why: "the body isn't multipart/form-data",
    };
    let boundary = parameter(parameters, "boundary")
        .filter(|boundary| (1..=70).contains(&boundary.len()))
        .ok_or_else(malformed)?;
    let delimiter = ["\r\n--", boundary].concat();
    // The first one has no line before it.
    let first = delimiter.as_bytes().get(2..).unwrap_or_default();
    let mut rest = body.strip_prefix(first).ok_or_else(malformed)?;
    let mut fields = Vec::new();
    while !rest.starts_with(b"--") {
        budget.take()?;
        let part = rest.strip_prefix(b"\r\n").ok_or_else(malformed)?;
        let (part, after) = split(part, delimiter.as_bytes()).ok_or_else(malformed)?;
        let (headers, content) = split(part, b"\r\n\r\n").ok_or_else(malformed)?;
        let headers = core::str::from_utf8(headers).map_err(|_| malformed())?;
        fields.extend(field_name(headers).map(|name| (name, content)));
        rest = after;
    }
    Ok(fields)
}

/// The name that a part's headers give it, unless it is a file.
fn field_name(headers: &str) -> Option<String> {
    let disposition = headers.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (_, parameters) = disposition.split_once(';')?;
    if parameter(parameters, "filename").is_some() {
        return None;
    }
    // These three, and no others, are escaped (the HTML standard, "multipart form data").
    let name = parameter(parameters, "name")?;
    Some(name.replace("%0D", "\r").replace("%0A", "\n").replace("%22", "\""))
}

/// A parameter of `; name="value"; name=value`.
fn parameter<'a>(mut parameters: &'a str, wanted: &str) -> Option<&'a str> {
    loop {
        let (name, rest) = parameters.split_once('=')?;
        let (value, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case(wanted) {
            return Some(value.trim());
        }
        parameters = after;
    }
}

fn split<'a>(bytes: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(separator.len()).position(|window| window == separator)?;
    Some((bytes.get(..at)?, bytes.get(at + separator.len()..)?))
}
