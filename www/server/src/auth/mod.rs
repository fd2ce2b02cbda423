//! Signing in, staying signed in, signing out.

mod bearer;
mod cookie;
mod csrf;
mod passwords;
mod refresh;
mod tokens;

use std::sync::Arc;

use axum::extract::{FromRequest, State};
use axum::http::StatusCode;
use axum::middleware::from_fn;
use axum::routing::post;
use axum::{Json, Router};
use axum_extra::extract::CookieJar;
use serde::Deserialize;
use tower::limit::GlobalConcurrencyLimitLayer;

use crate::app::App;
use crate::problem::Problem;
use crate::store::counters::{self, Counter};
use crate::store::{Store, StoreError, users};

pub(crate) use bearer::{MaybeSignedIn, SignedIn};
pub(crate) use passwords::Passwords;
pub(crate) use tokens::Tokens;

use refresh::{Grant, Renewal};
use tokens::TokenResponse;

/// Each hash takes 19 MiB: more at once would let anybody use up the memory.
const SIGN_INS_AT_ONCE: usize = 4;

/// Who can sign in to a new data directory: id, name, password.
const DEMO_USERS: [(&str, &str, &str); 2] = [("ada", "Ada Lovelace", "lovelace"), ("grace", "Grace Hopper", "hopper")];

pub(crate) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/sign-in",
            post(sign_in).layer(GlobalConcurrencyLimitLayer::new(SIGN_INS_AT_ONCE)),
        )
        .route("/refresh", post(refresh))
        .route("/sign-out", post(sign_out))
        .layer(from_fn(csrf::refuse_foreign))
}

/// Adds the demo's users to a new database.
pub(crate) async fn seed_users(store: &Store, passwords: &Passwords) -> Result<(), crate::StartError> {
    for (id, name, password) in DEMO_USERS {
        if store.read(move |tx| users::find(tx, id)).await?.is_none() {
            let hash = passwords.hash(password)?;
            store.write(move |tx| users::add(tx, id, name, &hash)).await?;
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Credentials {
    username: String,
    password: String,
}

/// A JSON body, whose refusals are problems.
#[derive(FromRequest)]
#[from_request(via(Json), rejection(Problem))]
struct Body<T>(T);

async fn sign_in(
    State(app): State<Arc<App>>,
    jar: CookieJar,
    Body(credentials): Body<Credentials>,
) -> Result<(CookieJar, Json<TokenResponse>), Problem> {
    let Credentials { username, password } = credentials;
    let (user, hash) = app
        .store
        .read(move |tx| users::find_with_password(tx, &username))
        .await?
        .unzip();
    let correct = app.passwords.verify(password, hash).await;
    let Some(user) = user.filter(|_| correct) else {
        return Err(Problem::unauthorized(
            "wrong-credentials",
            "Wrong name or password. Check both and try again. The demo's users are ada (lovelace) and grace (hopper).",
        ));
    };
    let (now, shared) = ((app.clock)(), Arc::clone(&app));
    let previous = cookie::read(&jar);
    let work = move |tx: &rusqlite::Transaction<'_>| -> Result<Grant, StoreError> {
        // The new cookie takes the place of the old one, whose family nobody could end any more.
        if let Some(token) = previous {
            refresh::end(tx, &token)?;
        }
        counters::add_one(tx, Counter::SignIns)?;
        refresh::start(tx, &shared.key, user, now)
    };
    let grant = app.store.write(work).await?;
    respond(&app, jar, &grant)
}

async fn refresh(State(app): State<Arc<App>>, jar: CookieJar) -> Result<(CookieJar, Json<TokenResponse>), Problem> {
    let Some(token) = cookie::read(&jar) else {
        return Err(session_over("There is no refresh cookie: sign in."));
    };
    let (now, shared) = ((app.clock)(), Arc::clone(&app));
    let renewal = app
        .store
        .write(move |tx| refresh::renew(tx, &shared.key, &token, now))
        .await?;
    match renewal {
        Renewal::Granted(grant) => respond(&app, jar, &grant),
        Renewal::Reused => Err(session_over(
            "An old refresh token came back, so the session was ended: sign in.",
        )),
        Renewal::Refused => Err(session_over("The refresh token isn't valid any more: sign in.")),
    }
}

async fn sign_out(State(app): State<Arc<App>>, jar: CookieJar) -> Result<(StatusCode, CookieJar), Problem> {
    if let Some(token) = cookie::read(&jar) {
        app.store.write(move |tx| refresh::end(tx, &token)).await?;
    }
    Ok((StatusCode::NO_CONTENT, jar.add(cookie::deleted())))
}

fn respond(app: &App, jar: CookieJar, grant: &Grant) -> Result<(CookieJar, Json<TokenResponse>), Problem> {
    // The time is taken anew: waiting for the database mustn't shorten the token's life.
    let response = app
        .tokens
        .issue(&grant.user, (app.clock)())
        .map_err(|_| Problem::internal())?;
    Ok((jar.add(cookie::holding(&grant.token, grant.max_age)), Json(response)))
}

fn session_over(detail: &str) -> Problem {
    Problem::unauthorized("session-over", detail)
}
