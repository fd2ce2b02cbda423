use crate::base64;
use crate::core::request::rule::Send;

/// Adds a member to `Holdall-State`, a dictionary of RFC 9651, and gives the bytes that it takes. Byte sequences keep the header
/// ASCII, whatever the state holds.
pub(super) fn add(header: &mut Option<String>, send: &Send, text: &str) -> usize {
    let header = header.get_or_insert_default();
    let before = header.len();
    if before > 0 {
        header.push_str(", ");
    }
    header.push_str(&send.name);
    header.push_str("=:");
    base64::encode(header, text.as_bytes());
    header.push(':');
    header.len() - before
}
