//! What stays in memory after many changes and many requests.

use serde_json::{Value, json};

use crate::harness::{Bench, Page, progress};
use crate::plot::thousands;
use crate::results::{Results, Row, Samples, Target};
use crate::seeds;

/// The others would take a quarter of an hour.
const STORES: [&str; 4] = ["holdall", "zustand", "redux", "nanostores"];
const CLIENTS: [&str; 3] = ["holdall", "ky", "axios"];
const LINES: usize = 100;
const CHANGES: usize = 100_000;
const REQUESTS: usize = 10_000;
/// So often the memory is looked at.
const LOOKS: usize = 20;
const MEGABYTE: f64 = 1_000_000.0;

pub(crate) async fn run(bench: &Bench) {
    let (changes, requests, looks) = bench.choose((CHANGES, REQUESTS, LOOKS), (200, 40, 2));
    let stores = bench.choose(&STORES[..], &["holdall"]);
    let clients = bench.choose(&CLIENTS[..], &["holdall"]);

    let mut samples = Samples::default();
    let bar = progress("memory", (stores.len() + clients.len()) * looks);
    for contender in stores {
        let pages = bench.start().await;
        let page = &pages.first;
        seeds::make(page, &[contender], &[LINES]).await;
        seeds::restore(page, contender, LINES).await;
        page.load("memory").await;
        page.call::<Value>("openState", json!([contender])).await;
        for look in 1..=looks {
            page.call_long::<Value>("change", json!([changes / looks, LINES])).await;
            note(&mut samples, page, "changes", contender, look * changes / looks).await;
            bar.inc(1);
        }
    }
    for contender in clients {
        let pages = bench.start().await;
        let page = &pages.first;
        page.load("memory").await;
        page.call::<Value>("openSession", json!([contender, 1_000])).await;
        for look in 1..=looks {
            page.call_long::<Value>("request", json!([requests / looks])).await;
            note(&mut samples, page, "requests", contender, look * requests / looks).await;
            bar.inc(1);
        }
    }
    bar.finish();

    let mut results = Results {
        part: "memory".into(),
        setting: bench.setting.clone(),
        rounds: 1,
        rows: samples.rows("MB"),
        targets: Vec::new(),
    };
    for (work, count) in [("changes", changes), ("requests", requests)] {
        let grown = growth(&results.rows, work, "holdall", count);
        results.targets.push(Target {
            text: format!(
                "memory after the second half of {} {work}, at most 1 MB more than after the first",
                thousands(count as f64)
            ),
            measured: format!("{grown:+.2} MB"),
            met: grown <= 1.0,
        });
    }
    results.write(bench);
}

async fn note(samples: &mut Samples, page: &Page, work: &str, contender: &str, count: usize) {
    let (heap, wasm) = page.memory().await;
    samples.add(&format!("heap after {work}"), contender, count, heap / MEGABYTE);
    samples.add(&format!("wasm after {work}"), contender, count, wasm / MEGABYTE);
}

/// Heap and WebAssembly, at the end over the middle.
pub(crate) fn growth(rows: &[Row], work: &str, contender: &str, count: usize) -> f64 {
    let at = |size: usize| -> f64 {
        let here = rows.iter().filter(|row| {
            row.contender == contender && row.size == size && row.measure.ends_with(&format!("after {work}"))
        });
        here.map(|row| row.median).sum()
    };
    at(count) - at(count / 2)
}
