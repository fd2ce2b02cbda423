//! Other origins: what they get, and what they never get.

use holdall_e2e::{Browser, Seen, Tab, Witness};
use serde_json::{Value, json};

/// A page with a client whose rules send the token and state everywhere on its own origin, and to `/cors/` on `other`.
async fn open(browser: &Browser, page: &Witness, other: &Witness) -> Tab {
    let tab = browser.first_tab().await;
    tab.open(&format!("{}/", page.origin())).await;
    tab.run_with(
        r#"const { open, map, set } = await import("/holdall/index.js");
        const all = { cart: "header", blocked: "query" };
        window.app = await open({
            name: "origins",
            state: { cart: map(), blocked: set(), note: set() },
            auth: { refresh: "/auth/refresh", signOut: "/auth/sign-out", audience: [input] },
            requests: [
                { match: "/*", token: true },
                { match: "/api/*", send: all },
                { match: "/to/*", send: { blocked: "query" } },
                { match: "/to/:status/header", send: { cart: "header" } },
                { match: "POST /to/:status/body", send: { cart: "body" }, consume: ["cart"] },
                { match: "POST /to/:status/risk", send: { cart: "body", note: "header" }, redirect: "follow" },
                { match: `${input}/*`, token: true, send: all },
                { match: `${input}/cors/*`, retry: 1 },
                { match: `POST ${input}/cors/order`, send: { note: "body" }, consume: ["note"] },
                { match: "http://localhost:1/*", token: true },
            ],
        });
        app.state.cart.set("a-secret-sku", 1);
        app.state.blocked.add("a-secret-name");
        app.state.note.add("a-secret-note");
        app.session.signIn({ access_token: "a-secret-token", token_type: "Bearer", expires_in: 3600 }, { user: { sub: "ada" } });"#,
        other.origin().into(),
    )
    .await;
    tab
}

/// Fetches, and gives the status, or the error's code or name.
async fn fetch(tab: &Tab, address: &str, init: Value) -> Value {
    let script = r#"const [address, init] = input;
        return app.fetch(address, init).then(({ status }) => status, (error) => error.code?.length ? error.code : error.name);"#;
    tab.run_with(script, json!([address, init])).await
}

