use std::rc::Rc;

use super::interface::Credentials;
use crate::base64;
use crate::json::{JsonError, Reader, read_all};
use crate::mutant::{Mutant, on};
use crate::text::{has_only, leading_integer, split};
use crate::time::Now;

/// A successful answer of the token endpoint (RFC 6749 §5.1), as far as it matters here.
#[derive(Default)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    token_type: Option<String>,
    expires_in: Option<String>,
    id_token: Option<String>,
    pub(super) refresh_token: Option<String>,
}

/// An access token in use.
pub(super) struct Token {
    pub(super) text: Rc<str>,
    /// Greater than that of every token before it in this session, in all tabs.
    pub(super) generation: u64,
    received: Now,
    /// How many milliseconds it had lived when this page received it.
    spent: u64,
    /// Milliseconds; `None` if the server didn't say.
    pub(super) lifetime: Option<u64>,
    /// It was fetched because this server had refused its predecessor. If the same one refuses it as well, renewing doesn't help.
    pub(super) refused_by: Option<Rc<str>>,
}

/// The share of a token's life at whose end it is renewed in the background, and its limit in milliseconds.
const EARLY_SHARE: u64 = 5;
const EARLY_LIMIT: u64 = 60_000;

impl TokenResponse {
    /// Reads an answer; `None` if it holds no token that could be sent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let response = read_all(text, Self::read).ok()?;
        let bearer = response
            .token_type
            .as_ref()
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        (bearer && is_sendable(&response.access_token)).then_some(response)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut response = Self::default();
        reader.members(&mut |name, value| {
            match name {
                "access_token" => response.access_token = value.text()?,
                "token_type" => response.token_type = value.optional(Reader::text)?,
                // Some servers write a string or a fraction.
                "expires_in" => response.expires_in = value.optional(|value| Ok(value.skip()?.to_owned()))?,
                "id_token" => response.id_token = value.optional(Reader::text)?,
                "refresh_token" => response.refresh_token = value.optional(Reader::text)?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        Ok(response)
    }

    /// The ID token's claims as JSON. Its signature isn't checked, as it comes straight from the server (OpenID Connect Core §3.1.3.7).
    pub(super) fn user(&self) -> Option<String> {
        claims(self.id_token.as_ref()?)
    }

    /// Milliseconds that the access token lives, counted from now.
    pub(super) fn lifetime(&self) -> Option<u64> {
        let seconds = match &self.expires_in {
            Some(text) => leading_integer(text.strip_prefix("\"").unwrap_or(text))?,
            None => {
                let claims = claims(&self.access_token)?;
                let time = |name| leading_integer(&claim(&claims, name)?);
                time("exp")?.saturating_sub(time("iat")?)
            }
        };
        Some(seconds.saturating_mul(1_000))
    }
}

impl Token {
    pub(super) fn new(text: &str, generation: u64, lifetime: Option<u64>, spent: u64, now: Now) -> Self {
        Self {
            text: text.into(),
            generation,
            received: now,
            spent,
            lifetime,
            refused_by: None,
        }
    }

    /// How many milliseconds it has lived.
    pub(super) fn age(&self, now: Now) -> u64 {
        let since = if on(Mutant::OneClock) {
            now.wall.saturating_sub(self.received.wall)
        } else {
            now.since(self.received)
        };
        since.saturating_add(self.spent)
    }

    pub(super) fn is_expired(&self, now: Now) -> bool {
        self.lifetime.is_some_and(|lifetime| self.age(now) >= lifetime)
    }

    /// For how many milliseconds its refusal by a server that has refused its predecessor tells that renewing doesn't help there. Where its
    /// lifetime isn't known, a minute is what counts as fresh.
    pub(super) fn fresh_for(&self, now: Now) -> u64 {
        self.lifetime.unwrap_or(EARLY_LIMIT).saturating_sub(self.age(now))
    }

    /// Whether its end is near enough that a successor should be fetched while it still serves.
    pub(super) fn is_ageing(&self, now: Now) -> bool {
        self.lifetime
            .is_some_and(|lifetime| self.age(now) >= lifetime.saturating_sub((lifetime / EARLY_SHARE).min(EARLY_LIMIT)))
    }

    pub(super) fn credentials(&self) -> Credentials {
        Credentials {
            token: self.text.clone(),
            generation: self.generation,
        }
    }
}

/// Whether a text may stand in a header as a token (RFC 6750 §2.1). Whatever else would end up there must not get there.
pub(super) fn is_sendable(token: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
    !token.is_empty() && has_only(token, &allowed)
}

/// The payload of a JWT (RFC 7519), unverified.
fn claims(token: &str) -> Option<String> {
    // The alphabet is the one for URLs (RFC 4648 §5).
    let mut payload = String::new();
    for byte in split(token, b'.').nth(1)?.bytes() {
        payload.push(match byte {
            b'-' => '+',
            b'_' => '/',
            _ => char::from(byte),
        });
    }
    let text = String::from_utf8(base64::decode(&payload)?).ok()?;
    read_all(&text, |reader| reader.members(&mut |_, value| value.pass())).ok()?;
    Some(text)
}

/// One claim, as its JSON text.
fn claim(claims: &str, name: &str) -> Option<String> {
    let mut found = None;
    let mut reader = Reader::new(claims);
    let read = reader.members(&mut |other, value| {
        let text = value.skip()?;
        if other == name {
            found = Some(text.to_owned());
        }
        Ok(())
    });
    found.filter(|_| read.is_ok())
}

/// The subject that claims, or a user object, name.
pub(super) fn subject(user: &str) -> Option<String> {
    read_all(&claim(user, "sub")?, Reader::text).ok()
}
