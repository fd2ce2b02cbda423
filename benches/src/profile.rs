//! Where the time goes while opening, and while sending.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::harness::{Bench, Page};
use crate::seeds;

const LINES: usize = 1_000;
const OPENINGS: usize = 20;
const PAIRS: usize = 1_000;
/// Microseconds between two looks at the stack.
const INTERVAL: u32 = 50;
const SHOWN: usize = 25;

/// Prints the functions that took most, by their own time. Those of a published module have numbers for names.
pub(crate) async fn run(bench: &Bench) {
    let pages = bench.start().await;
    let page = &pages.first;
    seeds::make(page, &["holdall"], &[LINES]).await;
    let mut opening = Profile::default();
    for _ in 0..bench.choose(OPENINGS, 1) {
        seeds::restore(page, "holdall", LINES).await;
        page.load("open").await;
        let arguments = json!(["/cached/state/holdall.js", LINES]);
        opening
            .add(page, async || page.call::<Value>("apart", arguments.clone()).await)
            .await;
    }
    opening.print(&format!(
        "import and opening of {LINES} lines, each of {} times",
        opening.runs
    ));

    for bytes in [0, 1_000] {
        page.load("storage").await;
        page.tab.run("localStorage.clear()").await;
        page.load("requests").await;
        let mut sending = Profile::default();
        let arguments = json!(["holdall", bytes, 1, bench.choose(PAIRS, 10)]);
        sending
            .add(page, async || page.call_long::<Value>("pairs", arguments.clone()).await)
            .await;
        sending.print(&format!(
            "{} pairs of requests with {bytes} bytes of state, in all",
            bench.choose(PAIRS, 10)
        ));
    }
}

/// Milliseconds by function.
#[derive(Default)]
struct Profile {
    own: HashMap<String, f64>,
    runs: u32,
}

impl Profile {
    async fn add(&mut self, page: &Page, action: impl AsyncFn() -> Value) {
        page.tab.devtools("Profiler.enable", json!({})).await;
        page.tab
            .devtools("Profiler.setSamplingInterval", json!({ "interval": INTERVAL }))
            .await;
        page.tab.devtools("Profiler.start", json!({})).await;
        action().await;
        let profile = page.tab.devtools("Profiler.stop", json!({})).await;
        self.runs += 1;
        let profile = &profile["profile"];
        let names: HashMap<u64, String> = profile["nodes"].as_array().expect("nodes").iter().map(name).collect();
        let samples = profile["samples"].as_array().expect("samples").iter();
        let deltas = profile["timeDeltas"].as_array().expect("times").iter().skip(1);
        for (sample, delta) in samples.zip(deltas) {
            let name = &names[&sample.as_u64().expect("a node")];
            *self.own.entry(name.clone()).or_default() += delta.as_f64().unwrap_or_default() / 1_000.0;
        }
    }

    fn print(&self, title: &str) {
        let mut own: Vec<_> = self
            .own
            .iter()
            .filter(|(name, _)| !name.starts_with("(idle)"))
            .collect();
        own.sort_by(|one, other| other.1.total_cmp(one.1));
        println!("\n{title}: milliseconds of their own");
        for (name, milliseconds) in own.into_iter().take(SHOWN) {
            println!("{:>10.3}  {name}", milliseconds / f64::from(self.runs));
        }
    }
}

fn name(node: &Value) -> (u64, String) {
    let frame = &node["callFrame"];
    let file = frame["url"]
        .as_str()
        .unwrap_or_default()
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let name = frame["functionName"].as_str().unwrap_or_default();
    let place = if file.is_empty() {
        String::new()
    } else {
        format!(" {file}:{}:{}", frame["lineNumber"], frame["columnNumber"])
    };
    (node["id"].as_u64().expect("an id"), format!("{name}{place}"))
}
