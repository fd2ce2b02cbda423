//! Access tokens and ID tokens: JWTs, signed with HMAC-SHA256.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Millis;
use crate::signing_key::SigningKey;
use crate::store::users::User;

const ALGORITHM: Algorithm = Algorithm::HS256;
const ISSUER: &str = "holdall-demo";
/// Whom access tokens are for: the API. ID tokens are for the page, and the API refuses them.
const API: &str = "holdall-demo-api";
const PAGE: &str = "holdall-demo-page";

/// Signs and checks. Has no `Debug`, because of the key.
pub(crate) struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
    access_seconds: u32,
}

/// The body of an answer, RFC 6749 section 5.1. The refresh token travels in the cookie alone.
#[derive(Serialize)]
pub(crate) struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    id_token: String,
}

/// What an access token says.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessClaims {
    iss: String,
    aud: String,
    pub(crate) sub: String,
    name: String,
    iat: Millis,
    exp: Millis,
    jti: String,
    /// The user's token version when it was issued.
    pub(crate) ver: i64,
}

#[derive(Serialize)]
struct IdClaims<'a> {
    iss: &'a str,
    aud: &'a str,
    sub: &'a str,
    name: &'a str,
    iat: Millis,
    exp: Millis,
}

impl Tokens {
    pub(crate) fn new(key: &SigningKey, access_seconds: u32) -> Self {
        let mut validation = Validation::new(ALGORITHM);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[API]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The library reads a clock of its own: `verify` compares with ours.
        validation.validate_exp = false;
        Self {
            signing: EncodingKey::from_secret(key.bytes()),
            checking: DecodingKey::from_secret(key.bytes()),
            validation,
            access_seconds,
        }
    }

    pub(crate) fn issue(&self, user: &User, now: Millis) -> jsonwebtoken::errors::Result<TokenResponse> {
        let iat = now.div_euclid(1000);
        // Rounded up: a token never lives shorter than `expires_in` says.
        let exp = now
            .saturating_add(999)
            .div_euclid(1000)
            .saturating_add(self.access_seconds.into());
        let access = AccessClaims {
            iss: ISSUER.to_owned(),
            aud: API.to_owned(),
            sub: user.id.clone(),
            name: user.name.clone(),
            iat,
            exp,
            jti: Uuid::new_v4().to_string(),
            ver: user.token_version,
        };
        let id = IdClaims {
            iss: ISSUER,
            aud: PAGE,
            sub: &user.id,
            name: &user.name,
            iat,
            exp,
        };
        Ok(TokenResponse {
            access_token: encode(
                &Header {
                    typ: Some("at+jwt".to_owned()),
                    ..Header::new(ALGORITHM)
                },
                &access,
                &self.signing,
            )?,
            token_type: "Bearer",
            expires_in: self.access_seconds,
            id_token: encode(&Header::new(ALGORITHM), &id, &self.signing)?,
        })
    }

    /// The claims of an access token of ours that hasn't expired.
    pub(crate) fn verify(&self, token: &str, now: Millis) -> Option<AccessClaims> {
        let claims = decode::<AccessClaims>(token, &self.checking, &self.validation)
            .ok()?
            .claims;
        (now < claims.exp.saturating_mul(1000)).then_some(claims)
    }
}
