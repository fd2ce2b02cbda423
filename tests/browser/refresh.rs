//! Renewing an access token: once, whoever needs it.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, Call, Network, Opened, Page, get, object, pass, pass_monotonic, reply, sleep, tokens, until,
};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true}]"#;

/// Refreshes give t2, t3, …; everything else is answered with 401, unless it has one of these.
fn server() -> Network {
    let refreshes = Rc::new(Cell::new(1));
    Network::new(move |call| match (&*call.path(), call.token()) {
        ("/auth/refresh", _) => {
            refreshes.set(refreshes.get() + 1);
            tokens(&format!("t{}", refreshes.get()), 60)
        }
        (_, Some(token)) if token != "t1" => reply(200, "{}"),
        _ => reply(401, "no"),
    })
}

async fn twenty(client: &Opened) {
    let sent: Array = (0..20)
        .map(|n| JsValue::from(client.start(&format!("/api/{n}"), &JsValue::UNDEFINED)))
        .collect();
    let responses = Array::from(&JsFuture::from(Promise::all(&sent)).await.unwrap());
    assert!(responses.iter().all(|response| get(&response, "status") == 200));
}

fn tokens_of(calls: &[Rc<Call>]) -> Vec<String> {
    calls.iter().filter_map(|call| call.token()).collect()
}

#[wasm_bindgen_test]
async fn twenty_requests_with_an_expired_token_make_one_refresh() {
    let page = Page::new("twenty");
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    client.heard.events();
    twenty(&client).await;
    assert_eq!(network.to("/auth/refresh").len(), 1);
    assert_eq!(network.count(), 21, "each was sent once");
    assert_eq!(tokens_of(&network.calls()), vec!["t2"; 20]);
    assert_eq!(client.heard.events()[0], "refresh renewed");
    assert_eq!(client.status(), "signed-in");
}

#[wasm_bindgen_test]
async fn a_token_expires_by_real_time() {
    let page = Page::new("real-time");
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 1);
    sleep(1_100).await;
    assert_eq!(network.count(), 0, "nothing is renewed that nobody needs");
    twenty(&client).await;
    assert_eq!(network.to("/auth/refresh").len(), 1);
    assert_eq!(tokens_of(&network.calls()), vec!["t2"; 20]);
}

#[wasm_bindgen_test]
async fn either_clock_tells_that_a_token_has_expired() {
    for clock in [pass, pass_monotonic] {
        let page = Page::new("clocks");
        let network = server();
        let client = page.open(&format!("{AUTH},{RULES}"));
        client.signed_in("t1", 600);
        let _later = clock(601_000);
        assert_eq!(&*client.driver().token().await.unwrap(), "t2");
        assert_eq!(network.count(), 1);
    }
}

#[wasm_bindgen_test]
async fn an_ageing_token_serves_while_it_is_renewed() {
    let page = Page::new("ageing");
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t0", 600);
    let _later = pass(541_000);
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(tokens_of(&network.to("/api/x")), ["t0"]);
    until(|| client.heard.events().contains(&"refresh renewed".to_owned())).await;
    client.fetch("/api/y", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(tokens_of(&network.to("/api/y")), ["t2"]);
    assert_eq!(network.to("/auth/refresh").len(), 1);
}

#[wasm_bindgen_test]
async fn twenty_refused_requests_make_one_refresh_and_go_out_once_more() {
    let page = Page::new("twenty-401");
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 600);
    client.heard.events();
    twenty(&client).await;
    assert_eq!(network.to("/auth/refresh").len(), 1);
    for n in 0..20 {
        assert_eq!(tokens_of(&network.to(&format!("/api/{n}"))), ["t1", "t2"]);
    }
    let requests = client.heard.requests();
    assert_eq!(requests.len(), 20, "one event each");
    assert!(requests.iter().all(|request| request.replayed && request.status == 200));
}

#[wasm_bindgen_test]
async fn the_refresh_is_a_post_that_outlives_the_page() {
    let page = Page::new("post");
    let network = server();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 0);
    client.driver().token().await.unwrap();
    let call = network.only();
    let request = &call.request;
    assert_eq!((&*request.method(), &*call.path()), ("POST", "/auth/refresh"));
    assert_eq!(call.header("Holdall-Csrf").as_deref(), Some("1"));
    assert_eq!(call.header("Authorization"), None);
    assert_eq!(call.text().await, "");
    for (property, value) in [
        ("credentials", "include"),
        ("cache", "no-store"),
        ("redirect", "error"),
        ("mode", "cors"),
    ] {
        assert_eq!(get(request, property), value, "{property}");
    }
    assert_eq!(get(request, "keepalive"), true);
}

#[wasm_bindgen_test]
async fn the_header_against_forgery_is_the_applications_choice() {
    let page = Page::new("csrf");
    let network = server();
    let auth = r#""auth":{"refresh":"/auth/refresh","signOut":"/s","csrf":{"name":"X-Requested-With","value":"shop"}}"#;
    let client = page.open(auth);
    client.signed_in("t1", 0);
    client.driver().token().await.unwrap();
    assert_eq!(network.only().header("X-Requested-With").as_deref(), Some("shop"));
    assert_eq!(network.only().header("Holdall-Csrf"), None);
}

#[wasm_bindgen_test]
async fn rules_never_apply_to_the_endpoints_of_the_session() {
    let page = Page::new("own-endpoints");
    let network = Network::ok();
    let rules =
        r#""slices":[{"name":"cart","kind":"map"}],"rules":[{"match":"/*","token":true,"send":{"cart":"header"}}]"#;
    let client = page.open(&format!("{AUTH},{rules}"));
    client.put(0, "lamp", "1");
    client.signed_in("t1", 60);
    for address in ["/auth/refresh", "/auth/sign-out?x=1"] {
        client
            .fetch(address, &object(&[("method", "POST".into())]))
            .await
            .unwrap();
    }
    assert_eq!(network.count(), 2);
    for call in network.calls() {
        assert_eq!((call.token(), call.header("Holdall-State")), (None, None));
    }
    client.fetch("/auth/refresh/", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(
        network.calls()[2].token().as_deref(),
        Some("t1"),
        "another path is no such endpoint"
    );
}
