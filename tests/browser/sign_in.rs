//! Signing in: what shows, what is remembered, and which requests carry the token.

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{AUTH, Network, Page, local, microtasks, object, own, session};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true},{"match":"/api/public","token":false},
    {"match":"/api/orders","token":"required"}]"#;

#[wasm_bindgen_test]
async fn signing_in_shows_at_once_and_is_remembered_without_its_token() {
    let page = Page::new("sign-in");
    let network = Network::ok();
    let client = page.open(AUTH);
    assert_eq!(client.status(), "signed-out");
    client
        .sign_in(
            r#"{"access_token":"secret-token","token_type":"Bearer","expires_in":60,"refresh_token":"secret-refresh"}"#,
            Some(r#"{"sub":"secret-subject","name":"Ada"}"#),
        )
        .unwrap();
    assert_eq!(client.status(), "signed-in");
    assert_eq!(client.heard.events(), ["session signed-in"]);
    let user = client.read(|client| client.session.user().cloned());
    assert_eq!(user.as_deref(), Some(r#"{"sub":"secret-subject","name":"Ada"}"#));
    assert!(page.hint().unwrap().starts_with(r#"{"epoch":""#));
    microtasks().await;
    assert_eq!(network.count(), 0, "nobody needs to be asked");
    for storage in [local(), session()] {
        for index in 0..storage.length().unwrap() {
            let key = storage.key(index).unwrap().unwrap();
            let value = storage.get_item(&key).unwrap().unwrap();
            assert!(!value.contains("secret"), "{key}");
        }
    }
}

#[wasm_bindgen_test]
fn the_id_token_says_who_it_is() {
    let page = Page::new("id-token");
    let client = page.open(AUTH);
    // {"sub":"ada","name":"Ada ❤"}
    let id_token = "e30.eyJzdWIiOiJhZGEiLCJuYW1lIjoiQWRhIOKdpCJ9.c2ln";
    let response = format!(r#"{{"access_token":"t1","token_type":"bearer","id_token":"{id_token}"}}"#);
    client.sign_in(&response, None).unwrap();
    let user = client.read(|client| client.session.user().cloned());
    assert_eq!(user.as_deref(), Some(r#"{"sub":"ada","name":"Ada ❤"}"#));
}

#[wasm_bindgen_test]
fn what_holds_no_sendable_token_is_refused_and_changes_nothing() {
    let page = Page::new("bad-sign-in");
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    let hint = page.hint();
    client.heard.events();
    for response in [
        "",
        "null",
        "{}",
        r#"{"access_token":""}"#,
        r#"{"access_token":"a\r\nX-Evil: 1"}"#,
        r#"{"access_token":"ä"}"#,
        r#"{"access_token":"t2","token_type":"DPoP"}"#,
        r#"{"error":"invalid_grant"}"#,
    ] {
        let refused = client.sign_in(response, None).unwrap_err();
        assert_eq!(refused.code.as_str(), "bad-token-response", "{response}");
    }
    assert_eq!((client.status(), page.hint()), ("signed-in", hint));
    assert!(client.heard.events().is_empty());
}

#[wasm_bindgen_test]
async fn what_was_changed_just_before_the_same_user_signs_in_again_stays() {
    let page = Page::new("sign-in-again");
    let _network = Network::ok();
    let client = page.open(&format!(
        r#""slices":[{{"name":"cart","kind":"map","owner":"user"}}],{AUTH}"#
    ));
    let sign_in = || {
        let response = r#"{"access_token":"t1","expires_in":60}"#;
        client.driver().sign_in(response, Some(r#"{"sub":"ada"}"#)).unwrap();
    };
    sign_in();
    client.put(0, "lamp", "1");
    sign_in();
    assert_eq!(client.keys(0), ["lamp"]);
}

#[wasm_bindgen_test]
async fn the_token_goes_where_the_rules_say() {
    let page = Page::new("token-rules");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    for address in ["/api/messages", "/api/public", "/api/orders", "/other"] {
        client.fetch(address, &JsValue::UNDEFINED).await.unwrap();
    }
    let tokens: Vec<_> = network.calls().iter().map(|call| call.token()).collect();
    assert_eq!(tokens, [Some("t1".to_owned()), None, Some("t1".to_owned()), None]);
    assert_eq!(&*client.driver().token().await.unwrap(), "t1");
}

#[wasm_bindgen_test]
async fn a_guest_sends_what_needs_no_token_and_nothing_else() {
    let page = Page::new("guest");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.fetch("/api/messages", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(network.only().token(), None);
    let refused = client.fetch("/api/orders", &JsValue::UNDEFINED).await;
    assert_eq!(own(refused), Some("signed-out"));
    assert_eq!(own(client.driver().token().await), Some("signed-out"));
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn the_callers_own_credentials_win() {
    let page = Page::new("own-credentials");
    let network = Network::ok();
    let client = page.open(&format!("{AUTH},{RULES}"));
    client.signed_in("t1", 60);
    let headers = object(&[("authorization", "Basic abc".into()), ("X-Mine", "1".into())]);
    let init = object(&[("headers", headers)]);
    client.heard.events();
    client.fetch("/api/messages", &init).await.unwrap();
    let call = network.only();
    assert_eq!(call.header("Authorization").as_deref(), Some("Basic abc"));
    assert_eq!(call.header("X-Mine").as_deref(), Some("1"));
    assert!(!client.heard.requests()[0].token, "the event says whose it was");
}

#[wasm_bindgen_test]
async fn another_origin_gets_the_token_only_if_named() {
    let page = Page::new("audience");
    let network = Network::ok();
    let rules = r#""rules":[{"match":"https://api.example/*","token":true}]"#;
    let client = page.open(&format!("{AUTH},{rules}"));
    client.signed_in("t1", 60);
    let refused = client.fetch("https://api.example/x", &JsValue::UNDEFINED).await;
    assert_eq!(own(refused), Some("bad-config"));
    assert_eq!(network.count(), 0);

    let auth = r#""auth":{"refresh":"/r","signOut":"/s","audience":["https://api.example"]}"#;
    let client = page.open(&format!("{auth},{rules}"));
    client.signed_in("t1", 60);
    client
        .fetch("https://api.example/x", &JsValue::UNDEFINED)
        .await
        .unwrap();
    assert_eq!(network.to("/x")[0].token().as_deref(), Some("t1"));
}

#[wasm_bindgen_test]
async fn without_auth_there_is_no_session() {
    let page = Page::new("no-auth");
    let client = page.open(r#""slices":[]"#);
    let refused = client.sign_in(r#"{"access_token":"t1"}"#, None).unwrap_err();
    assert_eq!(refused.code.as_str(), "bad-config");
    assert_eq!(own(client.driver().sign_out(false).await), Some("bad-config"));
    assert_eq!(own(client.driver().token().await), Some("signed-out"));
    assert_eq!(page.hint(), None);
}
