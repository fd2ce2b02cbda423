//! What a request takes longer than the browser's own.

use serde_json::json;

use crate::contender::CLIENTS;
use crate::harness::Bench;
use crate::plot::thousands;
use crate::results::{Loop, Results, Samples, Target};
use crate::statistics::median;

/// Bytes of state.
const SIZES: [usize; 3] = [0, 1_000, 4_000];
/// Requests at once, and how many pairs of them a round has.
const AT_ONCE: [(usize, usize); 2] = [(1, 30), (50, 4)];

pub(crate) async fn run(bench: &Bench) {
    let sizes = bench.choose(&SIZES[..], &SIZES[..2]);
    let clients = bench.choose(&CLIENTS[..], &["holdall", "ky"]);
    let pages = bench.start().await;
    let page = &pages.first;
    let turns: Vec<(&str, usize)> = clients
        .iter()
        .flat_map(|name| sizes.iter().map(|size| (*name, *size)))
        .collect();
    let mut samples = Samples::default();
    let rounds = bench
        .rounds("requests", &turns, async |_, (contender, size)| {
            page.load("storage").await;
            page.tab.run("localStorage.clear()").await;
            for (at_once, pairs) in AT_ONCE {
                page.load("requests").await;
                let pairs = bench.choose(pairs, 2);
                let took: Vec<[f64; 2]> = page.call("pairs", json!([contender, size, at_once, pairs])).await;
                let raw: Vec<f64> = took.iter().map(|[raw, _]| *raw).collect();
                let added: Vec<f64> = took.iter().map(|[raw, own]| own - raw).collect();
                samples.add_loop(&measure("took", at_once), "fetch", *size, turns_of(raw));
                samples.add_loop(&measure("added", at_once), contender, *size, turns_of(added));
            }
        })
        .await;

    let mut results = Results {
        part: "requests".into(),
        setting: bench.setting.clone(),
        rounds,
        rows: samples.rows("ms"),
        targets: Vec::new(),
    };
    let targets = sizes.iter().take(2).flat_map(|size| targets(&results, clients, *size));
    results.targets = targets.collect();
    results.write(bench);
}

fn measure(what: &str, at_once: usize) -> String {
    format!("{what}, {at_once} at once")
}

/// One that takes long by chance isn't to count more than another.
fn turns_of(values: Vec<f64>) -> Loop {
    Loop {
        mean: median(&values),
        each: values,
    }
}

fn targets(results: &Results, clients: &[&str], size: usize) -> Vec<Target> {
    let row = |contender: &str| {
        results
            .row("added, 1 at once", contender, size)
            .expect("it was measured")
    };
    let own = row("holdall");
    let raw = results.median("took, 1 at once", "fetch", size);
    let bytes = thousands(size as f64);
    let limit = (raw * 0.1).max(0.2);
    let [low, high] = own.interval;
    let mut targets = vec![Target {
        text: format!(
            "added to a request with {bytes} bytes of state, at most {limit:.2} ms (10 % of fetch, or 0.2 ms)"
        ),
        measured: format!("{:.3} ms (95 %: {low:.3} to {high:.3}) on {raw:.3} ms", own.median),
        met: own.median <= limit,
    }];
    for peer in ["ky", "axios"].into_iter().filter(|peer| clients.contains(peer)) {
        targets.push(Target {
            text: format!("added to a request with {bytes} bytes of state, less than {peer} adds"),
            measured: format!("{:.3} ms beside {:.3} ms", own.median, row(peer).median),
            met: own.median < row(peer).median,
        });
    }
    targets
}
