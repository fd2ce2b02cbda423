//! Redirects, and the events that tell how requests ended.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{AUTH, Network, Opened, Page, construct, fail, get, object, own, reply};

const CONFIG: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/header/*","send":{"cart":"header"}},
             {"match":"/body/*","send":{"cart":"body"},"consume":["cart"]},
             {"match":"/query/*","token":true,"send":{"blocked":"query"}},
             {"match":"*/follow","redirect":"follow"}]"#;

fn open(page: &Page) -> Opened {
    let config = CONFIG.replace("\"*/follow\"", "\"/*/follow\"");
    let client = page.open(&format!("{AUTH},{config}"));
    client.put(0, "lamp", "1");
    client.put(1, r#""mallory""#, "");
    client
}

fn post() -> JsValue {
    object(&[("method", "POST".into())])
}

/// What `fetch` gives for a redirect in the mode "manual". Scripts can't make one.
fn opaque_redirect() -> Promise {
    let response: JsValue = construct("Response", &[]);
    for (name, value) in [("type", JsValue::from("opaqueredirect")), ("status", 0.into())] {
        let descriptor = object(&[("value", value)]);
        Reflect::define_property(
            response.unchecked_ref::<Object>(),
            &name.into(),
            descriptor.unchecked_ref(),
        )
        .unwrap();
    }
    Promise::resolve(&response)
}

#[wasm_bindgen_test]
async fn state_in_header_or_body_follows_no_redirect() {
    let page = Page::new("redirects");
    let network = Network::ok();
    let client = open(&page);
    for (address, mode) in [
        ("/header/x", "manual"),
        ("/body/x", "manual"),
        ("/query/x", "follow"),
        ("/header/follow", "follow"),
        ("/body/follow", "follow"),
    ] {
        client.put(0, "lamp", "1");
        client.fetch(address, &post()).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert_eq!(get(&call.request, "redirect"), mode, "{address}");
    }
    let error = object(&[("method", "POST".into()), ("redirect", "error".into())]);
    client.fetch("/header/x", &error).await.unwrap();
    let call = network.calls().pop().unwrap();
    assert_eq!(
        get(&call.request, "redirect"),
        "error",
        "the caller may want it stricter"
    );
    client.change(|client| client.store.clear(0)).unwrap();
    client.fetch("/header/x", &post()).await.unwrap();
    let call = network.calls().pop().unwrap();
    assert_eq!(
        get(&call.request, "redirect"),
        "follow",
        "nothing travels, so nothing can leak"
    );
}

#[wasm_bindgen_test]
async fn an_answer_by_redirect_is_an_error_with_an_unknown_outcome() {
    let page = Page::new("redirected");
    let _network = Network::new(|_| opaque_redirect());
    let client = open(&page);
    client.heard.events();
    for address in ["/header/x", "/body/x"] {
        assert_eq!(own(client.fetch(address, &post()).await), Some("redirected"));
        assert_eq!(client.heard.events(), ["request POST 0"]);
    }
    assert_eq!(client.keys(0), ["lamp"], "nothing is consumed");
    let manual = object(&[("redirect", "manual".into())]);
    let response = client.fetch("/query/x", &manual).await.unwrap();
    assert_eq!(
        get(&response, "type"),
        "opaqueredirect",
        "asked for, and without state to leak"
    );
}

#[wasm_bindgen_test]
async fn each_request_is_told_of_once_with_what_it_carried() {
    let page = Page::new("events");
    let network = Network::new(|call| match &*call.path() {
        "/query/missing" => reply(404, ""),
        "/query/broken" => fail(&js_sys::TypeError::new("Failed to fetch")),
        _ => reply(201, ""),
    });
    let client = open(&page);
    client.signed_in("t1", 60);
    client.heard.events();
    client.fetch("/query/fine?page=2#end", &post()).await.unwrap();
    client.fetch("/query/missing", &JsValue::UNDEFINED).await.unwrap();
    client.fetch("/query/broken", &JsValue::UNDEFINED).await.unwrap_err();
    client.fetch("/header/x", &JsValue::UNDEFINED).await.unwrap();
    client.fetch("/other", &JsValue::UNDEFINED).await.unwrap();
    let origin = network.calls()[0].url().origin();
    let events = client.heard.requests();
    let told: Vec<_> = events
        .iter()
        .map(|event| (&*event.method, &*event.url, event.status, event.token, event.replayed))
        .collect();
    let url = |path: &str| format!("{origin}{path}");
    assert_eq!(
        told,
        [
            ("POST", &*url("/query/fine"), 201, true, false),
            ("GET", &*url("/query/missing"), 404, true, false),
            ("GET", &*url("/query/broken"), 0, true, false),
            ("GET", &*url("/header/x"), 201, false, false),
        ]
    );
    assert_eq!(events[0].slices, ["blocked"]);
    assert_eq!(events[0].bytes as usize, "blocked=mallory".len());
    assert_eq!(events[3].slices, ["cart"]);
    assert!(events[3].bytes > 0 && events.iter().all(|event| event.milliseconds < 5_000));
}
