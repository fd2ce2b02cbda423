//! Signing out: at once here, then with the server, which is told until it has confirmed.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, FastTimers, Gate, Network, Opened, Page, fail, get, microtasks, own, reply, sleep, tokens, until,
};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true}]"#;

/// Starts to sign out, for a promise of the server's confirmation.
fn start(client: &Opened) -> Promise {
    let driver = client.driver();
    future_to_promise(async move {
        driver.sign_out(false).await.unwrap();
        Ok(JsValue::UNDEFINED)
    })
}

fn is_tombstone(hint: Option<String>) -> bool {
    hint.is_some_and(|hint| hint.contains(r#""signedOut":true"#))
}

#[wasm_bindgen_test]
async fn signing_out_is_done_here_before_the_server_knows() {
    let page = Page::new("sign-out");
    let gate = Gate::new();
    let answer = gate.promise();
    let network = Network::new(move |_| answer.clone());
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let epoch = page.hint().unwrap();
    client.heard.events();
    let confirmed = start(&client);
    microtasks().await;
    assert_eq!(client.status(), "signed-out");
    assert_eq!(client.heard.events(), ["session signed-out"]);
    assert!(is_tombstone(page.hint()), "until the server has confirmed");
    assert_ne!(page.hint().unwrap()[..28], epoch[..28], "a new epoch");
    assert_eq!(own(client.driver().token().await), Some("signed-out"));

    let call = network.only();
    assert_eq!((&*call.request.method(), &*call.path()), ("POST", "/auth/sign-out"));
    assert_eq!(call.header("Holdall-Csrf").as_deref(), Some("1"));
    assert_eq!(get(&call.request, "credentials"), "include");
    assert_eq!(get(&call.request, "keepalive"), true);
    gate.open(reply(204, ""));
    JsFuture::from(confirmed).await.unwrap();
    assert_eq!(page.hint(), None);
    assert_eq!(network.count(), 1, "told once");
}

#[wasm_bindgen_test]
async fn a_server_that_knows_of_no_session_has_confirmed() {
    for status in [200, 400, 401] {
        let page = Page::new("confirmed");
        let _network = Network::new(move |_| reply(status, ""));
        let client = page.open(AUTH);
        client.signed_in("t1", 60);
        client.driver().sign_out(false).await.unwrap();
        assert_eq!(page.hint(), None);
    }
}

#[wasm_bindgen_test]
async fn an_unconfirmed_sign_out_is_told_by_the_next_page() {
    type Answer = fn() -> Promise;
    let failures: [Answer; 3] = [
        || reply(500, ""),
        || reply(403, ""),
        || fail(&js_sys::TypeError::new("Failed to fetch")),
    ];
    for failure in failures {
        let page = Page::new("unconfirmed");
        {
            let _network = Network::new(move |_| failure());
            let client = page.open(AUTH);
            client.signed_in("t1", 60);
            assert_eq!(own(client.driver().sign_out(false).await), Some("sign-out-unconfirmed"));
            assert_eq!(client.status(), "signed-out");
            assert!(is_tombstone(page.hint()));
        }
        let network = Network::new(|call| match &*call.path() {
            "/auth/sign-out" => reply(204, ""),
            _ => tokens("t2", 60),
        });
        let next = page.open(AUTH);
        assert_eq!(next.status(), "signed-out");
        sleep(20).await;
        let paths: Vec<String> = network.calls().iter().map(|call| call.path()).collect();
        assert_eq!(paths, ["/auth/sign-out"], "and nothing is renewed");
        assert_eq!(page.hint(), None);
        assert_eq!(next.status(), "signed-out");
    }
}

#[wasm_bindgen_test]
async fn a_server_that_does_not_answer_is_waited_for_no_longer() {
    let page = Page::new("unanswered");
    let gate = Gate::new();
    let answer = gate.promise();
    let _network = Network::new(move |_| answer.clone());
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    let _fast = FastTimers::start();
    assert_eq!(own(client.driver().sign_out(false).await), Some("sign-out-unconfirmed"));
    gate.open(reply(204, ""));
    until(|| page.hint().is_none()).await;
}

#[wasm_bindgen_test]
async fn an_unconfirmed_sign_out_is_told_when_the_network_is_back() {
    let page = Page::new("unconfirmed-online");
    let online = Rc::new(Cell::new(false));
    let is_online = online.clone();
    let network = Network::new(move |_| match is_online.get() {
        true => reply(204, ""),
        false => fail(&js_sys::TypeError::new("Failed to fetch")),
    });
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    assert_eq!(own(client.driver().sign_out(false).await), Some("sign-out-unconfirmed"));
    online.set(true);
    let event = web_sys::Event::new("online").unwrap();
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
    until(|| page.hint().is_none()).await;
    assert_eq!(network.calls().len(), 2);
}

#[wasm_bindgen_test]
async fn whoever_signs_in_meanwhile_stays_signed_in() {
    let page = Page::new("in-meanwhile");
    let gate = Gate::new();
    let answer = gate.promise();
    let _network = Network::new(move |_| answer.clone());
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    let confirmed = start(&client);
    microtasks().await;
    client.signed_in("t9", 60);
    gate.open(reply(204, ""));
    JsFuture::from(confirmed).await.unwrap();
    assert_eq!(client.status(), "signed-in");
    assert!(page.hint().is_some() && !is_tombstone(page.hint()));
    assert_eq!(&*client.driver().token().await.unwrap(), "t9");
}

#[wasm_bindgen_test]
async fn a_refresh_under_way_brings_nothing_back() {
    let page = Page::new("out-while-renewing");
    let gate = Gate::new();
    let refresh = gate.promise();
    let network = Network::new(move |call| match &*call.path() {
        "/auth/refresh" => refresh.clone(),
        "/auth/sign-out" => reply(204, ""),
        _ => reply(200, ""),
    });
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    let waiting = client.start("/api/x", &JsValue::UNDEFINED);
    until(|| network.count() == 1).await;
    client.driver().sign_out(false).await.unwrap();
    assert_eq!(JsFuture::from(waiting).await.unwrap_err(), "session-changed");
    assert!(network.to("/api/x").is_empty());
    gate.open(tokens("t2", 60));
    sleep(20).await;
    assert_eq!((client.status(), page.hint()), ("signed-out", None));
    assert!(!client.heard.events().contains(&"refresh renewed".to_owned()));
}

#[wasm_bindgen_test]
async fn a_request_under_way_is_aborted_and_its_answer_is_nobodys() {
    let page = Page::new("out-while-sent");
    let (network, gate) = Network::held("/api/x", 204);
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let sent = client.start("/api/x", &JsValue::UNDEFINED);
    client.driver().sign_out(false).await.unwrap();
    let aborted = network.to("/api/x")[0].request.signal().aborted();
    assert!(aborted, "the browser needn't go on with it");
    client.signed_in("t9", 60);
    gate.open(reply(401, ""));
    assert_eq!(JsFuture::from(sent).await.unwrap_err(), "session-changed");
    assert_eq!(
        network.to("/api/x").len(),
        1,
        "nor with the token of who signed in since"
    );
    assert!(network.to("/auth/refresh").is_empty());
}
