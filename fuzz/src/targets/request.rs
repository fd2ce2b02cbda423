//! The server's half: query, header and body of a request, in all forms that a slice travels in.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use holdall::client::Config;
use holdall::json::canonical;
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::request::{Limits, Parts, Rules, Shape, SliceInfo, Target, decode, encode, merge_json};
use serde_json::{Value, json};

use crate::corpus::{decoded, encoded};
use crate::fields::{join, split, text};
use crate::shapes::shape;

/// The shapes of all vectors, by slice.
static SHAPES: LazyLock<Vec<Vec<(String, Value)>>> = LazyLock::new(|| {
    let of_servers = decoded()
        .into_iter()
        .map(|vector| vector["shapes"].as_object().unwrap().clone().into_iter().collect());
    let of_clients = encoded()
        .into_iter()
        .map(|vector| vec![("x".to_owned(), vector["shape"].clone())]);
    let of_clients = of_clients.filter(|shapes| shapes[0].1.is_object());
    of_servers.chain(of_clients).collect()
});

/// The vectors: which shapes, then the request.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let vectors = decoded()
        .into_iter()
        .chain(encoded().into_iter().filter(|vector| vector["shape"].is_object()));
    let seeds = vectors.enumerate().map(|(index, vector)| {
        let part = |name: &str| vector["request"][name].as_str().unwrap_or_default().to_owned();
        join(&[
            &index.to_string(),
            &part("query"),
            &part("header"),
            &part("contentType"),
            &part("body"),
        ])
    });
    seeds.collect()
}

pub(crate) fn run(input: &[u8]) {
    let parts: Vec<&[u8]> = split(input).collect();
    let part = |at: usize| parts.get(at).copied().unwrap_or_default();
    let index: usize = text(part(0)).parse().unwrap_or_default();
    let described = &SHAPES[index % SHAPES.len()];
    let shapes: Vec<Shape> = described.iter().map(|(slice, json)| shape(slice, json)).collect();
    let (query, header, content_type) = (text(part(1)), text(part(2)), text(part(3)));
    let request = Parts {
        query: Some(&query),
        state_header: Some(&header),
        content_type: Some(&content_type),
        body: part(4),
    };
    let limits = Limits {
        bytes: 60_000,
        depth: 12,
        entries: 500,
    };
    let Ok(state) = decode(&request, &shapes, &limits) else {
        return;
    };
    assert!(query.len().min(header.len()).min(part(4).len()) <= limits.bytes);
    for (slice, description) in described {
        let Some(text) = state.json(slice) else { continue };
        let canonical = canonical(text, NATIVE).expect("no member twice, no half of a surrogate pair");
        let value: Value = serde_json::from_str(&canonical).expect("a server's own parser reads it");
        assert!(depth(&value) <= limits.depth && entries(&value) <= limits.entries);
        assert!(
            canonical == sent_again(slice, description, &canonical),
            "a client could have sent it"
        );
    }
}

/// What a server reads if a client sends this state by a rule that fits the shape.
fn sent_again(slice: &str, description: &Value, state: &str) -> String {
    let of_set = state.starts_with('[');
    let place = description["in"].as_str().unwrap();
    let style = match (
        place,
        description["style"].as_str(),
        &description["of"],
        &description["fields"],
    ) {
        ("query", None, Value::Null, Value::Null) => Some("json"),
        (_, style, ..) => style,
    };
    let mut send = json!({ "in": place, "empty": true });
    for (name, value) in [("style", style), ("as", description["as"].as_str())] {
        if let Some(value) = value {
            send[name] = value.into();
        }
    }
    // Exploded members have no name in common; and the vectors' names may be what no rule takes.
    let config = json!([{ "match": "POST /*", "send": { slice: send } }]).to_string();
    let kind = if of_set { Kind::Set } else { Kind::Map };
    let rules = Config::rules_from_json(&config).unwrap();
    let Ok(rules) = Rules::compile(&rules, &[SliceInfo { name: slice, kind }]) else {
        return state.to_owned();
    };
    let own = "https://shop.example";
    let plan = rules
        .plan(&Target {
            method: "POST",
            origin: own,
            path: "/",
            page_origin: own,
        })
        .unwrap();
    let outgoing = encode(&plan, |_| Some(state.to_owned())).expect("what was read can be sent");
    let body = merge_json(None, &outgoing.body_members).unwrap();
    let parts = Parts {
        query: Some(&outgoing.query),
        state_header: outgoing.state_header.as_deref(),
        content_type: Some("application/json"),
        body: body.as_bytes(),
    };
    let mut optional = description.clone();
    optional["required"] = false.into();
    let read = decode(&parts, &[shape(slice, &optional)], &Limits::default()).expect("what was sent can be read");
    let nothing = if of_set { "[]" } else { "{}" };
    let read = read.json(slice).unwrap_or(nothing).to_owned();
    ordered(state, &canonical(&read, NATIVE).unwrap())
}

/// `read`, unless it is a set that differs in its order alone.
fn ordered(state: &str, read: &str) -> String {
    let members = |text: &str| {
        let value: Value = serde_json::from_str(text).unwrap();
        value
            .as_array()
            .map(|array| array.iter().map(Value::to_string).collect::<BTreeSet<_>>())
    };
    let same = members(state).is_some() && members(state) == members(read);
    if same { state.to_owned() } else { read.to_owned() }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(array) => 1 + array.iter().map(depth).max().unwrap_or(0),
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn entries(value: &Value) -> usize {
    match value {
        Value::Array(array) => array.len() + array.iter().map(entries).sum::<usize>(),
        Value::Object(object) => object.len() + object.values().map(entries).sum::<usize>(),
        _ => 0,
    }
}
