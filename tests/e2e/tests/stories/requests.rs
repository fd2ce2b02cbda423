//! What goes out with a request, and what comes back.

use std::fs;

use holdall_e2e::{Browser, Sent, Server, Tab};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_request_carries_what_the_rules_say_and_nothing_else() {
    let (server, browser, tab) = signed_in().await;
    tab.run(r#"app.state.blocked.add("mallory"); app.state.cart.set("mug", { title: "Mug", price: 1450, qty: 1 })"#)
        .await;

    // No rule matches these: whatever the caller says goes out just so.
    let answer = tab
        .run(
            r#"const response = await app.fetch("/style.css?v=1#top", { headers: { "X-Own": "yes" }, cache: "no-store" });
            const refused = await app.fetch("/auth/nowhere", { method: "POST", body: "as it is" });
            return [response instanceof Response, response.body instanceof ReadableStream, response.url,
                (await response.text()).length > 0, refused.status];"#,
        )
        .await;
    assert_eq!(
        answer,
        json!([true, true, format!("{}/style.css?v=1", server.origin()), true, 404])
    );
    let sent = only(&browser, "GET", "/style.css?v=1").await;
    assert_eq!((sent.token(), sent.header("x-own")), (None, "yes"));
    let sent = only(&browser, "POST", "/auth/nowhere").await;
    assert_eq!((sent.token(), sent.body.as_str()), (None, "as it is"));
    assert_eq!((sent.header("holdall-state"), sent.header("idempotency-key")), ("", ""));

    // A rule matches, and another one doesn't: the token, but no state.
    tab.run(r#"return (await app.fetch("/api/products?own=1")).status"#)
        .await;
    let sent = only(&browser, "GET", "/api/products?own=1").await;
    assert!(sent.token().is_some());

    // The caller's own parameter stays.
    tab.run(r#"return (await app.fetch(new Request("/api/messages?page=2"))).status"#)
        .await;
    let sent = only(
        &browser,
        "GET",
        "/api/messages?page=2&blocked=mallory&text=&unread=false",
    )
    .await;
    assert!(sent.token().is_some());

    // Prepared as it would go out, but for the token, and not sent.
    let prepared = tab
        .run(
            r#"const request = await app.prepare("/api/messages?page=3");
            return [request.url, request.headers.get("Authorization")];"#,
        )
        .await;
    let url = format!(
        "{}/api/messages?page=3&blocked=mallory&text=&unread=false",
        server.origin()
    );
    assert_eq!(prepared, json!([url, null]));
    assert!(
        !sent_urls(&browser)
            .await
            .contains(&"/api/messages?page=3&blocked=mallory&text=&unread=false".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_global_fetch_is_replaced_until_that_is_undone() {
    let (_server, browser, tab) = signed_in().await;
    let answer = tab
        .run(
            r#"const native = window.fetch;
            const undo = app.install();
            const installed = window.fetch;
            await fetch("/api/products?during=1");
            undo();
            await fetch("/api/products?after=1");
            await installed("/api/products?kept=1");
            return [installed !== native, window.fetch === native];"#,
        )
        .await;
    assert_eq!(answer, json!([true, true]));
    assert!(only(&browser, "GET", "/api/products?during=1").await.token().is_some());
    assert!(only(&browser, "GET", "/api/products?after=1").await.token().is_none());
    assert!(only(&browser, "GET", "/api/products?kept=1").await.token().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn events_and_errors_tell_no_secret() {
    let (_server, browser, tab) = signed_in().await;
    let told = tab
        .run(
            r#"const told = [];
            for (const name of ["request", "refresh", "session", "storage-full", "corrupt"]) {
                app.on(name, (event) => told.push([name, event]));
            }
            const fail = (error) => told.push(["error", `${error} ${error.stack} ${error.cause}`]);
            app.state.blocked.add("a-secret-name");
            app.state.cart.set("a-secret-sku", { title: "Nothing", price: 1, qty: 1 });
            await app.fetch("/api/messages?q=a-secret-query");
            await app.fetch("/api/messages?blocked=somebody").catch(fail);
            await app.fetch("/api/checkout", { method: "POST" });
            await app.fetch("/api/checkout", { method: "POST", body: "plain" }).catch(fail);
            await app.fetch("http://127.0.0.1:1/api/messages").catch(fail);
            await app.session.signOut();
            await app.fetch("/api/orders").catch(fail);
            return told;"#,
        )
        .await;
    let told = told.as_array().unwrap();
    let count = |name: &str| told.iter().filter(|entry| entry[0] == name).count();
    assert!(
        count("request") >= 3 && count("error") >= 3 && count("session") == 1,
        "{told:#?}"
    );
    let url = told.iter().find(|entry| entry[0] == "request").unwrap()[1]["url"]
        .as_str()
        .unwrap();
    assert!(url.ends_with("/api/messages"), "without the query: {url}");

    let text = Value::from(told.clone()).to_string();
    assert!(!text.contains("a-secret"), "{text}");
    let sent = browser.sent().await;
    let tokens: Vec<&str> = sent.iter().filter_map(Sent::token).collect();
    assert!(!tokens.is_empty());
    for part in tokens.iter().flat_map(|token| token.split('.').skip(1)) {
        assert!(!text.contains(part), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_server_refuses_early_costs_one_renewal_and_the_same_state_goes_again() {
    let mut server = Server::with_access_seconds(600);
    let (browser, tab) = signed_in_to(&server).await;
    tab.run(r#"app.state.blocked.add("mallory")"#).await;
    let before = browser.sent().await.len();

    // Somebody has changed the key: all access tokens are void long before they expire.
    server.stop();
    fs::remove_file(server.data().join("signing.key")).unwrap();
    server.launch();
    let answers = tab
        .run(
            r#"const events = [];
            app.on("request", ({ status, token, replayed }) => events.push([status, token, replayed]));
            const requests = Array.from({ length: 5 }, () => app.fetch("/api/messages?early=1"));
            app.state.blocked.add("linus");
            const answers = await Promise.all(requests);
            return [await Promise.all(answers.map(async (answer) => (await answer.json()).for)), events];"#,
        )
        .await;
    assert_eq!(answers[0], Value::from(vec!["Ada Lovelace"; 5]));
    // The page itself asks for its messages too, as somebody else is blocked now.
    let replayed = answers[1]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| **event == json!([200, true, true]));
    assert!(replayed.count() >= 5, "{answers:#?}");
    assert_eq!(server.stats().refreshes, 1);

    let sent = browser.sent().await;
    let tries: Vec<&Sent> = sent[before..]
        .iter()
        .filter(|sent| sent.query.contains("early"))
        .collect();
    assert_eq!(tries.iter().filter(|sent| sent.status == Some(401)).count(), 5);
    assert_eq!(tries.iter().filter(|sent| sent.status == Some(200)).count(), 5);
    for sent in &tries {
        assert_eq!(
            sent.query, "early=1&blocked=mallory&text=&unread=false",
            "what was to go goes again"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_sent_again_after_a_renewal_is_the_same_order() {
    let mut server = Server::with_access_seconds(600);
    let (browser, tab) = signed_in_to(&server).await;
    tab.click("add-lamp").await;
    server.stop();
    fs::remove_file(server.data().join("signing.key")).unwrap();
    server.launch();
    let status = tab
        .run(
            r#"const answer = app.fetch("/api/checkout", { method: "POST" });
            app.state.cart.increment("lamp", "qty", 2);
            return (await answer).status;"#,
        )
        .await;
    assert_eq!(status, 201);
    tab.until("what was added meanwhile stays", |view| view.has_cart(&[("lamp", 2)]))
        .await;
    let sent = browser.sent().await;
    let tries: Vec<&Sent> = sent.iter().filter(|sent| sent.is("POST", "/api/checkout")).collect();
    let [first, second] = tries[..] else {
        panic!("it is sent twice: {tries:#?}")
    };
    assert_eq!((first.status, second.status), (Some(401), Some(201)));
    assert_eq!(
        (&first.body, first.header("idempotency-key")),
        (&second.body, second.header("idempotency-key"))
    );
    assert_eq!(server.orders_of("ada", "lovelace")[0]["lines"][0]["qty"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_counts_at_once() {
    let (_server, browser, tab) = signed_in().await;
    let answer = tab
        .run(
            r#"const done = app.session.signOut();
            const { status, user } = app.session;
            const answer = app.fetch("/api/messages?next=1");
            await done;
            return [status, user ?? null, (await (await answer).json()).for];"#,
        )
        .await;
    assert_eq!(answer, json!(["signed-out", null, null]));
    assert_eq!(
        only(&browser, "GET", "/api/messages?next=1&text=&unread=false")
            .await
            .token(),
        None
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_that_needs_a_token_while_nobody_is_signed_in() {
    let server = Server::start();
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.open_shop(&server.origin()).await;
    tab.click("add-lamp").await;
    let code = tab
        .run(r#"return app.fetch("/api/checkout", { method: "POST" }).then(() => "sent", (error) => error.code)"#)
        .await;
    assert_eq!(code, "signed-out");
    assert!(tab.view().await.has_cart(&[("lamp", 1)]));
    assert!(!sent_urls(&browser).await.contains(&"/api/checkout".into()));
    assert!(
        browser.sent().await.iter().all(|sent| !sent.path.starts_with("/auth/")),
        "a guest asks for no renewal"
    );
}

async fn signed_in() -> (Server, Browser, Tab) {
    let server = Server::start();
    let (browser, tab) = signed_in_to(&server).await;
    (server, browser, tab)
}

async fn signed_in_to(server: &Server) -> (Browser, Tab) {
    let browser = Browser::start().await;
    let tab = browser.first_tab().await;
    tab.open_shop(&server.origin()).await;
    tab.sign_in("ada", "lovelace").await;
    (browser, tab)
}

/// The only request of that method and address, without the origin.
async fn only(browser: &Browser, method: &str, url: &str) -> Sent {
    let mut sent = browser.sent().await;
    sent.retain(|sent| sent.method == method && sent.url() == url);
    assert_eq!(sent.len(), 1, "{method} {url} in {:#?}", sent_urls(browser).await);
    sent.remove(0)
}

async fn sent_urls(browser: &Browser) -> Vec<String> {
    browser.sent().await.iter().map(Sent::url).collect()
}
