//! How a session goes on, and how it ends.

use std::fs;

use holdall_e2e::{Sent, Server, View, until};
use serde_json::{Value, json};

use crate::people::{signed_in, signed_in_to};
use crate::requests::only;

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
async fn a_server_that_is_away_ends_no_session() {
    let mut server = Server::with_access_seconds(1);
    let (_browser, tab) = signed_in_to(&server).await;
    server.stop();
    tab.click("add-lamp").await;
    tab.click("block-mallory").await;
    let told = |view: &View| view.troubles.iter().any(|trouble| trouble.contains("try again"));
    let view = tab.until("the page says that nobody answers", told).await;
    assert_eq!(
        (view.status.as_str(), view.user.as_str()),
        ("signed-in", "Ada Lovelace")
    );

    server.launch();
    let back = until(async || {
        let status = tab
            .run(r#"return app.fetch("/api/orders").then(({ status }) => status, () => 0)"#)
            .await;
        (status == 200).then_some(())
    });
    back.await.expect("requests succeed again, without a new sign-in");
    tab.reload().await;
    let view = tab.view().await;
    assert_eq!(
        (view.status.as_str(), view.user.as_str()),
        ("signed-in", "Ada Lovelace")
    );
    assert!(
        view.has_cart(&[("lamp", 1)]) && view.blocked == ["mallory"],
        "{view:#?}"
    );
    assert_eq!(server.stats().sign_ins, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_out_that_the_server_did_not_hear_of_is_made_up_for_at_the_next_visit() {
    let mut server = Server::start();
    let (browser, tab) = signed_in_to(&server).await;
    let cookie = tab.cookie("__Host-refresh").await.expect("a refresh cookie");
    server.stop();
    tab.click("sign-out").await;
    let told =
        |view: &View| view.status == "signed-out" && view.troubles.iter().any(|told| told.contains("signed out here"));
    tab.until("the page says that the server hasn't heard of it", told)
        .await;

    server.launch();
    tab.record().await;
    tab.reload().await;
    let recording = tab.recording().await;
    assert!(
        recording.iter().all(|look| look.status != "signed-in"),
        "{recording:#?}"
    );
    let confirmed = until(async || {
        let sent = browser.sent().await;
        sent.iter()
            .find(|sent| sent.is("POST", "/auth/sign-out") && sent.status == Some(204))
            .map(drop)
    });
    confirmed.await.expect("the server is told");
    assert_eq!(server.auth("/auth/refresh", Some(&cookie), &json!(null)).status, 401);
    assert_eq!(server.stats().refreshes, 0);
}
