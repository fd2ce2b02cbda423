//! What no client of ours would send: each is answered with a problem, that says what is wrong and quotes nothing.

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::post;
use holdall::axum::{ClientState, ReadState, honest_caches};
use holdall::request::{Limits, Scalar, Shape};
use holdall_http::{Answer, Server};
use serde::Deserialize;
use serde_json::Value;
use ureq::http::Request;

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    cart: Vec<u32>,
    #[serde(default)]
    any: Value,
    #[serde(default)]
    blocked: Vec<String>,
    #[serde(default)]
    header: Value,
}

impl ReadState for Wanted {
    fn shapes() -> Vec<Shape> {
        vec![
            Shape::body("cart").required(),
            Shape::json_query("any"),
            Shape::set("blocked", Scalar::Text),
            Shape::header("header"),
        ]
    }

    fn limits() -> Limits {
        Limits {
            bytes: 8_000_000,
            ..Limits::default()
        }
    }
}

async fn count(ClientState(state): ClientState<Wanted>) -> String {
    drop((state.any, state.blocked, state.header));
    state.cart.len().to_string()
}

async fn start() -> Server {
    Server::start(Router::new().route("/", post(count)).layer(from_fn(honest_caches))).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const CART: &[u8] = br#"{"cart":[]}"#;
const CANARY: &str = "canary7f3a";

struct Refused {
    query: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
}

fn refused(
    query: &str,
    headers: &[(&'static str, &str)],
    body: impl Into<Vec<u8>>,
    status: u16,
    code: &'static str,
) -> Refused {
    Refused {
        query: query.into(),
        headers: headers
            .iter()
            .map(|(name, value)| (*name, value.as_bytes().to_vec()))
            .collect(),
        body: body.into(),
        status,
        code,
    }
}

fn cart(json: &str) -> String {
    format!(r#"{{"{CANARY}":1,"cart":{json}}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_answered_with_a_problem() {
    let server = start().await;
    let levels = |count: usize| format!("{}{}", "[".repeat(count), "]".repeat(count));
    let million = format!("[{}1]", "1,".repeat(999_999));
    let utf8 = [br#"{"cart":["#.as_slice(), b"\"\xff\"]}"].concat();
    let sent_twice = format!("blocked={CANARY}&blocked={CANARY}");
    let mut all = vec![
        refused("", &[JSON], cart(&levels(20_000)), 413, "too-large"),
        refused("", &[JSON], "{\"a\":".repeat(20_000), 413, "too-large"),
        refused(&format!("any={}", levels(20_000)), &[JSON], CART, 413, "too-large"),
        refused("", &[JSON], cart(&million), 413, "too-large"),
        refused(&"a&".repeat(20_000), &[JSON], CART, 413, "too-large"),
        refused("", &[JSON], vec![b' '; 100_000_000], 413, "too-large"),
        refused(&sent_twice, &[JSON], CART, 400, "malformed"),
        refused(
            "",
            &[JSON],
            cart(&format!(r#"[],"cart":["{CANARY}"]"#)),
            400,
            "malformed",
        ),
        refused(
            "",
            &[JSON],
            cart(&format!(r#"[{{"{CANARY}":1,"{CANARY}":2}}]"#)),
            400,
            "malformed",
        ),
        refused("", &[JSON], utf8, 400, "malformed"),
        refused("blocked=%ff", &[JSON], CART, 400, "malformed"),
        refused("", &[JSON, ("holdall-state", "header=:/w==:")], CART, 400, "malformed"),
        refused("", &[JSON], cart(&format!("[\"{CANARY}\"]")), 422, "wrong-type"),
        refused("", &[JSON], cart("[-1]"), 422, "wrong-type"),
        refused("", &[JSON], "{}", 422, "missing"),
        refused("", &[("content-type", "text/plain")], CANARY, 415, "unsupported-body"),
        refused("", &[], CANARY, 415, "unsupported-body"),
        refused("", &[JSON], CANARY, 400, "malformed"),
    ];
    let mut latin = refused("", &[JSON], CART, 400, "malformed");
    latin.headers.push(("holdall-state", b"header=:\xe9:".to_vec()));
    all.push(latin);
    let origin = server.origin.clone();
    tokio::task::spawn_blocking(move || {
        for refused in all {
            check(&origin, refused);
        }
        let fine = Request::post(format!("{origin}/?blocked=a")).header("content-type", "application/json");
        let fine = Answer::to(fine.body(br#"{"cart":[1,2]}"#.to_vec()).unwrap());
        assert_eq!((fine.status, fine.json), (200, 2.into()));
    })
    .await
    .unwrap();
}

fn check(origin: &str, refused: Refused) {
    let what = String::from_utf8_lossy(&refused.body[..refused.body.len().min(60)]).into_owned();
    let mut request = Request::post(format!("{origin}/?{}", refused.query));
    for (name, value) in refused.headers {
        request = request.header(name, value);
    }
    let answer = Answer::to(request.body(refused.body).unwrap());
    assert_eq!(answer.status, refused.status, "{what}: {}", answer.json);
    assert_eq!(answer.json["code"], refused.code, "{what}: {}", answer.json);
    assert_eq!(answer.json["status"], refused.status);
    for member in ["type", "title", "detail"] {
        assert!(
            answer.json[member].as_str().is_some_and(|text| !text.is_empty()),
            "{what}: {}",
            answer.json
        );
    }
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.json.to_string().contains(CANARY), "{what}: {}", answer.json);
}
