use serde_json::{Value, json};

use crate::support::{Answer, SECOND, Site};

#[tokio::test]
async fn the_catalogue_has_nine_articles_with_all_their_members() {
    let site = Site::new().await;
    let products = site.get("/api/products").send().await.json;
    let skus: Vec<_> = products
        .as_array()
        .unwrap()
        .iter()
        .map(|product| product["sku"].as_str().unwrap())
        .collect();
    assert_eq!(
        skus,
        [
            "lamp", "mug", "plant", "chair", "clock", "rug", "kettle", "bag", "candle"
        ]
    );
    for product in products.as_array().unwrap() {
        assert!(product["price"].as_u64().is_some_and(|price| price > 0));
        for member in ["title", "description", "emoji"] {
            assert!(
                product[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} in {product}"
            );
        }
    }
    assert_eq!(products[0]["price"], 4900);
}

#[tokio::test]
async fn the_order_has_the_server_s_prices_whatever_the_cart_says() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    let cart = json!({ "mug": { "qty": 1, "title": "Free mug", "price": 0 }, "lamp": { "qty": 2, "price": 1 } });
    let answer = check_out(&site, &token, "k1", &cart).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("idempotency-replayed"), "");
    let lines = json!([
        { "sku": "lamp", "title": "Lamp", "qty": 2, "price": 4900 },
        { "sku": "mug", "title": "Mug", "qty": 1, "price": 1450 },
    ]);
    assert_eq!(
        answer.json,
        json!({ "id": answer.json["id"], "lines": lines, "total": 11_250 })
    );
    assert!(answer.json["id"].is_string());

    let orders = site.get("/api/orders").token(&token).send().await.json;
    assert_eq!(
        orders,
        json!([{ "id": answer.json["id"], "at": "2027-01-15T08:00:00Z", "lines": lines, "total": 11_250 }])
    );
}

#[tokio::test]
async fn a_key_makes_one_order_however_often_it_is_sent() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    let cart = json!({ "lamp": { "qty": 2 }, "mug": { "qty": 1 } });
    let first = check_out(&site, &token, "k1", &cart).await;
    site.advance(SECOND);
    // The same cart in other words.
    let body = r#"{ "note": "call first", "cart": { "mug": {"qty": 1}, "lamp": {"qty": 2} } }"#;
    let call = site.post("/api/checkout").token(&token).header("idempotency-key", "k1");
    let again = call.body("application/json; charset=utf-8", body).send().await;
    assert_eq!((again.status, &again.json), (first.status, &first.json));
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(site.stats().await["orders"], 1);
}

#[tokio::test]
async fn many_tries_at_once_make_one_order() {
    let site = Site::new().await;
    let other = site.another().await;
    let token = site.ada().await.token;
    let cart = json!({ "lamp": { "qty": 1 } });
    let tries = (0..8).map(|n| check_out(if n % 2 == 0 { &site } else { &other }, &token, "k1", &cart));
    let answers = futures_util::future::join_all(tries).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 201 && answer.json == answers[0].json)
    );
    let replayed = answers
        .iter()
        .filter(|answer| answer.header("idempotency-replayed") == "true")
        .count();
    assert_eq!(replayed, 7);
    assert_eq!(site.stats().await["orders"], 1);
}

#[tokio::test]
async fn a_key_stands_for_one_cart() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    check_out(&site, &token, "k1", &json!({ "lamp": { "qty": 1 } })).await;
    for other in [
        json!({ "lamp": { "qty": 2 } }),
        json!({ "lamp": { "qty": 1 }, "mug": { "qty": 1 } }),
        json!({}),
    ] {
        check_out(&site, &token, "k1", &other)
            .await
            .assert_problem(422, "idempotency-key-reused");
    }
    assert_eq!(site.stats().await["orders"], 1);
    assert_eq!(
        check_out(&site, &token, "k2", &json!({ "lamp": { "qty": 1 } }))
            .await
            .status,
        201
    );
    assert_eq!(site.stats().await["orders"], 2);
}

#[tokio::test]
async fn users_share_neither_keys_nor_orders() {
    let site = Site::new().await;
    let (ada, grace) = (site.ada().await.token, site.sign_in("grace", "hopper").await.token);
    check_out(&site, &ada, "k1", &json!({ "lamp": { "qty": 1 } })).await;
    let answer = check_out(&site, &grace, "k1", &json!({ "mug": { "qty": 1 } })).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("idempotency-replayed"), "");
    let orders = site.get("/api/orders").token(&grace).send().await.json;
    assert_eq!(orders.as_array().unwrap().len(), 1);
    assert_eq!(orders[0]["total"], 1450);
}

