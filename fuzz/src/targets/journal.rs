//! A journal whose storage holds anything, next to what a page of ours has written.

use std::rc::Rc;

use holdall::journal::{Document, Journal, Limits, MemoryStorage, Pace, Storage};
use holdall::number::NATIVE;
use holdall::random::Random;
use holdall::state::{Dot, Slice};
use holdall::time::Now;

use crate::corpus::stored;
use crate::fields::{join, seed, split, text};
use crate::seal::sealed;

const PREFIX: &str = "shop/device/";
const KEYS: [&str; 4] = ["lamp", "sku-1", "sku-5", ""];

/// The last clock that is believed, and all that can be said of who is born then.
const LAST: &str = r#"{"f":1,"k":281474976710656,"h":"281474976710655.ffffffffffffffff","r":["281474976710656.ffffffffffffffff"],"s":{"cart":{"26":{"h":"281474976710655.ffffffffffffffff","c":[[0,1,9007199254740992]],"e":{"lamp":[[[0,9007199254740992,9007199254740992,1,281474976710656,0,281474976710656,0,["qty",7]]],[["qty",0,9007199254740992,1e308,1,-1e308]]]}}}}}"#;

/// Three entries of the fixtures at a time, by key.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let mut stored = stored();
    stored.push(("shop/device/r/281474976710656.ffffffffffffffff-1".into(), LAST.into()));
    stored.push(("shop/device/m/0123456789abcdef".into(), LAST.into()));
    stored.push(("shop/device/s/cart/1-0/0123456789abcdef".into(), LAST.into()));
    let seeds = stored.windows(3).map(|entries| {
        let parts: Vec<&str> = entries.iter().flat_map(|(key, text)| [key.as_str(), text]).collect();
        join(&parts)
    });
    let damaged: Vec<String> = (0..20).map(|number| format!("shop/device/r/{number}")).collect();
    let damaged: Vec<&str> = damaged.iter().flat_map(|key| [key, "{"]).collect();
    seeds.chain([join(&damaged)]).collect()
}

pub(crate) fn run(input: &[u8]) {
    let storage: Rc<dyn Storage> = Rc::<MemoryStorage>::default();
    let mut now = Now {
        wall: 1_790_000_000_000,
        monotonic: 5_000,
    };
    let seed = seed(input);
    let mut good = open(&storage, seed ^ 1, now);
    good.date();
    let mut ours: Vec<(&str, Dot)> = KEYS.iter().map(|key| (*key, put(&mut good, key))).collect();
    let honest = storage.keys();
    let mut claimed = false;
    let parts: Vec<_> = split(input).map(text).collect();
    for entry in parts.chunks(2) {
        let [key, text] = entry else { continue };
        if honest.iter().any(|other| other == key) {
            continue;
        }
        let text = sealed(text)
            .filter(|_| key.len() % 2 == 0)
            .unwrap_or_else(|| text.to_string());
        // Who says that it was there when ours was removed is believed.
        claimed |= Document::decode(&text, NATIVE).is_ok_and(|document| {
            let mut slices = document.slices.iter();
            slices.any(|(name, slice)| **name == *"cart" && ours.iter().any(|(key, dot)| has_seen(slice, key, *dot)))
        });
        storage.set(key, &text).unwrap();
    }

    let mut page = open(&storage, seed ^ 2, now);
    if !claimed {
        assert_shown(&page, &ours);
    }
    let aside = |key: &&String| key.starts_with("shop/device/q/");
    let given = parts.iter().filter(|part| part.starts_with("shop/device/q/")).count();
    assert!(
        storage.keys().iter().filter(aside).count() <= given.max(16),
        "few are set aside"
    );
    ours.retain(|(key, _)| *key != "lamp");
    ours.push(("lamp", put(&mut page, "lamp")));
    let value = page.slice("cart").and_then(|slice| slice.get("lamp")?.value(NATIVE));
    assert_eq!(value.as_deref(), Some(r#"{"qty":1}"#), "what was put shows");
    assert_same(&page, &open(&storage, seed ^ 3, now));

    // Three minutes of compacting.
    for _ in 0..18 {
        now = Now {
            wall: now.wall + 10_000,
            monotonic: now.monotonic + 10_000,
        };
        page.tick(now);
        let mut steps = 0;
        while page.compact() == Some(Pace::Soon) && steps < 100 {
            steps += 1;
        }
    }
    let fresh = open(&storage, seed ^ 4, now);
    assert_same(&page, &fresh);
    if !claimed {
        assert_shown(&fresh, &ours);
    }
}

fn open(storage: &Rc<dyn Storage>, seed: u64, now: Now) -> Journal {
    let mut journal = Journal::new(
        storage.clone(),
        PREFIX.into(),
        NATIVE,
        Random::new(seed),
        Limits::DEFAULT,
        Vec::new(),
    );
    journal.tick(now);
    journal.load();
    journal
}

/// Puts an entry, and gives the operation that did.
fn put(journal: &mut Journal, key: &str) -> Dot {
    let author = journal.author(1);
    let nothing = Slice::default();
    let slice = journal.slice("cart").unwrap_or(&nothing);
    let change = slice.put(&key.into(), Some(r#"{"qty":1}"#), author).unwrap();
    let dot = change.get(key).unwrap().events[0].dot;
    journal.apply(&"cart".into(), &change);
    assert!(journal.flush().is_ok());
    dot
}

fn has_seen(slice: &Slice, key: &str, dot: Dot) -> bool {
    slice
        .part(holdall::state::part_of(key))
        .is_some_and(|part| part.context.contains(dot))
}

fn assert_shown(journal: &Journal, ours: &[(&str, Dot)]) {
    for (key, dot) in ours {
        let entry = journal.slice("cart").and_then(|slice| slice.get(key));
        assert!(
            entry.is_some_and(|entry| entry.events.iter().any(|event| event.dot == *dot)),
            "{key} is lost"
        );
    }
}

/// Both show the same. What one has retired the other may still name.
fn assert_same(one: &Journal, other: &Journal) {
    let shown = |journal: &Journal| {
        let mut shown = Vec::new();
        for (name, slice) in journal.slices() {
            for key in slice.keys() {
                let value = slice.get(&key).and_then(|entry| entry.value(NATIVE));
                shown.push((name.clone(), key, value));
            }
        }
        // Slices are in the order in which they were met.
        shown.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        shown
    };
    assert_eq!(shown(one), shown(other), "a fresh page shows what this one does");
}
