use super::{EncodeError, slices_clash};
use crate::base64;
use crate::core::request::rule::Send;

/// The members of `Holdall-State`, a dictionary of RFC 9651. Byte sequences keep its value ASCII, whatever the state holds.
#[derive(Default)]
pub(super) struct Dictionary(Vec<Member>);

struct Member {
    key: String,
    slice: String,
    text: String,
}

impl Dictionary {
    /// Gives the bytes that the slice takes.
    pub(super) fn add(&mut self, send: &Send, text: &str) -> Result<usize, EncodeError> {
        if let Some(member) = self.0.iter().find(|member| member.key == send.name) {
            return Err(slices_clash(send, &member.slice));
        }
        let mut member = String::with_capacity(send.name.len() + 3 + text.len().div_ceil(3) * 4);
        member.push_str(&send.name);
        member.push_str("=:");
        base64::encode(&mut member, text.as_bytes());
        member.push(':');
        let bytes = member.len();
        self.0.push(Member {
            key: send.name.clone(),
            slice: send.slice_name.clone(),
            text: member,
        });
        Ok(bytes)
    }

    pub(super) fn finish(mut self) -> Option<String> {
        self.0.sort_by(|a, b| a.key.cmp(&b.key));
        let texts: Vec<String> = self.0.into_iter().map(|member| member.text).collect();
        if texts.is_empty() { None } else { Some(texts.join(", ")) }
    }
}
