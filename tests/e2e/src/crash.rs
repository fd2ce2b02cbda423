//! The sudden end of a tab.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::devtools::Command;
use crate::engine::Engine;
use crate::tab::Tab;

/// The process of the tab with that address, as the browser's own window knows it. The driver has also told the browser to
/// end when a tab crashes, which it isn't to do.
const PROCESS: &str = r#"
Services.env.set("MOZ_CRASHREPORTER_SHUTDOWN", "");
const tab = gBrowser.tabs.find(({ linkedBrowser }) => linkedBrowser.currentURI.spec === arguments[0]);
return tab.linkedBrowser.browsingContext.currentWindowGlobal.osPid;"#;

impl Tab {
    /// Ends the tab's process, whatever it is doing: no handler runs, and nothing is finished. Nothing can be done with the
    /// tab afterwards. No other tab of the browser may have its address.
    ///
    /// # Panics
    /// If it can't be ended.
    pub async fn crash(&self) {
        match self.session.engine {
            Engine::Chromium => {
                let (client, _current) = self.session.in_window(&self.window).await;
                let body = json!({ "cmd": "Page.crash", "params": {} });
                let answer = client.issue_cmd(Command::new("goog/cdp/execute", body)).await;
                answer.expect_err("a crashed tab doesn't answer");
            }
            Engine::Firefox => {
                let process = Pid::from_raw(self.process().await);
                kill(process, Signal::SIGKILL).expect("the tab's process runs");
            }
        }
    }

    /// The id of the tab's process, which is its alone as there are enough for all: see [`Engine::capabilities`].
    async fn process(&self) -> i32 {
        let (client, _current) = self.session.in_window(&self.window).await;
        let url = client.current_url().await.expect("the tab's address");
        let context = async |name| {
            let command = Command::new("moz/context", json!({ "context": name }));
            client
                .issue_cmd(command)
                .await
                .expect("the driver may look at the browser's window");
        };
        context("chrome").await;
        let process = client.execute(PROCESS, vec![json!(url.as_str())]).await;
        context("content").await;
        let process = process.ok().as_ref().and_then(Value::as_i64);
        let process = process.and_then(|process| process.try_into().ok());
        process.expect("a tab with that address, and its process")
    }
}
