use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::Site;

#[tokio::test]
async fn visitors_see_the_public_messages_alone() {
    let site = Site::new().await;
    let answer = site.get("/api/messages").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["for"], Value::Null);
    assert_eq!(answer.header("cache-control"), "no-store");
    let public = all(&answer.json, "id");
    assert!(public.len() >= 5);

    let mut seen = Vec::new();
    for (username, password) in [("ada", "lovelace"), ("grace", "hopper")] {
        let token = site.sign_in(username, password).await.token;
        let own = all(&site.get("/api/messages").token(&token).send().await.json, "id");
        assert!(own.is_superset(&public) && own.len() > public.len());
        seen.push(own);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_message_has_all_its_members() {
    let site = Site::new().await;
    let messages = site.get("/api/messages").send().await.json["messages"].clone();
    for message in messages.as_array().unwrap() {
        for member in ["id", "from", "fromName", "subject", "body", "at"] {
            assert!(
                message[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} in {message}"
            );
        }
        assert!(message["unread"].is_boolean());
    }
    let times: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["at"].to_string())
        .collect();
    assert!(times.is_sorted_by(|newer, older| newer > older), "{times:?}");
}

#[tokio::test]
async fn blocked_senders_are_left_out() {
    let site = Site::new().await;
    let senders = async |query: &str| all(&site.get(&format!("/api/messages{query}")).send().await.json, "from");
    let everybody = senders("").await;
    assert!(everybody.contains("mallory") && everybody.contains("linus"));
    let mut expected = everybody.clone();
    expected.remove("mallory");
    assert_eq!(senders("?blocked=mallory").await, expected);
    expected.remove("linus");
    assert_eq!(senders("?blocked=linus&blocked=mallory&blocked=nobody").await, expected);
}

#[tokio::test]
async fn the_filters_choose() {
    let site = Site::new().await;
    let messages = async |query: &str| {
        let answer = site.get(&format!("/api/messages{query}")).send().await;
        answer.json["messages"].as_array().unwrap().clone()
    };
    let every = messages("").await.len();
    let unread = messages("?unread=true").await;
    assert!(!unread.is_empty() && unread.len() < every);
    assert!(unread.iter().all(|message| message["unread"] == true));
    assert_eq!(messages("?unread=false&text=").await.len(), every);

    let lamp = messages("?text=LaMp").await;
    assert!(!lamp.is_empty() && lamp.len() < every);
    assert!(
        lamp.iter()
            .all(|message| message.to_string().to_lowercase().contains("lamp"))
    );
    let both = messages("?text=lamp&unread=true&blocked=mallory").await;
    assert!(both.len() < lamp.len());
    assert_eq!(messages("?text=no%20such%20text").await.len(), 0);
}

#[tokio::test]
async fn state_that_cannot_be_read_is_a_problem() {
    let site = Site::new().await;
    site.get("/api/messages?unread=perhaps")
        .send()
        .await
        .assert_problem(400, "malformed");
    site.get("/api/messages?text=a&text=b")
        .send()
        .await
        .assert_problem(400, "malformed");
    site.post("/api/messages")
        .json(&json!({ "filters": { "text": "a".repeat(70_000) } }))
        .send()
        .await
        .assert_problem(413, "too-large");
    site.post("/api/messages")
        .json(&json!({ "blocked": { "mallory": true } }))
        .send()
        .await
        .assert_problem(400, "malformed");
    site.get(&format!("/api/messages?{}", "x&".repeat(2500)))
        .send()
        .await
        .assert_problem(413, "too-large");
}

#[tokio::test]
async fn a_long_list_may_come_in_the_body() {
    let site = Site::new().await;
    let query = site.get("/api/messages?blocked=mallory&unread=true").send().await;
    let mut blocked: Vec<String> = (0..1_000).map(|n| format!("nobody-{n}")).collect();
    blocked.push("mallory".into());
    let body = json!({ "blocked": blocked, "filters": { "unread": true, "text": "" } });
    let body = site.post("/api/messages").json(&body).send().await;
    assert_eq!((body.status, &body.json), (query.status, &query.json));
    assert_eq!(body.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_bad_token_is_refused_rather_than_taken_for_a_visitor() {
    let site = Site::new().await;
    site.get("/api/messages")
        .token("bad")
        .send()
        .await
        .assert_problem(401, "token-invalid");
}

fn all(inbox: &Value, member: &str) -> BTreeSet<String> {
    inbox["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message[member].as_str().unwrap().to_owned())
        .collect()
}
