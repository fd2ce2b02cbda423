//! The backend as a process of its own, on a data directory of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Request;

use crate::environment;
use crate::http::{Answer, send};

/// The running backend; it ends when dropped.
pub struct Server {
    data: TempDir,
    access_seconds: u32,
    port: u16,
    process: Option<Child>,
}

impl Server {
    /// Starts one whose access tokens live as short as in the demo.
    #[must_use]
    pub fn start() -> Self {
        Self::with_access_seconds(5)
    }

    /// Starts one whose access tokens live that long.
    #[must_use]
    pub fn with_access_seconds(access_seconds: u32) -> Self {
        let data = TempDir::new().expect("a temporary directory");
        let mut server = Self {
            data,
            access_seconds,
            port: 0,
            process: None,
        };
        server.launch();
        server
    }

    /// Kills it and starts it again, on the same port and data.
    pub fn restart(&mut self) {
        self.stop();
        self.launch();
    }

    /// Kills it. Nothing is said beforehand, so it can't save anything on its way.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    /// Starts it again after [`Server::stop`].
    ///
    /// # Panics
    /// If it doesn't start.
    pub fn launch(&mut self) {
        for _ in 0..20 {
            if let Some((process, port)) = self.try_launch() {
                (self.process, self.port) = (Some(process), port);
                return;
            }
            // Its port may be taken for a moment.
            sleep(Duration::from_millis(100));
        }
        panic!("the server doesn't start; its own message is above");
    }

    fn try_launch(&self) -> Option<(Child, u16)> {
        let mut process = Command::new(environment::path("HOLDALL_SERVER"))
            .args(["--port", &self.port.to_string()])
            .args(["--access-seconds", &self.access_seconds.to_string()])
            .arg("--data")
            .arg(self.data.path())
            .arg("--www")
            .arg(environment::path("HOLDALL_WWW"))
            .arg("--package")
            .arg(environment::path("HOLDALL_PACKAGE"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("HOLDALL_SERVER can be run");
        if let Some(port) = process.stdout.take().and_then(announced_port) {
            return Some((process, port));
        }
        let _ = process.kill();
        let _ = process.wait();
        None
    }

    /// The directory of its database and its key.
    #[must_use]
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// The port it listens on, on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its origin.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it answers to a GET, with a token or without.
    #[must_use]
    pub fn get(&self, path: &str, token: Option<&str>) -> Answer {
        let mut request = Request::get(format!("{}{path}", self.origin()));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        send(request.body(Vec::new()).unwrap())
    }

    /// What it answers to a POST under `/auth/`, sent as a page of its own would, with a refresh cookie.
    #[must_use]
    pub fn auth(&self, path: &str, cookie: Option<&str>, body: &Value) -> Answer {
        let mut request = Request::post(format!("{}{path}", self.origin()))
            .header("holdall-csrf", "1")
            .header("origin", self.origin())
            .header("content-type", "application/json");
        if let Some(cookie) = cookie {
            request = request.header("cookie", format!("__Host-refresh={cookie}"));
        }
        send(request.body(body.to_string().into_bytes()).unwrap())
    }

    /// Its own counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let answer = self.get("/api/stats", None);
        serde_json::from_slice(&answer.bytes).expect("statistics")
    }

    /// What it has stored as the user's orders, newest first. Signs in on its own, so the browser's session isn't touched.
    #[must_use]
    pub fn orders_of(&self, username: &str, password: &str) -> Vec<Value> {
        let credentials = json!({ "username": username, "password": password });
        let tokens = self.auth("/auth/sign-in", None, &credentials).json();
        let orders = self.get("/api/orders", tokens["access_token"].as_str());
        serde_json::from_slice(&orders.bytes).expect("orders")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The port that a server says it listens on, if it does.
fn announced_port(output: ChildStdout) -> Option<u16> {
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).ok()?;
    let address = line.trim_end().strip_prefix("listening on http://127.0.0.1:")?;
    address.strip_suffix('/')?.parse().ok()
}

/// What the server has counted so far.
#[derive(Clone, Copy, Debug, PartialEq, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Stats {
    /// Sign-ins that succeeded.
    pub sign_ins: u32,
    /// Renewals of access tokens that were answered.
    pub refreshes: u32,
    /// Refresh tokens that came back although they were old, and ended their session.
    pub reuses: u32,
    /// Orders stored.
    pub orders: u32,
}