fn has_secret(seen: &Seen) -> bool {
    format!("{seen:?}").contains("a-secret") || seen.headers.contains_key("holdall-state")
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_to_another_origin_carry_nothing() {
    let (page, other) = (Witness::start().await, Witness::start().await);
    let browser = Browser::start().await;
    let tab = open(&browser, &page, &other).await;
    let target = format!("{}/cors/target", other.origin());
    for status in [301, 302, 303, 307, 308] {
        for (path, method) in [("header", "GET"), ("header", "POST"), ("body", "POST")] {
            let address = format!("/to/{status}/{path}?{target}");
            assert_eq!(
                fetch(&tab, &address, json!({ "method": method })).await,
                "redirected",
                "{method} {address}"
            );
            let seen = page.seen();
            assert!(
                seen.len() == 1 && has_secret(&seen[0]),
                "the page's own server gets it: {seen:?}"
            );
            assert!(other.seen().is_empty(), "{method} {address}");
        }
        // With the token alone, and state in the address, the browser follows, and takes neither along.
        for init in [json!({}), json!({ "method": "POST", "body": "mine" })] {
            let address = format!("/to/{status}?{target}");
            assert_eq!(fetch(&tab, &address, init).await, 200);
            assert!(has_secret(&page.seen()[0]));
            let seen = other.seen();
            let arrived = seen.iter().filter(|seen| seen.method != "OPTIONS").count();
            assert!(arrived == 1 && !seen.iter().any(has_secret), "{seen:?}");
        }
    }
    assert_eq!(
        tab.run("return app.state.cart.size").await,
        1,
        "and nothing is consumed"
    );

    // This is what it is about, and what a rule may choose.
    let address = format!("/to/307/risk?{target}");
    assert_eq!(fetch(&tab, &address, json!({ "method": "POST" })).await, 200);
    let seen = other.seen();
    assert!(
        seen.iter()
            .any(|seen| seen.body.contains("a-secret-sku") && !seen.header("holdall-state").is_empty())
    );
    assert!(
        !seen
            .iter()
            .any(|seen| seen.header("authorization").contains("a-secret")),
        "the browser sees to that"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_origin_gets_token_and_state_by_preflight() {
    let (page, other) = (Witness::start().await, Witness::start().await);
    let browser = Browser::start().await;
    let tab = open(&browser, &page, &other).await;
    let to = |path: &str| format!("{}{path}", other.origin());

    assert_eq!(fetch(&tab, &to("/cors/messages"), json!({})).await, 200);
    let seen = other.seen();
    let [preflight, request] = seen.as_slice() else {
        panic!("{seen:?}")
    };
    assert_eq!((preflight.method.as_str(), request.method.as_str()), ("OPTIONS", "GET"));
    assert_eq!(
        preflight.header("access-control-request-headers"),
        "authorization,holdall-state"
    );
    assert!(preflight.header("authorization").is_empty() && preflight.header("holdall-state").is_empty());
    assert_eq!(request.url, "/cors/messages?blocked=a-secret-name");
    assert_eq!(request.header("authorization"), "Bearer a-secret-token");
    assert!(request.header("holdall-state").starts_with("cart=:"));
    assert_eq!(request.header("origin"), page.origin());

    // A body, a key, and what is consumed.
    assert_eq!(fetch(&tab, &to("/cors/order"), json!({ "method": "POST" })).await, 200);
    let seen = other.seen();
    let request = seen.last().unwrap();
    assert_eq!(request.body, r#"{"note":["a-secret-note"]}"#);
    assert!(!request.header("idempotency-key").is_empty());
    assert_eq!(tab.run("return app.state.note.size").await, 0);

    // Where CORS isn't answered, the caller sees fetch's own error, and nothing has arrived but the question.
    assert_eq!(fetch(&tab, &to("/silent"), json!({})).await, "TypeError");
    let seen = other.seen();
    assert!(
        seen.iter()
            .all(|seen| seen.method == "OPTIONS" && seen.header("authorization").is_empty())
    );
    assert!(!seen.is_empty() && page.seen().is_empty());

    // An origin that `audience` doesn't name gets nothing, and is named in the error.
    assert_eq!(fetch(&tab, "http://localhost:1/x", json!({})).await, "bad-config");
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_cors_hides_are_done_without() {
    let (page, other) = (Witness::start().await, Witness::start().await);
    let browser = Browser::start().await;
    let tab = open(&browser, &page, &other).await;
    let to = |path: &str| format!("{}{path}", other.origin());
    let tokens = |seen: &[Seen]| {
        let requests = seen.iter().filter(|seen| seen.method == "GET");
        requests
            .map(|seen| seen.header("authorization").to_owned())
            .collect::<Vec<_>>()
    };

    // `Retry-After: 3600` isn't to be seen, so the client's own pause counts.
    assert_eq!(fetch(&tab, &to("/cors/once/503"), json!({})).await, 200);
    assert_eq!(tokens(&other.seen()).len(), 2);

    // Nor is `insufficient_scope`: the token counts as refused, and is renewed, once.
    assert_eq!(fetch(&tab, &to("/cors/once/401"), json!({})).await, 200);
    assert_eq!(tokens(&other.seen()), ["Bearer a-secret-token", "Bearer renewed"]);
    let renewals = page.seen();
    assert!(
        renewals.len() == 1 && renewals[0].url == "/auth/refresh",
        "{renewals:?}"
    );
    for _ in 0..2 {
        assert_eq!(fetch(&tab, &to("/cors/always/401"), json!({})).await, 401);
    }
    assert!(
        page.seen().len() <= 1,
        "a renewed token that is refused, too, is not renewed for ever"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_only_look_like_the_page_carry_nothing() {
    let (page, other) = (Witness::start().await, Witness::start().await);
    let browser = Browser::start().await;
    let tab = open(&browser, &page, &other).await;
    // Without the rules for the other origin.
    tab.run(r#"app.rules([{ match: "/api/*", token: true, send: { cart: "header", blocked: "query" } }])"#)
        .await;
    let host = |witness: &Witness| witness.origin().replace("http://", "");
    let (own, foreign) = (host(&page), host(&other));
    let port = own.rsplit(':').next().unwrap();
    for address in [
        format!("//{foreign}/api/x"),
        format!(r"\\{foreign}\api\x"),
        format!(r"/\{foreign}/api/x"),
        format!("/\t/{foreign}/api/x"),
        format!("\n//{foreign}/api/x"),
        format!("http://{foreign}/api/x"),
        format!("HTTP://{foreign}/api/../api/x"),
        format!("http://{foreign}/?http://{own}/api/x"),
        format!("http://{foreign}/http://{own}/api/x"),
        format!(r"http://{foreign}\@{own}/api/x"),
        format!("http://{foreign}/#@{own}/api/x"),
        format!("http://localhost:{port}/api/x"),
        format!("http://localhost.:{port}/api/x"),
        format!("http://[::ffff:127.0.0.1]:{port}/api/x"),
        "/api/../public".into(),
        "/api/%2e%2e/public".into(),
        r"/api\..\public".into(),
        "/API/x".into(),
    ] {
        let outcome = fetch(&tab, &address, json!({})).await;
        let seen: Vec<Seen> = page.seen().into_iter().chain(other.seen()).collect();
        assert!(!seen.iter().any(has_secret), "{address:?} ({outcome}): {seen:?}");
    }
    for address in [
        format!("http://{own}@{foreign}/api/x"),
        format!("http://ada:lovelace@{own}/api/x"),
    ] {
        assert_eq!(fetch(&tab, &address, json!({})).await, "TypeError", "{address}");
    }
    // The same machinery does see what arrives.
    for address in [
        "/api/x".into(),
        format!("http://{own}/public/%2e%2e/api/x"),
        r"\api\x".into(),
    ] {
        assert_eq!(fetch(&tab, &address, json!({})).await, 200, "{address}");
        assert!(has_secret(&page.seen()[0]), "{address}");
    }
    assert!(other.seen().is_empty());
}
