use serde_json::json;

use crate::support::Site;

#[tokio::test]
async fn a_problem_has_the_shape_of_rfc_9457() {
    let site = Site::new().await;
    let answer = site.get("/api/nothing").send().await;
    answer.assert_problem(404, "not-found");
    assert_eq!(answer.json["type"], "about:blank");
    assert_eq!(answer.json["title"], "Not Found");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn every_refusal_is_a_problem() {
    let site = Site::new().await;
    site.get("/auth/nothing")
        .header("holdall-csrf", "1")
        .send()
        .await
        .assert_problem(404, "not-found");
    let wrong_method = site.get("/api/checkout").send().await;
    wrong_method.assert_problem(405, "method-not-allowed");
    assert_eq!(wrong_method.header("allow"), "POST");
    let sign_in = || site.auth("/auth/sign-in");
    sign_in()
        .body("text/plain", "{}")
        .send()
        .await
        .assert_problem(415, "unsupported-body");
    sign_in()
        .body("application/json", "{")
        .send()
        .await
        .assert_problem(400, "malformed");
    sign_in()
        .json(&json!({ "username": "ada" }))
        .send()
        .await
        .assert_problem(422, "malformed");
    let large = json!({ "username": "ada", "password": "x".repeat(70_000) });
    sign_in().json(&large).send().await.assert_problem(413, "too-large");
}

#[tokio::test]
async fn no_problem_repeats_what_was_sent() {
    let site = Site::new().await;
    let canary = "canary7f3a";
    let token = site.ada().await.token;
    let credentials = json!({ "username": canary, "password": canary, canary: 1 });
    let checkout = || {
        site.post("/api/checkout")
            .token(&token)
            .header("idempotency-key", canary)
    };
    let calls = [
        site.auth("/auth/sign-in").json(&credentials),
        site.auth("/auth/sign-in").json(&json!({ "username": [canary] })),
        site.auth("/auth/sign-in").body("application/json", canary),
        site.auth("/auth/refresh")
            .header("cookie", &format!("__Host-refresh={canary}")),
        site.get("/api/messages").token(canary),
        site.get(&format!("/api/messages?unread={canary}")),
        site.get(&format!("/api/{canary}")),
        checkout().json(&json!({ "cart": { canary: { "qty": 1 } } })),
        checkout().json(&json!({ "cart": { "lamp": { "qty": canary } } })),
        checkout().json(&json!({ "cart": canary })),
        checkout().body("application/json", canary),
    ];
    for call in calls {
        let answer = call.send().await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        assert!(
            !format!("{:?} {}", answer.headers, answer.json).contains(canary),
            "{answer:?}"
        );
    }
}
