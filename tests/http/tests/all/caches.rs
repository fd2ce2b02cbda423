//! With a shared cache in front, nobody gets an answer that was made for another's token or state.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::get;
use holdall::axum::{ClientState, ReadState, honest_caches};
use holdall::request::{Scalar, Shape};
use holdall_http::{Answer, Nginx, Sender, Server};
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Request;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    blocked: Vec<String>,
    #[serde(default)]
    cart: Value,
}

impl ReadState for Wanted {
    fn shapes() -> Vec<Shape> {
        vec![Shape::set("blocked", Scalar::Text), Shape::header("cart").named("x")]
    }
}

/// How often a handler was called: an answer from the cache has an old number.
static COUNT: AtomicUsize = AtomicUsize::new(0);

fn answer(headers: &HeaderMap, state: &Value) -> String {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    json!({ "for": token, "state": state, "count": COUNT.fetch_add(1, Ordering::SeqCst) }).to_string()
}

async fn cached(headers: HeaderMap, ClientState(wanted): ClientState<Wanted>) -> impl IntoResponse {
    let body = answer(&headers, &json!([wanted.blocked, wanted.cart]));
    ([(header::CACHE_CONTROL, "max-age=60")], body)
}

async fn silent(headers: HeaderMap, ClientState(wanted): ClientState<Wanted>) -> String {
    answer(&headers, &json!([wanted.blocked, wanted.cart]))
}

async fn careless(headers: HeaderMap) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "max-age=60")], answer(&headers, &Value::Null))
}

async fn start() -> Server {
    let routes = Router::new()
        .route("/cached", get(cached))
        .route("/silent", get(silent));
    let careless = Router::new().route("/careless", get(careless));
    Server::start(routes.layer(from_fn(honest_caches)).merge(careless)).await
}

/// nginx with a cache, as its documentation begins: all else is the default.
fn cache_before(backend: &str) -> (Nginx, tempfile::TempDir) {
    let stored = tempfile::tempdir().unwrap();
    let zone = format!("proxy_cache_path {} keys_zone=answers:1m;", stored.path().display());
    let location = "proxy_cache answers; add_header X-Cache $upstream_cache_status;";
    (Nginx::before(backend, &zone, location), stored)
}

struct Asked {
    address: String,
    token: Option<&'static str>,
    cart: Value,
}

impl Asked {
    /// Whether the answer came from the cache. It is always for this token and this state.
    #[track_caller]
    fn comes_from_cache(&self) -> bool {
        let (answer, hit) = self.send();
        let expected = self.token.map(|token| format!("Bearer {token}"));
        assert_eq!(answer["for"], json!(expected));
        assert_eq!(answer["state"][1], self.cart);
        hit
    }

    fn send(&self) -> (Value, bool) {
        let mut request = Request::get(&self.address);
        if let Some(token) = self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !self.cart.is_null() {
            let sent = Sender::new("map", &json!("header"))
                .unwrap()
                .request(&self.cart)
                .unwrap();
            request = request.header("holdall-state", sent.header.unwrap());
        }
        let answer = Answer::to(request.body(Vec::new()).unwrap());
        assert_eq!(answer.status, 200);
        let hit = answer.header("x-cache") == "HIT";
        (answer.json, hit)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_an_answer_that_was_made_for_another() {
    let server = start().await;
    let backend = server.origin.clone();
    tokio::task::spawn_blocking(move || {
        let (nginx, _stored) = cache_before(&backend);
        let ask = |path: &str, token, cart| Asked {
            address: format!("{}{path}", nginx.origin),
            token,
            cart,
        };
        let nothing = Value::Null;
        let [one, two] = [1, 2].map(|qty| json!({ "lamp": { "qty": qty } }));
        let all = [
            ask("/cached", None, nothing.clone()),
            ask("/cached", Some("ada"), nothing.clone()),
            ask("/cached", Some("eve"), nothing.clone()),
            ask("/cached", Some("ada"), one.clone()),
            ask("/cached", Some("ada"), two.clone()),
            ask("/cached", Some("eve"), one.clone()),
            ask("/cached", None, one.clone()),
            ask("/cached?blocked=x", Some("ada"), one.clone()),
        ];
        for asked in &all {
            assert!(!asked.comes_from_cache(), "an answer of its own: {}", asked.address);
        }
        for asked in &all {
            assert!(asked.comes_from_cache(), "the same once more: {}", asked.address);
        }
        // Made in another order, the state is the same, byte by byte.
        let many = json!({ "b": 1, "a": { "y": 1, "x": 2 } });
        let turned: Value = serde_json::from_str(r#"{"a":{"x":2,"y":1},"b":1}"#).unwrap();
        assert!(!ask("/cached", Some("ada"), many).comes_from_cache());
        assert!(ask("/cached", Some("ada"), turned).comes_from_cache());

        for _ in 0..2 {
            assert!(
                !ask("/silent", Some("ada"), one.clone()).comes_from_cache(),
                "nobody has allowed it"
            );
        }
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_layer_the_cache_is_a_danger() {
    let server = start().await;
    let backend = server.origin.clone();
    tokio::task::spawn_blocking(move || {
        let (nginx, _stored) = cache_before(&backend);
        let ask = |token| Asked {
            address: format!("{}/careless", nginx.origin),
            token: Some(token),
            cart: Value::Null,
        };
        let (first, _) = ask("ada").send();
        let (second, hit) = ask("eve").send();
        assert!(hit && first == second && second["for"] == "Bearer ada", "{second}");
    })
    .await
    .unwrap();
}
