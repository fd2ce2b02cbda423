//! A session that was there when the page was left.

use std::cell::Cell;

use js_sys::{Array, Function, global};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, FastTimers, Gate, Network, Page, construct, get, local, microtasks, object, pass, pass_monotonic, replace,
    reply, sleep, tokens, until,
};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true}]"#;
const HINT: &str = r#"{"epoch":"00000000000000aa"}"#;
const TOMBSTONE: &str = r#"{"epoch":"00000000000000bb","signedOut":true}"#;

/// A server with a session.
fn server() -> Network {
    Network::new(|call| match &*call.path() {
        "/auth/refresh" => tokens("t2", 60),
        "/auth/sign-out" => reply(204, ""),
        _ => reply(200, "{}"),
    })
}

#[wasm_bindgen_test]
async fn a_remembered_session_is_restored_by_one_refresh() {
    let page = Page::new("restore");
    page.set_hint(HINT);
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    assert_eq!(client.status(), "restoring");
    let waiting = client.start("/api/x", &JsValue::UNDEFINED);
    client.driver().ready().await;
    assert_eq!(client.status(), "signed-in");
    JsFuture::from(waiting).await.unwrap();
    assert_eq!(network.to("/auth/refresh").len(), 1);
    assert_eq!(network.to("/api/x")[0].token().as_deref(), Some("t2"));
    assert!(client.heard.events().contains(&"session signed-in".to_owned()));
    assert_eq!(page.hint().as_deref(), Some(HINT), "it is the same session still");
}

