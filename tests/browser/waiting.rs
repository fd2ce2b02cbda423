//! Requests that wait for a token, those that needn't, and callers who give up.

use holdall::browser::{Failure, Sent};
use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::AbortSignal;

use crate::support::{
    AUTH, Gate, Network, Page, construct, fail, get, microtasks, object, reply, sleep, tokens, unhandled, until,
};

const CONFIG: &str = r#""slices":[{"name":"blocked","kind":"set"}],
    "rules":[{"match":"/api/*","token":true,"send":{"blocked":"query"}}]"#;

/// An `AbortController`, and its signal.
struct Abort {
    controller: JsValue,
    signal: AbortSignal,
}

impl Abort {
    fn new() -> Self {
        let controller: JsValue = construct("AbortController", &[]);
        let signal = get(&controller, "signal").unchecked_into();
        Self { controller, signal }
    }

    fn abort(&self, reason: &JsValue) {
        let abort: Function = get(&self.controller, "abort").unchecked_into();
        abort.call1(&self.controller, reason).unwrap();
    }

    fn init(&self) -> JsValue {
        object(&[("signal", self.signal.clone().into())])
    }
}

/// A server whose refresh endpoint answers when it is told.
fn server() -> (Network, Gate) {
    let gate = Gate::new();
    let refresh = gate.promise();
    let network = Network::new(move |call| match (&*call.path(), call.token().as_deref()) {
        ("/auth/refresh", _) => refresh.clone(),
        (_, Some("t2")) => reply(200, ""),
        _ => reply(401, ""),
    });
    (network, gate)
}

#[wasm_bindgen_test]
async fn with_a_live_token_a_request_has_left_when_send_returns() {
    let page = Page::new("at-once");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 60);
    let body = object(&[("method", "POST".into()), ("body", "text".into())]);
    for init in [JsValue::UNDEFINED, JsValue::NULL, body] {
        let before = network.count();
        let sent = client.send(&"/api/x".into(), &init).unwrap();
        assert_eq!(network.count(), before + 1, "called within send");
        assert!(matches!(sent, Sent::Tended(..)), "the rule applies");
        client.driver().answer(sent).await.unwrap();
        assert_eq!(network.count(), before + 1, "and not again");
    }
    let get: JsValue = construct("Request", &["/api/x".into()]);
    client.send(&get, &JsValue::UNDEFINED).unwrap();
    assert_eq!(network.count(), 4, "a Request without a body likewise");
    client.send(&"/other".into(), &JsValue::UNDEFINED).unwrap();
    assert_eq!(network.count(), 5, "so is what no rule applies to");
}

#[wasm_bindgen_test]
async fn a_caller_who_gives_up_ends_their_own_wait_alone() {
    let page = Page::new("gives-up");
    let (network, gate) = server();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 0);
    let abort = Abort::new();
    let reason = object(&[("mine", true.into())]);
    let leaving = client.start("/api/leaving", &abort.init());
    let staying = client.start("/api/staying", &Abort::new().init());
    until(|| network.count() == 1).await;
    abort.abort(&reason);
    let error = JsFuture::from(leaving).await.unwrap_err();
    assert!(js_sys::Object::is(&error, &reason), "their own reason");

    assert_eq!(network.to("/auth/refresh").len(), 1);
    let refresh = &network.to("/auth/refresh")[0].request;
    assert!(!refresh.signal().aborted(), "the refresh goes on");
    gate.open(tokens("t2", 60));
    let response = JsFuture::from(staying).await.unwrap();
    assert_eq!(get(&response, "status"), 200);
    assert_eq!(network.to("/auth/refresh").len(), 1);
    assert!(network.to("/api/leaving").is_empty());
    assert_eq!(client.status(), "signed-in");
}

#[wasm_bindgen_test]
async fn a_caller_may_give_up_while_their_refused_request_waits() {
    let page = Page::new("gives-up-later");
    let (network, gate) = server();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 600);
    let abort = Abort::new();
    let leaving = client.start("/api/leaving", &abort.init());
    until(|| network.to("/auth/refresh").len() == 1).await;
    abort.abort(&"enough".into());
    assert_eq!(JsFuture::from(leaving).await.unwrap_err(), "enough");
    gate.open(tokens("t2", 60));
    until(|| client.heard.events().contains(&"refresh renewed".to_owned())).await;
    assert_eq!(network.to("/api/leaving").len(), 1);
    assert_eq!(&*client.driver().token().await.unwrap(), "t2");
}

#[wasm_bindgen_test]
async fn a_caller_may_give_up_while_their_body_is_read() {
    let page = Page::new("gives-up-reading");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 60);
    let abort = Abort::new();
    let endless: JsValue = construct("ReadableStream", &[]);
    let init = object(&[
        ("method", "POST".into()),
        ("body", endless),
        ("duplex", "half".into()),
        ("signal", abort.signal.clone().into()),
    ]);
    let request: JsValue = construct("Request", &["/api/x".into(), init]);
    let answer = client.start_input(&request, &JsValue::UNDEFINED);
    microtasks().await;
    abort.abort(&"enough".into());
    assert_eq!(JsFuture::from(answer).await.unwrap_err(), "enough");
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn a_body_that_cannot_be_read_is_nobodys_concern_once_the_caller_gave_up() {
    let page = Page::new("gave-up-unreadable");
    let _network = Network::ok();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 60);
    let unhandled = unhandled();
    let abort = Abort::new();
    let init = object(&[
        ("method", "POST".into()),
        ("body", "text".into()),
        ("signal", abort.signal.clone().into()),
    ]);
    let used: web_sys::Request = construct("Request", &["/api/x".into(), init]);
    JsFuture::from(used.text().unwrap()).await.unwrap();
    abort.abort(&"enough".into());
    let answer = client.start_input(&used, &JsValue::UNDEFINED);
    assert_eq!(JsFuture::from(answer).await.unwrap_err(), "enough");
    sleep(20).await;
    assert_eq!(unhandled.length(), 0);
}

