//! `StorageEvent`, `pageshow` and `resume`: what other tabs have written. Browsers send no event to the page that writes, so the tests do.

use js_sys::global;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{Page, construct, get, local, microtasks, object, pass, session, storage_event};

const CART: &str = r#""slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set","storage":"session"}]"#;

#[wasm_bindgen_test]
async fn a_record_of_another_tab_is_in_the_state_and_told_of() {
    let page = Page::new("event");
    let (here, there) = (page.open(CART), page.open(CART));
    there.put(0, "lamp", r#"{"qty":2}"#);
    microtasks().await;
    assert_eq!(here.entry(0, "lamp"), None, "nobody has told this one yet");

    let key = page.records().remove(0);
    let value = local().get_item(&key).unwrap();
    there.heard.changes();
    page.stored_elsewhere(Some(&key), value.as_deref());
    assert_eq!(here.entry(0, "lamp").as_deref(), Some(r#"{"qty":2}"#));
    assert_eq!(here.heard.changes(), [(0, vec!["lamp".to_owned()])]);
    assert!(there.heard.changes().is_empty(), "no news for who wrote it");

    page.stored_elsewhere(Some(&key), value.as_deref());
    assert!(here.heard.changes().is_empty(), "nor a second time");
    microtasks().await;
    assert_eq!(page.records().len(), 1, "what others have stored isn't stored again");
}

#[wasm_bindgen_test]
async fn increments_of_two_tabs_add_up() {
    let page = Page::new("add-up");
    let (here, there) = (page.open(CART), page.open(CART));
    here.put(0, "lamp", r#"{"qty":1}"#);
    microtasks().await;
    tell_all(&page);
    here.increment(0, "lamp", "qty", 1.0);
    there.increment(0, "lamp", "qty", 1.0);
    microtasks().await;
    tell_all(&page);
    for client in [&here, &there, &page.open(CART)] {
        assert_eq!(client.entry(0, "lamp").as_deref(), Some(r#"{"qty":3}"#));
    }
}

#[wasm_bindgen_test]
async fn an_event_is_taken_for_the_storage_that_it_names() {
    let page = Page::new("areas");
    let (here, there) = (page.open(CART), page.open(CART));
    there.put(1, "1", "");
    microtasks().await;
    let key = page.records_in(&session()).remove(0);
    let value = session().get_item(&key).unwrap();
    storage_event(Some(&key), value.as_deref(), None);
    assert!(here.keys(1).is_empty(), "an event of no known storage");
    storage_event(Some(&key), value.as_deref(), Some(&local()));
    assert!(here.keys(1).is_empty(), "an event of the other storage");
    storage_event(Some(&key), value.as_deref(), Some(&session()));
    assert_eq!(here.keys(1), ["1"]);
}

#[wasm_bindgen_test]
async fn entries_of_others_are_passed_over() {
    let page = Page::new("strangers");
    let client = page.open(CART);
    microtasks().await;
    for key in [
        "strangers",
        "strangers/",
        "strangers2/device/r/1.0-1",
        "theme",
        "",
        "strangers/device",
    ] {
        page.stored_elsewhere(Some(key), Some("{"));
        page.stored_elsewhere(Some(key), None);
    }
    assert!(client.heard.events().is_empty() && client.heard.changes().is_empty());
}

#[wasm_bindgen_test]
async fn a_vanished_record_is_no_wipe() {
    let page = Page::new("vanished");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    microtasks().await;
    let key = page.records().remove(0);
    local().remove_item(&key).unwrap();
    page.stored_elsewhere(Some(&key), None);
    assert_eq!(client.entry(0, "lamp").as_deref(), Some("1"));
}

#[wasm_bindgen_test]
async fn an_emptied_storage_empties_the_state() {
    let page = Page::new("wipe");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    client.put(1, "1", "");
    microtasks().await;
    let before = page.records().remove(0);
    client.put(0, "mug", "1");
    client.heard.changes();

    local().remove_item(&before).unwrap();
    page.stored_elsewhere(None, None);
    assert!(client.keys(0).is_empty());
    assert_eq!(client.heard.changes(), [(0, vec!["lamp".to_owned(), "mug".to_owned()])]);
    assert_eq!(client.keys(1), ["1"], "the other storage was not emptied");

    microtasks().await;
    assert!(page.records().is_empty(), "what waited to be stored is gone too");
    client.put(0, "rug", "1");
    microtasks().await;
    let after = page.records();
    assert_eq!(after.len(), 1);
    let replica = |key: &str| key.rsplit_once('-').unwrap().0.to_owned();
    assert_ne!(replica(&after[0]), replica(&before), "a new replica");
    assert_eq!(page.open(CART).keys(0), ["rug"]);
}

#[wasm_bindgen_test]
async fn an_event_that_a_script_has_made_says_nothing() {
    let page = Page::new("made");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    client.put(1, "1", "");
    microtasks().await;
    // Many pages send themselves one, to hear of their own writes.
    for made in ["Event", "StorageEvent"] {
        let event: web_sys::Event = construct(made, &["storage".into()]);
        web_sys::window().unwrap().dispatch_event(&event).unwrap();
    }
    assert_eq!(client.keys(0), ["lamp"]);
    assert_eq!(client.keys(1), ["1"]);
}

#[wasm_bindgen_test]
async fn a_page_that_is_shown_again_looks_for_what_it_has_missed() {
    let page = Page::new("pageshow");
    let (here, there) = (page.open(CART), page.open(CART));
    there.put(0, "lamp", "1");
    there.put(1, "1", "");
    microtasks().await;
    let shown: web_sys::Event = construct(
        "PageTransitionEvent",
        &["pageshow".into(), object(&[("persisted", true.into())])],
    );
    web_sys::window().unwrap().dispatch_event(&shown).unwrap();
    assert_eq!(here.entry(0, "lamp").as_deref(), Some("1"));
    assert_eq!(here.keys(1), ["1"]);
    assert_eq!(here.heard.changes().len(), 2);
}

#[wasm_bindgen_test]
async fn a_page_that_was_frozen_looks_for_what_it_has_missed() {
    let page = Page::new("resume");
    let (here, there) = (page.open(CART), page.open(CART));
    there.put(0, "lamp", "1");
    microtasks().await;
    let resumed: web_sys::Event = construct("Event", &["resume".into()]);
    get(&global(), "document")
        .unchecked_into::<web_sys::EventTarget>()
        .dispatch_event(&resumed)
        .unwrap();
    assert_eq!(here.entry(0, "lamp").as_deref(), Some("1"));
    assert_eq!(here.heard.changes(), [(0, vec!["lamp".to_owned()])]);
}

#[wasm_bindgen_test]
async fn a_write_after_idling_looks_for_what_was_missed() {
    let page = Page::new("idling");
    let (here, there) = (page.open(CART), page.open(CART));
    here.put(0, "lamp", r#"{"qty":1}"#);
    there.put(0, "mug", "1");
    microtasks().await;
    here.increment(0, "lamp", "qty", 1.0);
    assert_eq!(here.keys(0), ["lamp"]);
    let _later = pass(31_000);
    here.increment(0, "lamp", "qty", 1.0);
    let mut keys = here.keys(0);
    keys.sort();
    assert_eq!(keys, ["lamp", "mug"]);
}

#[wasm_bindgen_test]
async fn an_own_record_that_vanished_is_stored_again() {
    let page = Page::new("vanished");
    let client = page.open(CART);
    client.put(0, "lamp", "1");
    microtasks().await;
    local().remove_item(&page.records()[0]).unwrap();
    let shown: web_sys::Event = construct(
        "PageTransitionEvent",
        &["pageshow".into(), object(&[("persisted", true.into())])],
    );
    web_sys::window().unwrap().dispatch_event(&shown).unwrap();
    microtasks().await;
    assert_eq!(page.open(CART).entry(0, "lamp").as_deref(), Some("1"));
}

#[wasm_bindgen_test]
async fn a_first_write_looks_for_what_was_missed() {
    let page = Page::new("first-write");
    let (here, there) = (page.open(CART), page.open(CART));
    there.put(0, "lamp", r#"{"qty":1}"#);
    microtasks().await;
    here.put(0, "mug", "1");
    assert_eq!(here.keys(0), ["lamp", "mug"]);
}

/// Tells of all stored records, as browsers would have.
fn tell_all(page: &Page) {
    for key in page.records() {
        let value = local().get_item(&key).unwrap();
        page.stored_elsewhere(Some(&key), value.as_deref());
    }
}
