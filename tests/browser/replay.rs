//! Requests that are answered with 401.

use std::cell::Cell;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Response;

use crate::support::{
    AUTH, Gate, Network, Opened, Page, construct, fail, microtasks, object, reply, reply_with, text_of, tokens, until,
};

const CONFIG: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/api/*","token":true},
             {"match":"POST /api/checkout","send":{"cart":"body","blocked":"query"},"consume":["cart"]}]"#;

/// A server that takes no token but this.
fn server(accepted: &'static str) -> Network {
    Network::new(move |call| match (&*call.path(), call.token().as_deref()) {
        ("/auth/refresh", _) => tokens("t2", 60),
        (_, Some(token)) if token == accepted => reply(200, "fine"),
        _ => reply(401, "refused"),
    })
}

fn open(page: &Page) -> Opened {
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 600);
    client
}

fn post(body: JsValue) -> JsValue {
    let headers = object(&[("Content-Type", "application/json".into())]);
    object(&[("method", "POST".into()), ("body", body), ("headers", headers)])
}

#[wasm_bindgen_test]
async fn a_refused_request_goes_out_once_more_with_the_same_body_and_state() {
    let page = Page::new("same");
    let gate = Gate::new();
    let refresh = gate.promise();
    let network = Network::new(move |call| match (&*call.path(), call.token().as_deref()) {
        ("/auth/refresh", _) => refresh.clone(),
        (_, Some("t2")) => reply(201, "ordered"),
        _ => reply(401, "refused"),
    });
    let client = open(&page);
    client.put(0, "lamp", r#"{"qty":2}"#);
    client.put(1, r#""eve & co""#, "");
    let answer = client.start("/api/checkout?x=1", &post(r#"{"note":"hi"}"#.into()));
    microtasks().await;
    // What changes meanwhile isn't what was sent.
    client.increment(0, "lamp", "qty", 1.0);
    client.put(1, r#""mallory""#, "");
    gate.open(tokens("t2", 60));
    let response: Response = wasm_bindgen_futures::JsFuture::from(answer)
        .await
        .unwrap()
        .unchecked_into();
    assert_eq!(response.status(), 201);

    let sent = network.to("/api/checkout");
    assert_eq!(sent.len(), 2);
    let sent_tokens: Vec<_> = sent.iter().map(|call| call.token().unwrap()).collect();
    assert_eq!(sent_tokens, ["t1", "t2"]);
    for call in &sent {
        assert_eq!(call.text().await, r#"{"note":"hi","cart":{"lamp":{"qty":2}}}"#);
        assert_eq!(call.query(), "?x=1&blocked=eve%20%26%20co");
        assert_eq!(call.header("Idempotency-Key"), sent[0].header("Idempotency-Key"));
    }
    assert!(sent[0].header("Idempotency-Key").is_some());
    assert_eq!(
        client.entry(0, "lamp").as_deref(),
        Some(r#"{"qty":1}"#),
        "what was added meanwhile stays"
    );
    assert_eq!(network.to("/auth/refresh").len(), 1);
}

#[wasm_bindgen_test]
async fn the_body_of_a_request_object_is_sent_again() {
    let page = Page::new("request-again");
    let network = server("t2");
    let client = open(&page);
    let input: JsValue = construct("Request", &["/api/notes".into(), post(r#"{"note":"hi"}"#.into())]);
    let response = client.fetch_input(&input, &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(response.status(), 200);
    let sent = network.to("/api/notes");
    assert_eq!(sent.len(), 2);
    for call in sent {
        assert_eq!(call.text().await, r#"{"note":"hi"}"#);
        assert_eq!(call.header("Content-Type").as_deref(), Some("application/json"));
    }
}

#[wasm_bindgen_test]
async fn a_second_refusal_is_the_callers() {
    let page = Page::new("second");
    let network = server("none");
    let client = open(&page);
    let response = client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!((response.status(), &*text_of(&response).await), (401, "refused"));
    assert_eq!(network.to("/api/x").len(), 2);
    assert_eq!(network.to("/auth/refresh").len(), 1);
    assert_eq!(client.status(), "signed-in");

    let response = client.fetch("/api/y", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(
        network.to("/api/y").len(),
        1,
        "a token that was refused when it was new isn't renewed again"
    );
    assert_eq!(network.to("/auth/refresh").len(), 1);
}

#[wasm_bindgen_test]
async fn a_late_refusal_of_an_old_token_is_repeated_with_the_new_one() {
    let page = Page::new("late");
    let gate = Gate::new();
    let late = gate.promise();
    let network = Network::new(move |call| match (&*call.path(), call.token().as_deref()) {
        ("/auth/refresh", _) => tokens("t2", 60),
        (_, Some("t2")) => reply(200, ""),
        ("/api/late", _) => late.clone(),
        _ => reply(401, ""),
    });
    let client = open(&page);
    let late = client.start("/api/late", &JsValue::UNDEFINED);
    client.fetch("/api/early", &JsValue::UNDEFINED).await.unwrap();
    gate.open(reply(401, ""));
    wasm_bindgen_futures::JsFuture::from(late).await.unwrap();
    let tokens: Vec<_> = network
        .to("/api/late")
        .iter()
        .map(|call| call.token().unwrap())
        .collect();
    assert_eq!(tokens, ["t1", "t2"]);
    assert_eq!(network.to("/auth/refresh").len(), 1);
}

#[wasm_bindgen_test]
async fn a_lack_of_scope_is_no_reason_to_renew() {
    let page = Page::new("scope");
    let challenge = r#"Bearer error="insufficient_scope""#;
    let network = Network::new(move |_| reply_with(401, "", &[("WWW-Authenticate", challenge)]));
    let client = open(&page);
    let response = client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!((response.status(), network.count()), (401, 1));
}

#[wasm_bindgen_test]
async fn a_refusal_without_a_token_of_ours_is_the_callers() {
    let page = Page::new("not-ours");
    let network = server("none");
    let client = open(&page);
    let headers = object(&[("Authorization", "Basic abc".into())]);
    client.fetch("/api/x", &object(&[("headers", headers)])).await.unwrap();
    client.fetch("/other", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!((network.count(), network.to("/auth/refresh").len()), (2, 0));
}

#[wasm_bindgen_test]
async fn while_the_refresh_fails_the_refusal_is_the_callers() {
    let page = Page::new("refused-and-failing");
    let network = Network::new(|call| match &*call.path() {
        "/auth/refresh" => reply(500, ""),
        _ => reply(401, "refused"),
    });
    let client = open(&page);
    let response = client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(network.count(), 2);
    assert_eq!(client.status(), "signed-in");
}

#[wasm_bindgen_test]
async fn the_refusal_of_one_user_is_not_told_to_the_next() {
    let page = Page::new("refused-and-left");
    let gate = Gate::new();
    let refresh = gate.promise();
    let network = Network::new(move |call| match &*call.path() {
        "/auth/refresh" => refresh.clone(),
        _ => reply(401, ""),
    });
    let client = open(&page);
    let refused = client.start("/api/x", &JsValue::UNDEFINED);
    until(|| network.to("/auth/refresh").len() == 1).await;
    client.signed_in("t2", 60);
    assert_eq!(
        wasm_bindgen_futures::JsFuture::from(refused).await.unwrap_err(),
        "session-changed"
    );
    gate.open(tokens("t1b", 60));
}

#[wasm_bindgen_test]
async fn a_stream_goes_out_once() {
    let page = Page::new("stream");
    let network = server("t2");
    let client = open(&page);
    let stream = Function::new_no_args("return new Blob(['text']).stream()")
        .call0(&JsValue::UNDEFINED)
        .unwrap();
    let init = object(&[("method", "POST".into()), ("body", stream), ("duplex", "half".into())]);
    let response = client.fetch("/api/upload", &init).await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(network.to("/api/upload").len(), 1);
    until(|| client.heard.events().contains(&"refresh renewed".to_owned())).await;
    let response = client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(response.status(), 200, "the next request fares better");
    assert_eq!(network.to("/api/x").len(), 1);
    assert_eq!(network.to("/auth/refresh").len(), 1);
}

#[wasm_bindgen_test]
async fn a_network_that_fails_at_the_second_try_is_told_of() {
    let page = Page::new("second-fails");
    let tries = Cell::new(0);
    let _network = Network::new(move |call| {
        if call.path() == "/auth/refresh" {
            return tokens("t2", 60);
        }
        tries.set(tries.get() + 1);
        if tries.get() == 1 {
            reply(401, "")
        } else {
            fail(&js_sys::TypeError::new("Failed to fetch"))
        }
    });
    let client = open(&page);
    client.heard.events();
    let error = client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap_err();
    let holdall::browser::Failure::Browser(error) = error else {
        panic!("the browser's own error");
    };
    assert!(error.is_instance_of::<js_sys::TypeError>());
    let requests = client.heard.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].status, requests[0].replayed), (0, true));
}
