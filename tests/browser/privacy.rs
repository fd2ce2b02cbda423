//! Neither token nor state appears where no rule sends it.

use holdall::browser::Failure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Request;

use crate::support::{AUTH, Network, Opened, Page, code, construct, fail, object, own, reply, text_of, tokens};

const CONFIG: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/api/*","token":true},
             {"match":"/api/orders","token":"required"},
             {"match":"POST /api/*","send":{"cart":"body","blocked":"query"},"consume":["cart"]}]"#;

fn open(page: &Page) -> Opened {
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.put(0, "lamp", r#"{"note":"canary-state"}"#);
    client.put(1, r#""canary-blocked""#, "");
    client
}

async fn prepare(client: &Opened, address: &str, init: JsValue) -> Result<Request, Failure> {
    let request = client.driver().prepare(address.into(), init).await?;
    Ok(request.unchecked_into())
}

#[wasm_bindgen_test]
async fn a_prepared_request_is_what_would_go_out_but_for_the_token() {
    let page = Page::new("prepare");
    let network = Network::ok();
    let client = open(&page);
    client.signed_in("canary-token", 60);
    let init = || {
        let headers = object(&[("content-type", "application/json".into())]);
        object(&[
            ("method", "POST".into()),
            ("body", r#"{"note":1}"#.into()),
            ("headers", headers),
        ])
    };
    let prepared = prepare(&client, "/api/checkout?x=1", init()).await.unwrap();
    assert_eq!(network.count(), 0, "it isn't sent");
    assert_eq!(client.keys(0), ["lamp"]);
    client.fetch("/api/checkout?x=1", &init()).await.unwrap();
    let sent = network.only();
    assert_eq!(sent.token().as_deref(), Some("canary-token"));
    assert_eq!(prepared.headers().get("Authorization").unwrap(), None);
    assert_eq!(
        (prepared.url(), prepared.method()),
        (sent.request.url(), sent.request.method())
    );
    assert_eq!(text_of(&prepared).await, sent.text().await);
    let key = prepared.headers().get("Idempotency-Key").unwrap();
    assert_eq!(key, sent.header("Idempotency-Key"));
    assert!(key.is_some());
}

#[wasm_bindgen_test]
async fn preparing_refuses_what_sending_refuses() {
    let page = Page::new("prepare-refuses");
    let network = Network::ok();
    let client = open(&page);
    assert_eq!(
        own(prepare(&client, "/api/orders", JsValue::UNDEFINED).await),
        Some("signed-out")
    );
    let clash = object(&[("method", "POST".into())]);
    assert_eq!(
        own(prepare(&client, "/api/x?blocked=1", clash).await),
        Some("name-clash")
    );
    let untouched = prepare(&client, "/other?x=1", JsValue::UNDEFINED).await.unwrap();
    assert!(untouched.url().ends_with("/other?x=1"));
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn events_and_errors_hold_neither_token_nor_state() {
    let page = Page::new("canary");
    let network = Network::new(|call| match (&*call.path(), call.token().as_deref()) {
        ("/auth/refresh", _) => tokens("canary-token2", 60),
        ("/api/broken", _) => fail(&js_sys::TypeError::new("Failed to fetch")),
        (_, Some("canary-token1")) => reply(401, ""),
        _ => reply(200, ""),
    });
    let client = open(&page);
    client.signed_in("canary-token1", 600);
    let post = object(&[("method", "POST".into())]);
    let own_query = "?secret=canary-query#canary-fragment";
    let mut told = String::new();
    client.fetch(&format!("/api/x{own_query}"), &post).await.unwrap();
    client
        .fetch(&format!("/api/broken{own_query}"), &JsValue::UNDEFINED)
        .await
        .unwrap_err();
    client.put(0, "lamp", r#"{"note":"canary-state"}"#);
    for (address, body) in [
        ("/api/x?blocked=canary-own", JsValue::NULL),
        ("/api/x", r#"{"cart":"canary-own"}"#.into()),
        ("/api/x", construct("Blob", &[])),
    ] {
        let headers = object(&[("content-type", "application/json".into())]);
        let init = object(&[("method", "POST".into()), ("body", body), ("headers", headers)]);
        let Err(Failure::Own(error)) = client.fetch(address, &init).await else {
            panic!("it was sent");
        };
        told += &format!("{error:?}{error}");
    }
    let refused = client
        .sign_in(r#"{"access_token":"canary token"}"#, Some("canary"))
        .unwrap_err();
    told += &format!("{refused:?}{}", code(&Failure::Own(refused.clone())));
    told += &client.heard.debug();
    assert!(told.contains("/api/broken") && told.contains("Renewed"), "{told}");
    assert!(!told.contains("canary"), "{told}");
    assert!(network.count() > 3);
}
