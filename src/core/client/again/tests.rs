use super::*;
use crate::core::client::tests::{CART, ORIGIN, at, environment, token};
use crate::core::client::{Config, Reply, Start};

const AGAIN: &str = r#"{"name":"shop","slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out"},
    "rules":[{"match":"/*","token":true,"retry":3},{"match":"GET /large","send":{"cart":"header","blocked":"query"},"overflow":"query"},
        {"match":"/keyed","idempotency":true},{"match":"/order","send":{"cart":"body"},"consume":["cart"]},
        {"match":"/bare","send":{"cart":"body"},"consume":["cart"],"idempotency":false}]}"#;

/// Signed in, with a lamp in the cart.
fn open_again() -> Client {
    let mut client = Client::new(&Config::from_json(AGAIN).unwrap(), environment(true)).unwrap();
    client.session.sign_in(&token("one"), None, at(0)).unwrap();
    client.store.put(CART, "lamp", "1").unwrap();
    client
}

fn sent(client: &mut Client, method: &str, path: &str) -> Exchange {
    let plan = client.plan(method, ORIGIN, path).unwrap();
    match client.start(plan, ORIGIN, at(0)) {
        Ok(Start::Send(exchange)) => exchange,
        _ => panic!("it is sent"),
    }
}

#[test]
fn what_may_pass_is_tried_again_with_growing_pauses_and_not_for_ever() {
    let mut client = open_again();
    for status in [NO_ANSWER, 408, 429, 502, 503, 504] {
        let mut exchange = sent(&mut client, "GET", "/x");
        let mut waits = Vec::new();
        while let Some(wait) = client.retry_after(&mut exchange, status, None) {
            waits.push(wait);
        }
        assert_eq!(waits.len(), 3, "{status}");
        for (wait, longest) in waits.iter().zip([500, 1_000, 2_000]) {
            assert!((longest / 2..longest * 3 / 2).contains(wait), "{waits:?}");
        }
    }
    for status in [0, 200, 204, 301, 400, 401, 403, 404, 409, 500, 501] {
        let mut exchange = sent(&mut client, "GET", "/x");
        assert_eq!(client.retry_after(&mut exchange, status, Some(1)), None, "{status}");
    }
    let mut exchange = sent(&mut client, "GET", "/x");
    assert_eq!(client.retry_after(&mut exchange, 503, Some(7)), Some(7));
    assert_eq!(
        client.retry_after(&mut exchange, 503, Some(60_001)),
        None,
        "the caller needn't wait that long"
    );
}

#[test]
fn only_what_may_be_sent_twice_is_tried_again() {
    let mut client = open_again();
    let mut tried = |method: &str, path: &str, change: fn(&mut Exchange)| {
        let mut exchange = sent(&mut client, method, path);
        change(&mut exchange);
        client.retry_after(&mut exchange, 503, None).is_some()
    };
    let nothing: fn(&mut Exchange) = |_| {};
    for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "QUERY"] {
        assert!(tried(method, "/x", nothing), "{method}");
    }
    for method in ["POST", "PATCH", "BREW"] {
        assert!(!tried(method, "/x", nothing), "{method}");
        assert!(tried(method, "/keyed", nothing), "{method}");
        assert!(tried(method, "/order", nothing), "{method}");
        assert!(!tried(method, "/bare", nothing), "{method}");
    }
    assert!(tried("POST", "/x", |exchange| exchange.keyed = true));
    assert!(!tried("PUT", "/x", |exchange| exchange.repeatable = false));
}

#[test]
fn another_try_has_the_newest_token_and_ends_with_the_session() {
    let mut client = open_again();
    let mut exchange = sent(&mut client, "POST", "/order");
    let (key, outgoing) = (exchange.idempotency_key.clone(), exchange.outgoing.clone());
    client.store.put(CART, "mug", "1").unwrap();
    assert!(client.start_again(&mut exchange));
    assert!(exchange.outgoing == outgoing && exchange.idempotency_key == key && key.is_some());
    client.session.sign_out(at(1));
    assert!(!client.start_again(&mut exchange));
}

#[test]
fn keys_are_of_one_request_each_unless_it_consumes() {
    let mut client = open_again();
    let mut key = |path: &str| sent(&mut client, "POST", path).idempotency_key;
    assert_ne!(key("/keyed"), key("/keyed"));
    assert!(key("/keyed").is_some());
    assert_eq!(key("/order"), key("/order"));
    assert_eq!((key("/bare"), key("/x")), (None, None));
}

#[test]
fn what_does_not_fit_goes_into_the_body_by_a_method_that_the_server_knows() {
    let mut client = open_again();
    client.store.put(1, r#""eve""#, "").unwrap();
    let overflowed = |client: &mut Client, method: &str| {
        let mut exchange = sent(client, method, "/large");
        assert!(exchange.may_overflow());
        client.overflow(&mut exchange).unwrap();
        assert!(!exchange.may_overflow(), "once is enough");
        assert!(exchange.outgoing.query.is_empty() && exchange.outgoing.state_header.is_none());
        let names = exchange.outgoing.body_members.iter().map(|(name, _)| name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["blocked", "cart"]);
        exchange
    };
    let mut exchange = overflowed(&mut client, "GET");
    assert_eq!(exchange.method, Some("QUERY"));
    assert!(exchange.forbids_redirects());
    assert_eq!(client.judge(&mut exchange, 501, None, at(0)), Reply::Replay);
    assert_eq!(exchange.method, Some("POST"));
    assert_eq!(
        client.judge(&mut exchange, 405, None, at(0)),
        Reply::Done,
        "not for ever"
    );
    assert_eq!(overflowed(&mut client, "GET").method, Some("POST"), "it is remembered");
}

#[test]
fn a_stream_waits_for_a_token_that_lasts() {
    let mut client = open_again();
    let start = |client: &mut Client, streamed| {
        let mut plan = client.plan("PUT", ORIGIN, "/x").unwrap();
        plan.streamed = streamed;
        client.start(plan, ORIGIN, at(95)).unwrap()
    };
    assert!(
        matches!(start(&mut client, false), Start::Send(_)),
        "the token is alive, if old"
    );
    assert!(matches!(start(&mut client, true), Start::Wait(_)));
}

#[test]
fn the_application_may_decide_what_an_answer_consumes() {
    let mut client = open_again();
    for (status, accepted, consumed) in [(200, Some(false), false), (404, None, false), (404, Some(true), true)] {
        let mut exchange = sent(&mut client, "POST", "/order");
        exchange.accepted = accepted;
        client.judge(&mut exchange, status, None, at(1));
        assert_eq!(client.store.whole(CART).is_none(), consumed, "{status} {accepted:?}");
    }
}

#[test]
fn rules_are_replaced_all_or_none() {
    let mut client = open_again();
    let bad = Config::rules_from_json(r#"[{"match":"/new"},{"match":"nowhere"}]"#).unwrap();
    assert_eq!(client.set_rules(&bad).unwrap_err().code.as_str(), "bad-rule");
    assert!(client.plan("GET", ORIGIN, "/x").is_some());
    client
        .set_rules(&Config::rules_from_json(r#"[{"match":"/new"}]"#).unwrap())
        .unwrap();
    assert!(client.plan("GET", ORIGIN, "/x").is_none() && client.plan("GET", ORIGIN, "/new").is_some());
    assert!(Config::rules_from_json("{}").is_err());
}
