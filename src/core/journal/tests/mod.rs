use std::rc::Rc;

use super::*;
use crate::number::NATIVE;
use crate::random::Random;
use crate::state::{Scope, Slice};
use crate::time::Now;

mod compacting;
mod full;
mod random;
mod retiring;
mod steps;
mod visits;

const PREFIX: &str = "shop/device/";

/// One storage, seen by several journals; `refuse` makes it full.
#[derive(Default, Clone)]
struct Shared {
    storage: Rc<MemoryStorage>,
    full: Rc<std::cell::Cell<bool>>,
    /// All that was ever stored.
    log: Rc<std::cell::RefCell<Vec<(String, String)>>>,
    /// Bytes that were read and written.
    moved: Rc<std::cell::Cell<usize>>,
}

impl Shared {
    fn keys(&self) -> Vec<String> {
        (&*self.storage as &dyn Storage).keys()
    }
}

impl Storage for Shared {
    fn get(&self, key: &str) -> Option<String> {
        let text = self.storage.get(key);
        self.moved.set(self.moved.get() + text.as_ref().map_or(0, String::len));
        text
    }
    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        self.moved.set(self.moved.get() + value.len());
        assert!(self.storage.get(key).is_none(), "{key} written twice");
        if self.full.get() {
            return Err(StorageFull);
        }
        self.log.borrow_mut().push((key.to_owned(), value.to_owned()));
        self.storage.set(key, value)
    }
    fn remove(&self, key: &str) {
        self.storage.remove(key);
    }
    fn each_key(&self, see: &mut dyn FnMut(String)) {
        self.storage.each_key(see);
    }
}

fn open(shared: &Shared, seed: u64) -> Journal {
    open_with(shared, seed, Limits::default())
}

fn open_with(shared: &Shared, seed: u64, limits: Limits) -> Journal {
    let storage = Rc::new(shared.clone());
    let known = Known {
        name: "cart".into(),
        version: 1,
        read: None,
    };
    let mut journal = Journal::new(storage, PREFIX.into(), NATIVE, Random::new(seed), limits, vec![known]);
    journal.load();
    journal
}

/// Steps of compacting until something was written that is to stay now, or nothing is due.
fn write_compact(journal: &mut Journal) -> bool {
    loop {
        match journal.compact() {
            Some(Pace::Later) if journal.compaction.is_some() => return true,
            Some(Pace::Later) => wait(journal),
            Some(Pace::Soon) => {}
            None => return false,
        }
    }
}

/// Compacts to the end, and gives whether there was something to do.
fn compact(journal: &mut Journal) -> bool {
    let due = write_compact(journal);
    settle(journal);
    due
}

/// Compacts until nothing is due.
fn settle(journal: &mut Journal) {
    while let Some(pace) = journal.compact() {
        if pace == Pace::Later {
            wait(journal);
        }
    }
}

fn wait(journal: &mut Journal) {
    journal.tick(at(journal.now.wall + 10_000));
}

fn at(milliseconds: u64) -> Now {
    Now {
        wall: milliseconds,
        monotonic: milliseconds,
    }
}

fn empty() -> Slice {
    Slice::default()
}

fn put(journal: &mut Journal, slice: &str, key: &str, value: &str) {
    let author = journal.author(1);
    let change = journal
        .slice(slice)
        .unwrap_or(&empty())
        .put(&key.into(), Some(value), author)
        .unwrap();
    journal.apply(&slice.into(), &change);
}

fn increment(journal: &mut Journal, key: &str) {
    let author = journal.author(1);
    let change = journal
        .slice("cart")
        .unwrap_or(&empty())
        .increment(&key.into(), &"qty".into(), 1.0, true, author)
        .unwrap();
    journal.apply(&"cart".into(), &change);
}

fn get(journal: &Journal, slice: &str, key: &str) -> Option<String> {
    journal.slice(slice)?.get(key)?.value(NATIVE)
}

fn footprint(shared: &Shared) -> (usize, usize) {
    let keys = shared.keys();
    let bytes = keys.iter().map(|key| key.len() + shared.get(key).unwrap().len()).sum();
    (keys.len(), bytes)
}