#[tokio::test]
async fn orders_are_listed_newest_first() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    for (key, sku) in [("k1", "lamp"), ("k2", "mug"), ("k3", "rug")] {
        check_out(&site, &token, key, &json!({ sku: { "qty": 1 } })).await;
    }
    let orders = site.get("/api/orders").token(&token).send().await.json;
    let skus: Vec<_> = orders
        .as_array()
        .unwrap()
        .iter()
        .map(|order| order["lines"][0]["sku"].clone())
        .collect();
    assert_eq!(skus, ["rug", "mug", "lamp"]);
}

#[tokio::test]
async fn a_checkout_needs_a_key() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    let body = json!({ "cart": { "lamp": { "qty": 1 } } });
    let without = site.post("/api/checkout").token(&token).json(&body).send().await;
    without.assert_problem(400, "idempotency-key-missing");
    for key in ["", &"k".repeat(256)] {
        check_out(&site, &token, key, &body["cart"])
            .await
            .assert_problem(400, "idempotency-key-missing");
    }
    assert_eq!(
        check_out(&site, &token, &"k".repeat(255), &body["cart"]).await.status,
        201
    );
}

#[tokio::test]
async fn a_cart_that_cannot_be_ordered_is_refused() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    for (cart, code) in [
        (json!({}), "cart-empty"),
        (json!({ "yacht": { "qty": 1 } }), "unknown-sku"),
        (json!({ "lamp": { "qty": 0 } }), "bad-quantity"),
        (json!({ "lamp": { "qty": 100 } }), "bad-quantity"),
        (json!({ "lamp": { "qty": 4_294_967_297_u64 } }), "bad-quantity"),
        (json!({ "lamp": { "qty": -1 } }), "bad-quantity"),
        (json!({ "lamp": { "qty": 1.5 } }), "bad-quantity"),
        (json!({ "lamp": { "qty": "1" } }), "bad-quantity"),
        (json!({ "lamp": {} }), "bad-quantity"),
        (json!({ "lamp": null }), "bad-quantity"),
        (json!([{ "sku": "lamp", "qty": 1 }]), "wrong-type"),
    ] {
        check_out(&site, &token, "k1", &cart).await.assert_problem(422, code);
    }
    let empty = site.post("/api/checkout").token(&token).header("idempotency-key", "k1");
    empty.send().await.assert_problem(422, "cart-empty");
    // A refusal uses up no key.
    assert_eq!(
        check_out(&site, &token, "k1", &json!({ "lamp": { "qty": 99 } }))
            .await
            .status,
        201
    );
    assert_eq!(site.stats().await["orders"], 1);
}

#[tokio::test]
async fn bodies_beyond_the_limits_or_of_another_form_are_refused() {
    let site = Site::new().await;
    let token = site.ada().await.token;
    let call = || site.post("/api/checkout").token(&token).header("idempotency-key", "k1");
    let checks = [
        (
            json!({ "cart": { "lamp": { "qty": 1, "title": "x".repeat(70_000) } } }).to_string(),
            413,
            "too-large",
        ),
        (
            r#"{"cart":{"lamp":{"qty":1,"a":[[[[1]]]]}}}"#.to_owned(),
            413,
            "too-large",
        ),
        (json!({ "cart": vec![0; 2000] }).to_string(), 413, "too-large"),
        (r#"{"cart":"lamp"}"#.to_owned(), 400, "malformed"),
        (r#"{"cart":{"lamp":{"qty":1}}"#.to_owned(), 400, "malformed"),
        (r#"{"cart":{"lamp":{"qty":1}},"cart":{}}"#.to_owned(), 400, "malformed"),
    ];
    for (body, status, code) in checks {
        call()
            .body("application/json", &body)
            .send()
            .await
            .assert_problem(status, code);
    }
    call()
        .body("text/plain", "cart")
        .send()
        .await
        .assert_problem(415, "unsupported-body");
    assert_eq!(site.stats().await["orders"], 0);
}

async fn check_out(site: &Site, token: &str, key: &str, cart: &Value) -> Answer {
    let call = site.post("/api/checkout").token(token).header("idempotency-key", key);
    call.json(&json!({ "cart": cart })).send().await
}
