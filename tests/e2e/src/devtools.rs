//! What WebDriver has no words for: commands of the DevTools protocol.

use fantoccini::wd::WebDriverCompatibleCommand;
use serde::Deserialize;
use serde_json::{Value, json};
use ureq::http::Method;
use url::{ParseError, Url};

use crate::tab::Tab;
use crate::wire::Sent;

/// A POST to an endpoint of the session that fantoccini doesn't know.
#[derive(Debug)]
pub(crate) struct Command {
    endpoint: &'static str,
    body: Value,
}

impl Command {
    pub(crate) fn new(endpoint: &'static str, body: Value) -> Self {
        Self { endpoint, body }
    }
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.endpoint))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// What a page looked like at some moment since its first paint.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Recording {
    /// The account's `data-status`.
    pub status: String,
    /// Whether the sign-in form was visible.
    pub form: bool,
    /// How many lines the cart showed.
    pub lines: usize,
}

/// Notes each different look: the document's state at each change, and what can be seen at each frame. Before the first
/// frame there are no styles yet, and nothing is painted either.
const RECORDER: &str = r#"
window.recording = [];
let form = false;
const look = () => {
  const account = document.querySelector('[data-testid="account"]');
  if (!account) return;
  const now = { status: account.dataset.status, form, lines: document.querySelectorAll('[data-testid^="line-"]').length };
  if (JSON.stringify(now) !== JSON.stringify(window.recording.at(-1))) window.recording.push(now);
};
const frame = () => {
  const element = document.querySelector('[data-testid="sign-in-form"]');
  form = element?.checkVisibility({ opacityProperty: true, visibilityProperty: true }) ?? false;
  look();
  requestAnimationFrame(frame);
};
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
requestAnimationFrame(frame);
"#;

impl Tab {
    /// Runs a script in each document that the tab loads from now on, before any other script.
    pub async fn run_before_each_page(&self, script: &str) {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }))
            .await;
    }

    /// Records how each page that the tab loads from now on looks, from the first paint on.
    pub async fn record(&self) {
        self.run_before_each_page(&format!("(() => {{{RECORDER}}})()")).await;
    }

    /// What was recorded since the page was loaded.
    pub async fn recording(&self) -> Vec<Recording> {
        serde_json::from_value(self.run("return window.recording").await).expect("a recording")
    }

    /// Delays each answer to this tab by that many milliseconds; 0 ends that.
    pub async fn delay_answers(&self, milliseconds: u32) {
        let conditions = json!({
            "offline": false, "latency": milliseconds, "downloadThroughput": -1, "uploadThroughput": -1,
        });
        self.devtools("Network.emulateNetworkConditions", conditions).await;
    }

    /// Gives the page exactly this size, in CSS pixels.
    pub async fn resize(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    }

    /// The value of a cookie of this page, also of one that scripts can't read.
    pub async fn cookie(&self, name: &str) -> Option<String> {
        let cookies = self.devtools("Network.getCookies", json!({})).await;
        let cookies = cookies["cookies"].as_array()?;
        let cookie = cookies.iter().find(|cookie| cookie["name"] == name)?;
        cookie["value"].as_str().map(Into::into)
    }

    /// What was answered to a request of this tab's page, as JSON.
    ///
    /// # Panics
    /// If it isn't JSON.
    pub async fn answer_to(&self, sent: &Sent) -> Value {
        let body = self
            .devtools("Network.getResponseBody", json!({ "requestId": sent.id }))
            .await;
        serde_json::from_str(body["body"].as_str().unwrap_or_default()).expect("an answer in JSON")
    }
}
