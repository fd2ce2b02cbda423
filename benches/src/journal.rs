//! What the journal costs, by the size of the cart: bytes written, the longest tasks, what opening reads.
//!
//! `cargo xtask bench journal` builds what this needs, and says where it is.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::page::Page;

const LINES: [u32; 3] = [10, 1_000, 10_000];
/// A busy machine makes a task long now and then. One that is long in each run is long.
const RUNS: u32 = 4;
const CHANGES_IN_RUN: u32 = 5_000;
const CHANGES_TOLD: u32 = 1_000;

const VISITS: u32 = 10_000;
/// The cart that is visited has so many lines.
const VISITED: u32 = 100;

pub(crate) async fn run() {
    let mut costs = Vec::new();
    for lines in LINES {
        println!("a cart of {lines} lines …");
        costs.push(Costs::of(lines).await);
    }
    println!("{VISITS} visits …\n");
    let visits = Visits::made().await;
    Costs::print(&costs);
    visits.print();
}

struct Costs {
    lines: u32,
    runs: Vec<Changes>,
    told: Told,
    opening: Opening,
}

/// Bytes written, and milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    /// For one change.
    middle: u32,
    most: u32,
    by_changes: f64,
    by_compacting: f64,
    longest_change: f64,
    longest_compacting: f64,
}

/// Milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    longest_event: f64,
    longest_load: f64,
}

#[derive(Deserialize)]
struct Opening {
    /// Milliseconds.
    took: f64,
    /// Of its tasks.
    longest: f64,
    /// Bytes.
    read: u64,
    /// How many lines were found.
    size: u32,
    /// What is stored.
    keys: u32,
    bytes: u64,
}

impl Costs {
    async fn of(lines: u32) -> Self {
        let page = Page::load().await;
        page.call::<Value>("fill", json!([lines])).await;
        let runs = page.call("change", json!([lines, CHANGES_IN_RUN, RUNS])).await;
        page.load_again().await;
        let opening: Opening = page.call("open", json!([])).await;
        assert_eq!(opening.size, lines, "all lines are there");
        page.load_again().await;
        let told = page.call("tell", json!([lines, CHANGES_TOLD])).await;
        Self {
            lines,
            runs,
            told,
            opening,
        }
    }

    fn print(all: &[Self]) {
        let row = |name: &str, cell: fn(&Self) -> String| {
            let cells: String = all.iter().map(|costs| format!("{:>18}", cell(costs))).collect();
            println!("{name:<52}{cells}");
        };
        row("lines in the cart", |costs| costs.lines.to_string());
        row("bytes written for one change (at most)", |costs| {
            let last = costs.runs.last().expect("a run");
            format!("{} ({})", last.middle, last.most)
        });
        row("bytes that compacting writes / bytes of changes", |costs| {
            let sum = |of: fn(&Changes) -> f64| costs.runs.iter().map(of).sum::<f64>();
            format!("{:.2}", sum(|run| run.by_compacting) / sum(|run| run.by_changes))
        });
        row("longest task of a change, ms (in any run)", |costs| {
            costs.longest(|run| run.longest_change)
        });
        row("longest task of compacting, ms (in any run)", |costs| {
            costs.longest(|run| run.longest_compacting)
        });
        row("longest task of another tab's change, ms", |costs| {
            format!("{:.1}", costs.told.longest_event)
        });
        println!("after {CHANGES_TOLD} changes that weren't heard of:");
        row("loading, ms", |costs| format!("{:.1}", costs.told.longest_load));
        row("opening, ms", |costs| format!("{:.1}", costs.opening.took));
        row("longest task of opening, ms", |costs| {
            format!("{:.1}", costs.opening.longest)
        });
        row("opening, bytes read", |costs| costs.opening.read.to_string());
        row("stored at rest, keys", |costs| costs.opening.keys.to_string());
        row("stored at rest, bytes", |costs| costs.opening.bytes.to_string());
    }

    /// The longest of the run where it is shortest, and of that where it is longest.
    fn longest(&self, of: fn(&Changes) -> f64) -> String {
        let each = || self.runs.iter().map(of);
        let (least, most) = (each().fold(f64::INFINITY, f64::min), each().fold(0.0, f64::max));
        format!("{least:.1} ({most:.1})")
    }
}

#[derive(Deserialize)]
struct Visits {
    /// The cart as JSON, in bytes.
    live: u64,
    /// At any visit.
    top: Size,
    /// At rest after the last one.
    end: Size,
}

#[derive(Deserialize)]
struct Size {
    keys: u64,
    bytes: u64,
    /// Bytes read when it was opened.
    #[serde(default)]
    read: u64,
}

impl Visits {
    async fn made() -> Self {
        let page = Page::load().await;
        page.call::<Value>("fill", json!([VISITED])).await;
        page.call("visit", json!([VISITED, VISITS])).await
    }

    fn print(&self) {
        println!("\n{VISITS} visits of a cart with {VISITED} lines, each of which changes one");
        let row = |name: &str, value: u64| println!("{name:<52}{value:>18}");
        row("the cart as JSON, bytes", self.live);
        row("stored at most, keys", self.top.keys);
        row("stored at most, bytes", self.top.bytes);
        row("read by an opening at most, bytes", self.top.read);
        row("stored at rest, keys", self.end.keys);
        row("stored at rest, bytes", self.end.bytes);
    }
}
