use crate::json::{JsonError, Reader, read_all, write};
use crate::text::has_any;

/// What storage remembers of the session: nothing secret, just whether it is worth asking the server for it.
///
/// It keeps guests from calling the refresh endpoint at every load, and tells other tabs of a sign-in or sign-out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// The sign-in, or sign-out, that this speaks of: a random name.
    pub epoch: String,
    /// The fingerprint of the user's subject, if it is known.
    pub subject: Option<String>,
    /// A sign-out that the server hasn't confirmed yet. Until it has, nothing may be renewed.
    pub signed_out: bool,
}

impl Hint {
    /// Reads what [`encode`](Self::encode) made. Anything else is no hint.
    #[must_use]
    pub fn decode(text: &str) -> Option<Self> {
        read_all(text, Self::read).ok()
    }

    /// The stored form.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut out = String::from("{\"epoch\":");
        write::string(&mut out, &self.epoch);
        if let Some(subject) = &self.subject {
            out.push_str(",\"subject\":");
            write::string(&mut out, subject);
        }
        if self.signed_out {
            out.push_str(",\"signedOut\":true");
        }
        out.push('}');
        out
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut hint = Self::default();
        reader.members(&mut |name, value| {
            match name {
                "epoch" => hint.epoch = value.text()?,
                "subject" => hint.subject = value.optional(Reader::text)?,
                "signedOut" => hint.signed_out = value.bool()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        // It becomes part of storage keys.
        let odd = hint.subject.as_ref().is_some_and(|subject| has_any(subject, "/"));
        if hint.epoch.is_empty() || odd {
            return Err(JsonError::Syntax);
        }
        Ok(hint)
    }
}