/// What a state takes that is written once, without its history.
fn live(journal: &Journal) -> usize {
    let document = Document {
        clock: 0,
        horizon: None,
        newest: None,
        slices: journal.slices().to_vec(),
    };
    document.encode(NATIVE).len()
}

#[test]
fn a_fresh_load_is_the_live_state() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    put(&mut a, "cart", "lamp", r#"{"qty":1,"note":"ä\"😀"}"#);
    put(&mut a, "cart", "x", "null");
    increment(&mut a, "lamp");
    put(&mut a, "filters", "", r#"{"q":0.5}"#);
    a.flush().unwrap();
    assert_eq!(shared.keys().len(), 1, "one record for what was changed together");
    let b = open(&shared, 2);
    assert_eq!(b.state, a.state);
    assert_eq!(get(&b, "cart", "lamp").unwrap(), r#"{"note":"ä\"😀","qty":2}"#);
    assert_eq!(get(&b, "cart", "x").unwrap(), "null");
}

#[test]
fn other_tabs_follow_by_event_and_by_listing() {
    let shared = Shared::default();
    let (mut a, mut b) = (open(&shared, 1), open(&shared, 2));
    increment(&mut a, "lamp");
    a.flush().unwrap();
    let key = &shared.keys()[0];
    b.receive(key, &shared.get(key).unwrap());
    assert_eq!(b.take_changes().keys, [("cart".into(), vec!["lamp".into()])]);
    b.receive(key, &shared.get(key).unwrap());
    b.receive("other/device/r/1.0-1", "whatever");
    assert_eq!(b.take_changes(), Changes::default());
    increment(&mut b, "lamp");
    b.flush().unwrap();
    a.load();
    assert_eq!(get(&a, "cart", "lamp").unwrap(), r#"{"qty":2}"#);
}

#[test]
fn a_transaction_is_one_record_or_nothing() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    put(&mut a, "cart", "lamp", "1");
    a.flush().unwrap();
    let before = a.state.slices.clone();
    a.begin();
    put(&mut a, "cart", "lamp", "2");
    put(&mut a, "cart", "mug", "3");
    assert_eq!(get(&a, "cart", "mug").unwrap(), "3");
    a.rollback();
    assert_eq!(a.state.slices, before);
    assert!(!a.has_unwritten());
    a.begin();
    put(&mut a, "cart", "mug", "4");
    a.commit();
    a.flush().unwrap();
    assert_eq!(open(&shared, 3).state.slices, a.state.slices);
}

#[test]
fn what_a_full_storage_refuses_is_kept_and_goes_with_the_next() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    shared.full.set(true);
    increment(&mut a, "lamp");
    assert_eq!(a.flush(), Err(StorageFull));
    assert_eq!(get(&a, "cart", "lamp").unwrap(), r#"{"qty":1}"#);
    shared.full.set(false);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    assert_eq!(shared.keys().len(), 1);
    assert_eq!(open(&shared, 2).state, a.state);
}

#[test]
fn compacting_removes_only_what_a_snapshot_that_stayed_contains() {
    let shared = Shared::default();
    let (mut a, mut b) = (open(&shared, 1), open(&shared, 2));
    for _ in 0..40 {
        increment(&mut a, "lamp");
        a.flush().unwrap();
        increment(&mut b, "mug");
        b.flush().unwrap();
    }
    assert!(write_compact(&mut a));
    assert_eq!(shared.keys().len(), 81);
    increment(&mut b, "late");
    b.flush().unwrap();
    settle(&mut a);
    assert_eq!(shared.keys().len(), 2);
    a.load();
    let fresh = open(&shared, 3);
    assert_eq!(fresh.state.slices, a.state.slices);
    assert_eq!(get(&fresh, "cart", "lamp").unwrap(), r#"{"qty":40}"#);
    assert_eq!(get(&fresh, "cart", "late").unwrap(), r#"{"qty":1}"#);
}

#[test]
fn a_snapshot_that_was_dropped_removes_nothing() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    for _ in 0..70 {
        increment(&mut a, "lamp");
        a.flush().unwrap();
    }
    assert!(write_compact(&mut a));
    shared
        .keys()
        .iter()
        .filter(|key| key.contains("/s/"))
        .for_each(|key| shared.remove(key));
    wait(&mut a);
    assert_eq!(a.compact(), Some(Pace::Soon));
    assert_eq!(get(&open(&shared, 2), "cart", "lamp").unwrap(), r#"{"qty":70}"#);
}

#[test]
fn a_removal_outlives_compaction_and_a_late_record() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    put(&mut a, "cart", "lamp", "1");
    a.flush().unwrap();
    let (key, text) = (shared.keys()[0].clone(), shared.get(&shared.keys()[0]).unwrap());
    let removal = a.slice("cart").unwrap().capture("lamp").unwrap().removal();
    a.apply(&"cart".into(), &removal);
    for _ in 0..70 {
        increment(&mut a, "mug");
        a.flush().unwrap();
    }
    assert!(compact(&mut a));
    shared.set(&key, &text).unwrap();
    assert_eq!(get(&open(&shared, 2), "cart", "lamp"), None);
}

#[test]
fn damage_is_set_aside_and_hurts_nothing_else() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    shared.set("shop/device/r/1.x-1", "{\"f\":1,").unwrap();
    shared.set("shop/device/r/1.x-2", r#"{"f":2,"what":"ever"}"#).unwrap();
    let mut b = open(&shared, 2);
    let changes = b.take_changes();
    assert_eq!((changes.damaged.len(), changes.newer.len()), (1, 1));
    assert_eq!(get(&b, "cart", "lamp").unwrap(), r#"{"qty":1}"#);
    for _ in 0..70 {
        increment(&mut b, "lamp");
        b.flush().unwrap();
    }
    assert!(compact(&mut b));
    assert!(shared.get("shop/device/r/1.x-2").is_some());
    assert!(shared.get("shop/device/r/1.x-1").is_none());
    assert_eq!(shared.get("shop/device/q/r/1.x-1").unwrap(), "{\"f\":1,");
    assert_eq!(open(&shared, 3).take_changes().damaged.len(), 0, "reported once");
}

#[test]
fn a_wipe_empties_and_starts_anew() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    shared.keys().iter().for_each(|key| shared.remove(key));
    a.wipe();
    assert_eq!(get(&a, "cart", "lamp"), None);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    assert_eq!(get(&open(&shared, 2), "cart", "lamp").unwrap(), r#"{"qty":1}"#);
}

#[test]
fn what_does_not_begin_with_its_format_is_damage() {
    let text = r#"{"s":{"cart":{"c":[],"e":{}}},"f":1,"k":1,"r":[]}"#;
    assert_eq!(Document::decode(text, NATIVE), Err(CodecError::Damaged));
}

#[test]
fn opening_reports_damage_alone() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    shared.set("shop/device/r/1.x-1", "{").unwrap();
    let mut b = open(&shared, 2);
    b.forget_news();
    let changes = b.take_changes();
    assert_eq!((changes.keys.len(), changes.damaged.len()), (0, 1));
}

#[test]
fn nothing_hostile_panics() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    put(&mut a, "cart", "lamp", r#"{"qty":1,"title":"x"}"#);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    let text = shared.get(&shared.keys()[0]).unwrap();
    assert!(Document::decode(&text, NATIVE).is_ok());
    let mut random = Random::new(9);
    for _ in 0..20_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..=random.draw() % 3 {
            let at = random.draw() as usize % bytes.len();
            match random.draw() % 3 {
                0 => bytes[at] = b"0123456789[]{},\":.-enl"[random.draw() as usize % 22],
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, b"[{,\"9"[random.draw() as usize % 5]),
            }
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if let Ok(document) = Document::decode(&text, NATIVE) {
            for (_, slice) in &document.slices {
                let mut joined = slice.clone();
                joined.join(slice, Scope::Whole);
                joined.entries().for_each(|(_, entry)| drop(entry.value(NATIVE)));
            }
            assert!(Document::decode(&document.encode(NATIVE), NATIVE).is_ok(), "{text}");
        }
    }
}
