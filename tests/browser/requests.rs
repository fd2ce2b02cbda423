//! State in the query and in the header, and requests that no rule applies to.

use holdall::browser::{Failure, Sent};
use js_sys::{Function, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Response;

use crate::support::{AUTH, Network, Opened, Page, construct, get, object, own, replace, reply};

const SLICES: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"},
    {"name":"filters","kind":"object","initial":{"unread":false,"text":""}}]"#;

fn open(page: &Page, rules: &str) -> Opened {
    page.open(&format!(r#"{AUTH},{SLICES},"rules":[{rules}]"#))
}

fn block(client: &Opened, names: &[&str]) {
    for name in names {
        client.put(1, &format!("\"{name}\""), "");
    }
}

#[wasm_bindgen_test]
async fn what_no_rule_applies_to_goes_out_as_it_came() {
    let page = Page::new("untouched");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"POST /api/*","token":true,"send":{"cart":"header"}}"#,
    );
    client.put(0, "lamp", "1");
    client.signed_in("t1", 60);
    client.heard.events();
    let url: JsValue = construct("URL", &["/other".into(), page_address("").into()]);
    let request: JsValue = construct("Request", &["/other".into()]);
    let init = object(&[("method", "PUT".into()), ("body", "text".into())]);
    for (input, init) in [
        (JsValue::from("/api/x?own=1#part"), JsValue::UNDEFINED),
        ("/other".into(), init),
        (url, JsValue::NULL),
        (request, JsValue::UNDEFINED),
    ] {
        let Sent::Untouched(promise) = client.send(&input, &init).unwrap() else {
            panic!("no rule applies");
        };
        let call = network.calls().pop().unwrap();
        assert!(
            Object::is(&call.input, &input) && Object::is(&call.init, &init),
            "the very same arguments"
        );
        let response: Response = JsFuture::from(promise).await.unwrap().unchecked_into();
        assert_eq!(response.status(), 200);
    }
    assert_eq!(network.count(), 4);
    assert!(client.heard.events().is_empty(), "it is none of ours");
    let sent = client.send(&"/api/x".into(), &object(&[("method", "post".into())]));
    assert!(
        matches!(sent, Ok(Sent::Tended(..))),
        "methods are compared as the browser normalises them"
    );
}

