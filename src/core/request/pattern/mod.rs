mod path;
#[cfg(test)]
mod tests;

use path::Path;
pub(super) use path::normalise;

use super::rule::Target;
use crate::text::{has_any, has_only, integer, split, split_once};

/// The compiled `match` of a rule: `[METHOD[,METHOD]] [origin]path`.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Empty: any.
    pub(super) methods: Vec<String>,
    /// `None`: the page's own.
    origin: Option<String>,
    path: Path,
}

/// One text for all that can be wrong with an origin: the word in question tells which.
const ORIGIN: &str =
    "write https://host/* or http://host:port/*, with one host in lower case (xn--) and no default port";

/// Why a pattern is refused, and the word in question.
pub(super) type Refusal<'a> = (&'static str, &'a str);

impl Pattern {
    /// A pattern that could never match, or that a reader could take for something else, is refused.
    pub(super) fn compile(text: &str) -> Result<Self, Refusal<'_>> {
        if text.is_empty() {
            return Err(("`match` is missing: write a path such as /api/*", ""));
        }
        if text
            .chars()
            .any(|char| matches!(char, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'))
        {
            return Err(("it has a control character", ""));
        }
        if text.starts_with(" ") || text.ends_with(" ") {
            return Err(("it has a space at its end", ""));
        }
        if has_any(text, "?#") {
            return Err(("only the path is compared: leave out ? and #", ""));
        }
        if has_any(text, "\\") {
            return Err(("a path has / and no backslash", ""));
        }
        let (methods, rest) = split_methods(text)?;
        let (origin, path) = split_origin(rest)?;
        Ok(Self {
            methods,
            origin,
            path: Path::compile(path)?,
        })
    }

    /// `path`: [normalised](normalise).
    pub(super) fn matches(&self, target: &Target<'_>, path: &str) -> bool {
        let origin = self.origin.as_deref().unwrap_or(target.page_origin);
        // An opaque origin ("null": data: URLs, sandboxed frames) is equal to no other, not even to itself.
        target.origin == origin
            && origin != "null"
            && (self.methods.is_empty() || self.methods.iter().any(|method| method == target.method))
            && self.path.matches(path)
    }

    /// Whether it matches all that `other` matches. It may say no although it does.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let methods = &self.methods;
        self.origin == other.origin
            && (methods.is_empty()
                || !other.methods.is_empty() && other.methods.iter().all(|method| methods.contains(method)))
            && self.path.matches(&other.path.example())
    }
}

fn split_methods(text: &str) -> Result<(Vec<String>, &str), Refusal<'_>> {
    let Some((methods, rest)) = split_once(text, b' ') else {
        return Ok((Vec::new(), text));
    };
    if has_any(methods, "/") {
        return Ok((Vec::new(), text));
    }
    let mut names = Vec::new();
    for method in split(methods, b',') {
        if method.is_empty() || !has_only(method, &|byte| byte.is_ascii_uppercase() || byte == b'-') {
            return Err((
                "write methods in upper case, with just a comma between: GET,POST /path",
                method,
            ));
        }
        names.push(method.to_owned());
    }
    Ok((names, rest))
}

fn split_origin(text: &str) -> Result<(Option<String>, &str), Refusal<'_>> {
    if text.starts_with("//") {
        return Err((ORIGIN, text));
    }
    if text.starts_with("/") {
        return Ok((None, text));
    }
    let Some((scheme, rest)) = split_once(text, b':') else {
        return Err(("a path begins with /; write /* for every path", text));
    };
    let Some(rest) = rest.strip_prefix("//") else {
        return Err((ORIGIN, text));
    };
    let Some((authority, path)) = rest
        .bytes()
        .position(|byte| byte == b'/')
        .and_then(|at| rest.split_at_checked(at))
    else {
        return Err((ORIGIN, text));
    };
    let default_port = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return Err((ORIGIN, scheme)),
    };
    if has_any(authority, "@") {
        return Err(("an origin has no user name or password", ""));
    }
    let colon = authority.bytes().rposition(|byte| byte == b':');
    let (host, port) = match colon.and_then(|at| Some((authority.get(..at)?, authority.get(at + 1..)?))) {
        // A colon inside brackets is the address's.
        Some((host, port)) if !port.ends_with("]") => (host, Some(port)),
        _ => (authority, None),
    };
    if !is_host(host) {
        return Err((ORIGIN, authority));
    }
    if port.is_some_and(|port| port == default_port || !is_port(port)) {
        return Err((ORIGIN, authority));
    }
    let origin = text.get(..text.len() - path.len()).unwrap_or_default();
    Ok((Some(origin.to_owned()), path))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix("[") {
        return address.strip_suffix("]").is_some_and(|address| {
            has_any(address, ":") && has_only(address, &|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b':'))
        });
    }
    let is_label = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    split(host, b'.').all(|label| !label.is_empty() && has_only(label, &is_label))
}

fn is_port(port: &str) -> bool {
    !port.starts_with("0") && integer(port, 10).is_some_and(|port| port <= u64::from(u16::MAX))
}
