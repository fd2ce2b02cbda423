//! The browsers that stories run in, and how each is started.

use std::process::Command;

use serde_json::{Map, Value, json};

use crate::environment;

/// A kind of browser.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Engine {
    /// What most stories run in: it alone has the DevTools protocol, by which they see what goes over the wire.
    Chromium,
    /// Another engine, with another `localStorage`.
    Firefox,
}

const CHROMIUM_ARGUMENTS: [&str; 9] = [
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

impl Engine {
    /// Its driver, told to choose a port and to say which.
    pub(crate) fn driver(self) -> Command {
        match self {
            Self::Chromium => {
                let mut command = Command::new(environment::path("CHROMEDRIVER"));
                command.arg("--port=0");
                command
            }
            Self::Firefox => {
                let mut command = Command::new(environment::path("GECKODRIVER"));
                // With access to the browser's own window: it alone knows which process a tab lives in.
                command.args(["--port", "0", "--websocket-port", "0", "--allow-system-access"]);
                command
            }
        }
    }

    /// The port that the driver says in this line, if it does.
    pub(crate) fn announced_port(self, line: &str) -> Option<u16> {
        let before = match self {
            Self::Chromium => "started successfully on port ",
            Self::Firefox => "Listening on 127.0.0.1:",
        };
        let (_, port) = line.split_once(before)?;
        port.trim_end_matches('.').parse().ok()
    }

    pub(crate) fn capabilities(self) -> Map<String, Value> {
        match self {
            Self::Chromium => {
                let mut capabilities = Self::unwatched(&[]);
                let logs = json!({ "performance": "ALL", "browser": "ALL" });
                capabilities.insert("goog:loggingPrefs".into(), logs);
                capabilities
            }
            Self::Firefox => {
                // As in Chromium, tabs of one origin share no process.
                let preferences = json!({ "dom.ipc.processCount.webIsolated": 8 });
                let options = json!({
                    "binary": environment::path("FIREFOX"), "args": ["-headless"], "prefs": preferences,
                });
                Map::from_iter([("moz:firefoxOptions".into(), options)])
            }
        }
    }

    /// Chromium without logs, which make each request slower, and with more arguments.
    pub(crate) fn unwatched(arguments: &[&str]) -> Map<String, Value> {
        let arguments = [&CHROMIUM_ARGUMENTS, arguments].concat();
        let options = json!({ "binary": environment::path("CHROME"), "args": arguments });
        Map::from_iter([("goog:chromeOptions".into(), options)])
    }
}
