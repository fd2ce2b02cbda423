//! JSON: the pull reader and the canonical form, beside serde_json's reading of the same text.

use holdall::json::{JsonError, MAX_DEPTH, Reader, canonical, write};
use holdall::number::NATIVE;
use serde_json::Value;

use crate::fields::text;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"title":"Lamp","qty":2,"tags":["a",{"b":null}],"on":true,"":-0.5e-3}"#,
        r#"["\u0000\ud83d\ude00\"\\\/\b\f\n\r\t","é€😀",1e999,-0,12345678901234567890]"#,
        r#"{"\ufb33":1,"\ud83d\ude00":2,"a":{"a":1,"b":2},"__proto__":{"x":[]}} "#,
        "[[[[[[[[1.7976931348623157e308,5e-324,9007199254740993]]]]]]]]",
        r#""\udead""#,
        r#"[{"a":1,"b":{},"\u0061":2}]"#,
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

pub(crate) fn run(input: &[u8]) {
    let text = text(input);
    let ours = canonical(&text, NATIVE);
    let theirs = serde_json::from_str::<Value>(&text);
    match (&ours, &theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(canonical(ours, NATIVE).as_ref(), Ok(ours), "canonical once and for all");
            assert!(same(theirs, &serde_json::from_str(ours).unwrap()), "the same value");
            assert_eq!(
                canonical(&theirs.to_string(), NATIVE).as_ref(),
                Ok(ours),
                "equal values, equal bytes"
            );
        }
        // They take the last of two members, and refuse a level sooner.
        (Err(JsonError::DuplicateName), _) => {}
        (Err(JsonError::Depth), _) => assert!(depth(&text) > MAX_DEPTH as usize, "not that deep"),
        (Ok(_), Err(_)) => assert!(depth(&text) >= MAX_DEPTH as usize, "we alone take it"),
        (Err(error), Ok(_)) => panic!("they alone take it: {error}"),
        (Err(_), Err(_)) => {}
    }
    if ours.is_ok() {
        assert!(depth(&text) <= MAX_DEPTH as usize, "too deep");
    }

    let mut reader = Reader::new(&text);
    let skipped = reader.skip().and_then(|skipped| reader.end().map(|()| skipped));
    match (skipped, ours) {
        (Ok(skipped), _) => assert_eq!(skipped, text.trim_matches([' ', '\t', '\n', '\r'])),
        (Err(_), ours) => assert!(ours.is_err(), "what can't be passed over can't be read"),
    }

    let mut quoted = String::new();
    write::string(&mut quoted, &text);
    assert_eq!(Reader::new(&quoted).string().unwrap(), text);
    assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
}

/// serde_json tells whole numbers from doubles, and holds some that no double does.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

/// The levels of a text that is JSON.
fn depth(text: &str) -> usize {
    let (mut now, mut most, mut quoted, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => now += 1,
            b']' | b'}' if !quoted => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}
