use super::EncodeError;
use crate::core::request::rule::Send;
use crate::json::{Reader, write};

/// Merges members into the caller's JSON body, whose own text stays as it is. No body, or an empty one, counts as `{}`.
///
/// # Errors
/// [`EncodeError::BodyNotMergeable`] if the body isn't a JSON object, [`EncodeError::NameClash`] if it has one of the members.
///
/// ```
/// use holdall::request::merge_json;
///
/// let cart = [("cart".to_owned(), r#"{"lamp":{"qty":2}}"#.to_owned())];
/// assert_eq!(merge_json(Some(r#"{ "note": 1.0 }"#), &cart)?, r#"{ "note": 1.0 ,"cart":{"lamp":{"qty":2}}}"#);
/// assert_eq!(merge_json(None, &cart)?, r#"{"cart":{"lamp":{"qty":2}}}"#);
/// assert_eq!(merge_json(Some("[]"), &cart).unwrap_err().code(), "body-not-mergeable");
/// # Ok::<(), holdall::request::EncodeError>(())
/// ```
pub fn merge_json(body: Option<&str>, members: &[(String, String)]) -> Result<String, EncodeError> {
    let own = body.filter(|body| !body.is_empty()).unwrap_or("{}");
    let mut clash = None;
    let mut first = true;
    let mut reader = Reader::new(own);
    let read = reader.members(&mut |name, value| {
        first = false;
        if members.iter().any(|(member, _)| *member == name) {
            clash = Some(name.to_owned());
        }
        value.skip().map(drop)
    });
    let whole = read.is_ok() && reader.end().is_ok();
    let open = own
        .bytes()
        .rposition(|byte| byte == b'}')
        .filter(|_| whole)
        .and_then(|close| own.get(..close));
    let Some(open) = open else {
        return Err(EncodeError::BodyNotMergeable {
            why: "it isn't a JSON object; send one, or no body",
        });
    };
    if let Some(name) = clash {
        return Err(EncodeError::clash(
            ("the body's own member", &name),
            ("the state's member", &name),
        ));
    }
    let mut out = open.to_owned();
    for (name, text) in members {
        write::comma(&mut out, &mut first);
        write::string(&mut out, name);
        out.push(':');
        out.push_str(text);
    }
    out.push('}');
    Ok(out)
}

/// Gives the bytes that the slice takes.
pub(super) fn add(members: &mut Vec<(String, String)>, send: &Send, text: String) -> usize {
    let mut name = String::new();
    write::string(&mut name, &send.name);
    let bytes = name.len() + 1 + text.len();
    members.push((send.name.clone(), text));
    bytes
}
