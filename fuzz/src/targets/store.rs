//! A whole application over storages that hold anything: areas of several owners, claims, notes, quarantine, and the export.

use std::rc::Rc;

use holdall::journal::{Limits, MemoryStorage, Pace, Storage};
use holdall::json::{MAX_DEPTH, Reader};
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::store::{Owner, Setting, SliceConfig, Store};
use holdall::time::Now;

use crate::corpus::stored;
use crate::fields::{join, seed, split, text};

/// The fixtures' entries, and one of each other kind.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let stored = stored();
    let mut seeds: Vec<Vec<u8>> = stored
        .chunks(4)
        .map(|entries| {
            join(
                &entries
                    .iter()
                    .flat_map(|(key, text)| [key.as_str(), text])
                    .collect::<Vec<_>>(),
            )
        })
        .collect();
    let record = &stored[15].1;
    seeds.push(join(&[
        "shop/claim/0/ada",
        "",
        "shop/g.0/r/26.1611207675503b7f-1",
        record,
        "shop/g.1/r/26.1611207675503b7f-1",
        record,
    ]));
    seeds.push(join(&[
        "shop/device/q/r/1",
        "{",
        "shop/reserve",
        "x",
        "shop/session",
        "{}",
        "shop/claim/18446744073709551615/x",
        "",
    ]));
    seeds
}

pub(crate) fn run(input: &[u8]) {
    let storage = Rc::<MemoryStorage>::default();
    let parts: Vec<_> = split(input).map(text).collect();
    for entry in parts.chunks(2) {
        if let [key, text] = entry {
            storage.set(key, text).unwrap();
        }
    }
    let mut now = Now {
        wall: 1_790_000_100_000,
        monotonic: 5_000,
    };
    let mut seed = seed(input);
    for owner in [None, Some("ada")] {
        let mut store = open(&storage, owner, &mut seed, now);
        look(&store);
        let cart = store.find("cart").unwrap();
        if store.put(cart, "new", r#"{"qty":1}"#).is_ok() {
            assert_eq!(store.entry(cart, "new").as_deref(), Some(r#"{"qty":1}"#));
            store.increment(cart, "new", "qty", 2.0, None).unwrap();
        }
        let _ = store.patch(1, "", r#"{"page":1}"#);
        let _ = store.put(2, "\"mallory\"", "null");
        assert!(store.flush().is_ok());
        assert_same(&store, &open(&storage, owner, &mut seed, now));

        store.set_owner(Some("grace".into()));
        store.set_owner(owner.map(str::to_owned));
        for _ in 0..6 {
            now = Now {
                wall: now.wall + 15_000,
                monotonic: now.monotonic + 15_000,
            };
            store.tick(now);
            let _ = store.flush();
            let mut steps = 0;
            while store.compact() == Some(Pace::Soon) && steps < 100 {
                steps += 1;
            }
        }
        look(&store);
        store.take_news();
        assert_same(&store, &open(&storage, owner, &mut seed, now));
    }
}

fn open(storage: &Rc<MemoryStorage>, owner: Option<&str>, seed: &mut u64, now: Now) -> Store {
    let mut cart = SliceConfig::new("cart", Kind::Map);
    cart.ttl = Some(3_600_000);
    let filters = SliceConfig::new("filters", Kind::Object);
    let mut blocked = SliceConfig::new("blocked", Kind::Set);
    (blocked.owner, blocked.check, blocked.version) = (Owner::User, true, 2);
    *seed = seed.wrapping_add(1);
    let setting = Setting {
        local: storage.clone(),
        session: Rc::<MemoryStorage>::default(),
        numbers: NATIVE,
        limits: Limits::DEFAULT,
        seed: *seed,
        now,
        owner: owner.map(str::to_owned),
    };
    Store::open("shop", &[cart, filters, blocked], setting).unwrap()
}

/// All that can be seen is JSON.
fn look(store: &Store) {
    let is_json = |text: &str| {
        let mut reader = Reader::with_depth(text, MAX_DEPTH + 16);
        reader.skip().and_then(|_| reader.end()).is_ok()
    };
    for slice in 0..3 {
        assert!(store.whole(slice).is_none_or(|whole| is_json(&whole)));
        for key in store.keys(slice) {
            assert!(store.entry(slice, &key).is_some_and(|entry| is_json(&entry)));
        }
    }
    assert!(is_json(&store.export()));
}

fn assert_same(one: &Store, other: &Store) {
    for slice in 0..3 {
        assert_eq!(one.keys(slice), other.keys(slice), "a fresh page shows the same keys");
        assert_eq!(one.whole(slice), other.whole(slice), "and the same values");
    }
}
