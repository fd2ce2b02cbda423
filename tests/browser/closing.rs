//! A closed client holds nothing of the browser, and does nothing more.

use holdall::browser::Sent;
use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    Gate, Network, Page, construct, get, local, microtasks, object, own, reply, sleep, tokens, until,
};

const CART: &str = r#""slices":[{"name":"cart","kind":"map"}],
    "auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out"},
    "rules":[{"match":"/api/*","token":true}]"#;

#[wasm_bindgen_test]
async fn a_closed_client_hears_nothing_more() {
    let page = Page::new("deaf");
    let _network = Network::ok();
    let (closed, other) = (page.open(CART), page.open(CART));
    microtasks().await;
    closed.close();
    other.put(0, "lamp", "1");
    microtasks().await;
    let key = page.records().remove(0);
    page.stored_elsewhere(Some(&key), local().get_item(&key).unwrap().as_deref());
    page.stored_elsewhere(Some(&page.key("device/r/7.00000000000000aa-1")), Some("{"));
    page.stored_elsewhere(None, None);
    show_again();
    microtasks().await;
    assert!(closed.keys(0).is_empty());
    assert!(closed.heard.changes().is_empty() && closed.heard.events().is_empty());
}

#[wasm_bindgen_test]
fn closing_takes_away_the_listeners_that_opening_added() {
    let page = Page::new("listeners");
    let window: JsValue = web_sys::window().unwrap().into();
    let spy = Function::new_with_args(
        "window, added",
        "const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
         window.addEventListener = (name, listener) => { added.push([name, listener]); add.call(window, name, listener); };
         window.removeEventListener = (name, listener) => {
             const at = added.findIndex((pair) => pair[0] === name && pair[1] === listener);
             if (at >= 0) added.splice(at, 1);
             remove.call(window, name, listener);
         };
         return () => { delete window.addEventListener; delete window.removeEventListener; };",
    );
    let added = js_sys::Array::new();
    let restore: Function = spy.call2(&JsValue::UNDEFINED, &window, &added).unwrap().into();
    let client = page.open(CART);
    let names: Vec<String> = added.iter().map(|pair| get(&pair, "0").as_string().unwrap()).collect();
    client.close();
    restore.call0(&JsValue::UNDEFINED).unwrap();
    assert!(
        names.contains(&"storage".to_owned()) && names.contains(&"pageshow".to_owned()),
        "{names:?}"
    );
    assert_eq!(added.length(), 0, "every listener was removed");
}

#[wasm_bindgen_test]
async fn every_call_of_a_closed_client_is_refused() {
    let page = Page::new("refused");
    let network = Network::ok();
    let client = page.open(CART);
    client.signed_in("t1", 60);
    client.put(0, "lamp", "1");
    client.close();
    client.close();
    let put = client.change(|client| client.store.put(0, "mug", "1"));
    assert_eq!(put.unwrap_err().code.as_str(), "closed");
    let sign_in = client.sign_in(r#"{"access_token":"t2"}"#, None);
    assert_eq!(sign_in.unwrap_err().code.as_str(), "closed");
    assert_eq!(own(client.driver().token().await), Some("closed"));
    assert_eq!(own(client.driver().sign_out(false).await), Some("closed"));
    assert_eq!(own(client.fetch("/api/x", &JsValue::UNDEFINED).await), Some("closed"));
    let prepared = client.driver().prepare("/api/x".into(), JsValue::UNDEFINED).await;
    assert_eq!(own(prepared), Some("closed"));
    client.driver().ready().await;
    assert_eq!(network.count(), 0);
    assert_eq!(client.keys(0), ["lamp"], "what there was can still be read");
}

#[wasm_bindgen_test]
async fn what_was_changed_just_before_is_stored() {
    let page = Page::new("last-words");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    client.close();
    assert_eq!(page.records().len(), 1);
    microtasks().await;
    assert_eq!(page.records().len(), 1);
    assert_eq!(page.open(CART).keys(0), ["lamp"]);
}

#[wasm_bindgen_test]
async fn those_who_wait_learn_of_the_closing() {
    let page = Page::new("waiting");
    let gate = Gate::new();
    let answer = gate.promise();
    let network = Network::new(move |_| answer.clone());
    let client = page.open(CART);
    client.signed_in("t1", 0);
    let waiting = client.start("/api/x", &JsValue::UNDEFINED);
    let driver = client.driver();
    let token = future_to_promise(async move { Ok(own(driver.token().await).into()) });
    until(|| network.to("/auth/refresh").len() == 1).await;
    client.heard.events();
    client.close();
    assert_eq!(JsFuture::from(waiting).await.unwrap_err(), "closed");
    assert_eq!(JsFuture::from(token).await.unwrap(), "closed");

    gate.open(tokens("t2", 60));
    sleep(20).await;
    assert!(client.heard.events().is_empty());
    assert!(network.to("/api/x").is_empty());
}

#[wasm_bindgen_test]
async fn an_answer_that_comes_after_the_closing_is_the_callers() {
    let page = Page::new("late-answer");
    let gate = Gate::new();
    let answer = gate.promise();
    let _network = Network::new(move |_| answer.clone());
    let client = page.open(CART);
    client.signed_in("t1", 60);
    let sent = client.send(&"/api/x".into(), &JsValue::UNDEFINED).unwrap();
    assert!(matches!(sent, Sent::Tended(..)), "the rule applies");
    client.close();
    gate.open(reply(401, "no"));
    let response = client.driver().answer(sent).await.unwrap();
    assert_eq!(get(&response, "status"), 401);
}

#[wasm_bindgen_test]
async fn a_client_that_is_dropped_unclosed_leaves_no_broken_listeners() {
    let page = Page::new("dropped");
    let client = page.open(CART);
    microtasks().await;
    client.drop_unclosed();
    let errors = js_sys::Array::new();
    let listen = Function::new_with_args(
        "errors",
        "const listener = (event) => { errors.push(event.message); event.preventDefault(); };
         addEventListener('error', listener);
         return () => removeEventListener('error', listener);",
    );
    let stop: Function = listen.call1(&JsValue::UNDEFINED, &errors).unwrap().into();
    page.stored_elsewhere(Some(&page.key("device/r/7.00000000000000aa-1")), Some("{"));
    show_again();
    stop.call0(&JsValue::UNDEFINED).unwrap();
    assert_eq!(errors.length(), 0, "{errors:?}");
}

fn show_again() {
    let persisted = object(&[("persisted", true.into())]);
    let event: web_sys::Event = construct("PageTransitionEvent", &["pageshow".into(), persisted]);
    web_sys::window().unwrap().dispatch_event(&event).unwrap();
}
