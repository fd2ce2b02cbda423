//! The client's half, without a browser: what it puts on a request, and the request itself.

use std::time::Duration;

use holdall::json::{canonical, from_text};
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::request::{
    EncodeError, Outgoing, Plan, RuleConfig, RuleError, Rules, SliceInfo, Target, encode, join_query, merge_json,
};
use serde_json::Value;
use ureq::http::HeaderMap;
use ureq::{Agent, http};

/// Sends one slice `x` of a kind, as a rule's `send` says.
pub struct Sender {
    plan: Plan,
}

/// The parts of a request that carry state, and the method that they need.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Request {
    /// Without `?`.
    pub query: Option<String>,
    /// `Holdall-State`
    pub header: Option<String>,
    /// `Content-Type`
    pub content_type: Option<String>,
    /// The body.
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null if it is none.
    pub json: Value,
}

impl Sender {
    /// Compiles the one rule.
    ///
    /// # Errors
    /// [`RuleError`]
    pub fn new(kind: &str, send: &Value) -> Result<Self, RuleError> {
        let kind = match kind {
            "set" => Kind::Set,
            "map" => Kind::Map,
            _ => Kind::Object,
        };
        let rule = serde_json::json!([{ "match": "POST /*", "send": { "x": send } }]);
        let configs: Vec<RuleConfig> = from_text(&rule.to_string()).expect("a rule");
        let rules = Rules::compile(&configs, &[SliceInfo { name: "x", kind }])?;
        let own = "http://localhost";
        let target = Target {
            method: "POST",
            origin: own,
            path: "/",
            page_origin: own,
        };
        let plan = rules.plan(&target).expect("it matches");
        Ok(Self { plan })
    }

    /// What a request carries of this state.
    ///
    /// # Errors
    /// [`EncodeError`]
    pub fn request(&self, state: &Value) -> Result<Request, EncodeError> {
        let text = canonical(&state.to_string(), NATIVE).expect("JSON");
        let outgoing = encode(&self.plan, |_| Some(text.clone()))?;
        request(outgoing)
    }

    /// The plan of its requests.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}

fn request(outgoing: Outgoing) -> Result<Request, EncodeError> {
    let mut request = Request {
        query: Some(join_query("", &outgoing.query)?).filter(|query| !query.is_empty()),
        header: outgoing.state_header,
        ..Request::default()
    };
    if !outgoing.body_members.is_empty() {
        request.content_type = Some("application/json".into());
        request.body = Some(merge_json(None, &outgoing.body_members)?);
    }
    Ok(request)
}

/// POSTs it, and waits for the answer.
///
/// # Panics
/// If none comes.
#[must_use]
pub fn send(address: &str, request: &Request) -> Answer {
    let query = request
        .query
        .as_ref()
        .map_or_else(String::new, |query| format!("?{query}"));
    let mut builder = http::Request::post(format!("{address}{query}"));
    let headers = [
        ("holdall-state", &request.header),
        ("content-type", &request.content_type),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            builder = builder.header(name, value);
        }
    }
    let body = request.body.clone().unwrap_or_default();
    Answer::to(builder.body(body.into_bytes()).expect("a request"))
}

impl Answer {
    /// The answer to a request.
    ///
    /// # Panics
    /// If none comes.
    #[must_use]
    pub fn to(request: http::Request<Vec<u8>>) -> Self {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .proxy(None)
            .build()
            .into();
        let answer = agent.run(request).expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = body
            .into_with_config()
            .limit(100_000_000)
            .read_to_vec()
            .expect("its body");
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_slice(&bytes).unwrap_or_default(),
        }
    }

    /// A header; empty if absent.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or_default())
    }
}
