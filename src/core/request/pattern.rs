use super::percent::escape;
use super::rule::Target;

/// The compiled `match` of a rule: `[METHOD[,METHOD]] [origin]path`.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// Empty: any.
    pub(super) methods: Vec<String>,
    /// `None`: the page's own.
    origin: Option<String>,
    path: Vec<Piece>,
}

#[derive(Debug, Clone)]
enum Piece {
    /// Exactly this.
    Text(String),
    /// `:name`: one segment, not empty.
    Segment,
    /// `*`: anything, also `/` and nothing.
    Any,
}

/// Why a pattern is refused, and the word in question.
pub(super) type Refusal<'a> = (&'static str, &'a str);

impl Pattern {
    /// A pattern that could never match, or that a reader could take for something else, is refused.
    pub(super) fn compile(text: &str) -> Result<Self, Refusal<'_>> {
        if text.is_empty() {
            return Err(("`match` is missing: write a path such as /api/*", ""));
        }
        if text.chars().any(char::is_control) {
            return Err(("it has a control character", ""));
        }
        if text.trim() != text {
            return Err(("it begins or ends with a space", ""));
        }
        if text.contains(['?', '#']) {
            return Err(("only the path is compared: leave out the query and the fragment", ""));
        }
        if text.contains('\\') {
            return Err(("a path has / and no backslash", ""));
        }
        let (methods, rest) = split_methods(text)?;
        let (origin, path) = split_origin(rest)?;
        Ok(Self {
            methods,
            origin,
            path: compile_path(path)?,
        })
    }

    /// `path`: [normalised](normalise).
    pub(super) fn matches(&self, target: &Target<'_>, path: &str) -> bool {
        let origin = self.origin.as_deref().unwrap_or(target.page_origin);
        // An opaque origin ("null": data: URLs, sandboxed frames) is equal to no other, not even to itself.
        target.origin == origin
            && origin.contains("://")
            && (self.methods.is_empty() || self.methods.iter().any(|method| method == target.method))
            && path_matches(&self.path, path)
    }
}

/// Brings a path into the one form that is compared: percent-encoded as browsers do it, hexadecimal digits in upper case.
pub(super) fn normalise(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    // How many of the next bytes are digits of an escape.
    let mut digits = 0;
    for byte in path.bytes() {
        match byte {
            // The path percent-encode set of the URL standard. Browsers differ in `^`.
            0..=b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'}' | 0x7f.. => escape(&mut out, byte),
            b'a'..=b'f' if digits > 0 => out.push(char::from(byte.to_ascii_uppercase())),
            _ => out.push(char::from(byte)),
        }
        digits = match byte {
            b'%' => 2,
            _ if digits > 0 && byte.is_ascii_hexdigit() => digits - 1,
            _ => 0,
        };
    }
    out
}

fn split_methods(text: &str) -> Result<(Vec<String>, &str), Refusal<'_>> {
    let Some((methods, rest)) = text.split_once(' ') else {
        return Ok((Vec::new(), text));
    };
    if methods.contains('/') {
        return Ok((Vec::new(), text));
    }
    let mut names = Vec::new();
    for method in methods.split(',') {
        if method.is_empty() || !method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'-') {
            return Err((
                "write methods in upper case, with a comma and no space between them: GET,POST /path",
                method,
            ));
        }
        names.push(method.to_owned());
    }
    Ok((names, rest))
}

fn split_origin(text: &str) -> Result<(Option<String>, &str), Refusal<'_>> {
    if text.starts_with("//") {
        return Err(("write an origin with its scheme: https://host/path", text));
    }
    if text.starts_with('/') {
        return Ok((None, text));
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(("a path begins with /; write /* for every path", text));
    };
    let Some(slash) = rest.find('/') else {
        return Err(("an origin needs a path behind it: add /* for every path", text));
    };
    let (authority, path) = rest.split_at(slash);
    let default_port = match scheme {
        "https" => "443",
        "http" => "80",
        _ => return Err(("an origin begins with https:// or http://, in lower case", scheme)),
    };
    if authority.contains('@') {
        return Err(("an origin has no user name or password", ""));
    }
    let (host, port) = match authority.rsplit_once(':') {
        // A colon inside brackets is the address's.
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if !is_host(host) {
        return Err((
            "an origin is one exact host, in lower case, and with xn-- where it isn't ASCII",
            authority,
        ));
    }
    if port.is_some_and(|port| port == default_port || !is_port(port)) {
        return Err((
            "a port is a number from 1 to 65535, and the scheme's own is left out",
            authority,
        ));
    }
    let origin = text.get(..text.len() - path.len()).unwrap_or_default();
    Ok((Some(origin.to_owned()), path))
}

fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| {
            address.contains(':')
                && address
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b':'))
        });
    }
    let is_label = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
    !host.is_empty() && !host.starts_with('.') && !host.contains("..") && host.bytes().all(is_label)
}

fn is_port(port: &str) -> bool {
    port.len() <= 5
        && !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && port.parse::<u16>().is_ok()
}

fn compile_path(path: &str) -> Result<Vec<Piece>, Refusal<'_>> {
    if path.split('/').any(|segment| segment == "." || segment == "..") {
        return Err((
            "browsers resolve . and .. before the path is compared: write the resolved path",
            path,
        ));
    }
    let mut pieces = Vec::new();
    let mut text = String::new();
    for (index, segment) in path.split('/').enumerate() {
        if index > 0 {
            text.push('/');
        }
        if let Some(name) = segment.strip_prefix(':') {
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                return Err((
                    ":name stands for a whole segment, and is made of letters, digits and _",
                    segment,
                ));
            }
            flush(&mut pieces, &mut text);
            pieces.push(Piece::Segment);
            continue;
        }
        for (index, part) in segment.split('*').enumerate() {
            if index > 0 {
                flush(&mut pieces, &mut text);
                pieces.push(Piece::Any);
            }
            text.push_str(part);
        }
    }
    flush(&mut pieces, &mut text);
    Ok(pieces)
}

fn flush(pieces: &mut Vec<Piece>, text: &mut String) {
    if !text.is_empty() {
        pieces.push(Piece::Text(normalise(text)));
        text.clear();
    }
}

