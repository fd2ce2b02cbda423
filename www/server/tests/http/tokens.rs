use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::support::{SECOND, Site};

#[tokio::test]
async fn an_access_token_says_who_and_until_when() {
    let site = Site::new().await;
    let claims = payload(&site.ada().await.token);
    assert_eq!(
        (&claims["sub"], &claims["name"]),
        (&json!("ada"), &json!("Ada Lovelace"))
    );
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 5);
    assert_eq!(claims["iat"], site.now() / SECOND);
    assert!(claims["jti"].is_string() && claims["ver"].is_number());
    assert_eq!(payload(&site.ada().await.token)["ver"], claims["ver"]);
    assert_ne!(payload(&site.ada().await.token)["jti"], claims["jti"]);
}

#[tokio::test]
async fn an_access_token_expires() {
    let site = Site::new().await;
    site.advance(1);
    let ada = site.ada().await;
    // Never before `expires_in`, and at most a second after it.
    site.advance(5 * SECOND);
    assert_eq!(site.get("/api/orders").token(&ada.token).send().await.status, 200);
    site.advance(SECOND);
    let answer = site.get("/api/orders").token(&ada.token).send().await;
    answer.assert_problem(401, "token-invalid");
    assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let site = Site::new().await;
    let key = std::fs::read(site.data("signing.key")).unwrap();
    let good = payload(&site.ada().await.token);
    let refused = async |token: &str| {
        let answer = site.get("/api/messages").token(token).send().await;
        answer.assert_problem(401, "token-invalid");
        assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    };

    // What the others differ from in one thing each.
    let genuine = sign(Algorithm::HS256, &good, &key);
    assert_eq!(
        site.get("/api/messages").token(&genuine).send().await.json["for"],
        "Ada Lovelace"
    );

    refused(&sign(Algorithm::HS256, &good, b"another key, also of 32 bytes or so")).await;
    refused(&sign(Algorithm::HS384, &good, &key)).await;
    refused(&sign(Algorithm::HS512, &good, &key)).await;
    let unsigned = unsigned(&json!({ "alg": "none", "typ": "JWT" }), &good);
    refused(&format!("{unsigned}.")).await;
    refused(&unsigned).await;
    let signature = genuine.rsplit('.').next().unwrap();
    refused(&format!("{unsigned}.{signature}")).await;

    for (claim, value) in [
        ("iss", json!("somebody-else")),
        ("aud", json!("another-api")),
        ("aud", json!(["another-api"])),
        ("exp", json!(site.now() / SECOND)),
        ("exp", json!("never")),
        ("sub", json!("nobody")),
        ("ver", json!(7)),
    ] {
        refused(&sign(Algorithm::HS256, &with(&good, claim, Some(value)), &key)).await;
    }
    for claim in ["iss", "aud", "exp", "sub", "ver"] {
        refused(&sign(Algorithm::HS256, &with(&good, claim, None), &key)).await;
    }
    for rubbish in ["x", "a.b.c", "..", "e30.e30.", &"A".repeat(8000)] {
        refused(rubbish).await;
    }
}

#[tokio::test]
async fn an_id_token_is_no_access_token() {
    let site = Site::new().await;
    let credentials = json!({ "username": "ada", "password": "lovelace" });
    let answer = site.auth("/auth/sign-in").json(&credentials).send().await;
    let token = answer.json["id_token"].as_str().unwrap();
    let claims = payload(token);
    assert_eq!(
        (&claims["sub"], &claims["name"]),
        (&json!("ada"), &json!("Ada Lovelace"))
    );
    for claim in ["iss", "aud", "iat", "exp"] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
    site.get("/api/messages")
        .token(token)
        .send()
        .await
        .assert_problem(401, "token-invalid");
}

#[tokio::test]
async fn a_request_that_needs_a_token_and_has_none_is_asked_for_one() {
    let site = Site::new().await;
    for call in [site.get("/api/orders"), site.post("/api/checkout").json(&json!({}))] {
        let answer = call.send().await;
        answer.assert_problem(401, "token-missing");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn other_schemes_and_several_headers_are_refused() {
    let site = Site::new().await;
    let ada = site.ada().await;
    let basic = site
        .get("/api/messages")
        .header("authorization", "Basic YWRhOmxvdmVsYWNl");
    basic.send().await.assert_problem(401, "token-invalid");
    let twice = site.get("/api/messages").token(&ada.token).token(&ada.token);
    twice.send().await.assert_problem(401, "token-invalid");
    let lower = site
        .get("/api/messages")
        .header("authorization", &format!("bearer {}", ada.token));
    assert_eq!(lower.send().await.json["for"], "Ada Lovelace");
}

fn payload(token: &str) -> Value {
    let middle = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(middle).unwrap()).unwrap()
}

fn sign(algorithm: Algorithm, claims: &Value, key: &[u8]) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).unwrap()
}

fn unsigned(header: &Value, claims: &Value) -> String {
    [header, claims]
        .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()))
        .join(".")
}

fn with(claims: &Value, claim: &str, value: Option<Value>) -> Value {
    let mut claims = claims.clone();
    match value {
        Some(value) => claims[claim] = value,
        None => drop(claims.as_object_mut().unwrap().remove(claim)),
    }
    claims
}
