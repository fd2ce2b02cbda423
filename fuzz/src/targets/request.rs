//! The server's half: query, header and body of a request, in all forms that a slice travels in.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use holdall::client::Config;
use holdall::json::canonical;
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::request::{Limits, Outgoing, Parts, Rules, Shape, SliceInfo, Target, decode, encode, merge_json};
use serde_json::{Value, json};

use crate::corpus::{decoded, encoded};
use crate::fields::{join, names, split, text};
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
    // And one with more entries than are taken.
    let any = |shapes: &Vec<(String, Value)>| shapes.iter().any(|(slice, _)| slice == "any");
    let any = SHAPES.iter().position(any).unwrap();
    let many = format!("any=[{}0]", "0,".repeat(80));
    seeds.chain([join(&[&any.to_string(), &many])]).collect()
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
        depth: 8,
        entries: 60,
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
        // What nobody could have sent by such a rule isn't what the server was told.
        let Some(outgoing) = sent(slice, description, &canonical) else {
            continue;
        };
        assert_eq!(
            received(slice, description, &outgoing, &canonical),
            canonical,
            "it is what a client sends"
        );
        let is_set = description["of"].is_string() && description["style"] != "deepObject";
        let distinct: BTreeSet<String> = value.as_array().into_iter().flatten().map(Value::to_string).collect();
        assert!(
            !is_set || distinct.len() == value.as_array().unwrap().len(),
            "a set has nothing twice"
        );
        for name in names(&outgoing.query) {
            let count = |query: &str| names(query).iter().filter(|other| **other == name).count();
            assert!(
                [0, count(&outgoing.query)].contains(&count(&query)),
                "or it is in the body"
            );
        }
    }
}

/// What a client sends of this state by a rule that fits the shape; `None` if the shape's names are such that no rule takes them.
fn sent(slice: &str, description: &Value, state: &str) -> Option<Outgoing> {
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
    let mut send = json!({ "in": place });
    for (name, value) in [("style", style), ("as", description["as"].as_str())] {
        if let Some(value) = value {
            send[name] = value.into();
        }
    }
    let config = json!([{ "match": "POST /*", "send": { slice: send } }]).to_string();
    let rules = Config::rules_from_json(&config).unwrap();
    let kind = match state.starts_with('[') {
        true => Kind::Set,
        false if description["fields"].is_object() => Kind::Object,
        false => Kind::Map,
    };
    let rules = Rules::compile(&rules, &[SliceInfo { name: slice, kind }]).ok()?;
    let own = "https://shop.example";
    let plan = rules
        .plan(&Target {
            method: "POST",
            origin: own,
            path: "/",
            page_origin: own,
        })
        .unwrap();
    let outgoing = encode(&plan, |_| Some(state.to_owned()));
    // In the body a key may have brackets, too.
    assert!(
        outgoing.is_ok() || description["orInBody"] == true,
        "what was read can be sent"
    );
    outgoing.ok()
}

/// What a server reads of that. An empty slice isn't sent.
fn received(slice: &str, description: &Value, outgoing: &Outgoing, state: &str) -> String {
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
    let nothing = if state.starts_with('[') { "[]" } else { "{}" };
    ordered(state, &canonical(read.json(slice).unwrap_or(nothing), NATIVE).unwrap())
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
