//! A browser with a profile of its own.

use std::sync::Arc;

use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Map, Value, json};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use ureq::http::Request;

use crate::devtools::Command;
use crate::driver::Driver;
use crate::engine::Engine;
use crate::http::try_send;
use crate::tab::Tab;
use crate::wire::{Log, Sent};

/// More at once slow each other down until their waits run out.
static BROWSERS: Semaphore = Semaphore::const_new(2);

/// A running browser with an empty profile; it ends when dropped, with its tabs.
pub struct Browser {
    session: Arc<Session>,
}

impl Browser {
    /// Starts a Chromium: see [`Browser::start_in`].
    ///
    /// # Panics
    /// If it doesn't start.
    pub async fn start() -> Self {
        Self::start_in(Engine::Chromium).await
    }

    /// Starts one, as soon as fewer than two others run.
    ///
    /// # Panics
    /// If it doesn't start.
    pub async fn start_in(engine: Engine) -> Self {
        Self::with(engine, engine.capabilities()).await
    }

    /// Starts a Chromium that is measured: nobody looks at what it sends, and it has more arguments.
    ///
    /// # Panics
    /// If it doesn't start.
    pub async fn start_unwatched(arguments: &[&str]) -> Self {
        Self::with(Engine::Chromium, Engine::unwatched(arguments)).await
    }

    async fn with(engine: Engine, capabilities: Map<String, Value>) -> Self {
        let permit = BROWSERS.acquire().await.expect("it is never closed");
        let driver = Driver::of(engine);
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver.url())
            .await
            .expect("the browser can be run, and fits its driver");
        let id = client.session_id().await.unwrap().expect("a session");
        let process = client
            .capabilities()
            .and_then(|known| known.get("moz:processID")?.as_i64());
        let window = client.window().await.unwrap();
        let session = Session {
            engine,
            client,
            id,
            process: process.and_then(|id| id.try_into().ok()).map(Pid::from_raw),
            current: Mutex::new(window),
            log: Mutex::new(Log::default()),
            driver,
            _permit: permit,
        };
        Self {
            session: Arc::new(session),
        }
    }

    /// What kind it is of.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.session.engine
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
        // Firefox slows a tab down that isn't the one in front, so there it has a window of its own.
        let behind = self.engine() == Engine::Chromium;
        let opened = self.session.client.new_window(behind).await.expect("a new tab");
        Tab::new(Arc::clone(&self.session), opened.handle).await
    }

    /// What the pages' consoles said since the last time.
    pub async fn console(&self) -> Value {
        self.session.console().await
    }

    /// All requests that its tabs have sent so far, in their order. Chromium only.
    pub async fn sent(&self) -> Vec<Sent> {
        self.session.sent().await
    }
}

/// The WebDriver session. It has one current window, and its commands go to that one.
pub(crate) struct Session {
    pub(crate) engine: Engine,
    client: Client,
    id: String,
    /// Firefox's process, which its driver can't end as long as a page hangs.
    process: Option<Pid>,
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

    /// What the pages' consoles said since the last time; nothing where the driver can't tell.
    pub(crate) async fn console(&self) -> Value {
        match self.engine {
            Engine::Chromium => self.read_log("browser").await,
            Engine::Firefox => Value::Null,
        }
    }

    /// Takes what was logged since the last time.
    async fn read_log(&self, kind: &'static str) -> Value {
        let command = Command::new("se/log", json!({ "type": kind }));
        self.client.issue_cmd(command).await.expect("the browser's log")
    }
}

impl Drop for Session {
    /// Also after a panic, and so without anything asynchronous: a driver that is killed leaves its browsers behind.
    fn drop(&mut self) {
        let url = format!("{}/session/{}", self.driver.url(), self.id);
        let ended = try_send(Request::delete(url).body(Vec::new()).unwrap());
        if let Some(process) = self.process.filter(|_| !ended.is_ok_and(|answer| answer.status == 200)) {
            let _ = kill(process, Signal::SIGKILL);
        }
    }
}
