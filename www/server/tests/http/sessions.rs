use serde_json::json;

use crate::support::{DAY, SECOND, Session, Site};

#[tokio::test]
async fn signing_in_gives_tokens_and_a_cookie_that_scripts_cannot_read() {
    let site = Site::new().await;
    let credentials = json!({ "username": "ada", "password": "lovelace" });
    let answer = site.auth("/auth/sign-in").json(&credentials).send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json["token_type"], "Bearer");
    assert_eq!(answer.json["expires_in"], 5);
    assert!(answer.json["id_token"].is_string());
    assert!(answer.json.get("refresh_token").is_none());
    assert_eq!(answer.header("cache-control"), "no-store");

    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-refresh="), "{cookie}");
    let mut attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Strict", "Secure"]
    );
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_look_the_same() {
    let site = Site::new().await;
    let mut answers = Vec::new();
    for username in ["ada", "nobody"] {
        let credentials = json!({ "username": username, "password": "hopper" });
        let answer = site.auth("/auth/sign-in").json(&credentials).send().await;
        answer.assert_problem(401, "wrong-credentials");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert_eq!(answer.header("set-cookie"), "");
        answers.push(answer.json);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(site.stats().await["signIns"], 0);
}

#[tokio::test]
async fn a_refresh_rotates_the_cookie_and_keeps_the_user() {
    let site = Site::new().await;
    let first = site.ada().await;
    let answer = site.refresh(&first.cookie).await;
    assert_eq!(answer.status, 200);
    let second = Session::from(&answer);
    assert_ne!(second.cookie, first.cookie);
    assert_ne!(second.token, first.token);
    assert_eq!(
        site.get("/api/messages").token(&second.token).send().await.json["for"],
        "Ada Lovelace"
    );
    let third = Session::from(&site.refresh(&second.cookie).await);
    assert_ne!(third.cookie, second.cookie);
    assert_eq!(
        site.stats().await,
        json!({ "signIns": 1, "refreshes": 2, "reuses": 0, "orders": 0 })
    );
}

#[tokio::test]
async fn a_lost_answer_can_be_asked_for_again_within_the_grace() {
    let site = Site::new().await;
    let first = site.ada().await;
    let second = Session::from(&site.refresh(&first.cookie).await);
    site.advance(30 * SECOND);
    let again = Session::from(&site.refresh(&first.cookie).await);
    assert_eq!(again.cookie, second.cookie);
    assert_ne!(again.token, second.token);
    assert_eq!(site.get("/api/orders").token(&again.token).send().await.status, 200);
    // It was no rotation: the successor is still the one to use.
    assert_eq!(site.refresh(&second.cookie).await.status, 200);
    assert_eq!(site.stats().await["refreshes"], 3);
    assert_eq!(site.stats().await["reuses"], 0);
}

#[tokio::test]
async fn after_the_grace_the_preceding_token_ends_the_session() {
    let site = Site::new().await;
    let first = site.ada().await;
    let second = Session::from(&site.refresh(&first.cookie).await);
    site.advance(30 * SECOND + 1);
    site.refresh(&first.cookie).await.assert_problem(401, "session-over");
    site.refresh(&second.cookie).await.assert_problem(401, "session-over");
    assert_eq!(site.stats().await["reuses"], 1);
}

#[tokio::test]
async fn a_token_before_the_preceding_one_ends_the_session_at_once() {
    let site = Site::new().await;
    let first = site.ada().await;
    let second = Session::from(&site.refresh(&first.cookie).await);
    let third = Session::from(&site.refresh(&second.cookie).await);
    let answer = site.refresh(&first.cookie).await;
    answer.assert_problem(401, "session-over");
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    for cookie in [&first.cookie, &second.cookie, &third.cookie] {
        assert_eq!(site.refresh(cookie).await.status, 401);
    }
    assert_eq!(
        site.stats().await,
        json!({ "signIns": 1, "refreshes": 2, "reuses": 1, "orders": 0 })
    );
}

#[tokio::test]
async fn another_session_survives_the_end_of_one() {
    let site = Site::new().await;
    let (laptop, phone) = (site.ada().await, site.ada().await);
    site.auth("/auth/sign-out")
        .header("cookie", &laptop.cookie)
        .send()
        .await;
    assert_eq!(site.refresh(&laptop.cookie).await.status, 401);
    assert_eq!(site.refresh(&phone.cookie).await.status, 200);
}

#[tokio::test]
async fn signing_out_refuses_every_cookie_of_the_session() {
    let site = Site::new().await;
    let first = site.ada().await;
    let second = Session::from(&site.refresh(&first.cookie).await);
    // Even the preceding one ends the session, as it may be all that a tab has.
    let answer = site.auth("/auth/sign-out").header("cookie", &first.cookie).send().await;
    assert_eq!(answer.status, 204);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-refresh=;") && cookie.contains("Max-Age=0"),
        "{cookie}"
    );
    assert!(cookie.contains("Path=/") && cookie.contains("Secure"), "{cookie}");
    for cookie in [&first.cookie, &second.cookie] {
        site.refresh(cookie).await.assert_problem(401, "session-over");
    }
    assert_eq!(site.stats().await["reuses"], 0);
    let sql = "SELECT count(*) FROM refresh_tokens";
    let left: i64 = site.database().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn signing_out_without_a_session_is_fine() {
    let site = Site::new().await;
    assert_eq!(site.auth("/auth/sign-out").send().await.status, 204);
    assert_eq!(
        site.auth("/auth/sign-out")
            .header("cookie", "__Host-refresh=unknown")
            .send()
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_session_whose_cookie_is_replaced() {
    let site = Site::new().await;
    let ada = site.ada().await;
    let credentials = json!({ "username": "grace", "password": "wrong" });
    site.auth("/auth/sign-in")
        .header("cookie", &ada.cookie)
        .json(&credentials)
        .send()
        .await;
    let ada = Session::from(&site.refresh(&ada.cookie).await);
    let credentials = json!({ "username": "grace", "password": "hopper" });
    let answer = site
        .auth("/auth/sign-in")
        .header("cookie", &ada.cookie)
        .json(&credentials)
        .send()
        .await;
    assert_eq!(site.refresh(&ada.cookie).await.status, 401);
    assert_eq!(site.refresh(&answer.cookie()).await.status, 200);
}

#[tokio::test]
async fn no_cookie_and_an_unknown_cookie_are_refused() {
    let site = Site::new().await;
    site.auth("/auth/refresh")
        .send()
        .await
        .assert_problem(401, "session-over");
    site.refresh("__Host-refresh=")
        .await
        .assert_problem(401, "session-over");
    site.refresh("__Host-refresh=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .await
        .assert_problem(401, "session-over");
}

#[tokio::test]
async fn a_session_ends_after_thirty_days_whatever_was_renewed() {
    let site = Site::new().await;
    let first = site.ada().await;
    site.advance(29 * DAY);
    let answer = site.refresh(&first.cookie).await;
    assert!(
        answer.header("set-cookie").contains("Max-Age=86400;")
            || answer.header("set-cookie").ends_with("Max-Age=86400")
    );
    site.advance(DAY);
    site.refresh(&answer.cookie()).await.assert_problem(401, "session-over");
}

#[tokio::test]
async fn raising_the_token_version_ends_all_sessions_of_that_user() {
    let site = Site::new().await;
    let (ada, grace) = (site.ada().await, site.sign_in("grace", "hopper").await);
    site.database()
        .execute(
            "UPDATE users SET token_version = token_version + 1 WHERE id = 'ada'",
            [],
        )
        .unwrap();

    let answer = site.get("/api/orders").token(&ada.token).send().await;
    answer.assert_problem(401, "token-invalid");
    assert_eq!(site.refresh(&ada.cookie).await.status, 401);
    assert_eq!(site.get("/api/orders").token(&grace.token).send().await.status, 200);
    assert_eq!(site.refresh(&grace.cookie).await.status, 200);
    let ada = site.ada().await;
    assert_eq!(site.get("/api/orders").token(&ada.token).send().await.status, 200);
}

#[tokio::test]
async fn the_database_holds_no_token_and_no_password() {
    let site = Site::new().await;
    let first = site.ada().await;
    let second = Session::from(&site.refresh(&first.cookie).await);
    let mut stored = Vec::new();
    for file in ["demo.sqlite", "demo.sqlite-wal"] {
        stored.extend(std::fs::read(site.data(file)).unwrap());
    }
    let holds = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Ada Lovelace"));
    assert!(holds("$argon2id$v=19$m=19456,t=2,p=1$"));
    for cookie in [&first.cookie, &second.cookie] {
        let token = cookie.strip_prefix("__Host-refresh=").unwrap();
        assert!(!holds(&token[..16]));
    }
    assert!(!holds("lovelace") && !holds(&first.token[..16]));
}
