//! Documents read into a type of the application's own, beside serde_json's reading into the same.

use holdall::json::from_text;
use serde::Deserialize;

use crate::fields::text;

#[derive(Debug, PartialEq, Deserialize)]
struct Document {
    name: String,
    ttl: Option<u64>,
    #[serde(default)]
    tags: Vec<String>,
    pair: Option<(u64, bool)>,
    next: Option<Box<Document>>,
    kind: Option<Kind>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Map,
    Set,
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"tags":["a","\u0062"],"other":[{}],"name":"x","ttl":null,"pair":[1,true],"kind":"map"}"#,
        r#"{"name":"","next":{"name":"y","ttl":9007199254740992,"next":null,"kind":"set"},"z":{"name":1e2}}"#,
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

pub(crate) fn run(input: &[u8]) {
    let text = text(input);
    if let Ok(ours) = from_text::<Document>(&text) {
        // Theirs has a limit of its own.
        let theirs = serde_json::from_str::<Document>(&text);
        assert!(
            theirs.is_ok_and(|theirs| theirs == ours) || text.len() > 128,
            "they read something else"
        );
    }
}
