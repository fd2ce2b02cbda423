//! What the client's half has put on a request, axum's extractor takes out of it.

use axum::Router;
use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::http::Request as Incoming;
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use holdall::axum::{ClientState, ReadState, honest_caches};
use holdall::json::canonical;
use holdall::number::NATIVE;
use holdall::request::{Field, Limits, Scalar, Shape};
use holdall_http::{Generator, Sender, Server, send};
use serde::Deserialize;
use serde_json::{Value, json};

/// One slice `x`, answered as it was read.
macro_rules! echo {
    ($name:ident, $shape:expr) => {
        #[derive(Deserialize)]
        struct $name {
            #[serde(default)]
            x: Value,
        }

        impl ReadState for $name {
            fn shapes() -> Vec<Shape> {
                vec![$shape]
            }

            fn limits() -> Limits {
                Limits {
                    bytes: 8_000_000,
                    depth: 128,
                    entries: 200_000,
                }
            }
        }

        impl $name {
            async fn answer(ClientState(state): ClientState<Self>) -> String {
                state.x.to_string()
            }
        }
    };
}

const FIELDS: [(&str, Field); 4] = [
    ("a", Field::One(Scalar::Text)),
    ("b é&", Field::One(Scalar::Number)),
    ("__proto__", Field::One(Scalar::Bool)),
    ("d[", Field::List(Scalar::Text)),
];

echo!(Texts, Shape::set("x", Scalar::Text));
echo!(Numbers, Shape::set("x", Scalar::Number));
echo!(Object, Shape::object("x", &FIELDS));
echo!(DeepMap, Shape::deep_map("x", Scalar::Number));
echo!(Json, Shape::json_query("x"));
echo!(Header, Shape::header("x"));
echo!(Body, Shape::body("x"));

async fn start() -> Server {
    let routes = Router::new()
        .route("/texts", post(Texts::answer))
        .route("/numbers", post(Numbers::answer))
        .route("/object", post(Object::answer))
        .route("/deep-map", post(DeepMap::answer))
        .route("/json", post(Json::answer))
        .route("/header", post(Header::answer))
        .route("/body", post(Body::answer));
    Server::start(routes.layer(from_fn(honest_caches))).await
}

struct Trip {
    sender: Sender,
    address: String,
}

impl Trip {
    fn new(server: &Server, path: &str, kind: &str, send: Value) -> Self {
        Self {
            sender: Sender::new(kind, &send).unwrap(),
            address: format!("{}/{path}", server.origin),
        }
    }

    /// Checks that the state arrives; empty state isn't sent, and so is null.
    #[track_caller]
    fn check(&self, state: &Value) {
        let answer = send(&self.address, &self.sender.request(state).unwrap());
        assert_eq!(answer.status, 200, "{}", answer.json);
        let empty =
            state.as_array().is_some_and(Vec::is_empty) || state.as_object().is_some_and(serde_json::Map::is_empty);
        let expected = if empty { &Value::Null } else { state };
        assert_eq!(plain(&answer.json), plain(expected));
    }
}

/// With the members of a set in one order.
fn plain(state: &Value) -> String {
    let mut state = state.clone();
    if let Value::Array(members) = &mut state {
        members.sort_by_key(Value::to_string);
    }
    canonical(&state.to_string(), NATIVE).unwrap()
}

