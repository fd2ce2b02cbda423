use super::compacting::LIMITS;
use super::*;

/// A page that shows two puts of a line at once, and increments of as many pages as are named, and more.
fn crowd(shared: &Shared) -> Journal {
    let mut pages = Vec::new();
    for seed in 1..=14 {
        pages.push(open_with(shared, seed, LIMITS));
    }
    for page in pages.iter_mut().take(2) {
        put(page, "cart", "lamp", r#"{"qty":1}"#);
    }
    for page in &mut pages {
        page.flush().unwrap();
        page.load();
        increment(page, "lamp");
        page.flush().unwrap();
    }
    // A page with records of its own may write yet.
    let mut page = open_with(shared, 20, LIMITS);
    settle(&mut page);
    page
}

fn remove(journal: &mut Journal, key: &str) {
    let removal = journal.slice("cart").unwrap().capture(key).unwrap().removal();
    journal.replica();
    journal.apply(&"cart".into(), &removal);
}

/// The record that was written last.
fn last(shared: &Shared) -> (String, String) {
    let log = shared.log.borrow();
    log.iter().rfind(|(key, _)| key.contains("/r/")).unwrap().clone()
}

/// Who speaks in the terms of a folding that is dropped yet would be understood by nobody.
#[test]
fn nobody_follows_a_folding_before_it_has_stayed() {
    let shared = Shared::default();
    drop(crowd(&shared));
    let mut witness = open_with(&shared, 30, LIMITS);
    assert_eq!(get(&witness, "cart", "lamp").unwrap(), r#"{"qty":15}"#);
    let before = shared.keys();
    let mut folding = open_with(&shared, 31, LIMITS);
    for _ in 0..30 {
        put(&mut folding, "cart", "mug", "1");
        folding.flush().unwrap();
    }
    assert!(write_compact(&mut folding));
    let mut reader = open_with(&shared, 32, LIMITS);
    remove(&mut reader, "lamp");
    reader.flush().unwrap();
    for key in shared.keys() {
        if key.contains("/s/") && !before.contains(&key) {
            shared.remove(&key);
        }
    }
    let (key, text) = last(&shared);
    witness.receive(&key, &text);
    assert_eq!(get(&witness, "cart", "lamp"), None);
    increment(&mut witness, "lamp");
    assert_eq!(get(&witness, "cart", "lamp").unwrap(), r#"{"qty":1}"#);
    assert_eq!(get(&open_with(&shared, 33, LIMITS), "cart", "lamp"), None);
}

/// Nothing of a snapshot is new to whom has heard the records, but for what it announces.
#[test]
fn who_knows_all_already_follows_what_a_snapshot_announces() {
    let shared = Shared::default();
    drop(crowd(&shared));
    let mut witness = open_with(&shared, 30, LIMITS);
    let mut folding = open_with(&shared, 31, LIMITS);
    for _ in 0..30 {
        put(&mut folding, "cart", "mug", "1");
        folding.flush().unwrap();
    }
    witness.load();
    assert!(write_compact(&mut folding));
    wait(&mut folding);
    while folding.compaction.is_some() {
        folding.compact();
    }
    remove(&mut folding, "lamp");
    folding.flush().unwrap();
    witness.load();
    assert_eq!(get(&witness, "cart", "lamp"), None);
}
