use std::cell::Cell;

use super::*;
use crate::journal::MemoryStorage;
use crate::number::NATIVE;
use crate::session::{Answer, Effect};
use crate::time::Now;

const CONFIG: &str = r#"{"name":"shop","slices":[{"name":"cart","kind":"map"},{"name":"blocked","kind":"set"}],
    "auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out","audience":["https://api.example"]},
    "rules":[{"match":"/*","token":true},{"match":"GET /api/messages","send":{"blocked":"query"}},
        {"match":"POST /api/checkout","token":"required","send":{"cart":"body"},"consume":["cart"]},
        {"match":"https://api.example/*","token":true},{"match":"https://other.example/*","token":true}]}"#;
pub(super) const ORIGIN: &str = "https://shop.example";
pub(super) const CART: usize = 0;

pub(super) fn environment(secure: bool) -> Environment {
    Environment {
        local: Rc::<MemoryStorage>::default(),
        session: Rc::<MemoryStorage>::default(),
        now: at(0),
        numbers: NATIVE,
        seed: 1,
        page_origin: ORIGIN.into(),
        own_endpoints: vec![format!("{ORIGIN}/auth/refresh")],
        secure,
    }
}

fn opened(config: &str, environment: Environment) -> Client {
    let mut client = Client::new(&Config::from_json(config).unwrap(), environment).unwrap();
    client.store.load();
    client
}

fn open() -> Client {
    opened(CONFIG, environment(true))
}

