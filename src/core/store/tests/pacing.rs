//! When a page compacts.

use super::*;

/// A store that has 100 small records to compact.
fn store() -> (Store, Rc<MemoryStorage>) {
    let local: Rc<MemoryStorage> = Rc::default();
    let mut store = Store::open("shop", &[SliceConfig::new("cart", Kind::Map)], setting(&local, 1)).unwrap();
    for number in 0..100 {
        store.put(CART, &format!("sku-{number}"), "1").unwrap();
        store.flush().unwrap();
    }
    (store, local)
}

fn tick(store: &mut Store, monotonic: u64) {
    store.tick(Now {
        wall: monotonic,
        monotonic,
    });
}

/// Takes the steps that are due one after the other; gives when the next one is.
fn work(store: &mut Store, round: u64) -> Option<u64> {
    work_while(store, round, false)
}

fn work_while(store: &mut Store, round: u64, full: bool) -> Option<u64> {
    for _ in 0..1_000 {
        match store.compact_in(round, full) {
            Some(0) => {}
            next => return next,
        }
    }
    panic!("it goes on and on")
}

#[test]
fn a_round_begins_some_seconds_after_something_was_stored() {
    let (mut store, _) = store();
    let (round, wait) = store.compact_later(false).unwrap();
    assert!((2_000..4_000).contains(&wait), "{wait}");
    assert_eq!(store.compact_later(false), None, "it sees to that, too");
    assert!(
        work(&mut store, round).unwrap() >= 10_000,
        "what it has written has to stay"
    );
    tick(&mut store, 20_000);
    assert_eq!(work(&mut store, round), None);
    assert!(store.compact_later(false).is_some());
}

#[test]
fn what_is_stored_in_the_midst_of_a_round_has_another() {
    let (mut store, _) = store();
    let (round, _) = store.compact_later(false).unwrap();
    work(&mut store, round);
    tick(&mut store, 20_000);
    assert_eq!(store.compact_in(round, false), Some(0));
    assert_eq!(store.compact_later(false), None);
    assert_eq!(work(&mut store, round), Some(2_000));
    tick(&mut store, 23_000);
    assert_eq!(work(&mut store, round), None);
}

#[test]
fn a_storage_that_stays_full_is_compacted_every_ten_seconds() {
    let (mut store, _) = store();
    let (round, _) = store.compact_later(false).unwrap();
    work(&mut store, round);
    tick(&mut store, 20_000);
    assert_eq!(work_while(&mut store, round, true), Some(10_000));
}

/// Chromium drops what it has accepted near the quota, which is where somebody is in a hurry.
#[test]
fn who_is_in_a_hurry_does_not_wait_but_for_what_was_written_to_stay() {
    let (mut store, local) = store();
    let (round, _) = store.compact_later(false).unwrap();
    work(&mut store, round);
    let stored = keys(&*local).len();
    tick(&mut store, 5_000);
    let (urgent, wait) = store.compact_later(true).unwrap();
    assert_eq!(wait, 0);
    assert_eq!(store.compact_in(round, false), None, "another has taken its place");
    assert!(work(&mut store, urgent).unwrap() > 0);
    assert_eq!(keys(&*local).len(), stored, "nothing was removed");
    tick(&mut store, 16_000);
    work(&mut store, urgent);
    assert!(keys(&*local).len() < 10);
}
