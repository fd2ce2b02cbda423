//! An authorization server with both ways to renew: a refresh endpoint with a cookie, and a token endpoint.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::time::Instant;

/// Of access tokens that were renewed.
const LIFETIME: u64 = 3_600;

pub(crate) struct Tokens {
    origin: String,
    /// When each access token expires, by its number.
    expires: Vec<Instant>,
    /// The number of the newest refresh token: whoever comes with another one has missed a rotation.
    newest: usize,
    pub(crate) counted: Counted,
}

/// What has reached it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Counted {
    /// Refreshes.
    pub(crate) refreshes: usize,
    /// Of these, with a refresh token that had been replaced. They are answered all the same; a strict server would sign out.
    pub(crate) reuses: usize,
}

impl Tokens {
    pub(crate) fn of(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            expires: Vec::new(),
            newest: 0,
            counted: Counted::default(),
        }
    }

    /// The query says for how many seconds, and whether the refresh token goes into the answer rather than into a cookie.
    pub(crate) fn sign_in(&mut self, query: &str) -> Response<Body> {
        let mut answer = self.access(number(query, "seconds").unwrap_or(LIFETIME));
        if value(query, "kind").is_some_and(|kind| kind == "refresh_token") {
            answer["refresh_token"] = self.rotated("plain").into();
            return axum::Json(answer).into_response();
        }
        self.with_cookie(answer)
    }

    pub(crate) fn refresh(&mut self, cookies: &str) -> Response<Body> {
        let presented = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("refresh="));
        let Some(presented) = presented.and_then(|text| text.parse().ok()) else {
            return StatusCode::UNAUTHORIZED.into_response();
        };
        self.count(presented);
        let answer = self.access(LIFETIME);
        self.with_cookie(answer)
    }

    /// A sign-in with a code (that is the nonce, since there was no sign-in's page), or a refresh.
    pub(crate) fn token(&mut self, form: &str) -> Response<Body> {
        let answer = if let Some(nonce) = value(form, "code") {
            let mut answer = self.access(2);
            answer["id_token"] = self.id_token(Some(&nonce)).into();
            answer["refresh_token"] = self.rotated("signed").into();
            answer
        } else {
            let presented = value(form, "refresh_token").unwrap_or_default();
            let (kind, number) = presented.split_once('.').unwrap_or_default();
            self.count(number.parse().unwrap_or_default());
            let mut answer = self.access(LIFETIME);
            if kind == "signed" {
                answer["id_token"] = self.id_token(None).into();
            }
            answer["refresh_token"] = self.rotated(kind).into();
            answer
        };
        axum::Json(answer).into_response()
    }

    pub(crate) fn is_alive(&self, bearer: &str) -> bool {
        let number = bearer
            .strip_prefix("Bearer access-")
            .and_then(|text| text.parse::<usize>().ok());
        let expires = number.and_then(|number| self.expires.get(number));
        expires.is_some_and(|expires| Instant::now() < *expires)
    }

    fn count(&mut self, presented: usize) {
        self.counted.refreshes += 1;
        self.counted.reuses += usize::from(presented != self.newest);
    }

    fn access(&mut self, seconds: u64) -> Value {
        self.expires.push(Instant::now() + Duration::from_secs(seconds));
        json!({
            "access_token": format!("access-{:08}", self.expires.len() - 1),
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": "openid profile email offline_access",
        })
    }

    fn rotated(&mut self, kind: &str) -> String {
        self.newest += 1;
        format!("{kind}.{}", self.newest)
    }

    fn with_cookie(&mut self, answer: Value) -> Response<Body> {
        self.newest += 1;
        let cookie = format!("refresh={}; Path=/; HttpOnly; SameSite=Strict", self.newest);
        ([(header::SET_COOKIE, cookie)], axum::Json(answer)).into_response()
    }

    /// Nobody checks its signature: it comes from the token endpoint itself.
    fn id_token(&self, nonce: Option<&str>) -> String {
        let now = seconds();
        let mut claims = json!({
            "iss": format!("{}/", self.origin), "aud": "shop", "sub": "ada", "iat": now, "exp": now + LIFETIME,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = nonce.into();
        }
        let encode = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let head = json!({ "alg": "RS256", "typ": "JWT", "kid": "1" });
        format!("{}.{}.c2lnbmVk", encode(head), encode(claims))
    }
}

fn value(form: &str, name: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(form.as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

fn number(form: &str, name: &str) -> Option<u64> {
    value(form, name)?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "ID tokens say when they were made")]
fn seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}
