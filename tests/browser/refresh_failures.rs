//! Refreshes that bring no token.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{AUTH, Network, Page, fail, own, pass, reply, reply_with, tokens, until};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true},{"match":"/api/orders","token":"required"}]"#;

/// A server whose refresh endpoint answers like this.
fn server(refresh: impl Fn() -> Promise + 'static) -> Network {
    Network::new(move |call| match &*call.path() {
        "/auth/refresh" => refresh(),
        _ => reply(200, "{}"),
    })
}

/// An answer whose body ends too early.
fn cut_off() -> Promise {
    let response = "new Response(new ReadableStream({ start(body) { body.error(new TypeError('cut off')) } }))";
    Promise::resolve(&js_sys::eval(response).unwrap())
}

#[wasm_bindgen_test]
async fn what_says_nothing_about_the_session_never_ends_it() {
    type Answer = fn() -> Promise;
    let cases: [(&str, Answer); 9] = [
        ("bad-token-response", || reply(200, "<html>")),
        ("bad-token-response", || reply(200, "{}")),
        ("bad-token-response", || reply(204, "")),
        ("refresh-failed", cut_off),
        ("refresh-failed", || reply(500, r#"{"access_token":"t2"}"#)),
        ("refresh-failed", || reply(429, "")),
        ("refresh-failed", || reply(403, "")),
        ("refresh-failed", || reply(404, "")),
        ("refresh-failed", || fail(&js_sys::TypeError::new("Failed to fetch"))),
    ];
    for (index, (code, answer)) in cases.into_iter().enumerate() {
        let page = Page::new("failures");
        let network = server(answer);
        let client = page.open(&format!("{AUTH},{RULES}"));
        client.signed_in("t1", 0);
        let hint = page.hint();
        client.heard.events();
        let waiting = [(); 3].map(|()| client.start("/api/x", &JsValue::UNDEFINED));
        for waiting in waiting {
            assert_eq!(JsFuture::from(waiting).await.unwrap_err(), code, "case {index}");
        }
        assert_eq!(
            network.count(),
            1,
            "one refresh, and nothing was sent without its token"
        );
        assert_eq!(client.status(), "signed-in");
        assert_eq!(page.hint(), hint);
        assert_eq!(client.heard.events(), ["refresh failed"]);
    }
}

#[wasm_bindgen_test]
async fn a_refusal_ends_the_session() {
    for status in [400, 401] {
        let page = Page::new("ended");
        let network = server(move || reply(status, r#"{"error":"invalid_grant"}"#));
        let client = page.open(&format!("{AUTH},{RULES}"));
        client.signed_in("t1", 0);
        client.heard.events();
        let required = client.start("/api/orders", &JsValue::UNDEFINED);
        let optional = client.start("/api/x", &JsValue::UNDEFINED);
        assert_eq!(JsFuture::from(required).await.unwrap_err(), "signed-out");
        JsFuture::from(optional).await.unwrap();
        assert_eq!(client.status(), "ended");
        assert_eq!(page.hint(), None, "the next page is a guest's");
        let events = client.heard.events();
        assert!(events.contains(&"session ended".to_owned()) && events.contains(&"refresh ended".to_owned()));
        assert_eq!(network.to("/api/x")[0].token(), None);
        assert_eq!(own(client.driver().token().await), Some("signed-out"));
        assert_eq!(network.to("/auth/refresh").len(), 1, "nobody asks again");
    }
}

#[wasm_bindgen_test]
async fn a_failing_server_is_left_in_peace_as_long_as_it_says() {
    let page = Page::new("backing-off");
    let network = server(|| reply_with(503, "", &[("Retry-After", "60")]));
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    for _ in 0..3 {
        assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    }
    assert_eq!(network.count(), 1);
    let _later = pass(59_000);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    assert_eq!(network.count(), 1);
    let _later = pass(1_001);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    assert_eq!(network.count(), 2);
}

#[wasm_bindgen_test]
async fn a_token_that_still_serves_is_used_while_the_refresh_fails() {
    let page = Page::new("still-valid");
    let network = server(|| reply(500, ""));
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 600);
    let _later = pass(590_000);
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    until(|| client.heard.events().contains(&"refresh failed".to_owned())).await;
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(network.to("/auth/refresh").len(), 1);
    let sent = network.to("/api/x");
    assert!(sent.len() == 2 && sent.iter().all(|call| call.token().as_deref() == Some("t1")));
}

#[wasm_bindgen_test]
async fn what_failed_once_works_the_next_time() {
    let page = Page::new("recovers");
    let first = std::cell::Cell::new(true);
    let network = server(move || {
        if first.replace(false) {
            reply(500, "")
        } else {
            tokens("t2", 60)
        }
    });
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    let _later = pass(1_001);
    assert_eq!(&*client.driver().token().await.unwrap(), "t2");
    assert_eq!(network.count(), 2);
}
