use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::{SECOND, Session, Site};

#[tokio::test]
async fn a_restart_changes_nothing() {
    let site = Site::new().await;
    let ada = site.ada().await;
    let cart = json!({ "cart": { "lamp": { "qty": 1 } } });
    let order = site
        .post("/api/checkout")
        .token(&ada.token)
        .header("idempotency-key", "k1")
        .json(&cart)
        .send()
        .await;
    let data = site.data("signing.key");
    let key = std::fs::read(&data).unwrap();

    let site = site.another().await;
    assert_eq!(std::fs::read(&data).unwrap(), key);
    assert_eq!(
        site.get("/api/orders").token(&ada.token).send().await.json[0]["id"],
        order.json["id"]
    );
    let again = site
        .post("/api/checkout")
        .token(&ada.token)
        .header("idempotency-key", "k1")
        .json(&cart)
        .send()
        .await;
    assert_eq!(again.json, order.json);
    let renewed = Session::from(&site.refresh(&ada.cookie).await);

    let site = site.another().await;
    // The successor is the same again, though nothing remembers it.
    assert_eq!(site.refresh(&ada.cookie).await.cookie(), renewed.cookie);
    assert_eq!(
        site.stats().await,
        json!({ "signIns": 1, "refreshes": 2, "reuses": 0, "orders": 1 })
    );
}

#[tokio::test]
async fn two_instances_agree() {
    let first = Site::new().await;
    let second = first.another().await;
    let ada = first.ada().await;
    assert_eq!(
        second.get("/api/messages").token(&ada.token).send().await.json["for"],
        "Ada Lovelace"
    );
    let renewed = Session::from(&second.refresh(&ada.cookie).await);
    assert_eq!(Session::from(&first.refresh(&ada.cookie).await).cookie, renewed.cookie);
    first.advance(31 * SECOND);
    first.refresh(&ada.cookie).await.assert_problem(401, "session-over");
    second
        .refresh(&renewed.cookie)
        .await
        .assert_problem(401, "session-over");
    assert_eq!(first.stats().await, second.stats().await);
}

#[tokio::test]
async fn refreshes_at_once_over_two_instances_give_one_successor() {
    let first = Site::new().await;
    let second = first.another().await;
    let ada = first.ada().await;
    let refreshes = (0..8).map(|n| if n % 2 == 0 { &first } else { &second }.refresh(&ada.cookie));
    let answers = futures_util::future::join_all(refreshes).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 200 && answer.cookie() == answers[0].cookie())
    );
    assert_ne!(answers[0].cookie(), ada.cookie);
    assert_eq!(first.stats().await["refreshes"], 8);
}

#[tokio::test]
async fn only_the_owner_can_read_the_key() {
    let site = Site::new().await;
    let key = std::fs::metadata(site.data("signing.key")).unwrap();
    assert_eq!(key.len(), 32);
    assert_eq!(key.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn another_key_refuses_the_tokens() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    std::fs::remove_file(site.data("signing.key")).unwrap();
    let site = site.another().await;
    site.get("/api/orders")
        .token(&token)
        .send()
        .await
        .assert_problem(401, "token-invalid");
}
