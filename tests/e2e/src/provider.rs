//! A certified OpenID provider, as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use ureq::http::Request;

use crate::http::send;

/// The running provider (`oidc-provider` from npm); it ends when dropped.
pub struct Provider {
    origin: String,
    process: Child,
}

/// What it has done with refresh tokens.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
pub struct Grants {
    /// Requests that were answered with tokens.
    pub granted: u32,
    /// Requests that were refused.
    pub refused: u32,
    /// Sign-ins that it has ended.
    pub revoked: u32,
}

impl Provider {
    /// Starts it.
    ///
    /// # Panics
    /// If it doesn't start.
    #[must_use]
    pub fn start() -> Self {
        let mut process = Command::new("node")
            .arg("provider.js")
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/provider"))
            .stdout(Stdio::piped())
            // It warns of what only production needs.
            .stderr(Stdio::null())
            .spawn()
            .expect("node can be run");
        let output = BufReader::new(process.stdout.take().expect("its output"));
        let origin = output.lines().map_while(Result::ok).find_map(|line| {
            let origin = line.strip_prefix("listening on ")?;
            Some(origin.to_owned())
        });
        Self {
            origin: origin.expect("the provider starts: `cargo xtask test` installs what it needs"),
            process,
        }
    }

    /// Its origin, which is its issuer, too.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What it has done so far.
    ///
    /// # Panics
    /// If it doesn't say.
    #[must_use]
    pub fn grants(&self) -> Grants {
        let answer = send(
            Request::get(format!("{}/counts", self.origin))
                .body(Vec::new())
                .unwrap(),
        );
        serde_json::from_slice(&answer.bytes).expect("counts")
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