/// Sending blocks, so the server runs on other threads.
async fn blocking(check: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(check).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn generated_states_arrive_as_they_were() {
    let server = start().await;
    blocking(move || {
        let query = |style: &str| json!({ "in": "query", "style": style });
        let texts = Trip::new(&server, "texts", "set", query("form"));
        let numbers = Trip::new(&server, "numbers", "set", query("form"));
        let object = Trip::new(&server, "object", "object", query("form"));
        let deep_map = Trip::new(&server, "deep-map", "map", query("deepObject"));
        let json = Trip::new(&server, "json", "map", query("json"));
        let header = Trip::new(&server, "header", "map", json!("header"));
        let body = Trip::new(&server, "body", "map", json!("body"));
        let mut generator = Generator::new(11);
        for _ in 0..150 {
            texts.check(&generator.set("string"));
            numbers.check(&generator.set("number"));
            let mut fields = serde_json::Map::new();
            for (name, field) in FIELDS {
                let value = match field {
                    Field::One(Scalar::Text) => generator.scalar("string"),
                    Field::One(Scalar::Number) => generator.scalar("number"),
                    Field::One(Scalar::Bool) => generator.scalar("boolean"),
                    Field::List(_) => json!([generator.text(), generator.text()]),
                };
                if generator.below(3) > 0 {
                    fields.insert(name.to_owned(), value);
                }
            }
            object.check(&fields.into());
            let keys = (0..generator.below(4))
                .map(|_| generator.text().replace(['[', ']'], "-"))
                .collect::<Vec<_>>();
            let map = keys.into_iter().map(|key| (key, generator.scalar("number")));
            deep_map.check(&Value::Object(map.collect()));
            let anything = generator.map(4);
            for trip in [&json, &header, &body] {
                trip.check(&anything);
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_of_unicode_deep_and_large_states_arrive() {
    let server = start().await;
    blocking(move || {
        let body = Trip::new(&server, "body", "map", json!("body"));
        let everything: String = ('\0'..=char::MAX).collect();
        assert_eq!(everything.chars().count(), 0x11_0000 - 0x800);
        body.check(&json!({ "all": everything }));
        let large: serde_json::Map<_, _> = (0..12_500)
            .map(|n| {
                (
                    format!("sku-{n}"),
                    json!({ "title": "A lamp of 1 MB", "price": 4900, "qty": n, "note": "xxxxxxxxxxxxxxx" }),
                )
            })
            .collect();
        let large = Value::Object(large);
        assert!(large.to_string().len() > 1_000_000);
        body.check(&large);
        let mut deep = json!("ground");
        for level in 0..100 {
            deep = if level % 2 == 0 {
                json!([deep])
            } else {
                json!({ "__proto__": deep })
            };
        }
        let deep = json!({ "deep": deep });
        let texts = Trip::new(&server, "texts", "set", json!("query"));
        for trip in [
            &body,
            &Trip::new(&server, "header", "map", json!("header")),
            &Trip::new(&server, "json", "map", json!({ "in": "query", "style": "json" })),
        ] {
            trip.check(&deep);
        }
        // Some of each part, since URLs end somewhere.
        let characters: Vec<char> = everything.chars().collect();
        for some in characters
            .chunks(characters.len() / 40)
            .map(|chunk| chunk.iter().take(500))
        {
            let members: Vec<Value> = some.map(|char| char.to_string().into()).collect();
            texts.check(&members.into());
        }
    })
    .await;
}

#[test]
fn equal_states_have_equal_bytes_in_whatever_order_they_were_made() {
    let mut generator = Generator::new(5);
    for send in [
        json!("header"),
        json!("body"),
        json!({ "in": "query", "style": "json" }),
    ] {
        let sender = Sender::new("map", &send).unwrap();
        for _ in 0..300 {
            let state = generator.map(3);
            // Text, since serde_json sorts the members of its maps.
            let members: Vec<String> = state
                .as_object()
                .unwrap()
                .iter()
                .map(|(name, value)| format!("{}: {value} ", json!(name)))
                .collect();
            let turned: Vec<&str> = members.iter().rev().map(String::as_str).collect();
            let turned = canonical(&format!("{{{}}}", turned.join(" , ")), NATIVE).unwrap();
            let encoded = holdall::request::encode(sender.plan(), |_| Some(turned.clone())).unwrap();
            let plain =
                holdall::request::encode(sender.plan(), |_| Some(canonical(&state.to_string(), NATIVE).unwrap()))
                    .unwrap();
            assert!(encoded == plain);
        }
    }
    let sender = Sender::new("set", &json!("query")).unwrap();
    for _ in 0..300 {
        let set = generator.set("string");
        let mut turned = set.as_array().unwrap().clone();
        turned.reverse();
        assert_eq!(sender.request(&set).unwrap(), sender.request(&turned.into()).unwrap());
    }
}

#[test]
fn what_a_style_cannot_say_is_refused_and_nothing_else() {
    let mut generator = Generator::new(17);
    let is_scalar = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let is_sayable = |value: &Value| match value {
        Value::Array(elements) => elements.iter().all(is_scalar),
        value => is_scalar(value),
    };
    let mut counts = [0, 0];
    for (style, kind) in [("form", "object"), ("deepObject", "map"), ("form", "set")] {
        let sender = Sender::new(kind, &json!({ "in": "query", "style": style })).unwrap();
        for _ in 0..500 {
            let mut state = generator.map(2);
            if kind == "set" {
                state = generator.any(1);
            }
            let sayable = match &state {
                // A member that is null is left out.
                Value::Object(members) => members
                    .iter()
                    .filter(|(_, value)| !value.is_null())
                    .all(|(name, value)| is_sayable(value) && (style == "form" || !name.contains(['[', ']']))),
                value => is_sayable(value),
            };
            match sender.request(&state) {
                Ok(_) => assert!(sayable, "{style}: {state}"),
                Err(error) => assert_eq!((error.code(), sayable), ("not-encodable", false), "{style}: {state}"),
            }
            counts[usize::from(sayable)] += 1;
        }
    }
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[tokio::test]
async fn without_the_layer_nothing_is_read() {
    let request = Incoming::post("/").body(axum::body::Body::from(Bytes::new())).unwrap();
    let refused = ClientState::<Body>::from_request(request, &()).await.err().unwrap();
    let answer: Response = refused.into_response();
    assert_eq!(answer.status(), 500);
    assert_eq!(answer.headers()["cache-control"], "no-store");
}
