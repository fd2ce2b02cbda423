//! Several tabs of one session, as clients in one page, and the browser's ways for them to agree.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, Gate, Network, Opened, Page, construct, get, local, microtasks, object, own, pass, replace, reply,
    reply_with, session, sleep, tokens, until,
};

const RULES: &str = r#""rules":[{"match":"/api/*","token":true}]"#;

/// Refreshes give t2, t3, …
fn server() -> Network {
    let refreshes = Rc::new(Cell::new(1));
    Network::new(move |call| match &*call.path() {
        "/auth/refresh" => {
            refreshes.set(refreshes.get() + 1);
            tokens(&format!("t{}", refreshes.get()), 600)
        }
        _ => reply(200, "{}"),
    })
}

async fn token(client: &Opened) -> String {
    client.driver().token().await.unwrap().to_string()
}

fn dispatch(target: &JsValue, event: &JsValue) {
    let dispatch: Function = get(target, "dispatchEvent").unchecked_into();
    dispatch.call1(target, event).unwrap();
}

fn window() -> JsValue {
    web_sys::window().unwrap().into()
}

#[wasm_bindgen_test]
async fn a_tab_that_is_opened_gets_its_token_from_another() {
    let page = Page::new("sibling");
    let network = server();
    let first = page.open(&format!("{AUTH},{RULES}"));
    first.signed_in("t1", 600);
    let second = page.open(&format!("{AUTH},{RULES}"));
    assert_eq!(second.status(), "restoring");
    second.driver().ready().await;
    assert_eq!((second.status(), &*token(&second).await), ("signed-in", "t1"));
    assert_eq!(network.count(), 0, "the server isn't asked");
    assert_eq!(
        second
            .read(|client| client.session.user().map(|user| user.to_string()))
            .as_deref(),
        Some(r#"{"sub":"ada"}"#)
    );
}

#[wasm_bindgen_test]
async fn tabs_that_need_a_token_at_once_make_one_refresh() {
    let page = Page::new("one-for-all");
    let network = server();
    let clients: Vec<Opened> = (0..5).map(|_| page.open(&format!("{AUTH},{RULES}"))).collect();
    clients[0].signed_in("t1", 1);
    until(|| clients.iter().all(|client| client.status() == "signed-in")).await;
    sleep(1_100).await;
    let waiting: Array = clients
        .iter()
        .flat_map(|client| (0..20).map(|n| JsValue::from(client.start(&format!("/api/{n}"), &JsValue::UNDEFINED))))
        .collect();
    JsFuture::from(Promise::all(&waiting)).await.unwrap();
    assert_eq!(network.to("/auth/refresh").len(), 1);
    let sent = network.calls();
    let others = sent.iter().filter(|call| call.path() != "/auth/refresh");
    assert!(others.into_iter().all(|call| call.token().as_deref() == Some("t2")));
    assert_eq!(sent.len(), 101);
}

#[wasm_bindgen_test]
async fn a_lock_is_free_again_after_an_error() {
    let page = Page::new("lock-after-error");
    let first = Cell::new(true);
    let network = Network::new(move |_| {
        if first.replace(false) {
            reply(500, "")
        } else {
            tokens("t2", 60)
        }
    });
    let client = page.open(AUTH);
    client.signed_in("t1", 0);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    let other = page.open(AUTH);
    let _later = pass(1_001);
    assert_eq!(&*token(&other).await, "t2");
    assert_eq!(network.count(), 2);
}

#[wasm_bindgen_test]
async fn where_the_browser_refuses_locks_it_goes_without() {
    let page = Page::new("no-locks");
    let network = server();
    let refuse = Function::new_no_args(r#"return Promise.reject(new DOMException("sandboxed", "SecurityError"))"#);
    let locks = get(&get(&js_sys::global(), "navigator"), "locks");
    let _refused = replace(&locks, "request", &refuse);
    let client = page.open(AUTH);
    client.signed_in("t1", 0);
    assert_eq!(&*token(&client).await, "t2", "long before a test is given up");
    assert_eq!(network.count(), 1);
}

/// Safari before 15.4.
#[wasm_bindgen_test]
async fn where_the_browser_knows_no_locks_it_goes_without() {
    let page = Page::new("never-locks");
    let network = server();
    let navigator = get(&js_sys::global(), "navigator");
    let _none = replace(&navigator, "locks", &JsValue::UNDEFINED);
    let client = page.open(AUTH);
    client.signed_in("t1", 60);
    drop(client);
    let again = page.open(AUTH);
    until(|| again.status() == "signed-in").await;
    assert_eq!(network.count(), 1);
}

#[wasm_bindgen_test]
async fn a_lock_of_another_session_is_in_nobodys_way() {
    let page = Page::new("other-lock");
    let network = server();
    let client = page.open(AUTH);
    client.signed_in("t1", 0);
    // Whoever froze with it.
    let epoch = client.read(|client| client.session.epoch().to_string());
    let never = Gate::new();
    let held = never.promise();
    let hold = Closure::once_into_js(move |_: JsValue| held);
    let locks = get(&get(&window(), "navigator"), "locks");
    let request: Function = get(&locks, "request").unchecked_into();
    let name = page.key(&format!("session/{epoch}/0"));
    request.call2(&locks, &name.into(), &hold).unwrap();
    sleep(20).await;
    client.signed_in("t1", 0);
    assert_eq!(&*token(&client).await, "t2");
    assert_eq!(network.count(), 1);
    never.open(Promise::resolve(&JsValue::UNDEFINED));
}

#[wasm_bindgen_test]
async fn the_client_can_be_called_from_inside_what_it_calls() {
    let page = Page::new("inside");
    let network = server();
    let client = Rc::new(page.open(&format!("{AUTH},{RULES}")));
    let called = Rc::new(RefCell::new(Vec::new()));
    let (inner, results) = (client.clone(), called.clone());
    client.heard.when_told(move |event| {
        if event == "session signed-in" {
            let (client, results) = (inner.clone(), results.clone());
            results.borrow_mut().push(client.status().to_owned());
            wasm_bindgen_futures::spawn_local(async move {
                let token = client.driver().token().await.map(|token| token.to_string());
                results.borrow_mut().push(token.unwrap_or_default());
            });
        }
    });
    client.signed_in("t1", 0);
    until(|| called.borrow().len() == 2).await;
    assert_eq!(*called.borrow(), ["signed-in", "t2"]);
    assert_eq!(network.count(), 1);
    client.heard.when_told(|_| ());
}

#[wasm_bindgen_test]
async fn a_page_or_a_network_that_is_back_is_tried_at_once() {
    let document = get(&window(), "document");
    let event = |name: &str| construct::<JsValue>("Event", &[name.into()]);
    for (target, name) in [
        (&window(), "online"),
        (&document, "visibilitychange"),
        (&document, "resume"),
    ] {
        let page = Page::new("back");
        let first = Cell::new(true);
        let network = Network::new(move |_| {
            if first.replace(false) {
                reply(500, "")
            } else {
                tokens("t2", 60)
            }
        });
        let client = page.open(AUTH);
        client.signed_in("t1", 0);
        assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
        assert_eq!(own(client.driver().token().await), Some("refresh-failed"), "not yet");
        dispatch(target, &event(name));
        assert_eq!(&*token(&client).await, "t2", "{name}");
        assert_eq!(network.count(), 2);
    }
}

#[wasm_bindgen_test]
async fn a_page_that_returns_tells_of_another_session_before_anybody_reads_the_old_one() {
    let page = Page::new("session-changed");
    let _network = server();
    let order = Rc::new(RefCell::new(Vec::new()));
    let noted = order.clone();
    // Somebody who was there before.
    let early = Closure::<dyn Fn(JsValue)>::new(move |_| noted.borrow_mut().push("listener".to_owned()));
    let listen = |method: &str| {
        let method: Function = get(&window(), method).unchecked_into();
        method.call2(&window(), &"pageshow".into(), early.as_ref()).unwrap();
    };
    listen("addEventListener");
    let client = page.open(AUTH);
    client.signed_in("t1", 600);
    let noted = order.clone();
    client
        .heard
        .when_told(move |event| noted.borrow_mut().push(event.to_owned()));
    page.set_hint(r#"{"epoch":"00000000000000ee"}"#);
    let shown = construct::<JsValue>(
        "PageTransitionEvent",
        &["pageshow".into(), object(&[("persisted", true.into())])],
    );
    // As browsers do it: Chromium resumes the document first, the others call first who captures.
    dispatch(
        &get(&window(), "document"),
        &construct::<JsValue>("Event", &["resume".into()]),
    );
    dispatch(&window(), &shown);
    listen("removeEventListener");
    assert_eq!(*order.borrow(), ["session-changed", "session restoring", "listener"]);
}

#[wasm_bindgen_test]
async fn a_page_that_is_left_lets_go_of_the_lock() {
    let page = Page::new("left");
    page.set_hint(r#"{"epoch":"00000000000000aa"}"#);
    let network = server();
    let leaving = page.open(AUTH);
    microtasks().await;
    sleep(20).await;
    dispatch(
        &window(),
        &construct::<JsValue>("PageTransitionEvent", &["pagehide".into()]),
    );
    sleep(150).await;
    assert_eq!(network.count(), 0, "it was interrupted");
    let query: Function = get(&get(&get(&window(), "navigator"), "locks"), "query").unchecked_into();
    let held = JsFuture::from(
        query
            .call0(&get(&get(&window(), "navigator"), "locks"))
            .unwrap()
            .unchecked_into::<Promise>(),
    )
    .await
    .unwrap();
    let names: Vec<String> = Array::from(&get(&held, "held"))
        .iter()
        .map(|lock| get(&lock, "name").as_string().unwrap())
        .filter(|name| name.starts_with(&page.key("")))
        .collect();
    assert!(names.is_empty(), "{names:?}");
    let shown = construct::<JsValue>(
        "PageTransitionEvent",
        &["pageshow".into(), object(&[("persisted", true.into())])],
    );
    dispatch(&window(), &shown);
    leaving.driver().ready().await;
    assert_eq!((leaving.status(), network.count()), ("signed-in", 1));
}

#[wasm_bindgen_test]
async fn retry_after_may_be_a_date_by_the_servers_clock() {
    let page = Page::new("retry-date");
    let network = Network::new(|_| {
        let headers = [
            ("Date", "Sat, 01 Jan 2000 00:00:00 GMT"),
            ("Retry-After", "Sat, 01 Jan 2000 00:00:30 GMT"),
        ];
        reply_with(503, "", &headers)
    });
    let client = page.open(AUTH);
    client.signed_in("t1", 0);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    let later = pass(29_000);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    assert_eq!(network.count(), 1);
    drop(later);
    let _later = pass(31_000);
    assert_eq!(own(client.driver().token().await), Some("refresh-failed"));
    assert_eq!(network.count(), 2);
}

/// A token endpoint: each refresh token is answered once, with the next.
fn token_endpoint() -> (Network, Rc<RefCell<Vec<String>>>) {
    let bodies = Rc::<RefCell<Vec<String>>>::default();
    let seen = bodies.clone();
    let network = Network::new(move |call| match &*call.path() {
        "/token" | "/revoke" => {
            seen.borrow_mut().push(get(&call.init, "body").as_string().unwrap());
            let number = seen.borrow().len() + 1;
            reply(
                200,
                &format!(r#"{{"access_token":"t{number}","expires_in":60,"refresh_token":"secret-{number}"}}"#),
            )
        }
        _ => reply(200, "{}"),
    });
    (network, bodies)
}

const VAULT: &str =
    r#""auth":{"token":"/token","clientId":"shop","refreshToken":"indexeddb","revoke":"/revoke"},"slices":[]"#;
const SIGNED_IN: &str = r#"{"access_token":"t1","expires_in":0,"refresh_token":"secret-1"}"#;

#[wasm_bindgen_test]
async fn a_refresh_token_lies_in_the_database_alone_and_outlives_the_page() {
    let page = Page::new("vault");
    let (network, bodies) = token_endpoint();
    let client = page.open(VAULT);
    client.sign_in(SIGNED_IN, Some(r#"{"sub":"ada"}"#)).unwrap();
    assert_eq!(&*token(&client).await, "t2");
    let call = &network.to("/token")[0];
    assert_eq!(
        bodies.borrow()[0],
        "grant_type=refresh_token&refresh_token=secret-1&client_id=shop"
    );
    assert_eq!(get(&call.request, "credentials"), "omit");
    assert_eq!(
        call.header("Content-Type").as_deref(),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(call.header("Holdall-Csrf"), None);
    client.close();
    let next = page.open(VAULT);
    until(|| next.status() == "signed-in").await;
    assert!(bodies.borrow()[1].contains("refresh_token=secret-2&"), "{bodies:?}");
    for storage in [local(), session()] {
        for index in 0..storage.length().unwrap() {
            let key = storage.key(index).unwrap().unwrap();
            let value = storage.get_item(&key).unwrap().unwrap();
            assert!(!value.contains("secret") && !value.contains("t1"), "{key}");
        }
    }
    next.driver().sign_out(false).await.unwrap();
    assert_eq!(
        bodies.borrow()[2],
        "token_type_hint=refresh_token&token=secret-3&client_id=shop"
    );
    assert_eq!(page.hint(), None);
}

#[wasm_bindgen_test]
async fn what_a_closed_client_has_renewed_is_kept() {
    let page = Page::new("vault-closed");
    let gate = Gate::new();
    let answer = gate.promise();
    let network = Network::new(move |_| answer.clone());
    let client = page.open(VAULT);
    client.sign_in(SIGNED_IN, None).unwrap();
    let driver = client.driver();
    wasm_bindgen_futures::spawn_local(async move { drop(driver.token().await) });
    until(|| network.count() == 1).await;
    client.close();
    gate.open(reply(
        200,
        r#"{"access_token":"t2","expires_in":60,"refresh_token":"secret-2"}"#,
    ));
    sleep(100).await;
    let (_network, bodies) = token_endpoint();
    let next = page.open(VAULT);
    until(|| next.status() == "signed-in").await;
    assert!(bodies.borrow()[0].contains("refresh_token=secret-2&"), "{bodies:?}");
}

#[wasm_bindgen_test]
async fn another_library_is_asked_why_and_may_say_that_nobody_is_signed_in() {
    let page = Page::new("source");
    let network = server();
    let client = page.open(r#""auth":{"source":true},"slices":[]"#);
    client.heard.set_source(r#"{"access_token":"t7","expires_in":0}"#);
    client.signed_in("t1", 0);
    assert_eq!(&*token(&client).await, "t7");
    client.heard.set_source("");
    assert_eq!(own(client.driver().token().await), Some("signed-out"));
    assert_eq!(client.status(), "ended");
    assert_eq!(client.heard.asked(), ["expired", "expired"]);
    assert_eq!(network.count(), 0);
}
