//! A server that keeps what it is sent, and has answers for every occasion.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response, header};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;

use crate::environment;

/// It serves an empty page at `/` and the built package under `/holdall/`, and ends when dropped. Anything else is answered with 200, but for
/// these, which may be combined:
///
/// - `/to/<status>?<address>`: redirects there.
/// - `/cors/…`: as CORS wants it for any origin and header; no header of the answer is readable.
/// - `…/once/<status>`: with that status the first time, and with `WWW-Authenticate` and `Retry-After: 3600`.
/// - `…/always/<status>`: each time.
/// - `/auth/refresh`: with the access token `renewed`.
pub struct Witness {
    origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

/// A request, as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The method.
    pub method: String,
    /// Path and query.
    pub url: String,
    /// By lower-case name.
    pub headers: BTreeMap<String, String>,
    /// As text.
    pub body: String,
}

impl Seen {
    /// A header; empty if absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value)
    }
}

impl Witness {
    /// Starts one.
    ///
    /// # Panics
    /// If there is no free port.
    pub async fn start() -> Self {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("its address"));
        let router = Router::new()
            .nest_service("/holdall", ServeDir::new(environment::path("HOLDALL_PACKAGE")))
            .fallback(answer)
            .with_state(Arc::clone(&seen));
        let task = tokio::spawn(async { axum::serve(listener, router).await.unwrap_or_default() });
        Self { origin, seen, task }
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What it has been sent since this was asked last, but for its page.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        let mut seen = std::mem::take(&mut *self.seen.lock().unwrap());
        seen.retain(|seen| !matches!(seen.url.as_str(), "/" | "/favicon.ico"));
        seen
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(all): State<Arc<Mutex<Vec<Seen>>>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let seen = Seen {
        method: parts.method.to_string(),
        url: parts.uri.to_string(),
        headers: texts(&parts.headers),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let path = parts.uri.path().to_owned();
    let before = {
        let mut all = all.lock().unwrap();
        all.push(seen.clone());
        let same = |other: &&Seen| other.url == seen.url && other.method == seen.method;
        all.iter().filter(same).count() - 1
    };
    let mut response = Response::builder();
    if path.starts_with("/cors/") {
        response = response
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-methods", "*")
            .header("access-control-allow-headers", "*, authorization");
    }
    let words: Vec<&str> = path.split('/').collect();
    let number = |word: &str| {
        let at = words.iter().position(|other| *other == word)?;
        words.get(at + 1)?.parse::<u16>().ok()
    };
    let refusal = number("always").or_else(|| number("once").filter(|_| before == 0));
    if seen.method == "OPTIONS" {
        return response.body(Body::empty()).unwrap();
    }
    if let Some(status) = number("to") {
        let address = parts
            .uri
            .query()
            .unwrap_or_default()
            .split('&')
            .next()
            .unwrap_or_default();
        response = response.status(status).header(header::LOCATION, address);
    } else if let Some(status) = refusal {
        response = response
            .status(status)
            .header(header::WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"")
            .header(header::RETRY_AFTER, "3600");
    }
    let (kind, body) = match path.as_str() {
        "/" => ("text/html", "<!doctype html><title>empty</title>"),
        "/auth/refresh" => (
            "application/json",
            r#"{"access_token":"renewed","token_type":"Bearer","expires_in":3600}"#,
        ),
        _ => ("application/json", "{}"),
    };
    response
        .header(header::CONTENT_TYPE, kind)
        .body(Body::from(body))
        .unwrap()
}

fn texts(headers: &HeaderMap) -> BTreeMap<String, String> {
    let texts = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    texts.collect()
}
