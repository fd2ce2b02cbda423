//! What the browser has sent, as its network stack reports it.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// One request.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The query, still encoded; empty without one.
    pub query: String,
    /// The headers that the page has set, in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, if it is text.
    pub body: String,
    /// The answer's status, once it is there.
    pub status: Option<u16>,
    /// The browser's name for it, to ask for the answer's body with.
    pub(crate) id: String,
}

impl Sent {
    /// Whether it is a request of that method and path.
    #[must_use]
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    /// The path and the query.
    #[must_use]
    pub fn url(&self) -> String {
        match self.query.as_str() {
            "" => self.path.clone(),
            query => format!("{}?{query}", self.path),
        }
    }

    /// A header; empty if absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value)
    }

    /// The bearer token that it carried.
    #[must_use]
    pub fn token(&self) -> Option<&str> {
        self.header("authorization").strip_prefix("Bearer ")
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The requests of a browser, gathered from its log.
#[derive(Default)]
pub(crate) struct Log {
    requests: Vec<Sent>,
    statuses: HashMap<String, u16>,
}

impl Log {
    /// Adds what a reading of the performance log gave.
    pub(crate) fn add(&mut self, entries: &Value) {
        for entry in entries.as_array().into_iter().flatten() {
            let message: Value =
                serde_json::from_str(entry["message"].as_str().unwrap_or_default()).unwrap_or_default();
            let params = &message["message"]["params"];
            let id = params["requestId"].as_str().unwrap_or_default();
            match message["message"]["method"].as_str() {
                Some("Network.requestWillBeSent") => self.requests.extend(request(id, &params["request"])),
                Some("Network.responseReceived") => {
                    let status = params["response"]["status"].as_u64().unwrap_or_default();
                    self.statuses.insert(id.into(), status.try_into().unwrap_or_default());
                }
                _ => {}
            }
        }
    }

    pub(crate) fn requests(&self) -> Vec<Sent> {
        let with_status = |sent: &Sent| Sent {
            status: self.statuses.get(&sent.id).copied(),
            ..sent.clone()
        };
        self.requests.iter().map(with_status).collect()
    }
}

fn request(id: &str, request: &Value) -> Option<Sent> {
    let url = request["url"].as_str()?.strip_prefix("http://")?;
    let (_, rest) = url.split_once('/')?;
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let headers = request["headers"].as_object()?.iter();
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap_or_default().into()));
    Some(Sent {
        method: request["method"].as_str()?.into(),
        path: format!("/{path}"),
        query: query.into(),
        headers: headers.collect(),
        body: request["postData"].as_str().unwrap_or_default().into(),
        status: None,
        id: id.into(),
    })
}
