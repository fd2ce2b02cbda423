//! Requests under way while somebody signs in or out: they are nobody's any more, and say so.

use std::rc::Rc;

use holdall::browser::Driver;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, Gate, Network, Opened, Page, construct, microtasks, object, own, reply, reply_with, tokens, until,
};

const RULES: &str = r#""rules":[{"match":"/again/*","token":true,"retry":2},{"match":"/api/*","token":true}]"#;

/// What ends a session.
type Leave = fn(&Opened);

const LEAVE: [(&str, Leave); 3] = [
    ("session-changed", |client| drop(client.sign_out(false))),
    ("session-changed", |client| client.signed_in("bob", 60)),
    ("closed", |client| client.close()),
];

/// The code that a request is rejected with, which is sent in one task with what follows.
async fn rejected(client: &Opened, input: &JsValue, init: &JsValue, leave: Leave) -> Option<&'static str> {
    let sent = client.send(input, init).unwrap();
    let answer = Driver::answer(Rc::clone(&client.driver()), sent);
    leave(client);
    own(answer.await.map(|_| ()))
}

#[wasm_bindgen_test]
async fn who_waits_for_a_token_hears_of_it_though_it_comes_at_once() {
    for (code, leave) in LEAVE {
        let page = Page::new("leaves-at-once");
        let _network = Network::new(|call| match &*call.path() {
            "/auth/refresh" => Gate::new().promise(),
            _ => reply(200, ""),
        });
        let client = page.open(&format!("{AUTH},{RULES}"));
        client.signed_in("t1", 0);
        assert_eq!(
            rejected(&client, &"/api/x".into(), &JsValue::UNDEFINED, leave).await,
            Some(code)
        );
    }
}

#[wasm_bindgen_test]
async fn a_body_that_is_read_meanwhile_goes_out_for_nobody_else() {
    for (code, leave) in LEAVE {
        let page = Page::new("leaves-while-reading");
        let network = Network::ok();
        let client = page.open(&format!("{AUTH},{RULES}"));
        client.signed_in("ada", 60);
        let post = object(&[("method", "POST".into()), ("body", "ada's".into())]);
        let request: JsValue = construct("Request", &["/api/x".into(), post]);
        assert_eq!(
            rejected(&client, &request, &JsValue::UNDEFINED, leave).await,
            Some(code)
        );
        assert!(network.to("/api/x").is_empty());
    }
}

#[wasm_bindgen_test]
async fn a_pause_before_another_try_ends_with_the_session() {
    let page = Page::new("leaves-while-pausing");
    let _network = Network::new(|call| match &*call.path() {
        "/auth/sign-out" => reply(204, ""),
        _ => reply_with(503, "", &[("Retry-After", "30")]),
    });
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let waiting: Promise = client.start("/again/x", &JsValue::UNDEFINED);
    microtasks().await;
    drop(client.sign_out(false));
    assert_eq!(JsFuture::from(waiting).await.unwrap_err(), "session-changed");
}

#[wasm_bindgen_test]
async fn a_stream_that_waited_for_a_token_goes_out_for_nobody_else() {
    let page = Page::new("leaves-with-a-stream");
    let (network, gate) = Network::held("/auth/refresh", 200);
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    let stream: JsValue = construct("ReadableStream", &[]);
    let post = object(&[("method", "POST".into()), ("body", stream), ("duplex", "half".into())]);
    let waiting = client.start("/api/x", &post);
    until(|| network.count() == 1).await;
    drop(client.sign_out(false));
    assert_eq!(JsFuture::from(waiting).await.unwrap_err(), "session-changed");
    gate.open(tokens("t2", 60));
    assert!(network.to("/api/x").is_empty());
}
