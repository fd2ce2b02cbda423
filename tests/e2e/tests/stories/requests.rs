//! What goes out with a request, and what comes back.

use holdall_e2e::{Browser, Sent, Server};
use serde_json::{Value, json};

use crate::people::signed_in;

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
    tab.run(r#"return (await app.fetch("/api/orders?own=1")).status"#).await;
    let sent = only(&browser, "GET", "/api/orders?own=1").await;
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
            await fetch("/api/orders?during=1");
            undo();
            await fetch("/api/orders?after=1");
            await installed("/api/orders?kept=1");
            return [installed !== native, window.fetch === native];"#,
        )
        .await;
    assert_eq!(answer, json!([true, true]));
    assert!(only(&browser, "GET", "/api/orders?during=1").await.token().is_some());
    assert!(only(&browser, "GET", "/api/orders?after=1").await.token().is_none());
    assert!(only(&browser, "GET", "/api/orders?kept=1").await.token().is_none());
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

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_does_not_fit_the_address_goes_into_the_body() {
    let (_server, browser, tab) = signed_in().await;
    let senders = tab
        .run(
            r#"const senders = async () => (await (await app.fetch("/api/messages?page=7")).json()).messages.map(({ from }) => from);
            const before = await senders();
            app.transaction(() => {
                for (let n = 0; n < 1000; n++) app.state.blocked.add(`nobody-${n}`);
                app.state.blocked.add("mallory");
            });
            return [before, await senders()];"#,
        )
        .await;
    let from = |index: usize| senders[index].as_array().unwrap();
    assert!(from(0).contains(&"mallory".into()) && !from(1).contains(&"mallory".into()));
    assert!(!from(1).is_empty(), "{senders}");
    let sent = only(&browser, "POST", "/api/messages?page=7").await;
    assert_eq!(sent.json()["blocked"].as_array().unwrap().len(), 1_001);
    assert!(sent.token().is_some() && sent.header("idempotency-key").is_empty());
}

/// The only request of that method and address, without the origin.
pub(crate) async fn only(browser: &Browser, method: &str, url: &str) -> Sent {
    let mut sent = browser.sent().await;
    sent.retain(|sent| sent.method == method && sent.url() == url);
    assert_eq!(sent.len(), 1, "{method} {url} in {:#?}", sent_urls(browser).await);
    sent.remove(0)
}

async fn sent_urls(browser: &Browser) -> Vec<String> {
    browser.sent().await.iter().map(Sent::url).collect()
}
