//! Patterns of rules, beside a slow matcher that tries everything.

use holdall::json::{from_text, write};
use holdall::request::{RuleConfig, Rules, Target};

use crate::fields::{join, texts};

const OWN: &str = "https://shop.example";

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        ("/api/*", "GET", OWN, "/api/a/b"),
        ("GET,POST /a/:id/b/*c*/d", "POST", OWN, "/a/1/b/cc/c/d"),
        (
            "https://api.example:8443/*/:x",
            "GET",
            "https://api.example:8443",
            "/a/%2f/b",
        ),
        ("http://[::1]/é/{a}", "PUT", "http://[::1]", "/%C3%A9/%7Ba%7d"),
        ("/%2F/%c3%A9é", "GET", OWN, "/%2f/%C3%a9%c3%a9"),
        ("/*a*a*a*a*a*b", "GET", OWN, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("DELETE /*", "DELETE", "null", "/"),
    ]
    .iter()
    .map(|(pattern, method, origin, path)| join(&[pattern, method, origin, path]))
    .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [pattern, method, origin, path] = texts(input);
    let Some(rules) = compile(&[&pattern]) else { return };
    let target = Target {
        method: &method,
        origin: &origin,
        path: &path,
        page_origin: OWN,
    };
    let matched = rules.plan(&target).is_some();

    let (methods, rest) = match pattern.split_once(' ') {
        Some((methods, rest)) if !methods.contains('/') => (methods, rest),
        _ => ("", &*pattern),
    };
    let at = if rest.starts_with('/') {
        0
    } else {
        rest.find("://").unwrap() + 3
    };
    let (own, of_path) = rest.split_at(at + rest[at..].find('/').unwrap());
    let own = if own.is_empty() { OWN } else { own };
    let expected = origin == own
        && (methods.is_empty() || methods.split(',').any(|one| one == method))
        // The slow one would take for ever.
        && (path.len() > 2_000 || of_path.len() > 200 && matched || matches(&normal(of_path, true), &normal(&path, false)));
    assert!(
        path.len() > 2_000 || of_path.len() > 200 || matched == expected,
        "matched: {matched}"
    );
    assert!(origin == own || !matched, "another origin");

    // A later rule that overrides all of this one makes it an error; then whatever this matches, that does.
    let [_, _, _, _, other] = texts(input);
    if compile(&[&other]).is_some() && compile(&[&pattern, &other]).is_none() {
        let other = compile(&[&other]).unwrap();
        assert!(!matched || other.plan(&target).is_some(), "it isn't idle");
    }
}

fn compile(patterns: &[&str]) -> Option<Rules> {
    let mut text = String::from("[");
    let mut first = true;
    for pattern in patterns {
        write::comma(&mut text, &mut first);
        text.push_str(r#"{"token":true,"match":"#);
        write::string(&mut text, pattern);
        text.push('}');
    }
    text.push(']');
    let configs: Vec<RuleConfig> = from_text(&text).unwrap();
    Rules::compile(&configs, &[]).ok()
}

/// As bytes of the form that browsers write, in which a pattern's `*` and `:name` are bytes that no path has.
fn normal(path: &str, is_pattern: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            out.push(b'/');
        }
        if is_pattern && segment.starts_with(':') {
            out.push(2);
            continue;
        }
        let bytes = segment.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let escaped = |back: usize| {
                at >= back && bytes[at - back] == b'%' && (back == 1 || bytes[at - 1].is_ascii_hexdigit())
            };
            match byte {
                b'*' if is_pattern => out.push(1),
                0..=b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | 0x7f.. => {
                    out.extend(format!("%{byte:02X}").bytes())
                }
                b'a'..=b'f' if escaped(1) || escaped(2) => out.push(byte.to_ascii_uppercase()),
                _ => out.push(*byte),
            }
        }
    }
    out
}

/// Place by place: `seen[at]` tells whether the pattern so far matches the path up to there.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let mut seen = vec![false; path.len() + 1];
    seen[0] = true;
    for piece in pattern {
        let mut next = vec![false; path.len() + 1];
        for at in (0..=path.len()).filter(|at| seen[*at]) {
            let end = match piece {
                1 => path.len(),
                2 => path[at..]
                    .iter()
                    .position(|byte| *byte == b'/')
                    .map_or(path.len(), |end| at + end),
                _ => at + usize::from(path.get(at) == Some(piece)),
            };
            match piece {
                1 => next[at..=end].fill(true),
                // A whole segment, though not an empty one.
                2 if end == at => {}
                _ if end == at => {}
                _ => next[end] = true,
            }
        }
        seen = next;
    }
    seen[path.len()]
}
