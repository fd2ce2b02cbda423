//! What each part works with: the server, a browser, and rounds in which everybody has a turn.

use std::path::{Path, PathBuf};
use std::time::Duration;

use holdall_e2e::{Browser, Tab};
use indicatif::{ProgressBar, ProgressStyle};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::page::call_long;
use crate::results::Setting;
use crate::server::Server;

/// As many rounds, if they don't take too long.
const ROUNDS: usize = 30;
/// Medians of fewer say little.
const FEWEST: usize = 5;
/// No part goes on for longer.
const LIMIT: Duration = Duration::from_secs(15 * 60);

/// A clock for everybody, memory that is collected when we ask for it, and tabs in the background that aren't slowed down.
const ARGUMENTS: [&str; 5] = [
    "--js-flags=--expose-gc",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    // A page that was left is gone.
    "--disable-features=BackForwardCache,CalculateNativeWinOcclusion",
];

/// What is to be done, and where things are.
pub(crate) struct Bench {
    /// Just enough to see that everything still works.
    pub(crate) smoke: bool,
    rounds: usize,
    /// The bundles of the contenders.
    pub(crate) contenders: PathBuf,
    /// Where the results belong.
    pub(crate) results: PathBuf,
    /// The figures that the README shows.
    pub(crate) docs: PathBuf,
    /// Where and when this is measured.
    pub(crate) setting: Setting,
}

impl Bench {
    pub(crate) async fn new(smoke: bool, rounds: Option<usize>) -> Self {
        let contenders = std::env::var_os("HOLDALL_CONTENDERS").map(PathBuf::from);
        let contenders = contenders.expect("HOLDALL_CONTENDERS: run `cargo xtask bench`, which builds them");
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        // A test leaves no figures behind.
        let results = if smoke {
            contenders.join("results")
        } else {
            here.join("results")
        };
        let docs = if smoke {
            contenders.join("results")
        } else {
            here.join("../docs")
        };
        let mut bench = Self {
            smoke,
            rounds: rounds.unwrap_or(ROUNDS),
            contenders,
            results,
            docs,
            setting: Setting::default(),
        };
        let pages = bench.start().await;
        pages.first.load("storage").await;
        let (date, browser, cores) = pages.first.call("date", json!([])).await;
        bench.setting = Setting::of(&bench, date, browser, cores);
        bench
    }

    /// One of two, by what is to be done.
    pub(crate) fn choose<T>(&self, whole: T, smoke: T) -> T {
        if self.smoke { smoke } else { whole }
    }

    /// A browser with an empty profile, and a server.
    pub(crate) async fn start(&self) -> Pages {
        let server = Server::start(&self.contenders).await;
        let browser = Browser::start_unwatched(&ARGUMENTS).await;
        let first = Page {
            tab: browser.first_tab().await,
            origin: server.origin().to_owned(),
        };
        Pages { first, server, browser }
    }

    /// Lets everybody have a turn, then everybody again in another order, and so on; how many rounds there were.
    pub(crate) async fn rounds<T>(&self, what: &str, turns: &[T], take: impl AsyncFnMut(usize, &T)) -> usize {
        self.few_rounds(what, self.rounds, turns, take).await
    }

    /// As many rounds as are asked for.
    pub(crate) async fn few_rounds<T>(
        &self,
        what: &str,
        rounds: usize,
        turns: &[T],
        mut take: impl AsyncFnMut(usize, &T),
    ) -> usize {
        let rounds = self.choose(rounds, 1);
        let bar = progress(what, rounds * turns.len());
        let start = Instant::now();
        for round in 0..rounds {
            if round >= FEWEST && start.elapsed() > LIMIT {
                bar.abandon_with_message("enough");
                return round;
            }
            for turn in 0..turns.len() {
                take(round, &turns[(turn + round * 5) % turns.len()]).await;
                bar.inc(1);
            }
        }
        bar.finish();
        rounds
    }
}

pub(crate) fn progress(what: &str, length: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:10} {bar:40} {pos}/{len} in {elapsed}, {eta} left");
    ProgressBar::new(length as u64)
        .with_style(style.expect("a template"))
        .with_message(what.to_owned())
}

/// A running browser, and the server of its pages.
pub(crate) struct Pages {
    pub(crate) first: Page,
    pub(crate) server: Server,
    browser: Browser,
}

impl Pages {
    pub(crate) async fn another(&self) -> Page {
        Page {
            tab: self.browser.new_tab().await,
            origin: self.first.origin.clone(),
        }
    }
}

/// A tab, and what its page offers.
pub(crate) struct Page {
    pub(crate) tab: Tab,
    origin: String,
}

impl Page {
    /// Loads `bench.html` with that part of it.
    pub(crate) async fn load(&self, part: &str) {
        self.tab.open(&format!("{}/bench.html?part={part}", self.origin)).await;
        let wait = "while (!window.bench) await new Promise((resolve) => setTimeout(resolve, 2))";
        self.tab.run(wait).await;
    }

    /// Calls a function of the page, which ends within seconds.
    pub(crate) async fn call<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> T {
        let script = "return (await bench[input[0]](...input[1])) ?? null";
        let value = self.tab.run_with(script, json!([name, arguments])).await;
        serde_json::from_value(value).expect("what the page gives")
    }

    /// Calls one that may take minutes.
    pub(crate) async fn call_long<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> T {
        call_long(&self.tab, name, arguments).await
    }

    /// What the heap holds after a collection, and what WebAssembly has taken, in bytes.
    pub(crate) async fn memory(&self) -> (f64, f64) {
        for _ in 0..3 {
            self.tab.devtools("HeapProfiler.collectGarbage", json!({})).await;
        }
        let usage = self.tab.devtools("Runtime.getHeapUsage", json!({})).await;
        (
            usage["usedSize"].as_f64().expect("a heap"),
            self.call("wasm", json!([])).await,
        )
    }
}
