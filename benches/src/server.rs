//! The server of the pages, of the contenders' bundles, of what they have stored, and of the API that they call.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path as Rest, State};
use axum::http::{HeaderMap, Response, StatusCode, Uri, header};
use axum::middleware::map_response;
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

use crate::tokens::{Counted, Tokens};

/// The running server; it ends when dropped.
pub(crate) struct Server {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

pub(crate) struct Shared {
    pub(crate) tokens: Mutex<Tokens>,
    /// What the contenders have stored, by who and how much.
    seeds: Mutex<HashMap<(String, usize), Bytes>>,
}

impl Server {
    pub(crate) async fn start(contenders: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let shared = Arc::new(Shared {
            tokens: Mutex::new(Tokens::of(&origin)),
            seeds: Mutex::default(),
        });
        let pages = concat!(env!("CARGO_MANIFEST_DIR"), "/pages");
        let router = Router::new()
            .route("/auth/sign-in", post(sign_in))
            .route("/auth/refresh", post(refresh))
            .route("/auth/sign-out", post(async || StatusCode::NO_CONTENT))
            .route("/oauth/token", post(token))
            .route("/api/echo", any(async |_: Bytes| json(r#"{"ok":true}"#)))
            .route("/api/strict/{number}", get(strict))
            .route("/seeds/{contender}/{size}", get(seed).put(keep_seed))
            .layer(DefaultBodyLimit::disable())
            // Each time over the network, and compiled anew.
            .nest_service("/contenders", ServeDir::new(contenders))
            // From the browser's cache.
            .nest_service("/cached", ServeDir::new(contenders))
            .fallback_service(ServeDir::new(pages))
            .layer(map_response(isolated))
            .layer(axum::middleware::from_fn(cached))
            .with_state(Arc::clone(&shared));
        let task = tokio::spawn(async {
            let listener = axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true)));
            axum::serve(listener, router).await.unwrap_or_default();
        });
        Self { origin, shared, task }
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn counted(&self) -> Counted {
        self.shared.tokens.lock().unwrap().counted
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// So that its pages have the fine clock.
async fn isolated(mut response: Response<Body>) -> Response<Body> {
    let headers = response.headers_mut();
    headers.insert("cross-origin-opener-policy", "same-origin".parse().expect("a value"));
    headers.insert("cross-origin-embedder-policy", "require-corp".parse().expect("a value"));
    response
}

async fn cached(request: axum::extract::Request, next: axum::middleware::Next) -> Response<Body> {
    let caching = if request.uri().path().starts_with("/cached/") {
        "max-age=3600, immutable"
    } else {
        "no-store"
    };
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, caching.parse().expect("a value"));
    response
}

fn json(text: impl Into<Body>) -> Response<Body> {
    let response = Response::builder().header(header::CONTENT_TYPE, "application/json");
    response.body(text.into()).expect("an answer")
}

async fn sign_in(State(shared): State<Arc<Shared>>, uri: Uri) -> Response<Body> {
    shared.tokens.lock().unwrap().sign_in(uri.query().unwrap_or_default())
}

async fn refresh(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response<Body> {
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok());
    shared.tokens.lock().unwrap().refresh(cookie.unwrap_or_default())
}

async fn token(State(shared): State<Arc<Shared>>, body: String) -> Response<Body> {
    shared.tokens.lock().unwrap().token(&body)
}

/// Answers only those whose token is alive.
async fn strict(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response<Body> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if shared.tokens.lock().unwrap().is_alive(bearer.unwrap_or_default()) {
        return json(r#"{"ok":true}"#);
    }
    let refused = (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)],
    );
    refused.into_response()
}

async fn seed(State(shared): State<Arc<Shared>>, Rest(name): Rest<(String, usize)>) -> Response<Body> {
    match shared.seeds.lock().unwrap().get(&name) {
        Some(seed) => json(seed.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn keep_seed(State(shared): State<Arc<Shared>>, Rest(name): Rest<(String, usize)>, seed: Bytes) {
    shared.seeds.lock().unwrap().insert(name, seed);
}
