//! What a request consumes, and the key that keeps it from being done twice.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::FormData;

use crate::support::{AUTH, Gate, Network, Opened, Page, construct, fail, microtasks, object, reply};

const CONFIG: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "rules":[{"match":"POST /api/checkout","token":true,"send":{"cart":"body","blocked":"query"},"consume":["cart"]}]"#;

fn open(page: &Page) -> Opened {
    page.open(&format!("{AUTH},{CONFIG}"))
}

fn post() -> JsValue {
    object(&[("method", "POST".into())])
}

fn fill(client: &Opened) {
    client.put(0, "lamp", r#"{"qty":2,"title":"Lamp"}"#);
    client.put(0, "mug", r#"{"qty":1}"#);
    client.put(1, "1", "");
}

#[wasm_bindgen_test]
async fn success_removes_what_was_sent_and_nothing_else() {
    let page = Page::new("consumed");
    let gate = Gate::new();
    let answer = gate.promise();
    let _network = Network::new(move |_| answer.clone());
    let client = open(&page);
    fill(&client);
    let sent = client.start("/api/checkout", &post());
    client.increment(0, "lamp", "qty", 1.0);
    client.put(0, "rug", r#"{"qty":1}"#);
    assert_eq!(client.keys(0), ["lamp", "mug", "rug"], "not before the answer");
    client.heard.changes();
    gate.open(reply(201, "{}"));
    JsFuture::from(sent).await.unwrap();
    assert_eq!(client.entry(0, "lamp").as_deref(), Some(r#"{"qty":1,"title":"Lamp"}"#));
    assert_eq!(client.keys(0), ["lamp", "rug"]);
    assert_eq!(client.keys(1), ["1"], "sent, but not consumed");
    assert_eq!(client.heard.changes().len(), 1);
    microtasks().await;
    let next = open(&page);
    assert_eq!(next.keys(0), ["lamp", "rug"], "and it is stored");
}

#[wasm_bindgen_test]
async fn failure_removes_nothing() {
    type Answer = fn() -> Promise;
    let failures: [Answer; 6] = [
        || reply(304, ""),
        || reply(400, ""),
        || reply(401, ""),
        || reply(409, ""),
        || reply(500, ""),
        || fail(&js_sys::TypeError::new("Failed to fetch")),
    ];
    for failure in failures {
        let page = Page::new("not-consumed");
        let _network = Network::new(move |_| failure());
        let client = open(&page);
        fill(&client);
        let _ = client.fetch("/api/checkout", &post()).await;
        assert_eq!(client.keys(0), ["lamp", "mug"]);
        assert_eq!(client.entry(0, "lamp").as_deref(), Some(r#"{"qty":2,"title":"Lamp"}"#));
    }
}

#[wasm_bindgen_test]
async fn an_answer_of_another_sign_in_removes_nothing() {
    let page = Page::new("other-epoch");
    let gate = Gate::new();
    let answer = gate.promise();
    let _network = Network::new(move |_| answer.clone());
    let client = open(&page);
    client.signed_in("t1", 60);
    fill(&client);
    let sent = client.start("/api/checkout", &post());
    client.signed_in("t2", 60);
    gate.open(reply(201, ""));
    assert_eq!(JsFuture::from(sent).await.unwrap_err(), "session-changed");
    assert_eq!(client.keys(0), ["lamp", "mug"]);
}

#[wasm_bindgen_test]
async fn equal_state_repeats_its_key_and_a_new_order_has_a_new_one() {
    let page = Page::new("keys");
    let network = Network::new(|_| reply(503, ""));
    let client = open(&page);
    fill(&client);
    microtasks().await;
    let key = async |client: &Opened| {
        client.fetch("/api/checkout", &post()).await.unwrap();
        network.calls().pop().unwrap().header("Idempotency-Key").unwrap()
    };
    let first = key(&client).await;
    assert!(
        first.len() == 34 && first.starts_with('"') && first.ends_with('"'),
        "{first}"
    );
    assert_eq!(key(&client).await, first, "tried again");
    assert_eq!(key(&open(&page)).await, first, "from another tab, or after a reload");
    client.put(1, "2", "");
    assert_eq!(key(&client).await, first, "what isn't consumed doesn't count");
    client.increment(0, "lamp", "qty", 1.0);
    let second = key(&client).await;
    assert_ne!(second, first);
    client.change(|client| client.store.clear(0)).unwrap();
    fill(&client);
    let third = key(&client).await;
    assert!(third != first && third != second, "the same goods, ordered once more");
    client.signed_in("t1", 60);
    assert_ne!(key(&client).await, third, "somebody else");
}

#[wasm_bindgen_test]
async fn the_callers_own_key_wins_and_an_empty_slice_has_none() {
    let page = Page::new("own-key");
    let network = Network::new(|_| reply(503, ""));
    let client = open(&page);
    client.fetch("/api/checkout", &post()).await.unwrap();
    assert_eq!(network.only().header("Idempotency-Key"), None);
    fill(&client);
    let headers = object(&[("idempotency-key", "mine".into())]);
    let init = object(&[("method", "POST".into()), ("headers", headers)]);
    client.fetch("/api/checkout", &init).await.unwrap();
    assert_eq!(network.calls()[1].header("Idempotency-Key").as_deref(), Some("mine"));
}

#[wasm_bindgen_test]
async fn another_request_that_sends_the_same_has_another_key() {
    let page = Page::new("keys");
    let network = Network::new(|_| reply(402, ""));
    let client = page.open(&format!(
        "{AUTH},{}",
        CONFIG.replace("/api/checkout", "/api/:shop/checkout")
    ));
    fill(&client);
    let form = |note: &str| -> JsValue {
        let form: FormData = construct("FormData", &[]);
        form.append_with_str("note", note).unwrap();
        form.into()
    };
    let mut keys = Vec::new();
    for (address, body) in [
        ("/api/one/checkout", "{}".into()),
        ("/api/two/checkout", "{}".into()),
        ("/api/two/checkout?fast", "{}".into()),
        ("/api/two/checkout", r#"{"note":"put right"}"#.into()),
        ("/api/two/checkout", form("a")),
        ("/api/two/checkout", form("b")),
    ] {
        for _ in 0..2 {
            let init = object(&[("method", "POST".into()), ("body", body.clone())]);
            if body.is_string() {
                let json = object(&[("Content-Type", "application/json".into())]);
                js_sys::Reflect::set(&init, &"headers".into(), &json).unwrap();
            }
            client.fetch(address, &init).await.unwrap();
            keys.push(network.calls().pop().unwrap().header("Idempotency-Key").unwrap());
        }
    }
    let mut different: Vec<&String> = Vec::new();
    for pair in keys.chunks(2) {
        assert_eq!(pair[0], pair[1], "the same again");
        assert!(!different.contains(&&pair[0]));
        different.push(&pair[0]);
    }
}
