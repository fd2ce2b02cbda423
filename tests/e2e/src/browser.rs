//! A browser with a profile of its own.

use std::sync::Arc;

use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use ureq::http::Request;

use crate::devtools::Command;
use crate::driver::Driver;
use crate::environment;
use crate::http::try_send;
use crate::tab::Tab;
use crate::wire::{Log, Sent};

/// More at once slow each other down until their waits run out.
static BROWSERS: Semaphore = Semaphore::const_new(2);

const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// A running browser with an empty profile; it ends when dropped, with its tabs.
pub struct Browser {
    session: Arc<Session>,
}

impl Browser {
    /// Starts one, as soon as fewer than two others run.
    ///
    /// # Panics
    /// If it doesn't start.
    pub async fn start() -> Self {
        let permit = BROWSERS.acquire().await.expect("it is never closed");
        let driver = Driver::shared();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities())
            .connect(&driver.url())
            .await
            .expect("CHROME can be run, and is of CHROMEDRIVER's version");
        let id = client.session_id().await.unwrap().expect("a session");
        let window = client.window().await.unwrap();
        let session = Session {
            client,
            id,
            current: Mutex::new(window),
            log: Mutex::new(Log::default()),
            driver,
            _permit: permit,
        };
        Self {
            session: Arc::new(session),
        }
    }

    /// The tab that it started with.
    pub async fn first_tab(&self) -> Tab {
        let window = self.session.current.lock().await.clone();
        Tab::new(Arc::clone(&self.session), window).await
    }

    /// Opens an empty tab.
    ///
    /// # Panics
    /// If that fails.
    pub async fn new_tab(&self) -> Tab {
        let opened = self.session.client.new_window(true).await.expect("a new tab");
        Tab::new(Arc::clone(&self.session), opened.handle).await
    }

    /// All requests that its tabs have sent so far, in their order.
    pub async fn sent(&self) -> Vec<Sent> {
        self.session.sent().await
    }
}

fn capabilities() -> Map<String, Value> {
    let chrome = json!({ "binary": environment::path("CHROME"), "args": ARGUMENTS });
    let logs = json!({ "performance": "ALL", "browser": "ALL" });
    Map::from_iter([
        ("goog:chromeOptions".into(), chrome),
        ("goog:loggingPrefs".into(), logs),
    ])
}

/// The WebDriver session. It has one current window, and its commands go to that one.
pub(crate) struct Session {
    client: Client,
    id: String,
    current: Mutex<WindowHandle>,
    log: Mutex<Log>,
    driver: Arc<Driver>,
    _permit: SemaphorePermit<'static>,
}

impl Session {
    /// The client, with that window as the current one for as long as the guard lives.
    pub(crate) async fn in_window(&self, window: &WindowHandle) -> (&Client, MutexGuard<'_, WindowHandle>) {
        let mut current = self.current.lock().await;
        if *current != *window {
            self.client
                .switch_to_window(window.clone())
                .await
                .expect("the tab is open");
            *current = window.clone();
        }
        (&self.client, current)
    }

    pub(crate) async fn sent(&self) -> Vec<Sent> {
        let mut log = self.log.lock().await;
        log.add(&self.read_log("performance").await);
        log.requests()
    }

    /// Takes what was logged since the last time.
    pub(crate) async fn read_log(&self, kind: &'static str) -> Value {
        let command = Command::new("se/log", json!({ "type": kind }));
        self.client.issue_cmd(command).await.expect("the browser's log")
    }
}

impl Drop for Session {
    /// Also after a panic, and so without anything asynchronous: a driver that is killed leaves its browsers behind.
    fn drop(&mut self) {
        let url = format!("{}/session/{}", self.driver.url(), self.id);
        let _ = try_send(Request::delete(url).body(Vec::new()).unwrap());
    }
}