#[wasm_bindgen_test]
async fn what_one_client_remembers_the_next_restores() {
    let page = Page::new("restore-next");
    let network = server();
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    client.close();
    let next = page.open(AUTH);
    assert_eq!(next.status(), "restoring");
    assert_eq!(&*next.driver().token().await.unwrap(), "t2");
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn guests_make_no_request() {
    let page = Page::new("guests");
    for hint in [None, Some(""), Some("{"), Some("null"), Some(r#"{"epoch":1}"#)] {
        hint.into_iter().for_each(|hint| page.set_hint(hint));
        let network = server();
        let client = page.open(&format!("{AUTH},{RULES}"));
        assert_eq!(client.status(), "signed-out");
        client.driver().ready().await;
        sleep(10).await;
        client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
        assert_eq!(network.count(), 1, "their own alone");
        assert!(network.to("/auth/refresh").is_empty());
    }
}

#[wasm_bindgen_test]
async fn a_client_without_auth_makes_no_request_whatever_is_remembered() {
    let page = Page::new("authless");
    page.set_hint(HINT);
    let network = server();
    let client = page.open(r#""slices":[]"#);
    sleep(10).await;
    assert_eq!((client.status(), network.count()), ("signed-out", 0));
}

#[wasm_bindgen_test]
async fn a_session_that_the_server_has_ended_is_not_restored() {
    let page = Page::new("restore-ended");
    page.set_hint(HINT);
    let network = Network::new(|_| reply(401, ""));
    let client = page.open(AUTH);
    client.driver().ready().await;
    assert_eq!(client.status(), "ended");
    assert_eq!(page.hint(), None);
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn restoring_is_tried_again_by_itself() {
    let page = Page::new("restore-again");
    page.set_hint(HINT);
    let first = Cell::new(true);
    let network = Network::new(move |_| {
        if first.replace(false) {
            reply(503, "")
        } else {
            tokens("t2", 60)
        }
    });
    let _fast = FastTimers::start();
    let client = page.open(AUTH);
    until(|| client.heard.events() == ["refresh failed"]).await;
    assert_eq!((client.status(), network.count()), ("restoring", 1));
    assert_eq!(page.hint().as_deref(), Some(HINT));
    let _later = pass(1_001);
    client.driver().ready().await;
    assert_eq!((client.status(), network.count()), ("signed-in", 2));
}

#[wasm_bindgen_test]
async fn a_sign_in_in_another_tab_is_followed() {
    let page = Page::new("follow-in");
    let network = server();
    let client = page.open(AUTH);
    microtasks().await;
    page.set_hint(HINT);
    page.stored_elsewhere(Some(&page.key("session")), Some(HINT));
    assert_eq!(client.status(), "restoring");
    client.driver().ready().await;
    assert_eq!((client.status(), network.count()), ("signed-in", 1));
}

#[wasm_bindgen_test]
async fn a_sign_out_in_another_tab_is_followed() {
    for hint in [None, Some(TOMBSTONE)] {
        let page = Page::new("follow-out");
        let network = server();
        let client = page.open(AUTH);
        client.signed_in("t1", 60);
        client.heard.events();
        match hint {
            Some(hint) => page.set_hint(hint),
            None => local().remove_item(&page.key("session")).unwrap(),
        }
        page.stored_elsewhere(Some(&page.key("session")), hint);
        assert_eq!(client.status(), "signed-out");
        assert_eq!(client.heard.events(), ["session-changed", "session signed-out"]);
        microtasks().await;
        assert_eq!(network.count(), 0, "the other tab tells the server");
        assert_eq!(page.hint().as_deref(), hint);
    }
}

#[wasm_bindgen_test]
async fn a_page_that_is_shown_again_looks_for_a_sign_out() {
    let page = Page::new("shown-out");
    let _network = server();
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    local().remove_item(&page.key("session")).unwrap();
    let shown: web_sys::Event = construct(
        "PageTransitionEvent",
        &["pageshow".into(), object(&[("persisted", true.into())])],
    );
    web_sys::window().unwrap().dispatch_event(&shown).unwrap();
    assert_eq!(client.status(), "signed-out");
}

#[wasm_bindgen_test]
async fn an_emptied_storage_signs_out() {
    let page = Page::new("wiped-out");
    let _network = server();
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    page.clear();
    page.stored_elsewhere(None, None);
    assert_eq!(client.status(), "signed-out");
}

#[wasm_bindgen_test]
async fn a_refresh_that_returns_after_a_sign_out_elsewhere_brings_nothing_back() {
    let page = Page::new("late-refresh");
    page.set_hint(HINT);
    let gate = Gate::new();
    let refresh = gate.promise();
    let _network = Network::new(move |_| refresh.clone());
    let client = page.open(AUTH);
    microtasks().await;
    page.set_hint(TOMBSTONE);
    page.stored_elsewhere(Some(&page.key("session")), Some(TOMBSTONE));
    gate.open(tokens("t2", 60));
    sleep(20).await;
    assert_eq!(client.status(), "signed-out");
    assert_eq!(page.hint().as_deref(), Some(TOMBSTONE));
}

#[wasm_bindgen_test]
async fn a_session_that_can_not_be_restored_has_no_more_timers_with_time() {
    let page = Page::new("restore-long");
    page.set_hint(HINT);
    let _network = Network::new(|_| reply(503, ""));
    let _fast = FastTimers::start();
    let asked = Array::new();
    let count = Function::new_with_args("asked, own", "return (...it) => { asked.push(0); return own(...it); }");
    let own = get(&global(), "setTimeout");
    let counting = count.call2(&JsValue::UNDEFINED, &asked, &own).unwrap();
    let _counting = replace(&global(), "setTimeout", &counting);
    let _client = page.open(AUTH);
    let mut asked_since = Vec::new();
    // The clock says that all of it has passed.
    let mut passed = Vec::new();
    for _ in 0..20 {
        passed.push(pass(400_000));
        passed.push(pass_monotonic(400_000));
        let before = asked.length();
        sleep(2_000).await;
        asked_since.push(asked.length() - before);
    }
    let (first, last) = asked_since.split_at(10);
    let (first, last): (u32, u32) = (first.iter().sum(), last.iter().sum());
    assert!(last <= first * 6 / 5, "{asked_since:?}");
}