pub(super) fn token(text: &str) -> String {
    format!(r#"{{"access_token":"{text}","expires_in":100}}"#)
}

pub(super) fn at(seconds: u64) -> Now {
    Now {
        wall: seconds * 1_000,
        monotonic: seconds * 1_000,
    }
}

fn checkout(client: &mut Client, now: Now) -> Exchange {
    let plan = client.plan("POST", ORIGIN, "/api/checkout").unwrap();
    match client.start(plan, ORIGIN, now).unwrap() {
        Start::Send(exchange) => exchange,
        Start::Wait(_) => panic!("the token is alive"),
    }
}

fn with_cart() -> Client {
    let mut client = open();
    client
        .session
        .sign_in(&token("one"), Some(r#"{"sub":"ada"}"#), at(0))
        .unwrap();
    client
        .store
        .increment(CART, "lamp", "qty", 2.0, Some(r#"{"qty":0}"#))
        .unwrap();
    client
}

/// Gives it the lock.
fn grant(client: &mut Client, now: Now) {
    while let Some(effect) = client.session.poll() {
        if let Effect::Lock { ticket, .. } = effect {
            client.session.locked(ticket, false, now);
        }
    }
}

#[test]
fn a_request_carries_token_and_state_of_one_moment_and_consumes_that() {
    let mut client = with_cart();
    let mut exchange = checkout(&mut client, at(1));
    assert_eq!(
        exchange.outgoing.body_members,
        [("cart".into(), r#"{"lamp":{"qty":2}}"#.into())]
    );
    assert_eq!(&*exchange.credentials.as_ref().unwrap().token, "one");
    assert!(exchange.forbids_redirects());
    client.store.increment(CART, "lamp", "qty", 1.0, None).unwrap();
    assert_eq!(client.judge(&mut exchange, 201, None, at(2)), Reply::Done);
    assert_eq!(client.store.whole(CART).unwrap(), r#"{"lamp":{"qty":1}}"#);
}

#[test]
fn what_failed_is_not_consumed() {
    let mut client = with_cart();
    for status in [0, 400, 401, 409, 500] {
        let mut exchange = checkout(&mut client, at(1));
        exchange.replayed = true;
        assert_eq!(client.judge(&mut exchange, status, None, at(2)), Reply::Done);
        assert!(client.store.whole(CART).is_some(), "{status}");
    }
}

#[test]
fn one_cart_has_one_key_and_the_next_another() {
    let mut client = with_cart();
    let first = checkout(&mut client, at(1)).idempotency_key.unwrap();
    assert_eq!(checkout(&mut client, at(1)).idempotency_key.unwrap(), first);
    let mut exchange = checkout(&mut client, at(1));
    client.judge(&mut exchange, 200, None, at(1));
    assert_eq!(
        checkout(&mut client, at(1)).idempotency_key,
        None,
        "nothing is left to order"
    );
    client
        .store
        .increment(CART, "lamp", "qty", 2.0, Some(r#"{"qty":0}"#))
        .unwrap();
    assert_ne!(checkout(&mut client, at(1)).idempotency_key.unwrap(), first);
}

#[test]
fn a_refused_request_is_sent_once_more_with_the_same_state() {
    let mut client = with_cart();
    let mut exchange = checkout(&mut client, at(1));
    let sent = exchange.outgoing.clone();
    assert_eq!(client.judge(&mut exchange, 401, None, at(1)), Reply::Wait);
    client.store.clear(CART).unwrap();
    grant(&mut client, at(1));
    client.session.answered(
        1,
        Answer::Response {
            status: 200,
            body: &token("two"),
            retry_after: None,
        },
        at(2),
    );
    assert!(client.replay_after_wait(&mut exchange));
    assert!(exchange.outgoing == sent);
    assert_eq!(&*exchange.credentials.as_ref().unwrap().token, "two");
    assert_eq!(
        client.judge(&mut exchange, 401, None, at(2)),
        Reply::Done,
        "not a third time"
    );
}

#[test]
fn another_sign_in_neither_repeats_nor_consumes() {
    let mut client = with_cart();
    let (mut refused, mut late) = (checkout(&mut client, at(1)), checkout(&mut client, at(1)));
    assert_eq!(client.judge(&mut refused, 401, None, at(1)), Reply::Wait);
    client.session.sign_out(at(2));
    client
        .session
        .sign_in(&token("eve"), Some(r#"{"sub":"eve"}"#), at(2))
        .unwrap();
    assert!(!client.replay_after_wait(&mut refused));
    assert_eq!(client.judge(&mut late, 200, None, at(2)), Reply::Done);
    assert!(client.store.whole(CART).is_some());
}

#[test]
fn tokens_stay_where_they_belong() {
    let mut client = with_cart();
    assert!(client.plan("POST", ORIGIN, "/auth/refresh").is_none());
    assert!(client.plan("GET", "https://evil.example", "/api/messages").is_none());
    let plan = client.plan("GET", "https://api.example", "/x").unwrap();
    assert!(client.start(plan, "https://api.example", at(0)).is_ok());
    let plan = client.plan("GET", "https://other.example", "/x").unwrap();
    let error = client.start(plan, "https://other.example", at(0)).err().unwrap();
    assert_eq!(error.code.as_str(), "bad-config");
}

#[test]
fn required_means_required() {
    let mut client = open();
    let plan = client.plan("POST", ORIGIN, "/api/checkout").unwrap();
    assert_eq!(
        client.start(plan, ORIGIN, at(0)).err().unwrap().code.as_str(),
        "signed-out"
    );
    let plan = client.plan("GET", ORIGIN, "/api/messages").unwrap();
    let Ok(Start::Send(exchange)) = client.start(plan, ORIGIN, at(0)) else {
        panic!("guests may ask")
    };
    assert!(exchange.credentials.is_none());
}

#[test]
fn a_session_needs_a_secure_context() {
    let error = Client::new(&Config::from_json(CONFIG).unwrap(), environment(false))
        .err()
        .unwrap();
    assert_eq!(error.code.as_str(), "insecure-context");
    for bad in ["{}", "[]", r#"{"name":"x","slices":[{"name":"a","kind":"list"}]}"#] {
        assert_eq!(Config::from_json(bad).unwrap_err().code.as_str(), "bad-config");
    }
}

#[test]
fn the_hint_outlives_the_page() {
    let mut client = with_cart();
    while let Some(effect) = client.session.poll() {
        if let Effect::Hint(hint) = effect {
            client.remember(hint);
        }
    }
    assert!(client.hints.get("shop/session").unwrap().contains("epoch"));
    client.hints.remove("shop/session");
    client.hint_stored_elsewhere(Some("shop/session"), at(1));
    assert_eq!(client.session.status().as_str(), "signed-out");
}

/// A storage that can be full, and is while the reserve is taken. A long hint finds no room at all.
#[derive(Default, Clone)]
struct Hints(Rc<(MemoryStorage, Cell<bool>)>);

impl Storage for Hints {
    fn get(&self, key: &str) -> Option<String> {
        self.0.0.get(key)
    }
    fn set(&self, key: &str, value: &str) -> Result<(), StorageFull> {
        let is_long = key == "shop/session" && value.len() > 80;
        if self.0.1.get() || is_long || self.get("shop/reserve").is_some() {
            Err(StorageFull)
        } else {
            self.0.0.set(key, value)
        }
    }
    fn remove(&self, key: &str) {
        self.0.0.remove(key);
    }
    fn each_key(&self, see: &mut dyn FnMut(String)) {
        self.0.0.each_key(see);
    }
}

#[test]
fn a_hint_that_was_not_stored_leaves_no_older_one_and_is_stored_later() {
    let hints = Hints::default();
    let environment = Environment {
        local: Rc::new(hints.clone()),
        ..environment(true)
    };
    let mut client = opened(CONFIG, environment);
    client.remember("signed in".into());
    hints.0.1.set(true);
    client.remember("tombstone".into());
    assert_eq!(hints.get("shop/session"), None);
    assert!(client.has_unwritten());
    assert_eq!(client.flush(), Err(StorageFull));
    hints.0.1.set(false);
    assert_eq!(client.flush(), Ok(()));
    assert_eq!(hints.get("shop/session").as_deref(), Some("tombstone"));
    assert!(!client.has_unwritten());
}

#[test]
fn what_another_tab_did_is_newer_than_a_hint_that_waits() {
    let hints = Hints::default();
    let environment = Environment {
        local: Rc::new(hints.clone()),
        ..environment(true)
    };
    let mut client = opened(CONFIG, environment);
    client.session.sign_in(&token("one"), None, at(0)).unwrap();
    hints.0.1.set(true);
    client.remember(r#"{"epoch":"one"}"#.into());
    client.look_for_hint(at(0));
    assert_eq!(client.session.status().as_str(), "signed-in", "nobody has signed out");
    hints.0.1.set(false);
    hints
        .set("shop/session", r#"{"epoch":"two","signedOut":true}"#)
        .unwrap();
    client.hint_stored_elsewhere(Some("shop/session"), at(1));
    client.flush().unwrap();
    assert_eq!(client.session.status().as_str(), "signed-out");
    assert!(hints.get("shop/session").unwrap().contains("signedOut"));
}

#[test]
fn a_hint_takes_the_reserve_where_there_is_no_other_room_and_none_goes_for_a_longer_one() {
    let hints = Hints::default();
    let environment = Environment {
        local: Rc::new(hints.clone()),
        ..environment(true)
    };
    let mut client = opened(CONFIG, environment);
    while client.store.compact().is_some() {}
    assert!(hints.get("shop/reserve").is_some());
    client.session.sign_in(&token("one"), None, at(0)).unwrap();
    let epoch = client.session.epoch().clone();
    let hint = format!(r#"{{"epoch":"{epoch}"}}"#);
    client.remember(hint.clone());
    assert_eq!(hints.get("shop/session"), Some(hint.clone()));
    client.amend_hint(format!(r#"{{"epoch":"{epoch}","subject":"{}"}}"#, "a".repeat(80)));
    assert_eq!(hints.get("shop/session"), Some(hint));
}

#[test]
fn a_guest_whose_cart_somebody_took_and_left_is_another() {
    let config = r#"{"name":"shop","slices":[{"name":"cart","kind":"map","owner":"user"}],
        "auth":{"refresh":"/auth/refresh","signOut":"/auth/sign-out"}}"#;
    let local = Rc::<MemoryStorage>::default();
    let tab = |seed| {
        let environment = Environment {
            local: local.clone(),
            seed,
            ..environment(true)
        };
        opened(config, environment)
    };
    let (mut busy, mut other) = (tab(1), tab(2));
    busy.store.put(CART, "lamp", "1").unwrap();
    busy.flush().unwrap();
    other.store.load();
    other
        .session
        .sign_in(&token("one"), Some(r#"{"sub":"ada"}"#), at(0))
        .unwrap();
    other.follow_session();
    other.session.sign_out(at(1));
    other.follow_session();
    busy.hint_stored_elsewhere(Some("shop/session"), at(2));
    busy.follow_session();
    assert_eq!(busy.store.whole(CART), None);
    assert_eq!(busy.store.take_news().keys, [(CART, vec!["lamp".into()])]);
}

#[test]
fn without_auth_a_left_over_hint_means_nothing() {
    let hints = Hints::default();
    hints.set("shop/session", r#"{"epoch":"old"}"#).unwrap();
    let environment = Environment {
        local: Rc::new(hints),
        ..environment(true)
    };
    let mut client = opened(r#"{"name":"shop"}"#, environment);
    client.look_for_hint(at(0));
    client.hint_stored_elsewhere(None, at(0));
    assert_eq!(client.session.status().as_str(), "signed-out");
}

#[test]
fn what_may_be_undone_is_not_sent() {
    let mut client = with_cart();
    client.store.begin().unwrap();
    let plan = client.plan("POST", ORIGIN, "/api/checkout").unwrap();
    assert_eq!(
        client.start(plan, ORIGIN, at(0)).err().unwrap().code.as_str(),
        "nested-transaction"
    );
    let plan = client.plan("GET", ORIGIN, "/api/orders").unwrap();
    assert!(client.start(plan, ORIGIN, at(0)).is_ok(), "without state it may go");
    client.store.end(false);
}
