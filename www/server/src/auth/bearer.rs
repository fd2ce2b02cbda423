//! Who sends a request: taken from its access token alone.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

use crate::app::App;
use crate::problem::Problem;
use crate::store::users::{self, User};

/// The user; refuses requests without a token.
pub(crate) struct SignedIn(pub(crate) User);

/// The user, or nobody; refuses bad tokens.
pub(crate) struct MaybeSignedIn(pub(crate) Option<User>);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        caller(parts, app).await?.map(Self).ok_or_else(Problem::token_missing)
    }
}

impl FromRequestParts<Arc<App>> for MaybeSignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        caller(parts, app).await.map(Self)
    }
}

async fn caller(parts: &Parts, app: &App) -> Result<Option<User>, Problem> {
    let Some(token) = bearer_token(parts)? else {
        return Ok(None);
    };
    let claims = app
        .tokens
        .verify(token, (app.clock)())
        .ok_or_else(|| Problem::token_invalid("It has expired, or it isn't one of ours: refresh it."))?;
    let user = app.store.read(move |tx| users::find(tx, &claims.sub)).await?;
    match user.filter(|user| user.token_version == claims.ver) {
        Some(user) => Ok(Some(user)),
        None => Err(Problem::token_invalid("It was revoked: sign in again.")),
    }
}

fn bearer_token(parts: &Parts) -> Result<Option<&str>, Problem> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let token = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, token)| token.trim_ascii());
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(Problem::token_invalid(
            "Send one header of the form `Authorization: Bearer <token>`.",
        )),
    }
}