#[wasm_bindgen_test]
async fn a_caller_who_gave_up_before_gets_their_reason() {
    let page = Page::new("gave-up");
    let (_network, _gate) = server();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 0);
    let abort = Abort::new();
    abort.abort(&JsValue::UNDEFINED);
    let error = JsFuture::from(client.start("/api/x", &abort.init())).await.unwrap_err();
    assert_eq!(get(&error, "name"), "AbortError");
    let given: JsValue = construct("Request", &["/api/x".into(), abort.init()]);
    let error = client.fetch_input(&given, &JsValue::UNDEFINED).await.unwrap_err();
    let Failure::Browser(error) = error else {
        panic!("the signal's own reason")
    };
    assert_eq!(get(&error, "name"), "AbortError", "a Request's signal counts as well");
}

#[wasm_bindgen_test]
async fn the_callers_signal_reaches_fetch() {
    let page = Page::new("signal");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    let (of_init, of_request) = (Abort::new(), Abort::new());
    let request: JsValue = construct("Request", &["/api/x".into(), of_request.init()]);
    client.fetch_input(&request, &JsValue::UNDEFINED).await.unwrap();
    client.fetch_input(&request, &of_init.init()).await.unwrap();
    let no_signal = object(&[("signal", JsValue::NULL)]);
    client.fetch_input(&request, &no_signal).await.unwrap();
    of_request.abort(&JsValue::UNDEFINED);
    let aborted = || -> Vec<bool> {
        network
            .calls()
            .iter()
            .map(|call| call.request.signal().aborted())
            .collect()
    };
    assert_eq!(aborted(), [true, false, false]);
    of_init.abort(&JsValue::UNDEFINED);
    assert_eq!(
        aborted(),
        [true, true, false],
        "init's signal takes the place of the Request's"
    );
}

#[wasm_bindgen_test]
async fn whatever_fetch_rejects_with_passes_through() {
    let page = Page::new("passes");
    for reason in [
        JsValue::from("reason"),
        JsValue::UNDEFINED,
        JsValue::from(7),
        object(&[("mine", true.into())]),
        js_sys::TypeError::new("Failed to fetch").into(),
    ] {
        let rejection = reason.clone();
        let _network = Network::new(move |_| fail(&rejection));
        let client = page.open(&format!("{AUTH},{CONFIG}"));
        for address in ["/api/x", "/other"] {
            client.heard.events();
            let error = client.fetch(address, &JsValue::UNDEFINED).await.unwrap_err();
            let Failure::Browser(error) = error else {
                panic!("the browser's own error")
            };
            assert!(js_sys::Object::is(&error, &reason), "{error:?}");
            let expected: &[&str] = if address == "/other" { &[] } else { &["request GET 0"] };
            assert_eq!(client.heard.events(), expected);
        }
    }
}

#[wasm_bindgen_test]
async fn a_refresh_that_rejects_with_no_error_is_a_failure_like_others() {
    let page = Page::new("no-error");
    let _network = Network::new(|_| fail(&"reason".into()));
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 0);
    let waiting = client.start("/api/x", &JsValue::UNDEFINED);
    assert_eq!(JsFuture::from(waiting).await.unwrap_err(), "refresh-failed");
}

#[wasm_bindgen_test]
async fn what_the_caller_changes_while_this_waits_changes_nothing() {
    let page = Page::new("changed-later");
    let (network, gate) = server();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 0);
    let headers: web_sys::Headers = construct("Headers", &[]);
    let form: web_sys::FormData = construct("FormData", &[]);
    headers.set("x-own", "1").unwrap();
    form.set_with_str("own", "1").unwrap();
    let init = object(&[
        ("method", "POST".into()),
        ("headers", headers.clone().into()),
        ("body", form.clone().into()),
    ]);
    let answer = client.start("/api/x", &init);
    headers.set("x-own", "2").unwrap();
    form.set_with_str("own", "2").unwrap();
    microtasks().await;
    gate.open(tokens("t2", 60));
    JsFuture::from(answer).await.unwrap();
    let call = &network.to("/api/x")[0];
    assert_eq!(call.header("x-own").as_deref(), Some("1"));
    let text = call.text().await;
    assert!(text.contains("\r\n1\r\n") && !text.contains("\r\n2\r\n"), "{text}");
}

#[wasm_bindgen_test]
async fn a_null_body_leaves_the_body_of_a_request() {
    let page = Page::new("null-body");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{CONFIG}"));
    client.signed_in("t1", 60);
    let body = object(&[("method", "POST".into()), ("body", "text".into())]);
    let request: JsValue = construct("Request", &["/api/x".into(), body]);
    let init = object(&[("body", JsValue::NULL)]);
    client.fetch_input(&request, &init).await.unwrap();
    assert_eq!(network.only().text().await, "text");
}
