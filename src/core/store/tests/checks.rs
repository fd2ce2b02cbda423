use super::*;
use crate::journal::Pace;

const CHECKED: &str = r#"[{"name":"cart","kind":"map","version":2,"check":true}]"#;
const OLD: &str = r#"[{"name":"cart","kind":"map"}]"#;

fn open(local: &Rc<MemoryStorage>, seed: u64, slices: &str) -> Store {
    let configs: Vec<SliceConfig> = crate::json::from_text(slices).unwrap();
    let mut store = Store::open("shop", &configs, setting(local, seed)).unwrap();
    check(&mut store);
    store
}

/// As an application does that has renamed `n` to `qty`, and takes no negative ones.
fn check(store: &mut Store) {
    for unchecked in store.take_unchecked() {
        let shown = match unchecked.version {
            1 => unchecked.json.replace("\"n\"", "\"qty\""),
            _ => unchecked.json.clone(),
        };
        store.check(&unchecked, Some(&*shown).filter(|shown| !shown.contains('-')));
    }
}

fn stored(value: &str) -> Rc<MemoryStorage> {
    let local = Rc::default();
    let mut old = open(&local, 1, OLD);
    old.put(CART, "lamp", value).unwrap();
    old.flush().unwrap();
    local
}

#[test]
fn an_entry_of_an_older_version_shows_migrated_and_changes_migrated() {
    let local = stored(r#"{"n":2,"title":"Lamp"}"#);
    let mut store = open(&local, 2, CHECKED);
    assert_eq!(store.whole(CART).unwrap(), r#"{"lamp":{"qty":2,"title":"Lamp"}}"#);
    store.increment(CART, "lamp", "qty", 1.0, None).unwrap();
    assert_eq!(store.entry(CART, "lamp").unwrap(), r#"{"qty":3,"title":"Lamp"}"#);
    store.flush().unwrap();
    assert_eq!(open(&local, 3, CHECKED).entry(CART, "lamp"), store.entry(CART, "lamp"));
}

#[test]
fn two_tabs_that_migrate_at_once_agree() {
    let local = stored(r#"{"n":2}"#);
    let (mut a, mut b) = (open(&local, 2, CHECKED), open(&local, 3, CHECKED));
    for tab in [&mut a, &mut b] {
        tab.patch(CART, "lamp", r#"{"title":"Lamp"}"#).unwrap();
        tab.increment(CART, "lamp", "qty", 1.0, None).unwrap();
    }
    for tab in [&mut a, &mut b] {
        tab.flush().unwrap();
    }
    a.load();
    b.load();
    assert_eq!(a.entry(CART, "lamp").unwrap(), r#"{"qty":4,"title":"Lamp"}"#);
    assert_eq!(a.entry(CART, "lamp"), b.entry(CART, "lamp"));
}

#[test]
fn an_older_version_leaves_a_newer_ones_slice_alone() {
    let local = stored("1");
    let mut old = open(&local, 2, OLD);
    let mut new = open(&local, 3, CHECKED);
    new.put(CART, "mug", r#"{"qty":1}"#).unwrap();
    new.flush().unwrap();
    assert_eq!(code(old.put(CART, "lamp", "2")), "newer-version");
    assert_eq!(code(old.clear(CART)), "newer-version");
    assert_eq!(old.take_news().newer.len(), 1);
    assert_eq!(old.whole(CART).unwrap(), r#"{"lamp":1}"#);
}

#[test]
fn what_the_application_refuses_is_hidden_and_not_sent() {
    let local = stored(r#"{"n":-2}"#);
    let mut store = open(&local, 2, CHECKED);
    assert_eq!((store.whole(CART), store.keys(CART).len()), (None, 0));
    assert_eq!(code(store.patch(CART, "lamp", "{}")), "no-entry");
    store.increment(CART, "lamp", "qty", 1.0, Some(r#"{"qty":0}"#)).unwrap();
    assert_eq!(store.entry(CART, "lamp").unwrap(), r#"{"qty":1}"#);
}

#[test]
fn entries_expire_and_are_dropped_when_that_is_certain() {
    let local = Rc::default();
    let slices = r#"[{"name":"cart","kind":"map","ttl":1000}]"#;
    let at = |wall| Now { wall, monotonic: wall };
    let mut store = open(&local, 1, slices);
    store.tick(at(5_000));
    store.put(CART, "lamp", "1").unwrap();
    store.take_news();
    assert_eq!(store.next_expiry(), Some(1_000));
    store.tick(at(5_999));
    assert!(store.entry(CART, "lamp").is_some() && store.take_news().keys.is_empty());
    store.tick(at(6_000));
    assert_eq!(
        (store.entry(CART, "lamp"), store.keys(CART).len(), store.whole(CART)),
        (None, 0, None)
    );
    assert_eq!(store.take_news().keys, [(CART, vec!["lamp".into()])]);
    assert_eq!(code(store.patch(CART, "lamp", "{}")), "no-entry");
    // The clock was set forward, and is set back.
    while store.compact() == Some(Pace::Soon) {}
    store.tick(at(5_500));
    assert!(store.entry(CART, "lamp").is_some());
    store.flush().unwrap();
    store.tick(at(9_000));
    store.put(CART, "rug", "1").unwrap();
    store.flush().unwrap();
    while store.compact() == Some(Pace::Soon) {}
    let forever = r#"[{"name":"cart","kind":"map"}]"#;
    assert_eq!(
        open(&local, 2, forever).keys(CART).len(),
        2,
        "this page's own clock proves nothing"
    );
    let mut other = open(&local, 3, slices);
    other.tick(at(9_000));
    other.put(CART, "mug", "1").unwrap();
    other.flush().unwrap();
    store.load();
    while store.compact() == Some(Pace::Soon) {}
    assert_eq!(open(&local, 4, forever).whole(CART).unwrap(), r#"{"mug":1,"rug":1}"#);
}

#[test]
fn a_large_record_tells_the_versions_of_its_slices_apart() {
    let configs = r#"[{"name":"cart","kind":"map","version":2},{"name":"shelf","kind":"map"}]"#;
    let configs: Vec<SliceConfig> = crate::json::from_text(configs).unwrap();
    let local = Rc::default();
    let mut store = Store::open("shop", &configs, setting(&local, 1)).unwrap();
    store.begin().unwrap();
    for number in 0..40 {
        store.put(0, &format!("sku-{number}"), "1").unwrap();
        store.put(1, &format!("sku-{number}"), "1").unwrap();
    }
    store.end(true);
    store.flush().unwrap();
    let mut other = Store::open("shop", &configs, setting(&local, 2)).unwrap();
    assert!(other.take_news().newer.is_empty());
    assert_eq!((other.keys(0).len(), other.keys(1).len()), (40, 40));
}
