//! `localStorage` and `sessionStorage`: what is written, when, and that it is read again.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use holdall::browser::{Driver, Event, Watcher};
use holdall::client::Config;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Page, local, microtasks, session};

const CART: &str = r#""slices":[{"name":"cart","kind":"map"}]"#;

#[wasm_bindgen_test]
async fn all_changes_of_a_microtask_are_one_record_at_its_end() {
    let page = Page::new("one-record");
    let client = page.open(r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}]"#);
    client.put(0, "lamp", r#"{"qty":1}"#);
    client.put(0, "mug", r#"{"qty":1}"#);
    client.put(1, r#""mallory""#, "");
    client.increment(0, "lamp", "qty", 2.0);
    assert!(page.records().is_empty(), "nothing before the microtask's end");
    microtasks().await;

    let records = page.records();
    assert_eq!(records.len(), 1);
    let text = local().get_item(&records[0]).unwrap().unwrap();
    assert!(text.contains("lamp") && text.contains("mug") && text.contains("mallory"));
}

#[wasm_bindgen_test]
async fn records_are_named_by_replica_and_number_and_never_written_twice() {
    let page = Page::new("names");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    microtasks().await;
    let first = page.records().remove(0);
    let written = local().get_item(&first).unwrap();
    client.put(0, "lamp", "2");
    microtasks().await;

    let name = first.strip_prefix("names/device/r/").unwrap();
    let (replica, number) = name.rsplit_once('-').unwrap();
    let (birth, random) = replica.split_once('.').unwrap();
    assert!(birth.parse::<u64>().unwrap() > 0);
    assert!(random.len() == 16 && random.bytes().all(|byte| byte.is_ascii_hexdigit()));
    assert_eq!(number, "1");
    assert_eq!(
        page.records(),
        [first.clone(), format!("names/device/r/{replica}-2")],
        "the same replica goes on counting"
    );
    assert_eq!(local().get_item(&first).unwrap(), written);
}

#[wasm_bindgen_test]
async fn two_pages_never_choose_the_same_replica() {
    let page = Page::new("replicas");
    let (one, other) = (page.open(CART), page.open(CART));
    one.put(0, "lamp", "1");
    other.put(0, "mug", "1");
    microtasks().await;
    assert_eq!(page.records().len(), 2);
}

#[wasm_bindgen_test]
async fn each_slice_is_kept_where_it_is_told() {
    let page = Page::new("places");
    let config = r#""slices":[
        {"name":"cart","kind":"map"},
        {"name":"blocked","kind":"set","storage":"session"},
        {"name":"draft","kind":"object","storage":"memory"}]"#;
    let client = page.open(config);
    client.put(0, "lamp", "1");
    client.put(1, r#""mallory""#, "");
    client.put(2, "", r#"{"text":"hush"}"#);
    microtasks().await;

    let (in_local, in_session) = (page.records(), page.records_in(&session()));
    assert_eq!((in_local.len(), in_session.len()), (1, 1));
    let text = local().get_item(&in_local[0]).unwrap().unwrap();
    assert!(text.contains("lamp") && !text.contains("mallory") && !text.contains("hush"));
    let text = session().get_item(&in_session[0]).unwrap().unwrap();
    assert!(text.contains("mallory") && !text.contains("lamp") && !text.contains("hush"));

    let next = page.open(config);
    assert_eq!(next.entry(0, "lamp").as_deref(), Some("1"));
    assert_eq!(next.keys(1), [r#""mallory""#]);
    assert_eq!(next.entry(2, "").as_deref(), Some("{}"), "memory ends with its client");
    assert_eq!(client.entry(2, "").as_deref(), Some(r#"{"text":"hush"}"#));
}

#[wasm_bindgen_test]
async fn a_later_client_of_the_same_name_finds_everything() {
    let page = Page::new("reload");
    let config = r#""slices":[{"name":"cart","kind":"map"},{"name":"filters","kind":"object","initial":{"unread":false,"text":""}}]"#;
    {
        let client = page.open(config);
        for key in ["z", "__proto__", "", "ключ €😀", "a/b\"\\\n\u{0}"] {
            client.put(0, key, r#"{"qty":1,"title":"é\u0000😀"}"#);
        }
        microtasks().await;
        client.increment(0, "z", "qty", 4.0);
        client.put(0, "gone", "1");
        microtasks().await;
        client.change(|client| client.store.remove(0, "gone")).unwrap();
        client
            .change(|client| client.store.patch(1, "", r#"{"text":"lamp"}"#))
            .unwrap();
        microtasks().await;
    }
    let client = page.open(config);
    assert_eq!(client.keys(0), ["z", "__proto__", "", "ключ €😀", "a/b\"\\\n\u{0}"]);
    assert_eq!(
        client.entry(0, "z").as_deref(),
        Some(r#"{"qty":5,"title":"é\u0000😀"}"#)
    );
    assert_eq!(
        client.entry(1, "").as_deref(),
        Some(r#"{"text":"lamp","unread":false}"#)
    );
    assert_eq!(Page::new("reload-other").open(config).keys(0).len(), 0);
}

#[wasm_bindgen_test]
async fn names_that_begin_alike_share_nothing() {
    let page = Page::new("alike");
    let longer = Page::new("alike-2");
    longer.open(CART).put(0, "lamp", "1");
    microtasks().await;
    assert_eq!(longer.records().len(), 1);
    assert!(page.open(CART).keys(0).is_empty());
}

#[wasm_bindgen_test]
async fn a_transaction_is_one_record_and_one_piece_of_news() {
    let page = Page::new("transaction");
    let client = page.open(CART);
    client.change(|client| client.store.begin()).unwrap();
    client.put(0, "lamp", "1");
    microtasks().await;
    client.put(0, "mug", "1");
    microtasks().await;
    assert!(page.records().is_empty(), "nothing is stored while it is under way");
    assert!(client.heard.changes().is_empty());
    let commit = |client: &mut holdall::client::Client| {
        client.store.end(true);
        Ok(())
    };
    client.change(commit).unwrap();
    assert_eq!(client.heard.changes(), [(0, vec!["lamp".to_owned(), "mug".to_owned()])]);
    microtasks().await;
    assert_eq!(page.records().len(), 1);
}

#[wasm_bindgen_test]
fn watchers_have_been_called_when_a_change_returns() {
    let page = Page::new("synchronous");
    let client = page.open(r#""slices":[{"name":"a","kind":"map"},{"name":"b","kind":"set"}]"#);
    client.put(1, "1", "");
    assert_eq!(client.heard.changes(), [(1, vec!["1".to_owned()])]);
    client.put(0, "x", "1");
    assert_eq!(client.heard.changes(), [(0, vec!["x".to_owned()])]);
    client.put(0, "x", "1");
    client.change(|client| client.store.clear(0)).unwrap();
    let heard = client.heard.changes();
    assert_eq!(heard.last(), Some(&(0, vec!["x".to_owned()])));
}

/// Counts a change in the slice 1 for each in the slice 0, from inside of the call that tells of it.
struct Counting(Rc<RefCell<Weak<Driver>>>);

impl Watcher for Counting {
    fn changed(&self, slice: usize, keys: &[Rc<str>], _moved: bool) {
        let Some(driver) = self.0.borrow().upgrade() else {
            return;
        };
        for key in keys.iter().filter(|_| slice == 0) {
            assert!(driver.read(|client| client.store.entry(0, key)).is_some());
            driver
                .change(|client| client.store.increment(1, "", "changes", 1.0, None))
                .unwrap();
        }
    }

    fn event(&self, _: Event) {}
}

#[wasm_bindgen_test]
async fn watchers_may_call_the_client() {
    let page = Page::new("reentrant");
    let config = r#"{"name":"reentrant","slices":[{"name":"cart","kind":"map"},
        {"name":"log","kind":"object","initial":{"changes":0}}]}"#;
    let watched = Rc::<RefCell<Weak<Driver>>>::default();
    let watcher = Counting(watched.clone());
    let driver = Driver::open(&Config::from_json(config).unwrap(), Box::new(watcher)).unwrap();
    watched.replace(Rc::downgrade(&driver));
    for key in ["lamp", "mug"] {
        driver.change(|client| client.store.put(0, key, "1")).unwrap();
    }
    let log = || driver.read(|client| client.store.entry(1, ""));
    assert_eq!(log().as_deref(), Some(r#"{"changes":2}"#));
    microtasks().await;
    assert_eq!(page.records().len(), 1);
    driver.close();
}
