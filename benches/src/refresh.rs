//! How often a token is renewed that many requests in many tabs find expired.

use std::time::Duration;

use holdall_e2e::within;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::contender::CLIENTS;
use crate::harness::{Bench, Page, Pages};
use crate::results::{Results, Samples, Target};

const TABS: usize = 8;
const REQUESTS: usize = 100;
/// More than the two seconds that the first token lives.
const EXPIRED: Duration = Duration::from_millis(2_300);
const LIMIT: Duration = Duration::from_secs(60);

pub(crate) async fn run(bench: &Bench) {
    let (count, requests) = bench.choose((TABS, REQUESTS), (2, 10));
    let clients = bench.choose(&CLIENTS[..], &["holdall", "axios"]);
    let pages = bench.start().await;
    let mut tabs = Vec::new();
    while tabs.len() + 1 < count {
        tabs.push(pages.another().await);
    }
    let mut samples = Samples::default();
    let rounds = bench
        .few_rounds("refresh", 5, clients, async |_, contender| {
            let burst = Burst::of(&pages, &tabs, contender, requests).await;
            let size = count * requests;
            samples.add("refreshes", contender, size, burst.refreshes as f64);
            samples.add("old tokens", contender, size, burst.reuses as f64);
            samples.add("answered", contender, size, burst.answered as f64);
        })
        .await;

    let mut results = Results {
        part: "refresh".into(),
        setting: bench.setting.clone(),
        rounds,
        rows: samples.rows("requests"),
        targets: Vec::new(),
    };
    let own = results
        .row("refreshes", "holdall", count * requests)
        .expect("it was measured");
    let most = own.values.iter().copied().fold(0.0, f64::max);
    results.targets.push(Target {
        text: format!("refreshes for {count} tabs × {requests} expired requests: 1, in each of {rounds} rounds"),
        measured: format!("{most} at most"),
        met: own.values.iter().all(|value| *value == 1.0),
    });
    results.write(bench);
}

struct Burst {
    refreshes: usize,
    reuses: usize,
    answered: u64,
}

impl Burst {
    async fn of(pages: &Pages, others: &[Page], contender: &str, requests: usize) -> Self {
        let all = || std::iter::once(&pages.first).chain(others);
        for page in all() {
            page.load("storage").await;
        }
        pages
            .first
            .tab
            .run("localStorage.clear(); sessionStorage.clear()")
            .await;
        pages.first.tab.devtools("Network.clearBrowserCookies", json!({})).await;
        for page in all() {
            page.load("refresh").await;
        }
        // The first one signs in when all the others listen.
        for page in others {
            page.call::<Value>("open", json!([contender, false])).await;
        }
        pages.first.call::<Value>("open", json!([contender, true])).await;
        for page in all() {
            let ready = within(LIMIT, async || {
                page.call::<bool>("ready", json!([])).await.then_some(())
            });
            ready.await.expect("each tab knows of the sign-in");
        }
        sleep(EXPIRED).await;
        let before = pages.server.counted();
        pages.first.call_long::<Value>("everybody", json!([requests])).await;
        let mut answered = 0;
        for page in all() {
            let ended = within(LIMIT, async || page.tab.run("return window.answered").await.as_u64());
            answered += ended.await.expect("all requests end");
        }
        let after = pages.server.counted();
        Self {
            refreshes: after.refreshes - before.refreshes,
            reuses: after.reuses - before.reuses,
            answered,
        }
    }
}
