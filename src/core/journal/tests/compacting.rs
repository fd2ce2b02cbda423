use super::*;
use crate::state::Replica;

/// Small enough that everything happens soon.
pub(super) const LIMITS: Limits = Limits {
    records: 8,
    chunk: 2_000,
    replicas: 12,
    idle: 30_000,
    confirm: 10_000,
};

fn snapshots(shared: &Shared) -> Vec<String> {
    let mut keys = shared.keys();
    keys.retain(|key| key.contains("/s/"));
    keys
}

#[test]
fn a_large_slice_is_stored_in_chunks_that_are_written_apart() {
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    for number in 0..100 {
        put(
            &mut a,
            "cart",
            &format!("sku-{number}"),
            r#"{"qty":1,"title":"A lamp for the night"}"#,
        );
        a.flush().unwrap();
    }
    assert!(compact(&mut a));
    let before = snapshots(&shared);
    assert!(before.len() >= 8, "{before:?}");
    for _ in 0..40 {
        increment(&mut a, "sku-1");
        a.flush().unwrap();
        settle(&mut a);
    }
    let after = snapshots(&shared);
    let stayed = before.iter().filter(|key| after.contains(key)).count();
    assert_eq!(after.len(), before.len());
    assert!(
        stayed == before.len() || stayed == before.len() - 1,
        "{stayed} of {}",
        before.len()
    );
    let fresh = open_with(&shared, 2, LIMITS);
    assert_eq!(
        get(&fresh, "cart", "sku-1").unwrap(),
        r#"{"qty":41,"title":"A lamp for the night"}"#
    );
    assert_eq!(fresh.slice("cart").unwrap().keys().len(), 100);
}

#[test]
fn a_chunk_that_was_dropped_keeps_what_it_would_have_contained() {
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    for number in 0..100 {
        put(&mut a, "cart", &format!("sku-{number}"), "1");
        a.flush().unwrap();
    }
    assert!(write_compact(&mut a));
    shared.remove(&snapshots(&shared)[0]);
    wait(&mut a);
    a.compact();
    assert_eq!(open_with(&shared, 2, LIMITS).slice("cart").unwrap().keys().len(), 100);
}

/// A chunk would be left that has half of one, were its record dropped meanwhile.
#[test]
fn transactions_that_follow_one_another_are_joined_and_not_split() {
    let shared = Shared::default();
    // As much as is stored in ten seconds can be joined in ten.
    let limits = Limits { chunk: 8_000, ..LIMITS };
    let mut a = open_with(&shared, 1, limits);
    let line = r#"{"qty":1,"title":"A lamp for the night"}"#;
    let (mut most, mut due) = (0, 0);
    for second in 1..200 {
        a.tick(at(second * 1_000));
        a.begin();
        for key in ["lamp", "mug", "vase"] {
            put(&mut a, "cart", key, line);
        }
        a.commit();
        a.flush().unwrap();
        if second >= due {
            while a.compact() == Some(Pace::Soon) {}
            due = second + 10;
        }
        assert_eq!(snapshots(&shared).len(), 0, "after {second} s");
        most = most.max(shared.keys().len());
    }
    assert!(most < 24, "{most} keys");
    settle(&mut a);
    assert_eq!(shared.keys().len(), snapshots(&shared).len());
}

/// The first chunks may have changed again by the time that they could be written.
#[test]
fn every_chunk_has_its_turn_while_all_of_them_change() {
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    for _ in 0..6 {
        for number in 0..600 {
            let line = r#"{"qty":1,"title":"A lamp for the night, and for the day"}"#;
            put(&mut a, "cart", &format!("sku-{number}"), line);
        }
        a.flush().unwrap();
        wait(&mut a);
        assert!(write_compact(&mut a));
        wait(&mut a);
        while a.compaction.is_some() {
            a.compact();
        }
    }
    let mut chunks: Vec<String> = Vec::new();
    for (key, _) in shared.log.borrow().iter() {
        let chunk = key.rsplit_once('/').unwrap().0;
        chunks.extend(key.contains("/s/").then(|| chunk.to_owned()));
    }
    chunks.sort();
    chunks.dedup();
    assert_eq!(chunks.len(), 64, "{chunks:?}");
}

