//! One tab, and what a person does in it.

use std::sync::Arc;
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::browser::Session;
use crate::devtools::Command;
use crate::view::View;
use crate::wait::{SOON, until};

/// A tab of a [`Browser`](crate::Browser).
#[derive(Clone)]
pub struct Tab {
    pub(crate) session: Arc<Session>,
    pub(crate) window: WindowHandle,
}

impl Tab {
    pub(crate) async fn new(session: Arc<Session>, window: WindowHandle) -> Self {
        Self { session, window }
    }

    /// Loads a page.
    pub async fn open(&self, url: &str) {
        let (client, _current) = self.session.in_window(&self.window).await;
        client.goto(url).await.expect("the page loads");
    }

    /// Loads the shop from the server at that origin, and waits until it is ready to be used.
    pub async fn open_shop(&self, origin: &str) {
        self.open(&format!("{origin}/")).await;
        self.until("the shop is open", |view| view.is_open()).await;
    }

    /// Loads the page again, and waits until it is ready to be used.
    pub async fn reload(&self) {
        {
            let (client, _current) = self.session.in_window(&self.window).await;
            client.refresh().await.expect("the page loads again");
        }
        self.until("the shop is open again", |view| view.is_open()).await;
    }

    /// Closes it. It can't be used any more.
    ///
    /// # Panics
    /// If that fails.
    pub async fn close(&self) {
        let (client, _current) = self.session.in_window(&self.window).await;
        client.close_window().await.expect("the tab can be closed");
    }

    /// Clicks the first element with that test id, once it can be clicked.
    pub async fn click(&self, test_id: &str) {
        let selector = format!("[data-testid=\"{test_id}\"]");
        self.use_element(&selector, async |client, element| {
            // The driver scrolls just so far that something else may still lie over it.
            let centre =
                "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center', behavior: 'instant' })";
            client.execute(centre, vec![json!(selector)]).await?;
            element.click().await
        })
        .await;
    }

    /// Types into the field with that CSS selector, in place of what is in it, once that can be done.
    pub async fn type_into(&self, selector: &str, text: &str) {
        self.use_element(selector, async |_, element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
    }

    /// Presses keys, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        let (client, _current) = self.session.in_window(&self.window).await;
        let element = client.active_element().await.expect("something has the focus");
        element.send_keys(keys).await.expect("it takes keys");
    }

    /// Signs in by the form.
    pub async fn sign_in(&self, username: &str, password: &str) {
        self.type_into("[name=username]", username).await;
        self.type_into("[name=password]", password).await;
        self.press("\u{e007}").await;
        self.until("somebody is signed in", |view| view.status == "signed-in")
            .await;
    }

    /// Runs a script as the body of an async function, and gives what it returns.
    ///
    /// # Panics
    /// If it throws.
    pub async fn run(&self, script: &str) -> Value {
        self.run_with(script, json!(null)).await
    }

    /// As [`Tab::run`]; the script finds `input` under that name.
    ///
    /// # Panics
    /// If it throws.
    pub async fn run_with(&self, script: &str, input: Value) -> Value {
        let (client, _current) = self.session.in_window(&self.window).await;
        let whole = format!("const [input] = arguments; return (async () => {{ {script} }})()");
        match timeout(SOON + Duration::from_secs(5), client.execute(&whole, vec![input])).await {
            Ok(Ok(value)) => value,
            Ok(Err(error)) => panic!("the script failed: {error}\n{script}"),
            Err(_) => panic!("the script doesn't end:\n{script}"),
        }
    }

    /// What the page shows now.
    pub async fn view(&self) -> View {
        View::of(self.run(View::SCRIPT).await)
    }

    /// Waits until the page shows what is asked for.
    ///
    /// # Panics
    /// If it doesn't soon, with what it shows instead.
    pub async fn until(&self, what: &str, shown: impl Fn(&View) -> bool) -> View {
        let looked = until(async || Some(self.view().await).filter(&shown)).await;
        match looked {
            Some(view) => view,
            None => self.fail(what).await,
        }
    }

    async fn use_element(&self, selector: &str, action: impl AsyncFn(&Client, Element) -> Result<(), CmdError>) {
        let mut last = String::new();
        let used = until(async || {
            let (client, _current) = self.session.in_window(&self.window).await;
            let result = match client.find(Locator::Css(selector)).await {
                Ok(element) => action(client, element).await,
                Err(error) => Err(error),
            };
            result.map_err(|error| last = error.to_string()).ok()
        });
        if used.await.is_none() {
            self.fail(&format!("`{selector}` can be used ({last})")).await;
        }
    }

    async fn fail(&self, what: &str) -> ! {
        let view = self.view().await;
        let console = self.session.console().await;
        panic!("waited {SOON:?} in vain until {what}; the page shows {view:#?} and its console says {console:#}");
    }

    /// A command of the DevTools protocol, and its answer. Chromium only.
    ///
    /// # Panics
    /// If it fails.
    pub async fn devtools(&self, command: &str, params: Value) -> Value {
        let (client, _current) = self.session.in_window(&self.window).await;
        let body = json!({ "cmd": command, "params": params });
        let answer = client.issue_cmd(Command::new("goog/cdp/execute", body)).await;
        answer.unwrap_or_else(|error| panic!("{command} failed: {error}"))
    }
}
