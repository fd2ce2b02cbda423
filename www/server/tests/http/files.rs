use crate::support::Site;

#[tokio::test]
async fn the_page_and_the_package_are_served() {
    let site = Site::new().await;
    for (path, content_type, bytes) in [
        ("/", "text/html", "<!doctype html><title>shop</title>"),
        ("/index.html", "text/html", "<!doctype html><title>shop</title>"),
        ("/app.js", "text/javascript", "export {};"),
        ("/holdall/index.js", "text/javascript", "export {};"),
        ("/holdall/holdall_bg.wasm", "application/wasm", "\0asm"),
    ] {
        let answer = site.get(path).send().await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), content_type, "{path}");
        assert_eq!(answer.bytes, bytes.as_bytes(), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn pages_may_run_their_own_scripts_and_webassembly_and_nothing_else() {
    let site = Site::new().await;
    let answer = site.get("/").send().await;
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "),
        "{policy}"
    );
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains('*'),
        "{policy}"
    );
}

#[tokio::test]
async fn an_unchanged_file_is_not_sent_again() {
    let site = Site::new().await;
    let first = site.get("/app.js").send().await;
    let tag = first.header("etag");
    assert!(!tag.is_empty());
    let again = site.get("/app.js").header("if-none-match", tag).send().await;
    assert_eq!(again.status, 304);
    assert!(again.bytes.is_empty());
    assert_eq!(again.header("etag"), tag);
    let changed = site.get("/app.js").header("if-none-match", "\"other\"").send().await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn nothing_but_pages_is_served() {
    let site = Site::new().await;
    for path in [
        "/nothing.html",
        "/holdall/nothing.js",
        "/server/Cargo.toml",
        "/server/Cargo%2Etoml",
        "/server/",
        "/../data/signing.key",
        "/..%2fdata/signing.key",
        "/%2e%2e/data/demo.sqlite",
        "/holdall/../data/signing.key",
    ] {
        site.get(path).send().await.assert_problem(404, "not-found");
    }
}
