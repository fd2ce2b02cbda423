//! Several tabs: how soon the others know, and what is lost.

use std::time::Duration;

use holdall_e2e::within;
use serde_json::{Value, json};

use crate::contender::STORES;
use crate::harness::{Bench, Page, progress};
use crate::plot::thousands;
use crate::results::{Loop, Results, Samples, Target};
use crate::seeds;
use crate::statistics::median;

/// These hear of other tabs.
const LISTENING: [&str; 5] = ["holdall", "zustand", "nanostores", "tanstack", "tinybase"];
const LINES: usize = 100;
const PINGS: usize = 10;
const TABS: usize = 4;
const CHANGES: usize = 2_000;
/// What is lost differs from run to run.
const RUNS: usize = 3;
const LIMIT: Duration = Duration::from_secs(120);

pub(crate) async fn run(bench: &Bench) {
    let pages = bench.start().await;
    let mut tabs = Vec::new();
    while tabs.len() < TABS - 1 {
        tabs.push(pages.another().await);
    }
    let stores = bench.choose(&STORES[..], &["holdall", "zustand"]);
    seeds::make(&pages.first, stores, &[LINES]).await;
    let mut samples = Samples::default();

    let listening: Vec<&str> = LISTENING.into_iter().filter(|name| stores.contains(name)).collect();
    let pings = bench.choose(PINGS, 2);
    let rounds = bench
        .rounds("latency", &listening, async |_, contender| {
            let other = &tabs[0];
            fresh(&pages.first, &tabs, contender).await;
            for page in [&pages.first, other] {
                page.load("tabs").await;
                page.call::<Value>("open", json!([contender])).await;
            }
            other.call::<Value>("echo", json!([])).await;
            let took: Vec<f64> = pages.first.call("ping", json!([pings])).await;
            samples.add("answers lost", contender, pings, (pings - took.len()) as f64);
            if !took.is_empty() {
                let mean = median(&took);
                samples.add_loop("latency", contender, LINES, Loop { mean, each: took });
            }
        })
        .await;

    let changes = bench.choose(CHANGES, 20);
    let runs = bench.choose(RUNS, 1);
    let bar = progress("lost", runs * stores.len());
    for _ in 0..runs {
        for contender in stores {
            let lost = lost(&pages.first, &tabs, contender, changes).await;
            samples.add("lost", contender, TABS * changes, lost as f64);
            bar.inc(1);
        }
    }
    bar.finish();

    let mut results = Results {
        part: "tabs".into(),
        setting: bench.setting.clone(),
        rounds,
        rows: samples.rows("ms"),
        targets: Vec::new(),
    };
    for row in results.rows.iter_mut().filter(|row| row.measure.contains("lost")) {
        row.unit = "updates".into();
    }
    let own = results.row("lost", "holdall", TABS * changes).expect("it was measured");
    let most = own.values.iter().copied().fold(0.0, f64::max);
    results.targets.push(Target {
        text: format!(
            "lost of {TABS} tabs × {} updates: none, in any of {runs} runs",
            thousands(changes as f64)
        ),
        measured: format!("{most} at most"),
        met: most == 0.0,
    });
    results.write(bench);
}

/// No tab has the contender of the turn before.
async fn fresh(first: &Page, others: &[Page], contender: &str) {
    for page in others {
        page.load("storage").await;
    }
    seeds::restore(first, contender, LINES).await;
}

async fn lost(first: &Page, others: &[Page], contender: &str, changes: usize) -> i64 {
    fresh(first, others, contender).await;
    let all = || std::iter::once(first).chain(others);
    let mut before = 0;
    for page in all() {
        page.load("tabs").await;
        before = page.call("open", json!([contender])).await;
        page.call::<Value>("ready", json!([changes])).await;
    }
    first.call::<Value>("begin", json!([])).await;
    for page in all() {
        let done = within(LIMIT, async || {
            (page.tab.run("return window.done").await == json!(changes)).then_some(())
        });
        done.await.expect("each tab gets it done");
    }
    first.load("tabs").await;
    let after: i64 = first.call("open", json!([contender])).await;
    before + ((others.len() + 1) * changes) as i64 - after
}
