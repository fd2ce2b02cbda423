use std::rc::Rc;

use serde::Deserialize;

use crate::base64;
use crate::json::{self, Raw};
use crate::time::Now;

/// A successful answer of the token endpoint (RFC 6749 §5.1), as far as it matters here.
#[derive(Deserialize)]
pub(super) struct TokenResponse {
    pub(super) access_token: String,
    token_type: Option<String>,
    expires_in: Option<Raw>,
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
        let response: Self = json::from_text(text).ok()?;
        // RFC 6750 §2.1. Whatever else would end up in a header must not get there.
        let sendable = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        let bearer = response
            .token_type
            .as_ref()
            .is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
        let token = &response.access_token;
        (bearer && !token.is_empty() && token.bytes().all(sendable)).then_some(response)
    }

    /// The ID token's claims as JSON. Its signature isn't checked, as it comes straight from the server (OpenID Connect Core §3.1.3.7).
    pub(super) fn user(&self) -> Option<String> {
        claims(self.id_token.as_ref()?)
    }

    /// Milliseconds that the access token lives, counted from now.
    fn lifetime(&self) -> Option<u64> {
        let seconds = match &self.expires_in {
            // Some servers write a string or a fraction.
            Some(Raw(text)) => {
                let text = text.trim_start_matches('"');
                text.split(|char: char| !char.is_ascii_digit())
                    .next()?
                    .parse::<u64>()
                    .ok()?
            }
            None => {
                #[derive(Deserialize)]
                struct Times {
                    iat: u64,
                    exp: u64,
                }
                let times: Times = json::from_text(&claims(&self.access_token)?).ok()?;
                times.exp.saturating_sub(times.iat)
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

    /// Whether its end is near enough that a successor should be fetched while it still serves.
    pub(super) fn is_ageing(&self, now: Now) -> bool {
        self.lifetime.is_some_and(|lifetime| {
            now.since(self.received) >= lifetime.saturating_sub((lifetime / EARLY_SHARE).min(EARLY_LIMIT))
        })
    }
}

/// The payload of a JWT (RFC 7519), unverified.
fn claims(token: &str) -> Option<String> {
    let payload = token.split('.').nth(1)?.replace('-', "+").replace('_', "/");
    let text = String::from_utf8(base64::decode(&payload)?).ok()?;
    let mut reader = json::Reader::new(&text);
    reader.object(|_, value| value.skip().map(drop)).ok()?;
    Some(text)
}

/// The subject that claims, or a user object, name.
pub(super) fn subject(user: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Subject {
        sub: String,
    }
    json::from_text::<Subject>(user).ok().map(|subject| subject.sub)
}
