//! One server on a temporary data directory, and requests to it.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, Response, StatusCode, header};
use holdall_demo::{App, Settings, router};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) const SECOND: i64 = 1000;
pub(crate) const DAY: i64 = 24 * 60 * 60 * SECOND;

/// A server, its directories and its clock.
pub(crate) struct Site {
    directory: Arc<TempDir>,
    now: Arc<AtomicI64>,
    router: Router,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let directory = Arc::new(TempDir::new().unwrap());
        for (file, text) in [
            ("www/index.html", "<!doctype html><title>shop</title>"),
            ("www/app.js", "export {};"),
            ("www/server/Cargo.toml", "[package]"),
            ("package/index.js", "export {};"),
            ("package/holdall_bg.wasm", "\0asm"),
        ] {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self::start(directory, Arc::new(AtomicI64::new(1_800_000_000_000))).await
    }

    /// Another server on the same directories; or the same one, restarted.
    pub(crate) async fn another(&self) -> Self {
        Self::start(Arc::clone(&self.directory), Arc::clone(&self.now)).await
    }

    async fn start(directory: Arc<TempDir>, now: Arc<AtomicI64>) -> Self {
        let settings = Settings {
            data: directory.path().join("data"),
            www: directory.path().join("www"),
            package: directory.path().join("package"),
            access_seconds: 5,
        };
        let clock = Arc::clone(&now);
        let app = App::open(&settings, Arc::new(move || clock.load(Ordering::SeqCst)))
            .await
            .unwrap();
        Self {
            directory,
            now,
            router: router(app, &settings),
        }
    }

    pub(crate) fn data(&self, file: &str) -> PathBuf {
        self.directory.path().join("data").join(file)
    }

    /// Moves the clock, in milliseconds.
    pub(crate) fn advance(&self, by: i64) {
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub(crate) fn database(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.data("demo.sqlite")).unwrap()
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call("POST", path)
    }

    /// A POST as the page sends it to the endpoints under `/auth/`.
    pub(crate) fn auth(&self, path: &str) -> Call<'_> {
        self.post(path)
            .header("holdall-csrf", "1")
            .header("sec-fetch-site", "same-origin")
    }

    pub(crate) async fn sign_in(&self, username: &str, password: &str) -> Session {
        let credentials = json!({ "username": username, "password": password });
        let answer = self.auth("/auth/sign-in").json(&credentials).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json);
        Session::from(&answer)
    }

    pub(crate) async fn ada(&self) -> Session {
        self.sign_in("ada", "lovelace").await
    }

    pub(crate) async fn refresh(&self, cookie: &str) -> Answer {
        self.auth("/auth/refresh").header("cookie", cookie).send().await
    }

    pub(crate) async fn stats(&self) -> Value {
        self.get("/api/stats").send().await.json
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8080");
        Call {
            site: self,
            request,
            body: Body::empty(),
        }
    }
}

/// What a client has after signing in or refreshing.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) token: String,
    /// As it is sent back: name and value.
    pub(crate) cookie: String,
}

impl From<&Answer> for Session {
    fn from(answer: &Answer) -> Self {
        Self {
            token: answer.json["access_token"].as_str().unwrap().to_owned(),
            cookie: answer.cookie(),
        }
    }
}

/// A request being made.
pub(crate) struct Call<'a> {
    site: &'a Site,
    request: axum::http::request::Builder,
    body: Body,
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self
            .request
            .header(HeaderName::from_bytes(name.as_bytes()).unwrap(), value);
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", &body.to_string())
    }

    pub(crate) fn body(mut self, content_type: &str, body: &str) -> Self {
        self.body = Body::from(body.to_owned());
        self.header("content-type", content_type)
    }

    pub(crate) async fn send(self) -> Answer {
        let request = self.request.body(self.body).unwrap();
        Answer::from(self.site.router.clone().oneshot(request).await.unwrap()).await
    }
}

/// What came back. `json` is null if the body isn't JSON.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    async fn from(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or_default();
        Self {
            status: parts.status,
            headers: parts.headers,
            json,
            bytes,
        }
    }

    /// The header's only value; empty if absent.
    pub(crate) fn header(&self, name: impl header::AsHeaderName) -> &str {
        let values: Vec<_> = self.headers.get_all(name).iter().collect();
        assert!(values.len() < 2, "{values:?}");
        values.first().map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that it sets, as it is sent back.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }

    /// Checks that it is a problem of this status and code, as RFC 9457 has it.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!(self.json["code"], code, "{}", self.json);
        assert_eq!(self.status, status);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        for member in ["type", "title", "detail"] {
            assert!(
                self.json[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} in {}",
                self.json
            );
        }
    }
}
