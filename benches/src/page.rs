//! The page `journal.html` in a browser of its own.

use std::path::Path;
use std::time::Duration;

use holdall_e2e::{Browser, Pages, Tab, within};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::time::sleep;

/// No step takes this long.
const LIMIT: Duration = Duration::from_secs(900);
const PERIOD: Duration = Duration::from_millis(200);

/// The page, on a storage that was empty when it was first loaded.
pub(crate) struct Page {
    tab: Tab,
    pages: Pages,
    _browser: Browser,
}

impl Page {
    pub(crate) async fn load() -> Self {
        let pages = Pages::of(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/pages"))).await;
        let browser = Browser::start().await;
        let page = Self {
            tab: browser.first_tab().await,
            pages,
            _browser: browser,
        };
        page.load_again().await;
        page
    }

    pub(crate) async fn load_again(&self) {
        self.tab.open(&self.pages.url("journal.html")).await;
        let ready = within(LIMIT, async || {
            (self.tab.run("return 'bench' in window").await == true).then_some(())
        });
        ready.await.expect("the page loads the library");
    }

    /// Calls a function of the page's `bench`, and waits until it ends.
    pub(crate) async fn call<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> T {
        call_long(&self.tab, name, arguments).await
    }
}

/// Calls a function of a page's `bench` that may take minutes, and waits until it ends.
pub(crate) async fn call_long<T: DeserializeOwned>(tab: &Tab, name: &str, arguments: Value) -> T {
    let script = "window.result = null;
        bench[input[0]](...input[1]).then(
            (value) => { window.result = { value: value ?? null } },
            (error) => { window.result = { error: `${error}` } },
        );";
    tab.run_with(script, json!([name, arguments])).await;
    // A page that computes answers late.
    let ended = within(LIMIT, async || {
        sleep(PERIOD).await;
        Some(tab.run("return window.result").await).filter(|result| !result.is_null())
    });
    let result = ended.await.expect("it ends");
    match result.get("value") {
        Some(value) => serde_json::from_value(value.clone()).expect("what the page gives"),
        None => panic!("{name} failed: {result}"),
    }
}
