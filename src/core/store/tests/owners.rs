use super::*;
use crate::journal::Pace;

const SLICES: &str = r#"[{"name":"cart","kind":"map","owner":"user"},{"name":"theme","kind":"object","initial":{"dark":false}},
    {"name":"tags","kind":"set","owner":"user","storage":"session","initial":["new"]}]"#;
const THEME: usize = 1;
const TAGS: usize = 2;

fn open(local: &Rc<MemoryStorage>, seed: u64, owner: Option<&str>) -> Store {
    let configs: Vec<SliceConfig> = crate::json::from_text(SLICES).unwrap();
    let setting = Setting {
        owner: owner.map(str::to_owned),
        ..setting(local, seed)
    };
    let mut store = Store::open("shop", &configs, setting).unwrap();
    store.flush().unwrap();
    store
}

fn sign_in(store: &mut Store, subject: &str) {
    store.set_owner(Some(subject.into()));
    store.flush().unwrap();
}

fn add(store: &mut Store, key: &str) {
    store.increment(CART, key, "qty", 1.0, Some(r#"{"qty":0}"#)).unwrap();
    store.flush().unwrap();
}

#[test]
fn what_a_guest_has_put_becomes_the_users() {
    let local = Rc::default();
    open_and_leave(&local, "ada", "mug");
    let mut store = open(&local, 2, None);
    add(&mut store, "lamp");
    assert_eq!(store.whole(CART).unwrap(), r#"{"lamp":{"qty":1}}"#);
    sign_in(&mut store, "ada");
    assert_eq!(store.whole(CART).unwrap(), r#"{"lamp":{"qty":1},"mug":{"qty":1}}"#);
    store.set_owner(None);
    assert_eq!(store.whole(CART), None, "hidden at sign-out");
    assert_eq!(
        open(&local, 3, Some("ada")).whole(CART).unwrap(),
        r#"{"lamp":{"qty":1},"mug":{"qty":1}}"#
    );
    assert_eq!(open(&local, 4, Some("grace")).whole(CART), None);
    assert_eq!(open(&local, 5, None).whole(CART), None);
}

fn open_and_leave(local: &Rc<MemoryStorage>, subject: &str, key: &str) {
    let mut store = open(local, 1, Some(subject));
    add(&mut store, key);
}

#[test]
fn what_a_guest_has_put_comes_after_what_the_user_had_put_before() {
    for seed in 0..8 {
        let local = Rc::default();
        let mut ada = open(&local, 10 + seed, Some("ada"));
        for qty in 0..9 {
            ada.put(CART, "chair", "1").unwrap();
            ada.put(CART, "lamp", &qty.to_string()).unwrap();
        }
        ada.flush().unwrap();
        let mut guest = open(&local, 20 + seed, None);
        guest.tick(Now {
            wall: 3_600_000,
            monotonic: 3_600_000,
        });
        guest.put(CART, "lamp", "5").unwrap();
        guest.put(CART, "table", "1").unwrap();
        sign_in(&mut guest, "ada");
        assert_eq!(guest.entry(CART, "lamp").as_deref(), Some("5"));
        assert_eq!(guest.keys(CART).last().map(|key| &**key), Some("table"));
        guest.put(CART, "lamp", "6").unwrap();
        guest.flush().unwrap();
        ada.load();
        assert_eq!(ada.entry(CART, "lamp").as_deref(), Some("6"));
        ada.put(CART, "lamp", "7").unwrap();
        assert_eq!(ada.entry(CART, "lamp").as_deref(), Some("7"));
    }
}

#[test]
fn both_counts_of_the_same_line_stay_and_once_only() {
    let local = Rc::default();
    open_and_leave(&local, "ada", "lamp");
    let (mut a, mut b) = (open(&local, 2, None), open(&local, 3, None));
    add(&mut a, "lamp");
    b.load();
    add(&mut b, "lamp");
    a.load();
    sign_in(&mut a, "ada");
    sign_in(&mut b, "ada");
    a.load();
    b.load();
    assert_eq!(a.whole(CART).unwrap(), r#"{"lamp":{"qty":3}}"#);
    assert_eq!(b.whole(CART), a.whole(CART));
    for seed in 4..8 {
        assert_eq!(open(&local, seed, Some("ada")).whole(CART), a.whole(CART));
    }
}

#[test]
fn a_page_that_ends_after_the_claim_gives_it_to_nobody_else() {
    let local: Rc<MemoryStorage> = Rc::default();
    let mut store = open(&local, 1, None);
    add(&mut store, "lamp");
    local.set("shop/claim/0/ada", "").unwrap();
    drop(store);
    assert_eq!(open(&local, 2, Some("grace")).whole(CART), None);
    assert_eq!(open(&local, 3, None).whole(CART), None, "the next guest is another");
    let mut ada = open(&local, 4, Some("ada"));
    assert_eq!(ada.whole(CART).unwrap(), r#"{"lamp":{"qty":1}}"#);
    ada.remove(CART, "lamp").unwrap();
    ada.flush().unwrap();
    let mut later = open(&local, 5, Some("ada"));
    assert_eq!(later.whole(CART), None, "what was removed since stays so");
    while later.compact().is_some() {
        later.tick(Now {
            wall: later.now.wall + 10_000,
            monotonic: later.now.monotonic + 10_000,
        });
    }
    assert!(
        keys(&*local).iter().all(|key| !key.contains("/g.0/")),
        "{:?}",
        keys(&*local)
    );
}

#[test]
fn a_guests_area_stays_while_what_the_user_has_of_it_was_stored_just_now() {
    let local: Rc<MemoryStorage> = Rc::default();
    let mut store = open(&local, 1, None);
    add(&mut store, "lamp");
    sign_in(&mut store, "ada");
    let mut other = open(&local, 2, Some("ada"));
    let held = |area: &str| keys(&*local).into_iter().find(|key| key.contains(area));
    // The storage has dropped what it had accepted.
    local.remove(&held("/u.ada/").unwrap());
    store.tick(at(9_000));
    store.load();
    store.flush().unwrap();
    let wake = |store: &mut Store, milliseconds: u64| {
        store.tick(at(milliseconds));
        while store.compact() == Some(Pace::Soon) {}
    };
    wake(&mut other, 10_000);
    assert!(held("/g.0/").is_some(), "this may be dropped, too");
    wake(&mut other, 20_000);
    assert_eq!(held("/g.0/"), None);
}

fn at(milliseconds: u64) -> Now {
    Now {
        wall: milliseconds,
        monotonic: milliseconds,
    }
}

#[test]
fn erasing_leaves_nothing_of_the_user() {
    let local: Rc<MemoryStorage> = Rc::default();
    let mut store = open(&local, 1, None);
    add(&mut store, "lamp");
    store.patch(THEME, "", r#"{"dark":true}"#).unwrap();
    sign_in(&mut store, "ada");
    store.set_owner(None);
    store.erase_subject("ada");
    store.flush().unwrap();
    assert_eq!(open(&local, 2, Some("ada")).whole(CART), None);
    assert!(
        keys(&*local)
            .iter()
            .all(|key| !key.contains("/u.") && !key.contains("/g.0/")),
        "{:?}",
        keys(&*local)
    );
    assert_eq!(store.whole(THEME).unwrap(), r#"{"dark":true}"#, "that is the device's");
}

#[test]
fn watchers_hear_of_all_that_shows_otherwise() {
    let local = Rc::default();
    open_and_leave(&local, "ada", "mug");
    let mut store = open(&local, 2, None);
    store.remove(TAGS, "\"new\"").unwrap();
    add(&mut store, "lamp");
    store.take_news();
    store.set_owner(Some("grace".into()));
    let mut keys: Vec<(usize, String)> = Vec::new();
    for (slice, changed) in store.take_news().keys {
        keys.extend(changed.iter().map(|key| (slice, key.to_string())));
    }
    keys.sort();
    keys.dedup();
    assert_eq!(keys, [(CART, "lamp".to_owned()), (TAGS, "\"new\"".to_owned())]);
}

#[test]
fn each_owner_begins_with_the_initial_entries() {
    let local = Rc::default();
    let mut store = open(&local, 1, Some("ada"));
    assert_eq!(store.whole(TAGS).unwrap(), r#"["new"]"#);
    store.remove(TAGS, "\"new\"").unwrap();
    store.set_owner(Some("grace".into()));
    assert_eq!(store.whole(TAGS).unwrap(), r#"["new"]"#);
    store.set_owner(Some("ada".into()));
    assert_eq!(store.whole(TAGS), None, "once");
}

#[test]
fn what_is_adopted_is_adopted_once_for_all() {
    let local = Rc::default();
    let mut store = open(&local, 1, Some("ada"));
    assert!(!store.is_adopted(CART));
    store.set_adopted(CART);
    store.flush().unwrap();
    assert!(open(&local, 2, Some("grace")).is_adopted(CART));
    assert!(!open(&local, 3, None).is_adopted(THEME));
}

#[test]
fn an_export_holds_what_is_stored_but_of_others() {
    let local: Rc<MemoryStorage> = Rc::default();
    local.set("other", "1").unwrap();
    local.set("shop/device/q/r/x", "{").unwrap();
    open_and_leave(&local, "ada", "secret lamp");
    let mut store = open(&local, 2, Some("grace"));
    add(&mut store, "mug");
    let export: serde_json::Value = serde_json::from_str(&store.export()).unwrap();
    assert_eq!(export["name"], "shop");
    let entries = export["local"].as_object().unwrap();
    assert_eq!(entries["shop/device/q/r/x"], "{");
    assert!(
        entries
            .iter()
            .any(|(key, entry)| key.contains("u.grace") && entry["s"]["cart"].is_object())
    );
    assert!(
        entries
            .iter()
            .any(|(key, entry)| key.contains("u.ada") && entry.is_null())
    );
    assert!(!store.export().contains("secret lamp") && !entries.contains_key("other"));
}

#[test]
fn an_export_holds_nothing_of_a_guest_whom_another_has_claimed() {
    let local = Rc::default();
    let mut store = open(&local, 1, None);
    add(&mut store, "secret lamp");
    sign_in(&mut store, "ada");
    assert!(store.export().contains("secret lamp"));
    assert!(!open(&local, 2, Some("grace")).export().contains("secret lamp"));
    assert!(!open(&local, 3, None).export().contains("secret lamp"));
}

#[test]
fn a_guest_that_heard_nothing_of_a_claim_is_another_when_it_looks() {
    let local = Rc::default();
    let (mut a, mut frozen) = (open(&local, 1, None), open(&local, 2, None));
    add(&mut a, "lamp");
    frozen.load();
    sign_in(&mut a, "ada");
    frozen.load();
    assert_eq!(frozen.whole(CART), None);
    add(&mut frozen, "mug");
    assert_eq!(
        open(&local, 3, Some("ada")).whole(CART).unwrap(),
        r#"{"lamp":{"qty":1}}"#
    );
    assert_eq!(open(&local, 4, None).whole(CART).unwrap(), r#"{"mug":{"qty":1}}"#);
}

#[test]
fn initial_entries_of_a_guest_are_not_taken_over() {
    let local = Rc::default();
    let mut store = open(&local, 1, Some("ada"));
    store.remove(TAGS, "\"new\"").unwrap();
    store.flush().unwrap();
    store.set_owner(None);
    assert_eq!(store.whole(TAGS).unwrap(), r#"["new"]"#);
    sign_in(&mut store, "ada");
    assert_eq!(store.whole(TAGS), None);
}

#[test]
fn what_has_just_gone_is_told_though_the_owner_goes_with_it() {
    let local = Rc::default();
    let mut store = open(&local, 1, Some("ada"));
    add(&mut store, "lamp");
    store.take_news();
    // Another tab calls `localStorage.clear()`: the session's hint is gone, too.
    store.stored_elsewhere(Place::Local, None, None);
    store.set_owner(None);
    assert_eq!(
        store.take_news().keys,
        [(CART, vec!["lamp".into()]), (TAGS, vec!["\"new\"".into()])]
    );

    let mut store = open(&local, 2, None);
    add(&mut store, "mug");
    store.take_news();
    store.remove(CART, "mug").unwrap();
    sign_in(&mut store, "ada");
    assert_eq!(store.take_news().keys[0], (CART, vec!["lamp".into(), "mug".into()]));
}
