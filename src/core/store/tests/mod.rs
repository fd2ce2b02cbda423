use super::*;
use crate::number::NATIVE;

mod checks;
mod fixtures;
mod owners;
mod pacing;
mod room;

const CART: usize = 0;
const FILTERS: usize = 1;
const BLOCKED: usize = 2;

fn open() -> Store {
    let configs: Vec<SliceConfig> = crate::json::from_text(
        r#"[{"name":"cart","kind":"map"},{"name":"filters","kind":"object","initial":{"inStock":true,"page":1}},
            {"name":"blocked","kind":"set","storage":"session"}]"#,
    )
    .unwrap();
    Store::open("shop", &configs, setting(&Rc::default(), 1)).unwrap()
}

fn setting(local: &Rc<MemoryStorage>, seed: u64) -> Setting {
    Setting {
        local: local.clone(),
        session: Rc::<MemoryStorage>::default(),
        numbers: NATIVE,
        limits: Limits::default(),
        seed,
        now: Now::default(),
        owner: None,
    }
}

fn keys(storage: &dyn Storage) -> Vec<String> {
    storage.keys()
}

fn code<T: core::fmt::Debug>(result: Result<T, Error>) -> &'static str {
    result.unwrap_err().code.as_str()
}

#[test]
fn an_object_shows_its_initial_fields_until_it_is_put() {
    let mut store = open();
    let filters = |store: &Store| store.entry(FILTERS, "").unwrap();
    assert_eq!(filters(&store), r#"{"inStock":true,"page":1}"#);
    store.patch(FILTERS, "", r#"{"q":null}"#).unwrap();
    store.increment(FILTERS, "", "page", 2.0, None).unwrap();
    store.increment(FILTERS, "", "page", 1.0, None).unwrap();
    assert_eq!(filters(&store), r#"{"inStock":true,"page":4,"q":null}"#);
    store.put(FILTERS, "", r#"{"q":1}"#).unwrap();
    assert_eq!(filters(&store), r#"{"q":1}"#);
    store.clear(FILTERS).unwrap();
    assert_eq!(filters(&store), r#"{"inStock":true,"page":1}"#);
    assert_eq!(code(store.increment(FILTERS, "", "inStock", 1.0, None)), "not-a-number");
}

#[test]
fn increment_puts_what_is_missing_or_leaves_everything() {
    let mut store = open();
    assert_eq!(code(store.increment(CART, "lamp", "qty", 1.0, None)), "no-entry");
    store
        .increment(CART, "lamp", "qty", 1.0, Some(r#"{"qty":0,"title":"Lamp"}"#))
        .unwrap();
    store
        .increment(CART, "lamp", "qty", 1.0, Some(r#"{"qty":70}"#))
        .unwrap();
    assert_eq!(store.entry(CART, "lamp").unwrap(), r#"{"qty":2,"title":"Lamp"}"#);
    assert_eq!(
        code(store.increment(CART, "mug", "qty", 1.0, Some(r#"{"qty":"x"}"#))),
        "not-a-number"
    );
    assert_eq!(store.entry(CART, "mug"), None, "the first half was undone");
    assert_eq!(
        code(store.increment(CART, "lamp", "qty", f64::NAN, None)),
        "not-a-number"
    );
    assert_eq!(code(store.increment(BLOCKED, "\"a\"", "qty", 1.0, None)), "wrong-kind");
    assert_eq!(code(store.increment(7, "", "qty", 1.0, None)), "unknown-slice");
}

#[test]
fn what_is_sent_does_not_depend_on_how_it_came_about() {
    let (mut a, mut b) = (open(), open());
    for key in ["\"z\"", "\"é\"", "\"a\""] {
        a.put(BLOCKED, key, "").unwrap();
    }
    for key in ["\"a\"", "\"z\"", "\"é\""] {
        b.put(BLOCKED, key, "").unwrap();
    }
    assert_eq!(a.whole(BLOCKED).unwrap(), r#"["a","z","é"]"#);
    assert_eq!(a.whole(BLOCKED), b.whole(BLOCKED));
    assert_eq!(a.keys(BLOCKED)[0], "\"z\"".into());
    assert_eq!(a.whole(CART), None);
    a.put(CART, "10", r#"{"b":1,"a":2}"#).unwrap();
    a.put(CART, "9", "null").unwrap();
    assert_eq!(a.whole(CART).unwrap(), r#"{"10":{"a":2,"b":1},"9":null}"#);
}

#[test]
fn consume_takes_what_was_captured() {
    let mut store = open();
    store.increment(CART, "lamp", "qty", 2.0, Some(r#"{"qty":0}"#)).unwrap();
    let sent = store.capture(&[CART]);
    assert_eq!(sent.text(), store.capture(&[CART]).text());
    store.increment(CART, "lamp", "qty", 1.0, None).unwrap();
    store.put(CART, "mug", "1").unwrap();
    assert_ne!(sent.text(), store.capture(&[CART]).text());
    store.consume(&sent);
    assert_eq!(store.whole(CART).unwrap(), r#"{"lamp":{"qty":1},"mug":1}"#);
    assert!(store.capture(&[BLOCKED]).is_empty());
}

#[test]
fn a_transaction_spans_slices() {
    let mut store = open();
    store.begin().unwrap();
    assert_eq!(code(store.begin()), "nested-transaction");
    store.put(CART, "lamp", "1").unwrap();
    store.put(BLOCKED, "\"x\"", "").unwrap();
    store.end(false);
    assert_eq!((store.whole(CART), store.whole(BLOCKED)), (None, None));
    store.begin().unwrap();
    assert!(store.remove(CART, "lamp").is_ok_and(|there| !there));
    store.put(CART, "lamp", "2").unwrap();
    store.end(true);
    assert!(store.flush().is_ok());
    assert!(store.remove(CART, "lamp").unwrap());
    assert!(store.flush().is_ok());
    assert_eq!(store.whole(CART), None);
}

#[test]
fn values_that_json_cannot_hold_are_refused() {
    let mut store = open();
    for bad in ["undefined", "{", r#""\ud800""#, "NaN", r#"{"a":1,"a":2}"#] {
        assert_eq!(code(store.put(CART, "lamp", bad)), "not-encodable", "{bad}");
    }
    assert_eq!(code(store.put(FILTERS, "", "[]")), "not-an-object");
    assert_eq!(store.whole(CART), None);
}

/// Two stores on one storage, as two tabs that haven't heard of each other's writes yet.
fn two_tabs() -> (Store, Store) {
    let shared = Rc::default();
    let open = |seed| {
        let configs = [SliceConfig::new("cart", Kind::Map)];
        Store::open("shop", &configs, setting(&shared, seed)).unwrap()
    };
    (open(1), open(2))
}

#[test]
fn the_first_write_of_a_tab_looks_before_it_puts() {
    let (mut a, mut b) = two_tabs();
    for tab in [&mut a, &mut b] {
        tab.increment(CART, "lamp", "qty", 1.0, Some(r#"{"qty":0}"#)).unwrap();
        assert!(tab.flush().is_ok());
    }
    a.load();
    assert_eq!(a.whole(CART).unwrap(), r#"{"lamp":{"qty":2}}"#);
    assert_eq!(b.whole(CART), a.whole(CART));
}

#[test]
fn a_sum_stays_a_number_that_json_can_hold() {
    let (mut a, mut b) = two_tabs();
    for tab in [&mut a, &mut b] {
        tab.increment(CART, "lamp", "qty", 1e308, Some(r#"{"qty":0}"#)).unwrap();
        assert_eq!(code(tab.increment(CART, "lamp", "qty", 1e308, None)), "not-a-number");
        assert!(tab.flush().is_ok());
    }
    a.load();
    assert_eq!(a.whole(CART).unwrap(), r#"{"lamp":{"qty":1.7976931348623157e+308}}"#);
}

#[test]
fn what_is_no_member_is_neither_sent_nor_consumed_and_can_be_cleared() {
    // The slice was a map in an earlier release.
    let local = Rc::default();
    let as_map = || {
        let mut map = Store::open("shop", &[SliceConfig::new("blocked", Kind::Map)], setting(&local, 1)).unwrap();
        map.load();
        map
    };
    let mut map = as_map();
    for key in ["sku-1", r#""x"],"role":"admin","y":["z""#, "[1]", "\"a\""] {
        map.put(0, key, "1").unwrap();
    }
    map.flush().unwrap();
    let mut store = Store::open("shop", &[SliceConfig::new("blocked", Kind::Set)], setting(&local, 2)).unwrap();
    assert_eq!(store.whole(0).unwrap(), r#"["a"]"#);
    assert_eq!(store.keys(0), ["\"a\"".into()]);
    let sent = store.capture(&[0]);
    store.consume(&sent);
    store.flush().unwrap();
    assert!(store.keys(0).is_empty());
    assert_eq!(store.entry(0, "sku-1"), None);
    assert!(as_map().entry(0, "sku-1").is_some());
    store.clear(0).unwrap();
    store.flush().unwrap();
    assert_eq!(as_map().entry(0, "sku-1"), None);
    assert_eq!(code(store.put(0, "sku-1", "")), "not-encodable");
    assert_eq!(code(store.put(0, "[1]", "")), "not-encodable");
}

#[test]
fn what_is_sent_is_what_there_is_whoever_has_changed_it() {
    let configs: Vec<SliceConfig> =
        crate::json::from_text(r#"[{"name":"cart","kind":"map"},{"name":"seen","kind":"set","ttl":1000}]"#).unwrap();
    let local: Rc<MemoryStorage> = Rc::default();
    let mut tabs = [1, 2].map(|seed| Store::open("shop", &configs, setting(&local, seed)).unwrap());
    let [store, other] = &mut tabs;
    let whole = |store: &Store| store.whole(CART).unwrap_or_default();
    for _ in 0..2 {
        assert_eq!(whole(store), "");
    }
    store.put(CART, "lamp", "1").unwrap();
    for _ in 0..2 {
        assert_eq!(whole(store), r#"{"lamp":1}"#);
    }
    store.flush().unwrap();
    other.load();
    assert_eq!(whole(other), r#"{"lamp":1}"#);
    store.begin().unwrap();
    store.remove(CART, "lamp").unwrap();
    store.put(CART, "mug", "2").unwrap();
    assert_eq!(whole(store), r#"{"mug":2}"#);
    store.end(false);
    assert_eq!(whole(store), r#"{"lamp":1}"#, "it was undone");
    store.put(CART, "mug", "3").unwrap();
    store.flush().unwrap();
    other.load();
    assert_eq!(whole(other), r#"{"lamp":1,"mug":3}"#, "another tab has changed it");
    let captured = other.capture(&[CART]);
    other.consume(&captured);
    assert_eq!(whole(other), "");

    // Time passes, and nobody changes anything.
    store.put(1, "\"lamp\"", "").unwrap();
    assert_eq!(store.whole(1).unwrap(), r#"["lamp"]"#);
    store.tick(Now {
        wall: 2_000,
        ..Now::default()
    });
    assert_eq!(store.whole(1), None);
}