/// Goes back to the last `*` only, which is enough and keeps it from taking exponential time on hostile paths.
fn path_matches(mut pieces: &[Piece], mut path: &str) -> bool {
    let mut last_any: Option<(&[Piece], &str)> = None;
    loop {
        let rest = match pieces.split_first() {
            None if path.is_empty() => return true,
            None => None,
            Some((Piece::Any, after)) => {
                last_any = Some((after, path));
                Some((after, path))
            }
            Some((Piece::Text(text), after)) => path.strip_prefix(text.as_str()).map(|rest| (after, rest)),
            Some((Piece::Segment, after)) => match path.find('/').unwrap_or(path.len()) {
                0 => None,
                end => path.get(end..).map(|rest| (after, rest)),
            },
        };
        let next = rest.or_else(|| {
            let (after, from) = last_any?;
            // One more byte for the `*`: a normalised path is ASCII.
            let from = from.get(1..)?;
            last_any = Some((after, from));
            last_any
        });
        match next {
            Some(next) => (pieces, path) = next,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "https://shop.example";

    fn matches(pattern: &str, method: &str, url: &str) -> bool {
        let slash = url
            .find("://")
            .map_or(0, |at| at + 3 + url[at + 3..].find('/').unwrap());
        let (origin, path) = url.split_at(slash);
        let origin = if origin.is_empty() { PAGE } else { origin };
        Pattern::compile(pattern).unwrap().matches(
            &Target {
                method,
                origin,
                path,
                page_origin: PAGE,
            },
            &normalise(path),
        )
    }

    #[test]
    fn paths() {
        for (pattern, path, expected) in [
            ("/api/*", "/api/", true),
            ("/api/*", "/api/a/b", true),
            ("/api/*", "/api", false),
            ("/api/*", "/apix", false),
            ("/api/*", "/x/api/", false),
            ("/api", "/api/", false),
            ("/api", "/API", false),
            ("/*", "/", true),
            ("/*", "//evil.example/x", true),
            ("/a/:id", "/a/1", true),
            ("/a/:id", "/a/", false),
            ("/a/:id", "/a/1/", false),
            ("/a/:id/c", "/a/b/c", true),
            ("/a/:id/c", "/a/b/b/c", false),
            ("/a/:x/:y", "/a/b/c", true),
            ("/*/c/:id", "/a/c/b/c/d", true),
            ("/*/c/:id", "/a/c/", false),
            ("/a*b*c", "/aXbXbXc", true),
            ("/a*b*c", "/aXcXb", false),
            ("/items:batch", "/items:batch", true),
            ("/items:batch", "/itemsX", false),
            ("/*.json", "/a.json.json", true),
            ("/*.json", "/a.jsonx", false),
            ("/é/a b", "/%C3%A9/a%20b", true),
            ("/%c3%a9", "/%C3%A9", true),
            ("/{a}^", "/%7Ba%7D^", true),
            ("/a%2fb", "/a/b", false),
            ("/50%ab", "/50%AB", true),
        ] {
            assert_eq!(matches(pattern, "GET", path), expected, "{pattern} {path}");
        }
    }

    #[test]
    fn a_path_full_of_near_misses_takes_no_time() {
        let path = "/".to_owned() + &"ab".repeat(4_000);
        assert!(!matches("/*a*b*a*b*a*b*a*b*a*b*x", "GET", &path));
    }

    #[test]
    fn methods() {
        for (pattern, method, expected) in [
            ("/a", "DELETE", true),
            ("GET /a", "GET", true),
            ("GET /a", "POST", false),
            ("GET,POST /a", "POST", true),
            ("GET,POST /a", "PUT", false),
            ("GET /a", "get", false),
            ("M-SEARCH /a", "M-SEARCH", true),
        ] {
            assert_eq!(matches(pattern, method, "/a"), expected, "{pattern} {method}");
        }
    }

    #[test]
    fn origins_are_exact() {
        for url in [
            "https://shop.example.evil/api/x",
            "http://shop.example/api/x",
            "https://shop.example:8443/api/x",
            "https://shop.example./api/x",
            "https://evil/https://shop.example/api/x",
            "https://xn--shp-gna.example/api/x",
        ] {
            assert!(!matches("/api/*", "GET", url), "{url}");
            assert!(!matches("/*", "GET", url), "{url}");
        }
        assert!(matches(
            "https://api.example:8443/v1/*",
            "GET",
            "https://api.example:8443/v1/x"
        ));
        assert!(matches("POST http://[::1]:8080/*", "POST", "http://[::1]:8080/"));
        assert!(!matches("https://api.example/*", "GET", "https://api.example:8443/x"));
        assert!(!matches("https://api.example/*", "GET", "/x"));
    }

    #[test]
    fn opaque_origins_match_nothing() {
        let pattern = Pattern::compile("/*").unwrap();
        for (origin, path, page_origin) in [
            ("null", "/x", "null"),
            ("null", "text/plain,x", PAGE),
            (PAGE, "https://shop.example/uuid", PAGE),
        ] {
            assert!(
                !pattern.matches(
                    &Target {
                        method: "GET",
                        origin,
                        path,
                        page_origin
                    },
                    path
                ),
                "{origin} {path}"
            );
        }
    }

    #[test]
    fn refuses_what_could_mislead() {
        for bad in [
            "",
            " /a",
            "/a ",
            "api/*",
            "*",
            "GET",
            "GET *",
            "get /a",
            "Get /a",
            "GET, POST /a",
            "GET,,POST /a",
            "GET  /a",
            "/a?x=1",
            "/a#b",
            "/a\\b",
            "/a\tb",
            "/a\u{85}",
            "//evil/a",
            "/a/../b",
            "/./a",
            "/:",
            "/:a-b",
            "/:id*",
            "https://a",
            "https://a.example*",
            "https://*.a.example/*",
            "https://u@a/*",
            "https://u:p@a/*",
            "https://A/*",
            "HTTPS://a/*",
            "https://é/*",
            "https:///a",
            "https://a:443/*",
            "http://a:80/*",
            "https://a:0/*",
            "https://a:65536/*",
            "https://a:/*",
            "https://a:x/*",
            "https://a:+80/*",
            "https://a..b/*",
            "https://.a/*",
            "https://[::1/*",
            "https://[a]/*",
            "ftp://a/*",
            "https://a b/*",
            "GET https://a",
        ] {
            assert!(Pattern::compile(bad).is_err(), "{bad}");
        }
    }
}
