use super::Budget;
use super::error::DecodeError;
use crate::base64;
use crate::text::has_only;

/// The members of a `Holdall-State` header: a dictionary of RFC 9651 whose values are byte sequences that hold JSON text.
pub(super) struct Dictionary<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Dictionary<'a> {
    /// Several header lines may have been joined by a comma.
    pub(super) fn parse(header: &'a str, budget: &mut Budget) -> Result<Self, DecodeError> {
        let mut members: Vec<(&str, &str)> = Vec::new();
        if header.trim_matches(BLANK).is_empty() {
            return Ok(Self(members));
        }
        for member in header.split(',') {
            budget.take()?;
            let (key, bytes) = parse_member(member.trim_matches(BLANK)).ok_or(DecodeError::Malformed {
                slice: None,
                why: "the header Holdall-State has to be a dictionary of byte sequences (RFC 9651)",
            })?;
            members.push((key, bytes));
        }
        Ok(Self(members))
    }

    /// The JSON text under this key.
    pub(super) fn json(&self, slice: &str, key: &str) -> Result<Option<String>, DecodeError> {
        let mut found = self.0.iter().filter(|(name, _)| *name == key);
        let Some((_, bytes)) = found.next() else {
            return Ok(None);
        };
        if found.next().is_some() {
            return Err(DecodeError::malformed(slice, "the header Holdall-State names it twice"));
        }
        let text = base64::decode(bytes).and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(Some)
            .ok_or_else(|| DecodeError::malformed(slice, "its bytes aren't base 64 of UTF-8"))
    }
}

const BLANK: [char; 2] = [' ', '\t'];

fn parse_member(member: &str) -> Option<(&str, &str)> {
    let (key, value) = member.split_once('=')?;
    let bytes = value.strip_prefix(':')?.strip_suffix(':')?;
    is_key(key).then_some((key, bytes))
}

/// RFC 9651 §3.1.2.
pub(in crate::core::request) fn is_key(key: &str) -> bool {
    let first = key.bytes().next();
    first.is_some_and(|first| first.is_ascii_lowercase() || first == b'*')
        && has_only(
            key,
            &|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.' | b'*'),
        )
}
