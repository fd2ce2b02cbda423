use super::*;
use crate::journal::{Pace, StorageFull};

/// A storage that holds so many bytes.
struct Bounded(MemoryStorage, usize);

impl Storage for Bounded {
    fn get(&self, key: &str) -> Option<String> {
        self.0.get(key)
    }
    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        let used: usize = keys(&self.0)
            .iter()
            .map(|key| key.len() + self.0.get(key).map_or(0, |value| value.len()))
            .sum();
        if used + key.len() + value.len() > self.1 {
            return Err(StorageFull);
        }
        self.0.set(key, value)
    }
    fn remove(&self, key: &str) {
        self.0.remove(key);
    }
    fn each_key(&self, see: &mut dyn FnMut(String)) {
        self.0.each_key(see);
    }
}

fn open(local: Rc<dyn Storage>, seed: u64) -> Store {
    let configs = [SliceConfig::new("cart", Kind::Map)];
    let setting = Setting {
        local,
        ..setting(&Rc::default(), seed)
    };
    Store::open("shop", &configs, setting).unwrap()
}

fn settle(store: &mut Store) {
    let mut now = 0;
    while let Some(pace) = store.compact() {
        if pace == Pace::Later {
            now += 10_000;
            store.tick(Now {
                wall: now,
                monotonic: now,
            });
        }
        let _ = store.flush();
    }
}

#[test]
fn the_reserve_makes_room_for_compacting_and_that_for_changes() {
    let local: Rc<dyn Storage> = Rc::new(Bounded(MemoryStorage::default(), 200_000));
    let mut store = open(local.clone(), 1);
    store.put(CART, "lamp", "0").unwrap();
    store.flush().unwrap();
    settle(&mut store);
    assert!(keys(&*local).contains(&"shop/reserve".into()));
    // Nobody compacts for long.
    let mut changes = 0;
    while !store.has_unwritten() {
        changes += 1;
        store.put(CART, "lamp", &changes.to_string()).unwrap();
        let _ = store.flush();
    }
    assert!(!keys(&*local).contains(&"shop/reserve".into()));
    assert!(store.flush().is_err(), "the room is for compacting");
    store.use_all_room();
    assert!(store.flush().is_ok(), "but for one that ends");
    settle(&mut store);
    assert!(keys(&*local).len() < 10, "{}", keys(&*local).len());
    assert!(keys(&*local).contains(&"shop/reserve".into()), "taken again");
    assert_eq!(open(local, 2).entry(CART, "lamp").unwrap(), changes.to_string());
}

#[test]
fn the_reserve_is_taken_though_changes_leave_compacting_no_end() {
    let local: Rc<dyn Storage> = Rc::new(Bounded(MemoryStorage::default(), 200_000));
    let mut store = open(local.clone(), 1);
    let change = |store: &mut Store, number: u32| {
        store.put(CART, "lamp", &number.to_string()).unwrap();
        store.flush().unwrap();
    };
    for number in 0..100 {
        change(&mut store, number);
    }
    loop {
        change(&mut store, 100);
        let pace = store.compact();
        assert!(pace.is_some(), "there is more to compact");
        if pace == Some(Pace::Later) {
            break;
        }
    }
    assert!(keys(&*local).contains(&"shop/reserve".into()));
}

#[test]
fn what_finds_no_room_is_kept_and_stored_when_there_is_some() {
    let full = Rc::new(Bounded(MemoryStorage::default(), 1_000));
    full.set("filler", &"x".repeat(900)).unwrap();
    let mut store = open(full.clone(), 1);
    store.put(CART, "lamp", r#"{"qty":1}"#).unwrap();
    store.begin().unwrap();
    store.put(CART, "mug", "1").unwrap();
    store.end(true);
    assert!(store.flush().is_err() && store.has_unwritten());
    assert_eq!(store.whole(CART).unwrap(), r#"{"lamp":{"qty":1},"mug":1}"#);
    full.remove("filler");
    assert!(store.flush().is_ok());
    assert_eq!(open(full.clone(), 2).whole(CART), store.whole(CART));
}