#[wasm_bindgen_test]
async fn the_answer_is_the_browsers_own() {
    let page = Page::new("own-answer");
    let answer = construct::<JsValue>("Response", &["body".into()]);
    let promise = js_sys::Promise::resolve(&answer);
    let _network = Network::new(move |_| promise.clone());
    let client = open(&page, r#"{"match":"/api/*","token":true}"#);
    for address in ["/api/x", "/other"] {
        let response = client.fetch(address, &JsValue::UNDEFINED).await.unwrap();
        assert!(Object::is(&response, &answer));
        assert!(!response.body_used(), "nobody has read it");
    }
}

#[wasm_bindgen_test]
async fn fetch_is_the_one_from_when_the_client_was_opened() {
    let page = Page::new("captured");
    let network = Network::ok();
    let client = open(&page, r#"{"match":"/api/*","token":true}"#);
    // As `install` does, which would call the client again.
    let never = Function::new_no_args("throw new Error('called')");
    let _installed = replace(&js_sys::global(), "fetch", &never);
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    client.fetch("/other", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(network.count(), 2);
}

#[wasm_bindgen_test]
async fn what_an_inits_getter_throws_is_what_fetch_rejects_with() {
    let page = Page::new("thrown");
    let network = Network::ok();
    let client = open(&page, r#"{"match":"/api/*","token":true}"#);
    let init = Function::new_no_args("return { get priority() { throw new RangeError('mine') } }");
    let init = init.call0(&JsValue::UNDEFINED).unwrap();
    let Err(Failure::Browser(thrown)) = client.fetch("/api/x", &init).await else {
        panic!("the getter throws");
    };
    assert!(thrown.is_instance_of::<js_sys::RangeError>());
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    assert_eq!(network.count(), 1, "the client goes on");
}

#[wasm_bindgen_test]
async fn state_is_appended_to_the_query() {
    let page = Page::new("query");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"GET /api/messages","send":{"blocked":"query","filters":"query"}},
           {"match":"/api/deep","send":{"filters":{"in":"query","style":"deepObject","as":"f"}}},
           {"match":"/api/json","send":{"cart":{"in":"query","style":"json"}}}"#,
    );
    block(&client, &["mallory", "eve & co", "é+/?#%"]);
    client.put(2, "", r#"{"unread":true,"text":"a lamp"}"#);
    client.put(0, "lamp", r#"{"qty":1}"#);
    for (address, expected) in [
        (
            "/api/messages",
            "?blocked=eve%20%26%20co&blocked=mallory&blocked=%C3%A9%2B%2F%3F%23%25&text=a%20lamp&unread=true",
        ),
        (
            "/api/messages?page=2&q=a+b#end",
            "?page=2&q=a+b&blocked=eve%20%26%20co&blocked=mallory&blocked=%C3%A9%2B%2F%3F%23%25&text=a%20lamp&unread=true",
        ),
        ("/api/deep", "?f%5Btext%5D=a%20lamp&f%5Bunread%5D=true"),
        ("/api/json?", "?cart=%7B%22lamp%22%3A%7B%22qty%22%3A1%7D%7D"),
    ] {
        client.fetch(address, &JsValue::UNDEFINED).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert_eq!(call.query(), expected, "{address}");
    }
    assert_eq!(network.calls()[1].url().hash(), "#end");
}

#[wasm_bindgen_test]
async fn equal_state_makes_equal_addresses_and_none_makes_none() {
    let page = Page::new("canonical");
    let network = Network::ok();
    let rule = r#"{"match":"/api/*","send":{"blocked":"query","cart":"header"}}"#;
    let client = open(&page, rule);
    let fetch = async || {
        client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
        let call = network.calls().pop().unwrap();
        (call.query(), call.header("Holdall-State"))
    };
    assert_eq!(fetch().await, (String::new(), None));
    block(&client, &["b", "a"]);
    client.put(0, "y", r#"{"m":1,"l":2.0}"#);
    client.put(0, "x", "1");
    let one = fetch().await;
    for slice in 0..2 {
        client.change(|client| client.store.clear(slice)).unwrap();
    }
    assert_eq!(fetch().await, (String::new(), None));
    block(&client, &["a", "b"]);
    client.put(0, "x", "1e0");
    client.put(0, "y", r#"{"l":2,"m":1}"#);
    assert_eq!(fetch().await, one);
    assert_eq!(one.0, "?blocked=a&blocked=b");
}

#[wasm_bindgen_test]
async fn state_travels_in_the_header_as_ascii() {
    let page = Page::new("header");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"/api/*","send":{"cart":"header","blocked":{"in":"header","as":"b"}}}"#,
    );
    client.put(0, "ключ", r#"{"qty":1}"#);
    block(&client, &["é\\n"]);
    client.fetch("/api/x", &JsValue::UNDEFINED).await.unwrap();
    let header = network.only().header("Holdall-State").unwrap();
    // base64 of ["é\n"] and {"ключ":{"qty":1}}
    assert_eq!(header, "b=:WyLDqVxuIl0=:, cart=:eyLQutC70Y7RhyI6eyJxdHkiOjF9fQ==:");
    assert_eq!(network.only().query(), "");
}

#[wasm_bindgen_test]
async fn what_the_caller_gives_stays_with_the_request() {
    let page = Page::new("kept");
    let network = Network::ok();
    let client = open(&page, r#"{"match":"/api/*","send":{"blocked":"query"}}"#);
    block(&client, &["a"]);
    let init = object(&[
        ("method", "POST".into()),
        ("headers", object(&[("X-Mine", "1".into())])),
        ("body", "text".into()),
        ("credentials", "omit".into()),
        ("cache", "no-cache".into()),
        ("mode", "same-origin".into()),
        ("redirect", "error".into()),
        ("referrer", "".into()),
        ("referrerPolicy", "no-referrer".into()),
        ("integrity", "sha256-AAAA".into()),
        ("keepalive", true.into()),
    ]);
    let request: JsValue = construct("Request", &["/api/x".into(), init.clone()]);
    client.fetch("/api/x", &init).await.unwrap();
    client.fetch_input(&request, &JsValue::UNDEFINED).await.unwrap();
    for call in network.calls() {
        assert_eq!(call.query(), "?blocked=a");
        for name in [
            "method",
            "credentials",
            "cache",
            "mode",
            "redirect",
            "referrer",
            "referrerPolicy",
            "integrity",
            "keepalive",
        ] {
            assert_eq!(get(&call.request, name), get(&request, name), "{name}");
        }
        assert_eq!(call.header("X-Mine").as_deref(), Some("1"));
        assert_eq!(call.header("Content-Type").as_deref(), Some("text/plain;charset=UTF-8"));
        assert_eq!(call.text().await, "text");
    }
}

#[wasm_bindgen_test]
async fn init_overrides_what_the_request_says() {
    let page = Page::new("overrides");
    let network = Network::ok();
    let client = open(&page, r#"{"match":"PUT /api/*","send":{"blocked":"query"}}"#);
    block(&client, &["a"]);
    let given = object(&[
        ("method", "POST".into()),
        ("body", "one".into()),
        ("headers", object(&[("X-Mine", "1".into()), ("X-Other", "1".into())])),
    ]);
    let request: JsValue = construct("Request", &["/api/x".into(), given]);
    let init = object(&[
        ("method", "PUT".into()),
        ("body", "two".into()),
        ("headers", object(&[("X-Mine", "2".into())])),
    ]);
    client.fetch_input(&request, &init).await.unwrap();
    let call = network.only();
    assert_eq!((&*call.request.method(), &*call.query()), ("PUT", "?blocked=a"));
    assert_eq!(call.text().await, "two");
    assert_eq!(call.header("X-Mine").as_deref(), Some("2"));
    assert_eq!(call.header("X-Other"), None, "fetch replaces them as a whole");
}

#[wasm_bindgen_test]
async fn an_init_needs_no_properties_of_its_own() {
    let page = Page::new("inherited");
    let network = Network::ok();
    let client = open(&page, r#"{"match":"POST /api/*","send":{"blocked":"query"}}"#);
    block(&client, &["a"]);
    let members = object(&[
        ("method", "POST".into()),
        ("headers", object(&[("X-Mine", "1".into())])),
    ]);
    let inherits = Object::create(members.unchecked_ref::<Object>());
    // `fetch(url, request)` sends a request elsewhere: all of its members are inherited.
    let request: JsValue = construct("Request", &["/old".into(), members]);
    for init in [JsValue::from(inherits), request] {
        client.fetch("/api/x", &init).await.unwrap();
        let call = network.calls().pop().unwrap();
        assert_eq!((&*call.path(), &*call.query()), ("/api/x", "?blocked=a"));
        assert_eq!(call.request.method(), "POST");
        assert_eq!(call.header("X-Mine").as_deref(), Some("1"));
    }
}

#[wasm_bindgen_test]
async fn names_of_the_callers_own_are_never_doubled() {
    let page = Page::new("clashes");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"/api/query","send":{"blocked":"query","filters":"query"}},
           {"match":"/api/header","send":{"cart":"header"}}"#,
    );
    block(&client, &["a"]);
    client.put(0, "lamp", "1");
    let own_header = object(&[("headers", object(&[("holdall-state", "x".into())]))]);
    for (address, init) in [
        ("/api/query?blocked=b", JsValue::UNDEFINED),
        ("/api/query?%62locked=b", JsValue::UNDEFINED),
        ("/api/query?unread", JsValue::UNDEFINED),
        ("/api/header", own_header),
    ] {
        let Err(Failure::Own(error)) = client.fetch(address, &init).await else {
            panic!("{address} was sent");
        };
        assert_eq!(error.code.as_str(), "name-clash", "{address}");
        assert!(error.message.contains("`"), "it names them: {}", error.message);
    }
    assert_eq!(network.count(), 0);
}

#[wasm_bindgen_test]
async fn what_servers_would_not_take_is_not_sent() {
    let page = Page::new("too-large");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"/api/query","send":{"blocked":"query"}},{"match":"/api/header","send":{"cart":"header"}},
           {"match":"/api/body","send":{"cart":"body"}},{"match":"/api/token","token":true}"#,
    );
    block(&client, &[&"b".repeat(7_000)]);
    client.put(0, "lamp", &format!("\"{}\"", "l".repeat(2_900)));
    let post = object(&[("method", "POST".into())]);
    let large_headers = |size: usize| {
        object(&[
            ("method", "POST".into()),
            ("headers", object(&[("X-Large", "x".repeat(size).into())])),
        ])
    };
    client.fetch("/api/query", &post).await.unwrap();
    client.fetch("/api/header", &post).await.unwrap();
    assert_eq!(
        own(client.fetch("/api/query", &large_headers(950)).await),
        Some("too-large")
    );
    assert_eq!(
        own(client.fetch("/api/header", &large_headers(4_500)).await),
        Some("too-large")
    );
    block(&client, &[&"c".repeat(1_000)]);
    client.put(0, "mug", &format!("\"{}\"", "m".repeat(300)));
    assert_eq!(own(client.fetch("/api/query", &post).await), Some("too-large"));
    assert_eq!(own(client.fetch("/api/header", &post).await), Some("too-large"));
    assert_eq!(network.count(), 2);

    client.fetch("/api/body", &large_headers(9_000)).await.unwrap();
    client
        .fetch(&format!("/api/token?{}", "q".repeat(9_000)), &post)
        .await
        .unwrap();
    assert_eq!(
        network.count(),
        4,
        "without state there, its size is the caller's business"
    );
}

#[wasm_bindgen_test]
async fn a_mode_that_would_drop_the_headers_is_refused() {
    let page = Page::new("no-cors");
    let network = Network::ok();
    let client = open(
        &page,
        r#"{"match":"/api/token","token":true},{"match":"/api/header","send":{"cart":"header"}},
           {"match":"/api/query","send":{"cart":{"in":"query","style":"json"}}}"#,
    );
    client.put(0, "lamp", "1");
    client.signed_in("t1", 60);
    let no_cors = object(&[("mode", "no-cors".into())]);
    for address in ["/api/token", "/api/header"] {
        assert_eq!(own(client.fetch(address, &no_cors).await), Some("not-encodable"));
        let request: JsValue = construct("Request", &[address.into(), no_cors.clone()]);
        assert_eq!(
            own(client.fetch_input(&request, &JsValue::UNDEFINED).await),
            Some("not-encodable")
        );
    }
    assert_eq!(network.count(), 0);
    client.fetch("/api/query", &no_cors).await.unwrap();
    assert_eq!(network.only().query(), "?cart=%7B%22lamp%22%3A1%7D");
}

#[wasm_bindgen_test]
async fn what_can_be_no_request_is_refused_as_fetch_would() {
    let page = Page::new("no-request");
    let _network = Network::new(|_| reply(200, ""));
    let client = open(&page, r#"{"match":"/*","token":true}"#);
    for (input, init) in [
        (JsValue::from("http://"), JsValue::UNDEFINED),
        ("/api".into(), object(&[("method", "bad method".into())])),
        ("/api".into(), object(&[("method", "TRACE".into())])),
        (
            "/api".into(),
            object(&[("headers", object(&[("bad name", "1".into())]))]),
        ),
        ("/api".into(), object(&[("headers", 7.into())])),
    ] {
        let Err(Failure::Browser(error)) = client.fetch_input(&input, &init).await else {
            panic!("{input:?} {init:?} was sent");
        };
        assert!(error.is_instance_of::<js_sys::TypeError>());
    }
}

fn page_address(path: &str) -> String {
    web_sys::window().unwrap().location().origin().unwrap() + path
}