#[test]
fn compacting_writes_little_more_than_what_changed() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    let line = |number: u64| format!(r#"{{"price":4900,"qty":{number},"title":"A lamp for the night"}}"#);
    for number in 0..2_000 {
        put(&mut a, "cart", &format!("sku-{number}"), &line(number));
        a.flush().unwrap();
    }
    settle(&mut a);
    shared.log.borrow_mut().clear();
    let mut random = Random::new(3);
    for _ in 0..6_000 {
        put(
            &mut a,
            "cart",
            &format!("sku-{}", random.draw() % 2_000),
            &line(random.draw() % 100),
        );
        a.flush().unwrap();
        settle(&mut a);
    }
    let log = shared.log.borrow();
    let bytes = |merged: bool| -> usize {
        let of_change = |text: &String| text.len() < 400;
        log.iter()
            .filter(|(_, text)| of_change(text) != merged)
            .map(|(key, text)| key.len() + text.len())
            .sum()
    };
    let ratio = bytes(true) as f64 / bytes(false) as f64;
    assert!(ratio < 4.0, "compacting wrote {ratio:.2} times what the changes did");
    let (keys, stored) = footprint(&shared);
    assert!(stored <= 2 * live(&a) + 64 * 1024, "{stored} bytes for {}", live(&a));
    assert!(keys < 300, "{keys}");
}

/// The record of one change is as long in a large cart as in a small one.
#[test]
fn a_change_writes_as_much_in_a_large_slice_as_in_a_small_one() {
    let lengths = [10_u64, 1_000, 10_000].map(|lines| {
        let shared = Shared::default();
        let mut a = open(&shared, 1);
        for number in 0..lines {
            put(
                &mut a,
                "cart",
                &format!("sku-{number:05}"),
                r#"{"price":4900,"qty":1,"title":"Lamp"}"#,
            );
        }
        a.flush().unwrap();
        settle(&mut a);
        let mut b = open(&shared, 2);
        shared.log.borrow_mut().clear();
        increment(&mut b, "sku-00007");
        b.flush().unwrap();
        let log = shared.log.borrow();
        assert_eq!(log.len(), 1);
        log[0].0.len() + log[0].1.len()
    });
    let (least, most) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
    assert!(most * 10 <= least * 11, "{lengths:?}");
}

const PAGES: u64 = 10_000;

