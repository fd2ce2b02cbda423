//! Seeds that the repository has for other tests.

use serde_json::Value;

/// What goes over the wire to a server.
pub(crate) fn decoded() -> Vec<Value> {
    list(include_str!("../../tests/vectors/decode.json"))
}

/// What a client writes.
pub(crate) fn encoded() -> Vec<Value> {
    list(include_str!("../../tests/vectors/encode.json"))
}

/// What has been stored, by key.
pub(crate) fn stored() -> Vec<(String, String)> {
    let plain: Value = serde_json::from_str(include_str!("../../tests/fixtures/format-1.json")).unwrap();
    let sealed: Value = serde_json::from_str(include_str!("../../tests/fixtures/format-1-digests.json")).unwrap();
    let mut entries = Vec::new();
    for fixture in [&plain, &sealed] {
        for (key, value) in fixture["entries"].as_object().unwrap() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            entries.push((key.clone(), text));
        }
    }
    entries
}

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}
