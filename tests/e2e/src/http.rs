//! Plain HTTP, past the browser: what the backend itself says.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }
}

/// Sends a request and waits for its answer, whatever its status. Redirects aren't followed.
///
/// # Panics
/// If no answer comes.
#[must_use]
pub fn send(request: Request<Vec<u8>>) -> Answer {
    try_send(request).unwrap_or_else(|error| panic!("no answer: {error}"))
}

/// As [`send`], for a server that may be away.
///
/// # Errors
/// If no answer comes.
pub fn try_send(request: Request<Vec<u8>>) -> Result<Answer, ureq::Error> {
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_secs(20)))
        .proxy(None)
        .build()
        .into();
    let (parts, mut body): (_, Body) = agent.run(request)?.into_parts();
    Ok(Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        bytes: body.read_to_vec()?,
    })
}
