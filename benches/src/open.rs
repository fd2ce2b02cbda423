//! From the import to the first read.

use std::collections::HashMap;

use serde_json::json;

use crate::contender::{STORES, title};
use crate::harness::{Bench, progress};
use crate::plot::thousands;
use crate::results::{Results, Samples, Sizes, Target};
use crate::seeds;
use crate::statistics::{interval, median};

const SIZES: [usize; 4] = [0, 100, 1_000, 10_000];
/// Browsers that are started anew for each contender.
const COLD: usize = 10;
/// So often a page is loaded before the browser keeps what it has compiled.
const WARM: usize = 4;

struct Turn {
    /// `whole` or `apart`.
    kind: &'static str,
    contender: String,
    /// What has it stored.
    seed: String,
    address: String,
    size: usize,
}

pub(crate) async fn run(bench: &Bench) {
    let sizes = bench.choose(&SIZES[..], &SIZES[..2]);
    let contenders = bench.choose(&STORES[..], &["holdall", "zustand", "json"]);
    let pages = bench.start().await;
    let page = &pages.first;
    seeds::make(page, contenders, sizes).await;

    let turns: Vec<Turn> = sizes.iter().flat_map(|size| turns(bench, contenders, *size)).collect();
    let mut samples = Samples::default();
    let take = async |samples: &mut Samples, turn: &Turn| {
        seeds::restore(page, &turn.seed, turn.size).await;
        page.load("open").await;
        let took: HashMap<String, f64> = page.call(turn.kind, json!([turn.address, turn.size])).await;
        for (measure, milliseconds) in took {
            samples.add(&measure, &turn.contender, turn.size, milliseconds);
        }
    };
    for turn in turns.iter().filter(|turn| turn.size == 0) {
        for _ in 0..bench.choose(WARM, 1) {
            take(&mut Samples::default(), turn).await;
        }
    }
    let rounds = bench
        .rounds("open", &turns, async |_, turn| take(&mut samples, turn).await)
        .await;
    cold(bench, bench.choose(contenders, &["holdall"]), &mut samples).await;

    let mut results = Results {
        part: "open".into(),
        setting: bench.setting.clone(),
        rounds,
        rows: samples.rows("ms"),
        targets: Vec::new(),
    };
    results.targets = targets(&results, bench.choose(1_000, 100));
    results.write(bench);
}

/// A page does it in one go, with all that the stack has; to tell module and state apart, the state's keeper alone is opened.
fn turns(bench: &Bench, contenders: &[&str], size: usize) -> Vec<Turn> {
    let turn = |kind, contender: &str, seed: &str, address| Turn {
        kind,
        contender: contender.to_owned(),
        seed: seed.to_owned(),
        address,
        size,
    };
    let apart = contenders
        .iter()
        .map(|name| turn("apart", name, name, format!("/cached/state/{name}.js")));
    let mut turns: Vec<Turn> = apart.collect();
    for (name, seed) in [("holdall", "holdall"), ("inline", "holdall"), ("json", "json")] {
        turns.push(turn("whole", name, seed, format!("/cached/state/{name}.js")));
    }
    for stack in Sizes::read(bench).sizes.into_iter().filter_map(|size| size.stack) {
        let Some((state, auth)) = stack.split_once(' ') else {
            continue;
        };
        if contenders.contains(&state) {
            turns.push(turn(
                "whole",
                &stack,
                state,
                format!("/cached/stacks/{state}-{auth}.js"),
            ));
        }
    }
    turns
}

/// Module start in a browser that has never seen it.
async fn cold(bench: &Bench, contenders: &[&str], samples: &mut Samples) {
    let rounds = bench.choose(COLD, 1);
    let bar = progress("cold", rounds * contenders.len());
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let contender = contenders[(turn + round) % contenders.len()];
            let pages = bench.start().await;
            pages.first.load("open").await;
            let address = format!("/contenders/state/{contender}.js");
            let took: HashMap<String, f64> = pages.first.call("apart", json!([address, 0])).await;
            samples.add("cold start", contender, 0, took["start"]);
            bar.inc(1);
        }
    }
    bar.finish();
}

fn targets(results: &Results, size: usize) -> Vec<Target> {
    let (own, least) = (
        results.median("open", "holdall", size),
        results.median("open", "json", size),
    );
    let parse = Target {
        text: format!(
            "open with {} lines beyond module start, at most 2 × (getItem + JSON.parse)",
            thousands(size as f64)
        ),
        measured: format!("{own:.2} ms, {:.1} × {least:.2} ms", own / least),
        met: own <= 2.0 * least,
    };
    let stacks = results
        .rows
        .iter()
        .filter(|row| row.measure == "whole" && row.size == 100 && row.contender.contains(' '));
    let Some(fastest) = stacks.min_by(|one, other| one.median.total_cmp(&other.median)) else {
        return vec![parse];
    };
    let beside = |name| {
        let own = results.row("whole", name, 100).expect("it was measured");
        let pairs = own.values.iter().zip(&fastest.values);
        let ratios: Vec<f64> = pairs.map(|(own, other)| own / other).collect();
        let [low, high] = interval(&ratios);
        Target {
            text: format!(
                "{}, from import to the first read, 100 lines, at most 2 × the fastest peer stack, paired",
                title(name)
            ),
            measured: format!(
                "{:.2} × (95 %: {low:.2} to {high:.2}), {:.2} ms beside {:.2} ms of {}",
                median(&ratios),
                own.median,
                fastest.median,
                title(&fastest.contender)
            ),
            met: median(&ratios) <= 2.0,
        }
    };
    vec![parse, beside("holdall"), beside("inline")]
}