#[test]
fn ten_thousand_pages_leave_little_behind() {
    let shared = Shared::default();
    let (mut most_keys, mut most_bytes) = (0, 0);
    let mut live_bytes = 0;
    for page in 0..PAGES {
        let mut journal = open(&shared, page);
        journal.tick(at(page * 60_000));
        increment(&mut journal, &format!("sku-{}", page % 20));
        journal.flush().unwrap();
        settle(&mut journal);
        if page > PAGES / 5 && page % 50 == 0 {
            let (keys, bytes) = footprint(&shared);
            (most_keys, most_bytes) = (most_keys.max(keys), most_bytes.max(bytes));
        }
        if page == PAGES - 1 {
            live_bytes = live(&journal);
            for sku in 0..20 {
                assert_eq!(
                    get(&journal, "cart", &format!("sku-{sku}")).unwrap(),
                    format!(r#"{{"qty":{}}}"#, PAGES / 20)
                );
            }
        }
    }
    eprintln!("{most_keys} keys {most_bytes} bytes");
    assert!(most_bytes <= 64 * 1024, "{most_bytes} bytes, {live_bytes} of them live");
    assert!(most_keys <= 80, "{most_keys} keys");
}

#[test]
fn a_page_that_is_far_behind_takes_a_new_name() {
    let shared = Shared::default();
    let mut old = open_with(&shared, 1, LIMITS);
    increment(&mut old, "lamp");
    old.flush().unwrap();
    let name = old.replica();
    for seed in 10..40 {
        let mut page = open_with(&shared, seed, LIMITS);
        increment(&mut page, "lamp");
        page.flush().unwrap();
        settle(&mut page);
    }
    let page = open_with(&shared, 99, LIMITS);
    let horizon = page.slice("cart").unwrap().parts()[0].1.context.horizon();
    assert!(horizon.is_some_and(|horizon| horizon >= name), "it was retired");
    old.tick(at(3_600_000));
    assert_ne!(old.replica(), name);
    increment(&mut old, "lamp");
    old.flush().unwrap();
    assert_eq!(
        get(&open_with(&shared, 100, LIMITS), "cart", "lamp").unwrap(),
        r#"{"qty":32}"#
    );
}

#[test]
fn an_own_record_that_vanished_is_written_again() {
    let shared = Shared::default();
    let mut a = open(&shared, 1);
    increment(&mut a, "lamp");
    a.flush().unwrap();
    let lost = shared.keys()[0].clone();
    shared.remove(&lost);
    a.load();
    assert!(a.has_unwritten());
    a.flush().unwrap();
    assert_ne!(shared.keys()[0], lost, "under a key of its own");
    assert_eq!(get(&open(&shared, 2), "cart", "lamp").unwrap(), r#"{"qty":1}"#);
}

/// Who receives it looks for the folding that it speaks of, whoever has written it again.
#[test]
fn a_record_is_written_again_in_the_terms_of_its_writer() {
    let shared = Shared::default();
    let (mut a, mut b) = (open(&shared, 1), open(&shared, 2));
    let horizon = Replica { birth: 0, random: 7 };
    put(&mut a, "cart", "lamp", "1");
    a.state.slice(&"cart".into()).parts_mut()[0].1.retire(horizon);
    put(&mut a, "cart", "mug", "1");
    a.flush().unwrap();
    let lost = shared.keys()[0].clone();
    b.load();
    shared.remove(&lost);
    b.load();
    b.flush().unwrap();
    let again = shared.get(&shared.keys()[0]).unwrap();
    assert_eq!(Document::decode(&again, NATIVE).unwrap().horizon, Some(horizon));
}

#[test]
fn an_own_record_that_others_have_compacted_is_not() {
    let shared = Shared::default();
    let (mut a, mut b) = (open_with(&shared, 1, LIMITS), open_with(&shared, 2, LIMITS));
    for _ in 0..9 {
        increment(&mut a, "lamp");
        a.flush().unwrap();
    }
    assert!(compact(&mut b));
    a.load();
    assert!(!a.has_unwritten());
    assert!(shared.keys().iter().all(|key| key.contains("/s/")));
}

/// A newer version may retire by what it has written itself, which this page doesn't take in.
#[test]
fn who_writes_as_a_newer_version_is_counted_as_younger() {
    let shared = Shared::default();
    let mut old = open_with(&shared, 1, LIMITS);
    put(&mut old, "other", "lamp", "1");
    old.flush().unwrap();
    let name = old.replica();
    for seed in 10..14 {
        let mut page = open_with(&shared, seed, LIMITS);
        put_as(&mut page, "mug", 2);
        page.flush().unwrap();
    }
    old.tick(at(3_600_000));
    assert_ne!(old.replica(), name);
    assert!(old.is_outdated("cart"));
}

fn put_as(journal: &mut Journal, key: &str, version: u32) -> Replica {
    let author = journal.author(version);
    let nothing = empty();
    let cart = journal.slice("cart").unwrap_or(&nothing);
    let change = cart.put(&key.into(), Some("2"), author).unwrap();
    journal.apply(&"cart".into(), &change);
    author.replica
}

#[test]
fn what_a_newer_version_has_written_is_left_alone() {
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    put(&mut a, "cart", "lamp", "1");
    a.flush().unwrap();
    let mut newer = open_with(&shared, 2, LIMITS);
    let author = put_as(&mut newer, "mug", 2);
    newer.flush().unwrap();
    let record = shared
        .keys()
        .into_iter()
        .find(|key| key.contains(&format!("{:016x}", author.random)))
        .unwrap();
    a.load();
    assert!(a.is_outdated("cart"));
    assert_eq!(a.take_changes().newer, [record.clone().into()]);
    assert_eq!(get(&a, "cart", "mug"), None);
    for number in 0..30 {
        put(&mut a, "other", &number.to_string(), "1");
        a.flush().unwrap();
        settle(&mut a);
    }
    assert!(shared.get(&record).is_some());
    assert!(shared.keys().len() < 20);
}

/// Also what was to be written when it came.
#[test]
fn a_slice_is_not_written_any_more_once_a_newer_version_has() {
    let shared = Shared::default();
    let mut a = open_with(&shared, 1, LIMITS);
    let line = format!("\"{}\"", "x".repeat(300));
    for number in 0..8 {
        put(&mut a, "cart", "lamp", &line);
        put(&mut a, "other", &number.to_string(), &line);
        a.flush().unwrap();
    }
    wait(&mut a);
    assert_eq!(a.compact(), Some(Pace::Soon));
    assert!(a.compaction.is_some());
    let mut newer = open_with(&shared, 2, LIMITS);
    put_as(&mut newer, "mug", 2);
    newer.flush().unwrap();
    assert!(write_compact(&mut a));
    assert!(snapshots(&shared).iter().all(|key| key.contains("/other/")));
}
