//! An authorization server and an API in one, for pages that put the session to the test: every answer is the test's to decide.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::extract::{Path as Rest, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_http::services::ServeDir;

use crate::environment;

/// For how long the preceding refresh token is still answered.
const GRACE: Duration = Duration::from_secs(30);

/// The running server; it ends when dropped.
pub struct Authority {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// Whether refreshes, and requests, are answered now.
    refreshes: watch::Sender<bool>,
    requests: watch::Sender<bool>,
}

#[derive(Default)]
struct Inner {
    lifetime: u64,
    families: Vec<Family>,
    tokens: Vec<Access>,
    stats: Counted,
}

struct Family {
    user: String,
    generation: usize,
    rotated: Instant,
    alive: bool,
}

struct Access {
    user: String,
    expires: Instant,
}

/// What has reached it.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    /// Refreshes that were answered with a token.
    pub refreshes: usize,
    /// Refreshes that arrived, answered or not.
    pub asked: usize,
    /// Old refresh tokens that came back too late, and ended their session.
    pub reuses: usize,
    /// Requests to the API: the path, and whose token came with it.
    pub requests: Vec<(String, Option<String>)>,
}

impl Authority {
    /// Starts one whose access tokens live for an hour.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                lifetime: 3_600,
                ..Inner::default()
            }),
            refreshes: watch::Sender::new(true),
            requests: watch::Sender::new(true),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let pages = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pages"));
        let router = Router::new()
            .route("/auth/sign-in", post(sign_in))
            .route("/auth/refresh", post(refresh))
            .route("/auth/sign-out", post(sign_out))
            .route("/api/{*rest}", any(api))
            .nest_service("/holdall", ServeDir::new(environment::path("HOLDALL_PACKAGE")))
            .fallback_service(ServeDir::new(pages))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async { axum::serve(listener, router).await.unwrap_or_default() });
        Self { origin, shared, task }
    }

    /// The address of one of the pages.
    #[must_use]
    pub fn url(&self, name: &str) -> String {
        format!("{}/{name}", self.origin)
    }

    /// From now on access tokens live for so many seconds.
    pub fn set_lifetime(&self, seconds: u64) {
        self.shared.inner().lifetime = seconds;
    }

    /// Keeps refreshes waiting for their answers, or lets them go.
    pub fn hold_refreshes(&self, hold: bool) {
        self.shared.refreshes.send_replace(!hold);
    }

    /// Keeps requests to the API waiting for their answers, or lets them go.
    pub fn hold_requests(&self, hold: bool) {
        self.shared.requests.send_replace(!hold);
    }

    /// What has reached it so far.
    #[must_use]
    pub fn counted(&self) -> Counted {
        self.shared.inner().stats.clone()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

impl Inner {
    /// A token response, and its cookie.
    fn grant(&mut self, family: usize) -> Response {
        let Family { user, generation, .. } = &self.families[family];
        let (user, generation) = (user.clone(), *generation);
        self.tokens.push(Access {
            user: user.clone(),
            expires: Instant::now() + Duration::from_secs(self.lifetime),
        });
        let body = json!({
            "access_token": format!("t-{}", self.tokens.len() - 1),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "id_token": format!("e30.{}.x", claims(&user)),
        });
        let cookie = format!("refresh={family}.{generation}; Path=/; HttpOnly; SameSite=Strict");
        ([("set-cookie", cookie)], Json(body)).into_response()
    }
}

/// `{"sub":"<user>"}` in base64url, for the two users there are.
fn claims(user: &str) -> &'static str {
    match user {
        "ada" => "eyJzdWIiOiJhZGEifQ",
        _ => "eyJzdWIiOiJldmUifQ",
    }
}

#[derive(Deserialize)]
struct SignIn {
    user: String,
}

async fn sign_in(State(shared): State<Arc<Shared>>, Query(SignIn { user }): Query<SignIn>) -> Response {
    let mut inner = shared.inner();
    inner.families.push(Family {
        user,
        generation: 1,
        rotated: Instant::now(),
        alive: true,
    });
    let family = inner.families.len() - 1;
    inner.grant(family)
}

async fn refresh(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let response = renew(&mut shared.inner(), cookie(&headers));
    until(&shared.refreshes).await;
    response
}

fn renew(inner: &mut Inner, presented: Option<(usize, usize)>) -> Response {
    inner.stats.asked += 1;
    let refused = StatusCode::UNAUTHORIZED.into_response();
    let Some((family, generation)) = presented else {
        return refused;
    };
    let it = &mut inner.families[family];
    let tolerated = generation + 1 == it.generation && it.rotated.elapsed() < GRACE;
    if !it.alive || generation != it.generation && !tolerated {
        inner.stats.reuses += usize::from(it.alive);
        it.alive = false;
        return refused;
    }
    if generation == it.generation {
        it.generation += 1;
        it.rotated = Instant::now();
    }
    inner.stats.refreshes += 1;
    inner.grant(family)
}

async fn sign_out(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if let Some((family, _)) = cookie(&headers) {
        shared.inner().families[family].alive = false;
    }
    (
        StatusCode::NO_CONTENT,
        [("set-cookie", "refresh=; Path=/; HttpOnly; Max-Age=0")],
    )
        .into_response()
}

async fn api(State(shared): State<Arc<Shared>>, Rest(rest): Rest<String>, headers: HeaderMap) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let number: Option<usize> = bearer.and_then(|text| text.strip_prefix("Bearer t-")?.parse().ok());
    let answer = {
        let mut inner = shared.inner();
        let token = number.and_then(|number| inner.tokens.get(number));
        let (user, alive) = token.map_or((None, true), |token| {
            (Some(token.user.clone()), Instant::now() < token.expires)
        });
        inner.stats.requests.push((rest, user.clone()));
        if alive {
            Json(json!({ "user": user })).into_response()
        } else {
            StatusCode::UNAUTHORIZED.into_response()
        }
    };
    until(&shared.requests).await;
    answer
}

/// Family and generation of the refresh token.
fn cookie(headers: &HeaderMap) -> Option<(usize, usize)> {
    let text = headers.get("cookie")?.to_str().ok()?;
    let (family, generation) = text.strip_prefix("refresh=")?.split_once('.')?;
    Some((family.parse().ok()?, generation.parse().ok()?))
}

async fn until(gate: &watch::Sender<bool>) {
    let _ = gate.subscribe().wait_for(|open| *open).await;
}
