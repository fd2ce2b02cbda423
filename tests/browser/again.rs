//! Requests that are sent again, or otherwise than the caller asked.

use std::cell::Cell;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, Network, Opened, Page, construct, fail, get, microtasks, object, own, pass, reply, reply_with, sleep, tokens,
    unhandled,
};

const RULES: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/again/*","token":true,"retry":2},{"match":"/large/*","send":{"blocked":"query","cart":"header"},"overflow":"query"},
        {"match":"/order","send":{"cart":"body"},"consume":["cart"]},{"match":"/keyed","idempotency":true}]"#;

fn open(page: &Page) -> Opened {
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.put(0, "lamp", "1");
    client
}

/// A network whose first answer is another than the later ones.
fn first_then_fine(first: impl Fn() -> Promise + 'static) -> Network {
    let calls = Cell::new(0);
    Network::new(move |_| {
        calls.set(calls.get() + 1);
        if calls.get() == 1 { first() } else { reply(200, "{}") }
    })
}

#[wasm_bindgen_test]
async fn a_failure_that_passes_is_not_seen_by_the_caller() {
    for (name, answered) in [("again-answered", true), ("again-unanswered", false)] {
        let page = Page::new(name);
        let network = first_then_fine(move || match answered {
            true => reply_with(503, "", &[("Retry-After", "0")]),
            false => fail(&js_sys::TypeError::new("Failed to fetch")),
        });
        let client = open(&page);
        client.signed_in("t1", 60);
        let put = object(&[("method", "PUT".into()), ("body", "text".into())]);
        assert_eq!(client.fetch("/again/x", &put).await.unwrap().status(), 200);
        let calls = network.calls();
        assert_eq!(calls.len(), 2);
        for call in calls {
            assert_eq!((call.token().as_deref(), &*call.text().await), (Some("t1"), "text"));
        }
        let requests = client.heard.requests();
        assert!(requests.len() == 1 && requests[0].replayed && requests[0].status == 200);
    }
}

#[wasm_bindgen_test]
async fn a_retry_after_that_says_nothing_is_no_hurry() {
    for wait in ["-1", "1.5", "2001-01-01"] {
        let page = Page::new("again-odd");
        let network = first_then_fine(move || reply_with(503, "", &[("Retry-After", wait)]));
        let client = open(&page);
        client.signed_in("t1", 60);
        let answer = client.start("/again/x", &JsValue::UNDEFINED);
        sleep(50).await;
        assert_eq!(network.count(), 1, "{wait}");
        drop(answer);
    }
}

#[wasm_bindgen_test]
async fn an_answer_that_nobody_sees_is_let_go() {
    for (name, status) in [("let-go-again", 503), ("let-go-refused", 401)] {
        let page = Page::new(name);
        let let_go = Array::new();
        let kept = let_go.clone();
        let make = Function::new_with_args(
            "status, let_go",
            "let body = new ReadableStream({ cancel() { let_go.push(1); return Promise.reject('gone already'); } }); \
             return new Response(body, { status, headers: { 'Retry-After': '0' } })",
        );
        let calls = Cell::new(0);
        let network = Network::new(move |call| {
            if call.path() == "/auth/refresh" {
                return tokens("t2", 60);
            }
            calls.set(calls.get() + 1);
            match calls.get() {
                1 => Promise::resolve(&make.call2(&JsValue::UNDEFINED, &status.into(), &kept).unwrap()),
                _ => reply(200, "{}"),
            }
        });
        let unhandled = unhandled();
        let client = open(&page);
        client.signed_in("t1", 60);
        assert_eq!(
            client.fetch("/again/x", &JsValue::UNDEFINED).await.unwrap().status(),
            200
        );
        assert_eq!(network.to("/again/x").len(), 2);
        assert_eq!(
            let_go.length(),
            1,
            "else it would keep its connection, of which there are six"
        );
        sleep(20).await;
        assert_eq!(unhandled.length(), 0);
    }
}

#[wasm_bindgen_test]
async fn what_the_caller_gave_up_is_not_tried_again() {
    let page = Page::new("given-up");
    let controller: JsValue = construct("AbortController", &[]);
    let abort: js_sys::Function = get(&controller, "abort").into();
    let aborted = controller.clone();
    let network = Network::new(move |_| {
        abort.call0(&aborted).unwrap();
        fail(&construct::<JsValue>(
            "DOMException",
            &["aborted".into(), "AbortError".into()],
        ))
    });
    let client = open(&page);
    let init = object(&[("signal", get(&controller, "signal"))]);
    assert!(client.fetch("/again/x", &init).await.is_err());
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn what_the_caller_gives_up_in_the_pause_is_told() {
    let page = Page::new("given-up-in-pause");
    let network = Network::new(|_| reply(503, ""));
    let client = open(&page);
    client.signed_in("t1", 60);
    let controller: JsValue = construct("AbortController", &[]);
    let abort: Function = get(&controller, "abort").into();
    let answer = client.start("/again/x", &object(&[("signal", get(&controller, "signal"))]));
    microtasks().await;
    assert!(client.heard.requests().is_empty());
    abort.call1(&controller, &"enough".into()).unwrap();
    assert_eq!(JsFuture::from(answer).await.unwrap_err(), "enough");
    assert_eq!(network.count(), 1);
    let requests = client.heard.requests();
    assert!(requests.len() == 1 && requests[0].status == 0, "{}", requests.len());
}

#[wasm_bindgen_test]
async fn what_does_not_fit_goes_into_the_body() {
    let page = Page::new("overflow");
    let network = first_then_fine(|| reply(405, ""));
    let client = open(&page);
    client.put(1, &format!("\"{}\"", "x".repeat(8_000)), "");
    assert_eq!(
        client
            .fetch("/large/x?page=2", &JsValue::UNDEFINED)
            .await
            .unwrap()
            .status(),
        200
    );
    client.fetch("/large/y", &JsValue::UNDEFINED).await.unwrap();
    let calls = network.calls();
    let methods: Vec<String> = calls.iter().map(|call| call.request.method()).collect();
    assert_eq!(methods, ["QUERY", "POST", "POST"]);
    for call in calls {
        assert!(call.header("Holdall-State").is_none() && !call.query().contains("blocked"));
        assert_eq!(call.header("Content-Type").as_deref(), Some("application/json"));
        assert!(call.text().await.starts_with(r#"{"blocked":["xxx"#));
    }
    let told: Vec<String> = client
        .heard
        .requests()
        .into_iter()
        .map(|request| request.method)
        .collect();
    assert_eq!(told, ["POST", "POST"], "what was sent in the end");
    // What has a body that can't take it is refused as ever.
    let init = object(&[("method", "POST".into()), ("body", "text".into())]);
    assert_eq!(own(client.fetch("/large/x", &init).await), Some("body-not-mergeable"));
}

#[wasm_bindgen_test]
async fn what_no_cors_would_drop_is_refused() {
    let page = Page::new("no-cors-more");
    let network = Network::ok();
    let client = open(&page);
    let init = |body: JsValue| object(&[("method", "POST".into()), ("mode", "no-cors".into()), ("body", body)]);
    let form = construct::<JsValue>("URLSearchParams", &["a=1".into()]);
    for (address, body) in [
        ("/order", JsValue::UNDEFINED),
        ("/order", form.clone()),
        ("/keyed", form),
    ] {
        assert_eq!(
            own(client.fetch(address, &init(body)).await),
            Some("not-encodable"),
            "{address}"
        );
    }
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn an_answer_that_shows_nothing_is_an_answer() {
    let page = Page::new("opaque-answer");
    // As that of another origin without CORS, or a redirect that isn't followed: its status reads 0.
    let network = Network::new(|_| {
        Promise::resolve(
            &Function::new_no_args("return Response.error()")
                .call0(&JsValue::UNDEFINED)
                .unwrap(),
        )
    });
    let client = open(&page);
    assert_eq!(client.fetch("/again/x", &JsValue::UNDEFINED).await.unwrap().status(), 0);
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn a_stream_goes_out_once_with_a_token_that_was_renewed_before() {
    let page = Page::new("stream-renewed");
    let network = Network::new(|call| match call.path().as_str() {
        "/auth/refresh" => tokens("t2", 60),
        _ => reply(401, ""),
    });
    let client = open(&page);
    client.signed_in("t1", 60);
    let _nearly_over = pass(55_000);
    let stream = Function::new_no_args("return new Blob(['text']).stream()")
        .call0(&JsValue::UNDEFINED)
        .unwrap();
    let init = object(&[("method", "PUT".into()), ("body", stream), ("duplex", "half".into())]);
    assert_eq!(client.fetch("/again/x", &init).await.unwrap().status(), 401);
    let paths: Vec<String> = network.calls().iter().map(|call| call.path()).collect();
    assert_eq!(paths[..2], ["/auth/refresh", "/again/x"]);
    let sent = network.to("/again/x");
    assert_eq!((sent.len(), sent[0].token().as_deref()), (1, Some("t2")));
}
