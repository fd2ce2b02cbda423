//! Rules as JSON, and what state becomes under them.

use holdall::client::Config;
use holdall::json::canonical;
use holdall::kind::Kind;
use holdall::number::NATIVE;
use holdall::request::{Rules, SliceInfo, Target, encode};
use serde_json::Value;

use crate::corpus::encoded;
use crate::fields::{join, texts};

/// The vectors: one rule each, and the state.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let vectors = encoded();
    let seeds = vectors.iter().map(|vector| {
        let rule = serde_json::json!([{ "match": "POST /*", "send": { "x": vector["send"] } }]);
        join(&[
            &rule.to_string(),
            vector["kind"].as_str().unwrap(),
            &vector["state"].to_string(),
        ])
    });
    seeds.collect()
}

pub(crate) fn run(input: &[u8]) {
    let [rules, kind, state] = texts(input);
    let kind = match &*kind {
        "set" => Kind::Set,
        "map" => Kind::Map,
        _ => Kind::Object,
    };
    let Ok(configs) = Config::rules_from_json(&rules) else {
        return;
    };
    let Ok(rules) = Rules::compile(&configs, &[SliceInfo { name: "x", kind }]) else {
        return;
    };
    let own = "https://shop.example";
    let Some(plan) = rules.plan(&Target {
        method: "POST",
        origin: own,
        path: "/api",
        page_origin: own,
    }) else {
        return;
    };
    // The store gives what is of its kind, in canonical form.
    let Ok(state) = canonical(&state, NATIVE) else { return };
    if !state.starts_with(if kind == Kind::Set { '[' } else { '{' }) {
        return;
    }
    let Ok(outgoing) = encode(&plan, |_| Some(state.clone())) else {
        return;
    };
    assert!(
        outgoing
            .query
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%=&".contains(&byte))
    );
    let header = outgoing.state_header.as_deref().unwrap_or_default();
    assert!(
        header.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '),
        "header values are ASCII"
    );
    for (_, text) in &outgoing.body_members {
        assert!(serde_json::from_str::<Value>(text).is_ok() || text.len() > 127);
    }
    let again = encode(&plan, |_| Some(state.clone()));
    assert!(again.is_ok_and(|again| again == outgoing), "equal state, equal bytes");
}
