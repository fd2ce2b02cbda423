//! The vectors that implementations in any language are tested with.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdall::json::canonical;
use holdall::number::NATIVE;
use holdall::request::{DecodeError, Limits, Parts, Shape, State, decode};
use holdall_http::{Generator, Request, Sender};
use serde_json::{Value, json};

use crate::shapes::shape;

fn load(name: &str) -> Vec<Value> {
    let path = format!("{}/../vectors/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read(request: &Value, shapes: &[Shape], limits: &Limits) -> Result<State, DecodeError> {
    let text = |name: &str| request[name].as_str();
    let body = match text("bodyBase64") {
        Some(bytes) => STANDARD.decode(bytes).unwrap(),
        None => text("body").unwrap_or_default().into(),
    };
    let parts = Parts {
        query: text("query"),
        state_header: text("header"),
        content_type: text("contentType"),
        body: &body,
    };
    decode(&parts, shapes, limits)
}

/// As text in which equal values are equal.
fn plain(json: &Value) -> String {
    canonical(&json.to_string(), NATIVE).unwrap()
}

#[test]
fn requests_are_read() {
    for vector in load("decode.json") {
        let shapes = vector["shapes"].as_object().unwrap();
        let described: Vec<Shape> = shapes.iter().map(|(slice, json)| shape(slice, json)).collect();
        let mut limits = Limits::default();
        if vector["limits"].is_object() {
            let limit = |name: &str| usize::try_from(vector["limits"][name].as_u64().unwrap()).unwrap();
            (limits.bytes, limits.depth, limits.entries) = (limit("bytes"), limit("depth"), limit("entries"));
        }
        let read = read(&vector["request"], &described, &limits);
        let found = read.map(|state| {
            let slices = shapes
                .keys()
                .filter_map(|slice| Some((slice.clone(), state.read::<Value>(slice).unwrap()?)));
            slices.collect::<serde_json::Map<_, _>>()
        });
        match found {
            Ok(state) => assert_eq!(plain(&state.into()), plain(&vector["state"]), "{}", vector["name"]),
            Err(error) => assert_eq!(error.code(), vector["error"], "{}", vector["name"]),
        }
    }
}

#[test]
fn requests_are_written_and_read_back() {
    for vector in load("encode.json") {
        let name = &vector["name"];
        let sender = Sender::new(vector["kind"].as_str().unwrap(), &vector["send"]);
        let sent = sender
            .map_err(|error| error.code())
            .and_then(|sender| sender.request(&vector["state"]).map_err(|error| error.code()));
        let sent = match sent {
            Err(code) => {
                assert_eq!(code, vector["error"], "{name}");
                continue;
            }
            Ok(sent) => sent,
        };
        let text = |part: &str| vector["request"][part].as_str().map(str::to_owned);
        let expected = Request {
            query: text("query"),
            header: text("header"),
            content_type: text("contentType"),
            body: text("body"),
        };
        assert_eq!(sent, expected, "{name}");
        let state = read(&vector["request"], &[shape("x", &vector["shape"])], &Limits::default()).unwrap();
        let state = state.read::<Value>("x").unwrap().unwrap_or_default();
        let decoded = vector.get("decoded").unwrap_or(&vector["state"]);
        let members = |json: &Value| {
            json.as_array()
                .map(|array| array.iter().map(plain).collect::<BTreeSet<_>>())
        };
        assert_eq!(members(&state), members(decoded), "{name}");
        assert!(state.is_array() || plain(&state) == plain(decoded), "{name}");
    }
}

#[test]
fn serde_html_form_reads_the_queries() {
    let mut read = 0;
    for vector in load("encode.json") {
        let Some(pairs) = vector["pairs"].as_array() else {
            continue;
        };
        let query = vector["request"]["query"].as_str().unwrap();
        let found: BTreeMap<String, Vec<String>> = serde_html_form::from_str(query).unwrap();
        let expected: BTreeMap<String, Vec<String>> = pairs
            .iter()
            .map(|pair| serde_json::from_value(pair.clone()).unwrap())
            .collect();
        assert_eq!(found, expected, "{}", vector["name"]);
        read += 1;
    }
    assert!(read >= 5, "{read}");
}

#[test]
fn serde_html_form_reads_generated_queries() {
    let mut generator = Generator::new(23);
    let (set, map) = (json!("query"), json!({ "in": "query", "style": "deepObject" }));
    let (sets, maps) = (Sender::new("set", &set).unwrap(), Sender::new("map", &map).unwrap());
    let read = |sender: &Sender, state: &Value| {
        let query = sender.request(state).unwrap().query.unwrap_or_default();
        let mut pairs: Vec<(String, String)> = serde_html_form::from_str(&query).unwrap();
        pairs.sort();
        pairs
    };
    for _ in 0..500 {
        let members = generator.set("string");
        let texts = members
            .as_array()
            .unwrap()
            .iter()
            .map(|member| member.as_str().unwrap().to_owned());
        let mut expected: Vec<(String, String)> = texts.map(|text| ("x".to_owned(), text)).collect();
        expected.sort();
        assert_eq!(read(&sets, &members), expected);

        let keys = (0..generator.below(4)).map(|_| generator.text().replace(['[', ']'], "-"));
        let keys: BTreeSet<String> = keys.collect();
        let entries: serde_json::Map<_, _> = keys.iter().map(|key| (key.clone(), generator.text().into())).collect();
        let pairs = entries
            .iter()
            .map(|(key, value)| (format!("x[{key}]"), value.as_str().unwrap().to_owned()));
        let mut expected: Vec<(String, String)> = pairs.collect();
        expected.sort();
        assert_eq!(read(&maps, &entries.into()), expected);
    }
}
