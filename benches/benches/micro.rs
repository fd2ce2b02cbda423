//! Join, encode and decode, natively: what gets slower here gets slower in the browser, too.
//!
//! `cargo xtask bench micro`; criterion compares each run with the one before.
#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a benchmark fails by panicking; its macros make functions"
)]

use std::hint::black_box;
use std::rc::Rc;

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use holdall::journal::{Document, Limits, MemoryStorage, Storage};
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::request::{Limits as Bounds, Parts, Scalar, Shape, decode};
use holdall::state::{Author, Replica, Scope, Slice};
use holdall::store::{Setting, SliceConfig, Store};
use holdall::time::Now;

const SIZES: [u64; 3] = [10, 1_000, 10_000];

fn key(number: u64) -> Rc<str> {
    format!("sku-{number}").into()
}

fn line(number: u64) -> String {
    format!(
        r#"{{"price":{},"qty":1,"title":"Article {number} in a plain box"}}"#,
        100 + number % 9_000
    )
}

fn author(clock: u64) -> Author {
    let replica = Replica { birth: 1, random: 7 };
    Author {
        replica,
        clock,
        now: 1_000,
        version: 1,
    }
}

/// A cart of so many lines.
fn cart(lines: u64) -> Slice {
    let mut cart = Slice::default();
    for number in 0..lines {
        let change = cart
            .put(&key(number), Some(&line(number)), author(number + 1))
            .expect("a line");
        cart.join(&change, Scope::Listed);
    }
    cart
}

fn document(slice: Slice) -> Document {
    Document {
        clock: 1,
        slices: vec![("cart".into(), slice)],
        ..Document::default()
    }
}

fn states(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("join a change");
    for size in SIZES {
        let cart = cart(size);
        let change = cart
            .put(&key(size / 2), Some(&line(0)), author(size + 1))
            .expect("a line");
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter_batched_ref(
                || cart.clone(),
                |cart| cart.join(black_box(&change), Scope::Listed),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("join all, to nothing");
    for size in SIZES {
        let cart = cart(size);
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter_batched_ref(
                Slice::default,
                |empty| empty.join(black_box(&cart), Scope::Listed),
                BatchSize::LargeInput,
            );
        });
    }
    group.finish();
}

fn documents(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode a document");
    for size in SIZES {
        let document = document(cart(size));
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter(|| black_box(&document).encode(NATIVE));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("decode a document");
    for size in SIZES {
        let text = document(cart(size)).encode(NATIVE);
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter(|| Document::decode(black_box(&text), NATIVE).expect("a document"));
        });
    }
    group.finish();
}

fn store(local: &Rc<MemoryStorage>) -> Store {
    let setting = Setting {
        local: Rc::clone(local) as Rc<dyn Storage>,
        session: Rc::new(MemoryStorage::default()),
        numbers: NATIVE,
        limits: Limits::default(),
        seed: 7,
        now: Now::default(),
        owner: None,
    };
    Store::open("bench", &[SliceConfig::new("cart", Kind::Map)], setting).expect("a store")
}

fn stores(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("open a store");
    for size in SIZES {
        let storage = Rc::new(MemoryStorage::default());
        let mut filled = store(&storage);
        for number in 0..size {
            filled.put(0, &key(number), &line(number)).expect("a line");
        }
        filled.flush().expect("room");
        group.bench_function(BenchmarkId::from_parameter(size), |bench| {
            bench.iter(|| store(black_box(&storage)));
        });
    }
    group.finish();

    criterion.bench_function("increment, and store the record", |bench| {
        let storage = Rc::new(MemoryStorage::default());
        let mut cart = store(&storage);
        for number in 0..1_000 {
            cart.put(0, &key(number), &line(number)).expect("a line");
        }
        cart.flush().expect("room");
        let mut number = 0;
        bench.iter(|| {
            number += 1;
            cart.increment(0, &key(number % 1_000), "qty", 1.0, None)
                .expect("a line");
            cart.flush().expect("room");
            // Records that pile up would make the storage slower, not the core.
            if number % 64 == 0 {
                let all: &dyn Storage = &*storage;
                all.keys().iter().for_each(|key| storage.remove(key));
            }
        });
    });
}

fn requests(criterion: &mut Criterion) {
    let query: String = (0..100).map(|number| format!("blocked=user-{number}&")).collect();
    let query = format!("{query}inStock=true");
    let shapes = [
        Shape::set("blocked", Scalar::Text),
        Shape::object("filters", &[("inStock", Scalar::Bool)]),
    ];
    criterion.bench_function("decode a query of 100 members", |bench| {
        let parts = Parts {
            query: Some(&query),
            ..Parts::default()
        };
        bench.iter(|| decode(black_box(&parts), &shapes, &Bounds::default()).expect("a state"));
    });
}

criterion_group!(micro, states, documents, stores, requests);
criterion_main!(micro);
