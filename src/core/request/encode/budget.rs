use super::{EncodeError, Outgoing};
use crate::core::request::rule::{Place, Plan};

/// What RFC 9110 §4.1 recommends that every server takes.
const URL: usize = 8_000;
const STATE_HEADER: usize = 4_096;
/// Common servers take about this much in all.
const URL_AND_HEADERS: usize = 8_000;

/// Checks that servers will take the request: 8,000 bytes of URL, 4,096 of state header, 8,000 of URL and headers together; or what the
/// plan says of the last, and nothing of the others.
///
/// `url` and `headers` are the bytes that the request will have in all, with the state. Where no state travels in the URL or a
/// header, their size is the caller's own business.
///
/// # Errors
/// [`EncodeError::TooLarge`], with the slices' sizes.
pub fn check_budget(plan: &Plan, outgoing: &Outgoing, url: usize, headers: usize) -> Result<(), EncodeError> {
    let state_header = outgoing.state_header.as_ref().map_or(0, String::len);
    if outgoing.query.is_empty() && state_header == 0 {
        return Ok(());
    }
    let all = url.saturating_add(headers);
    let limit = plan.budget.map_or(URL_AND_HEADERS, |budget| budget as usize);
    let (what, bytes, limit) = if plan.budget.is_none() && url > URL {
        ("the request's URL", url, URL)
    } else if plan.budget.is_none() && state_header > STATE_HEADER {
        ("the header Holdall-State", state_header, STATE_HEADER)
    } else if all > limit {
        ("the request's URL with its headers", all, limit)
    } else {
        return Ok(());
    };
    let mut slices = Vec::new();
    for send in plan.sends.iter().filter(|send| send.place != Place::Body) {
        if let Some((_, bytes)) = outgoing.bytes.iter().find(|(slice, _)| *slice == send.slice) {
            slices.push((send.slice_name.clone(), *bytes));
        }
    }
    Err(EncodeError::TooLarge {
        what,
        bytes,
        limit,
        slices,
    })
}
