use super::*;

const PAGE: &str = "https://shop.example";

fn matches(pattern: &str, method: &str, url: &str) -> bool {
    let (origin, path) = match url.split_once("://").filter(|_| !url.starts_with('/')) {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap();
            ([scheme, "://", host].concat(), ["/", path].concat())
        }
        None => (PAGE.to_owned(), url.to_owned()),
    };
    let target = Target {
        method,
        origin: &origin,
        path: &path,
        page_origin: PAGE,
    };
    Pattern::compile(pattern).unwrap().matches(&target, &normalise(&path))
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
        "https://a.example./*",
        "mailto:a/b",
        "https://[::1/*",
        "https://[a]/*",
        "ftp://a/*",
        "https://a b/*",
        "GET https://a",
    ] {
        assert!(Pattern::compile(bad).is_err(), "{bad}");
    }
}

#[test]
fn says_what_is_wrong_with_userinfo() {
    let (why, word) = Pattern::compile("https://ada:secret@api.example/*").unwrap_err();
    assert_eq!((why, word), ("an origin has no user name or password", ""));
}
