use std::rc::Rc;

use crate::base64;
use crate::json::{JsonError, Reader, read_all};
use crate::text::{leading_integer, split};
use crate::time::Now;

/// A successful answer of the token endpoint (RFC 6749 §5.1), as far as it matters here.
#[derive(Default)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    token_type: Option<String>,
    expires_in: Option<String>,
    id_token: Option<String>,
}

/// An access token in use.
pub(super) struct Token {
    pub(super) text: Rc<str>,
    /// Counts the tokens of this page, so that a refused one can be told from its successor.
    pub(super) generation: u64,
    received: Now,
    /// Milliseconds; `None` if the server didn't say.
    lifetime: Option<u64>,
    /// It was fetched because a 401 had refused its predecessor. If it is refused as well, renewing doesn't help.
    pub(super) after_refusal: bool,
}

/// The share of a token's life at whose end it is renewed in the background, and its limit in milliseconds.
const EARLY_SHARE: u64 = 5;
const EARLY_LIMIT: u64 = 60_000;

impl TokenResponse {
    /// Reads an answer; `None` if it holds no token that could be sent.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let response = read_all(text, Self::read).ok()?;
        // RFC 6750 §2.1. Whatever else would end up in a header must not get there.
        let sendable =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=');
        let bearer = response
            .token_type
            .as_ref()
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let token = &response.access_token;
        (bearer && !token.is_empty() && token.bytes().all(sendable)).then_some(response)
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
    fn lifetime(&self) -> Option<u64> {
        let seconds = match &self.expires_in {
            Some(text) => leading_integer(text.strip_prefix('"').unwrap_or(text))?,
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
    pub(super) fn new(response: TokenResponse, generation: u64, after_refusal: bool, now: Now) -> Self {
        let lifetime = response.lifetime();
        Self {
            text: response.access_token.into(),
            generation,
            received: now,
            lifetime,
            after_refusal,
        }
    }

    pub(super) fn is_expired(&self, now: Now) -> bool {
        self.lifetime
            .is_some_and(|lifetime| now.since(self.received) >= lifetime)
    }

    /// Whether it was refused although it is fresh, so that renewing it doesn't help. Where its lifetime isn't known, a minute is
    /// what counts as fresh.
    pub(super) fn is_futile(&self, now: Now) -> bool {
        self.after_refusal && now.since(self.received) < self.lifetime.unwrap_or(EARLY_LIMIT)
    }

    /// Whether its end is near enough that a successor should be fetched while it still serves.
    pub(super) fn is_ageing(&self, now: Now) -> bool {
        self.lifetime.is_some_and(|lifetime| {
            now.since(self.received) >= lifetime.saturating_sub((lifetime / EARLY_SHARE).min(EARLY_LIMIT))
        })
    }
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
