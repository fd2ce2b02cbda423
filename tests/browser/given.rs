//! What the caller gives is taken as `fetch` takes it, and when it takes it.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Request;

use crate::support::{AUTH, Network, Page, construct, get, object, tokens};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true}]"#;

#[wasm_bindgen_test]
async fn bytes_are_sent_as_they_were() {
    let page = Page::new("bytes-changed-later");
    let (network, gate) = Network::held("/auth/refresh", 200);
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    let bytes = js_sys::Uint8Array::new_from_slice(b"data");
    let sent = ["PUT", "PATCH"].map(|method| {
        let body: JsValue = if method == "PUT" {
            bytes.clone().into()
        } else {
            bytes.buffer().into()
        };
        client.start("/api/x", &object(&[("method", method.into()), ("body", body)]))
    });
    bytes.fill(b'0', 0, 4);
    gate.open(tokens("t2", 60));
    for promise in sent {
        JsFuture::from(promise).await.unwrap();
    }
    for call in network.to("/api/x") {
        assert_eq!(call.text().await, "data", "as `fetch` takes them when it is called");
    }
}

#[wasm_bindgen_test]
async fn a_request_of_another_window_is_one_too() {
    let page = Page::new("other-window");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let frame = js_sys::eval("document.body.appendChild(document.createElement('iframe'))").unwrap();
    let request: Function = get(&get(&frame, "contentWindow"), "Request").unchecked_into();
    let address = js_sys::eval("location.origin + '/api/x'").unwrap();
    let init = object(&[("method", "POST".into()), ("body", "text".into())]);
    let given = js_sys::Reflect::construct(&request, &Array::of2(&address, &init)).unwrap();
    client.fetch_input(&given, &JsValue::UNDEFINED).await.unwrap();
    let call = network.only();
    assert_eq!((&*call.request.method(), &*call.text().await), ("POST", "text"));
    assert_eq!(call.token().as_deref(), Some("t1"));
    let remove: Function = get(&frame, "remove").unchecked_into();
    remove.call0(&frame).unwrap();
}

#[wasm_bindgen_test]
async fn a_request_is_used_up_by_the_call() {
    let page = Page::new("used-up");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let init = object(&[("method", "POST".into()), ("body", "text".into())]);
    let request: Request = construct("Request", &["/api/x".into(), init]);
    let sent = client.send(&request, &JsValue::UNDEFINED).unwrap();
    assert!(request.body_used(), "as `fetch` uses it up before it returns");
    let late = JsFuture::from(request.text().unwrap()).await;
    assert!(late.is_err(), "who reads it after the call comes too late");
    client.driver().answer(sent).await.unwrap();
    assert_eq!(network.only().text().await, "text");
}

#[wasm_bindgen_test]
async fn headers_that_can_be_read_once_reach_the_network() {
    let page = Page::new("headers-once");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    for address in ["/other", "/api/x"] {
        let headers = js_sys::Map::new();
        headers.set(&"x-own".into(), &"1".into());
        let init = object(&[("headers", headers.entries().into())]);
        client.fetch(address, &init).await.unwrap();
    }
    for call in network.calls() {
        assert_eq!(call.header("x-own").as_deref(), Some("1"), "{}", call.path());
    }
}
