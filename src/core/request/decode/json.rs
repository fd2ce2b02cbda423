use std::borrow::Cow;
use std::collections::BTreeSet;

use super::Budget;
use super::error::DecodeError;
use crate::json::{JsonError, Kind, Reader};

/// Checks the JSON text of one slice as a whole: its form, its limits, and that no object names a member twice, at any depth.
pub(super) fn check(slice: &str, text: &str, budget: &mut Budget) -> Result<(), DecodeError> {
    let mut reader = Reader::with_depth(text, budget.depth);
    let kind = reader.kind().map_err(|error| DecodeError::json(Some(slice), error))?;
    if !matches!(kind, Kind::Object | Kind::Array) {
        return Err(DecodeError::malformed(slice, "it has to be an object or an array"));
    }
    let checked = value(&mut reader, &mut budget.entries).and_then(|()| reader.end());
    checked.map_err(|error| {
        budget
            .overrun()
            .unwrap_or_else(|| DecodeError::json(Some(slice), error))
    })
}

/// A missing entry count is told apart from the errors of the text by `entries` being `None` afterwards.
fn value(reader: &mut Reader<'_>, entries: &mut Option<usize>) -> Result<(), JsonError> {
    match reader.kind()? {
        Kind::Array => reader.array(|element| {
            take(entries)?;
            value(element, entries)
        }),
        Kind::Object => {
            let mut names: BTreeSet<Cow<'_, str>> = BTreeSet::new();
            reader.object(|name, member| {
                take(entries)?;
                if !names.insert(name) {
                    return Err(JsonError::DuplicateName);
                }
                value(member, entries)
            })
        }
        // Beyond what a double can hold, every reader would make something else of it.
        Kind::Number if !reader.number()?.parse().is_ok_and(f64::is_finite) => Err(JsonError::Syntax),
        Kind::Number => Ok(()),
        Kind::Null | Kind::Bool | Kind::String => reader.skip().map(drop),
    }
}

fn take(entries: &mut Option<usize>) -> Result<(), JsonError> {
    *entries = entries.and_then(|left| left.checked_sub(1));
    if entries.is_some() {
        Ok(())
    } else {
        Err(JsonError::Depth)
    }
}
