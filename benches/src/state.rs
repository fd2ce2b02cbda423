//! Changing, adding, reading.

use std::collections::HashMap;

use serde_json::json;

use crate::contender::STORES;
use crate::harness::Bench;
use crate::plot::thousands;
use crate::results::{Loop, Results, Samples, Target};
use crate::seeds;

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];
const ADDS: usize = 1_000;

pub(crate) async fn run(bench: &Bench) {
    let sizes = bench.choose(&SIZES[..], &SIZES[..1]);
    let stores = bench.choose(&STORES[..], &["holdall", "zustand", "redux"]);
    let pages = bench.start().await;
    let page = &pages.first;
    let all: Vec<usize> = [0].iter().chain(sizes).copied().collect();
    // holdall's seed has that of `raw`, too.
    seeds::make(page, stores, &all).await;

    let contenders = || stores.iter().chain(&["raw"]);
    let adding = contenders().filter(|name| **name != "raw").map(|name| (*name, 0));
    let turns: Vec<(&str, usize)> = contenders()
        .flat_map(|name| sizes.iter().map(|size| (*name, *size)))
        .chain(adding)
        .collect();
    let mut samples = Samples::default();
    let adds = bench.choose(ADDS, 30);
    let rounds = bench
        .rounds("state", &turns, async |_, (contender, size)| {
            seeds::restore(page, contender, *size).await;
            page.load("state").await;
            let adds = if *size == 0 { adds } else { 0 };
            let loops: HashMap<String, Loop> = page.call("measure", json!([contender, size, adds])).await;
            for (measure, turns) in loops {
                samples.add_loop(&measure, contender, (*size).max(adds), turns);
            }
        })
        .await;

    let mut results = Results {
        part: "state".into(),
        setting: bench.setting.clone(),
        rounds,
        rows: samples.rows("ms"),
        targets: Vec::new(),
    };
    results.targets = targets(&results, *sizes.last().expect("a size"));
    results.write(bench);
}

fn targets(results: &Results, most: usize) -> Vec<Target> {
    let change = |contender: &str, size: usize| results.median("change", contender, size) * 1_000.0;
    let (own, raw, zustand, small) = (
        change("holdall", most),
        change("raw", most),
        change("zustand", most),
        change("holdall", SIZES[0]),
    );
    let lines = thousands(most as f64);
    vec![
        Target {
            text: format!("one line of {lines}, at most 3 × setItem of the record"),
            measured: format!("{own:.1} µs, {:.2} × {raw:.1} µs", own / raw),
            met: own <= 3.0 * raw,
        },
        Target {
            text: format!("one line of {lines}, at least 100 × faster than zustand persist"),
            measured: format!("{:.0} × ({zustand:.0} µs beside {own:.1} µs)", zustand / own),
            met: zustand >= 100.0 * own,
        },
        Target {
            text: format!("one line of {lines}, at most 1.5 × one of {}", SIZES[0]),
            measured: format!("{:.2} × ({own:.1} µs beside {small:.1} µs)", own / small),
            met: own <= 1.5 * small,
        },
    ]
}
