//! Storage that is full, blocked or damaged.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{
    AUTH, FastTimers, Network, Opened, Page, construct, get, local, microtasks, refuse_writes, replace, replace_getter,
    reply, sleep, until,
};

const CART: &str = r#""slices":[{"name":"cart","kind":"map"}]"#;

#[wasm_bindgen_test]
async fn a_refused_write_is_told_of_once_and_made_good() {
    let page = Page::new("full");
    let client = page.open(CART);
    client.put(0, "early", "1");
    microtasks().await;
    let refusing = refuse_writes();
    client.put(0, "lamp", r#"{"qty":1}"#);
    microtasks().await;
    client.increment(0, "lamp", "qty", 1.0);
    microtasks().await;
    assert_eq!(client.heard.events(), ["storage-full"]);
    assert_eq!(client.entry(0, "lamp").as_deref(), Some(r#"{"qty":2}"#), "usable");
    assert_eq!(client.heard.changes().len(), 3);
    assert_eq!(page.records().len(), 1);

    drop(refusing);
    client.put(0, "mug", "1");
    microtasks().await;
    assert_eq!(
        page.records().len(),
        2,
        "what waited goes in one record with what came next"
    );
    let next = page.open(CART);
    assert_eq!(next.keys(0), ["early", "lamp", "mug"]);
    assert_eq!(next.entry(0, "lamp").as_deref(), Some(r#"{"qty":2}"#));
    assert!(client.heard.events().is_empty());

    let _refusing = refuse_writes();
    client.put(0, "rug", "1");
    microtasks().await;
    assert_eq!(
        client.heard.events(),
        ["storage-full"],
        "a new failure is told of again"
    );
}

#[wasm_bindgen_test]
async fn a_refused_write_is_tried_again_though_nothing_else_is_written() {
    let page = Page::new("retried");
    let client = page.open(CART);
    let _fast = FastTimers::start();
    let refusing = refuse_writes();
    client.put(0, "lamp", "1");
    sleep(15_000).await;
    assert!(page.records().is_empty());
    drop(refusing);
    sleep(10_000).await;
    assert_eq!(page.records().len(), 1);
    assert_eq!(client.heard.events(), ["storage-full"]);
    assert_eq!(page.open(CART).keys(0), ["lamp"]);
}

/// The reserve was given up for compacting, which a page that is left doesn't come to.
#[wasm_bindgen_test]
async fn a_page_that_is_left_stores_what_waits_for_room() {
    type Leave = fn(&Opened);
    let ways: [Leave; 2] = [
        |client| client.driver().close(),
        |_| {
            let left = construct("PageTransitionEvent", &["pagehide".into()]);
            web_sys::window().unwrap().dispatch_event(&left).unwrap();
        },
    ];
    for leave in ways {
        let page = Page::new("left-full");
        let client = page.open(CART);
        {
            let _fast = FastTimers::start();
            until(|| local().get_item(&page.key("reserve")).unwrap().is_some()).await;
        }
        let refusing = refuse_writes();
        client.put(0, "lamp", "1");
        microtasks().await;
        drop(refusing);
        leave(&client);
        assert_eq!(page.records().len(), 1);
    }
}

#[wasm_bindgen_test]
async fn a_storage_that_is_really_full_is_no_loss() {
    let page = Page::new("quota");
    let client = page.open(CART);
    let filler = page.key("filler");
    let mut size = 8 << 20;
    // Halves as large as still fit, until not even a few bytes do.
    let mut pieces = 0;
    while size > 0 {
        let text = "x".repeat(size);
        if local().set_item(&format!("{filler}{pieces}"), &text).is_ok() {
            pieces += 1;
        } else {
            size /= 2;
        }
    }
    client.put(0, "lamp", "1");
    microtasks().await;
    assert_eq!(client.heard.events(), ["storage-full"]);
    assert!(page.records().is_empty());
    assert_eq!(client.keys(0), ["lamp"]);

    (0..pieces).for_each(|piece| local().remove_item(&format!("{filler}{piece}")).unwrap());
    client.put(0, "mug", "1");
    microtasks().await;
    assert_eq!(page.records().len(), 1);
    assert_eq!(page.open(CART).keys(0), ["lamp", "mug"]);
}

#[wasm_bindgen_test]
async fn a_blocked_storage_leaves_the_state_usable() {
    let page = Page::new("blocked");
    let window: JsValue = web_sys::window().unwrap().into();
    let security_error = r#"throw new DOMException("blocked", "SecurityError")"#;
    for getter in [security_error, "return null"] {
        let _network = Network::new(|_| reply(200, "{}"));
        let getter = Function::new_no_args(getter).into();
        let blocked = [
            replace_getter(&window, "localStorage", &getter),
            replace_getter(&window, "sessionStorage", &getter),
        ];
        let client = page.open(&format!(
            r#""slices":[{{"name":"cart","kind":"map"}},{{"name":"blocked","kind":"set","storage":"session"}}],{AUTH}"#
        ));
        client.put(0, "lamp", r#"{"qty":1}"#);
        client.put(1, "1", "");
        microtasks().await;
        client.increment(0, "lamp", "qty", 1.0);
        microtasks().await;
        assert_eq!(client.heard.events(), ["storage-full"]);
        assert_eq!(client.entry(0, "lamp").as_deref(), Some(r#"{"qty":2}"#));
        assert_eq!(client.keys(1), ["1"]);

        client.signed_in("t1", 60);
        assert_eq!(client.status(), "signed-in");
        assert_eq!(client.heard.events(), ["session signed-in"]);
        client.driver().sign_out(false).await.unwrap();
        drop(client);
        drop(blocked);
        assert!(page.records().is_empty());
    }
}

#[wasm_bindgen_test]
async fn a_damaged_entry_is_told_of_and_set_aside() {
    let page = Page::new("damaged");
    page.open(CART).put(0, "lamp", "1");
    microtasks().await;
    let damaged = [
        ("device/r/1.00000000000000aa-1", "{"),
        ("device/r/1.00000000000000ab-1", ""),
        ("device/s/cart/0/1", r#"{"f":1,"k":"#),
        ("device/r/1.00000000000000ac-1", "null"),
    ];
    for (key, text) in damaged {
        local().set_item(&page.key(key), text).unwrap();
    }
    let newer = page.key("device/r/1.00000000000000ad-1");
    local().set_item(&newer, r#"{"f":2,"new":true}"#).unwrap();

    let client = page.open(CART);
    assert_eq!(client.keys(0), ["lamp"], "the rest loads");
    assert!(client.heard.events().is_empty(), "nobody can listen yet");
    microtasks().await;
    let mut events = client.heard.events();
    events.sort();
    let mut expected: Vec<String> = damaged
        .iter()
        .map(|(key, _)| format!("corrupt {}", page.key(key)))
        .collect();
    expected.push(format!("newer-version {newer}"));
    expected.sort();
    assert_eq!(events, expected);
    for (key, text) in damaged {
        assert_eq!(local().get_item(&page.key(key)).unwrap(), None);
        let aside = page.key(&key.replace("device/", "device/q/"));
        assert_eq!(local().get_item(&aside).unwrap().as_deref(), Some(text));
    }
    assert!(local().get_item(&newer).unwrap().is_some());
    client.put(0, "mug", "1");
    microtasks().await;
    assert!(client.heard.events().is_empty(), "each is told of once");
    assert_eq!(client.keys(0), ["lamp", "mug"]);
}

#[wasm_bindgen_test]
async fn a_damaged_entry_of_another_tab_is_told_of() {
    let page = Page::new("damaged-event");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    microtasks().await;
    let key = page.key("device/r/7.00000000000000aa-1");
    page.stored_elsewhere(Some(&key), Some(r#"{"f":1,"k":1e99,"r":[],"s":{}}"#));
    assert_eq!(client.heard.events(), [format!("corrupt {key}")]);
    assert_eq!(client.keys(0), ["lamp"]);
}

#[wasm_bindgen_test]
async fn a_script_that_tells_of_each_write_itself_does_no_harm() {
    let page = Page::new("told-by-a-script");
    let client = page.open(CART);
    let prototype = get(&get(&js_sys::global(), "Storage"), "prototype");
    let patched = Function::new_with_args(
        "set",
        r#"return function (key, newValue) {
            set.call(this, key, newValue);
            dispatchEvent(new StorageEvent("storage", { key, newValue, storageArea: this }));
        }"#,
    );
    let patched = patched.call1(&JsValue::UNDEFINED, &get(&prototype, "setItem")).unwrap();
    // What a listener throws goes there, not to whoever dispatches.
    let uncaught =
        js_sys::eval("const uncaught = []; addEventListener('error', (event) => uncaught.push(event)); uncaught");
    let _patched = replace(&prototype, "setItem", &patched);
    client.put(0, "lamp", "1");
    microtasks().await;
    client.put(0, "mug", "1");
    microtasks().await;
    assert_eq!(get(&uncaught.unwrap(), "length"), 0);
    assert_eq!(page.records().len(), 2);
    assert_eq!(client.keys(0), ["lamp", "mug"]);
}
