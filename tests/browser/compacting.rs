//! Compacting in a page's idle time.

use holdall::client::Client;
use js_sys::{Array, Function, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{FastTimers, Page, Replaced, local, microtasks, refuse_writes, replace, sleep};

const CART: &str = r#""slices":[{"name":"cart","kind":"map"}]"#;

#[wasm_bindgen_test]
async fn many_records_become_a_snapshot_and_stay_readable() {
    let page = Page::new("compact");
    let client = page.open(CART);
    let rounds = 100;
    for round in 0..rounds {
        client.put(0, &format!("k{}", round % 10), &round.to_string());
        microtasks().await;
    }
    assert_eq!(page.records().len(), rounds);
    let _fast = FastTimers::start();
    let again = page.open(CART);
    sleep(40_000).await;
    assert!(page.records().len() < 10, "{} entries left", page.records().len());
    let next = page.open(CART);
    for client in [&client, &again, &next] {
        assert_eq!(client.read(whole), next.read(whole));
        assert_eq!(client.entry(0, "k9").as_deref(), Some("99"));
        assert_eq!(client.keys(0).len(), 10);
    }
}

/// Safari knows no idle time.
#[wasm_bindgen_test]
async fn compacting_needs_no_idle_callback() {
    let page = Page::new("no-idle");
    let client = page.open(CART);
    for round in 0..100 {
        client.put(0, "lamp", &round.to_string());
        microtasks().await;
    }
    let _fast = FastTimers::start();
    let _none = replace(&global(), "requestIdleCallback", &JsValue::UNDEFINED);
    let _again = page.open(CART);
    sleep(40_000).await;
    assert!(page.records().len() < 10, "{} entries left", page.records().len());
    assert_eq!(page.open(CART).entry(0, "lamp").as_deref(), Some("99"));
}

fn whole(client: &Client) -> Option<String> {
    client.store.whole(0)
}

/// Chromium drops what it has accepted near the quota. That is seen when compacting lists what is stored.
#[wasm_bindgen_test]
async fn a_change_in_the_midst_of_compacting_is_looked_after_as_well() {
    let mut steps = 0;
    loop {
        let page = Page::new("dropped");
        let _fast = FastTimers::start();
        let client = page.open(CART);
        let idle = IdleTime::hold();
        sleep(5_000).await;
        for _ in 0..steps {
            idle.step().await;
        }
        if !idle.step().await {
            break;
        }
        client.put(0, "lamp", "1");
        microtasks().await;
        local().remove_item(&page.records()[0]).unwrap();
        while idle.step().await {}
        sleep(5_000).await;
        while idle.step().await {}
        assert_eq!(page.records().len(), 1, "after {steps} steps");
        steps += 1;
    }
    assert!(steps > 1, "there is a midst of it");
}

#[wasm_bindgen_test]
async fn a_full_storage_is_compacted_at_once() {
    let page = Page::new("full-suddenly");
    let client = page.open(CART);
    let idle = IdleTime::hold();
    client.put(0, "lamp", "1");
    microtasks().await;
    assert!(!idle.step().await, "others may have more to store");
    let _refusing = refuse_writes();
    client.put(0, "mug", "1");
    assert!(idle.step().await);
}

#[wasm_bindgen_test]
async fn a_full_storage_is_compacted_again_only_after_a_while() {
    let page = Page::new("full-for-long");
    let client = page.open(CART);
    let idle = IdleTime::hold();
    {
        let _fast = FastTimers::start();
        sleep(5_000).await;
        while idle.step().await {}
    }
    let _refusing = refuse_writes();
    client.put(0, "lamp", "1");
    microtasks().await;
    let mut steps = 0;
    while idle.step().await {
        steps += 1;
        assert!(steps < 50, "it goes on and on");
    }
    assert!(steps > 1, "at once the first time");
}

/// Idle time that comes when the test says so, until this is dropped.
struct IdleTime {
    waiting: Array,
    _replaced: Replaced,
}

impl IdleTime {
    fn hold() -> Self {
        let waiting = Array::new();
        let wait = Function::new_with_args("waiting", "return (then) => waiting.push(then)");
        let wait = wait.call1(&JsValue::UNDEFINED, &waiting).unwrap();
        Self {
            waiting,
            _replaced: replace(&global(), "requestIdleCallback", &wait),
        }
    }

    /// Lets it be idle once, if anything waits for that.
    async fn step(&self) -> bool {
        microtasks().await;
        let Ok(then) = self.waiting.pop().dyn_into::<Function>() else {
            return false;
        };
        then.call0(&JsValue::UNDEFINED).unwrap();
        microtasks().await;
        true
    }
}
