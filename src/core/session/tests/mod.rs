use std::cell::RefCell;
use std::rc::Rc;

use super::*;
use crate::random::Random;
use crate::time::Now;

mod damage;
mod ending;
mod kept;
mod revoking;
mod tabs;

const RESPONSE: &str = r#"{"access_token":"tok.1","token_type":"bearer","expires_in":100}"#;

fn at(seconds: u64) -> Now {
    millis(seconds * 1_000)
}

fn millis(milliseconds: u64) -> Now {
    Now {
        wall: 1_000_000 + milliseconds,
        monotonic: milliseconds,
    }
}

/// A page's session, with locks and a database.
struct Tab {
    session: Session,
    /// Whether locks are had at once.
    free: bool,
    /// Whether another had them before.
    waited: bool,
    vault: Rc<RefCell<Option<String>>>,
    /// So many of the next transactions fail.
    broken: u32,
    /// What it has said to the other tabs.
    said: Vec<String>,
}

impl Tab {
    fn new(config: &str, hint: Option<&str>, seed: u64) -> Self {
        let config = crate::json::read_all(config, AuthConfig::read).unwrap();
        Self {
            session: Session::new(config, hint, Random::new(seed), at(0)),
            free: true,
            waited: false,
            vault: Rc::default(),
            broken: 0,
            said: Vec::new(),
        }
    }

    /// Carries out what has to do with locks and the database, and gives the rest.
    fn effects(&mut self, now: Now) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(effect) = self.session.poll() {
            match effect {
                Effect::Lock { ticket, .. } if self.free => self.session.locked(ticket, self.waited, now),
                Effect::Vault(op) => {
                    let text = self.vault.borrow().clone();
                    let write = self.session.vault_read(&op, text.as_deref(), now);
                    let stored = self.broken == 0;
                    self.broken = self.broken.saturating_sub(1);
                    match write {
                        _ if !stored => {}
                        VaultWrite::Nothing => {}
                        VaultWrite::Put(text) => *self.vault.borrow_mut() = Some(text.0.to_string()),
                        VaultWrite::Delete => *self.vault.borrow_mut() = None,
                    }
                    self.session.vault_done(&op, stored, now);
                }
                Effect::Post(text) => self.said.push(text.0.to_string()),
                effect => effects.push(effect),
            }
        }
        effects
    }

    fn refreshes(&mut self, now: Now) -> Vec<u64> {
        let ticket = |effect| match effect {
            Effect::Refresh(refresh) => Some(refresh.ticket),
            _ => None,
        };
        self.effects(now).into_iter().filter_map(ticket).collect()
    }
}

impl core::ops::Deref for Tab {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl core::ops::DerefMut for Tab {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

const COOKIE: &str = r#"{"refresh":"/refresh","signOut":"/sign-out"}"#;
const SHOP: &str = "https://shop.example";
const API: &str = "https://api.example";

fn fresh() -> Tab {
    Tab::new(COOKIE, None, 1)
}

fn signed_in() -> Tab {
    let mut tab = fresh();
    tab.sign_in(RESPONSE, Some(r#"{"sub":"ada"}"#), at(0)).unwrap();
    tab.effects(at(0));
    tab
}

/// The generation of the token that it has.
fn generation(tab: &Tab) -> u64 {
    tab.current().unwrap().generation
}

fn ok(body: &str) -> Answer<'_> {
    Answer::Response {
        status: 200,
        body,
        retry_after: None,
    }
}

fn status(status: u16) -> Answer<'static> {
    Answer::Response {
        status,
        body: "",
        retry_after: None,
    }
}

fn token(need: Need) -> String {
    match need {
        Need::Ready(credentials) => credentials.token.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Without what only wakes it again.
fn important(effects: Vec<Effect>) -> Vec<Effect> {
    let waits = |effect: &Effect| !matches!(effect, Effect::WakeAfter(_) | Effect::Unlock(_));
    effects.into_iter().filter(waits).collect()
}

fn hint_in(effects: &[Effect]) -> Option<String> {
    effects.iter().find_map(|effect| match effect {
        Effect::Hint(hint) => Some(hint.clone()),
        _ => None,
    })
}

#[test]
fn guests_ask_nobody() {
    let mut tab = fresh();
    assert_eq!(tab.need(at(0)), Need::SignedOut);
    assert_eq!(tab.effects(at(0)), []);
}

#[test]
fn one_refresh_serves_everybody_who_needs_it() {
    let mut tab = signed_in();
    assert_eq!(token(tab.need(at(79))), "tok.1");
    assert!(tab.refreshes(at(79)).is_empty());
    for _ in 0..20 {
        assert_eq!(tab.need(at(100)), Need::Wait);
    }
    assert_eq!(tab.refreshes(at(100)), [1]);
    tab.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(101));
    assert!(tab.effects(at(101)).contains(&Effect::Settled(Ok(()))));
    assert_eq!(&*tab.current().unwrap().token, "tok.2");
    assert_eq!(token(tab.need(at(102))), "tok.2");
    assert!(tab.refreshes(at(102)).is_empty());
}

#[test]
fn an_ageing_token_is_used_while_its_successor_comes() {
    let mut tab = signed_in();
    assert_eq!(token(tab.need(at(80))), "tok.1");
    assert_eq!(token(tab.need(at(80))), "tok.1");
    assert_eq!(tab.refreshes(at(80)), [1]);
}

#[test]
fn either_clock_can_say_that_it_is_over() {
    for now in [
        Now {
            wall: 1_100_000,
            monotonic: 1,
        },
        Now {
            wall: 0,
            monotonic: 100_000,
        },
    ] {
        assert_eq!(signed_in().need(now), Need::Wait);
    }
    assert!(matches!(
        signed_in().need(Now { wall: 0, monotonic: 1 }),
        Need::Ready(_)
    ));
}

#[test]
fn a_lifetime_is_counted_from_receipt() {
    // {"iat":1000,"exp":1030}: thirty seconds, whatever the time is here.
    let jwt = "e30.eyJpYXQiOjEwMDAsImV4cCI6MTAzMH0.x";
    for (response, seconds) in [
        (r#"{"access_token":"x","expires_in":20}"#.to_owned(), 20),
        (r#"{"access_token":"x","expires_in":"20"}"#.to_owned(), 20),
        (r#"{"access_token":"x","expires_in":20.9}"#.to_owned(), 20),
        (format!(r#"{{"access_token":"{jwt}"}}"#), 30),
        (format!(r#"{{"access_token":"{jwt}","expires_in":20}}"#), 20),
    ] {
        let mut tab = fresh();
        tab.sign_in(&response, None, at(0)).unwrap();
        assert!(matches!(tab.need(at(seconds - 1)), Need::Ready(_)), "{response}");
        assert_eq!(tab.need(at(seconds)), Need::Wait, "{response}");
    }
    let mut tab = fresh();
    tab.sign_in(r#"{"access_token":"opaque"}"#, None, at(0)).unwrap();
    assert!(matches!(tab.need(at(1_000_000)), Need::Ready(_)));
}

#[test]
fn a_refused_token_is_judged_by_what_was_sent() {
    let mut tab = signed_in();
    let (epoch, first) = (tab.epoch().clone(), generation(&tab));
    let scope = Some("Bearer error=\"insufficient_scope\"");
    assert_eq!(tab.refused(first, &epoch, SHOP, scope, at(1)), Verdict::Final);
    assert_eq!(tab.refused(first, "another", SHOP, None, at(1)), Verdict::Final);
    let invalid = Some("Bearer error=\"invalid_token\"");
    assert_eq!(tab.refused(first, &epoch, SHOP, invalid, at(1)), Verdict::Wait);
    assert_eq!(tab.refused(first, &epoch, SHOP, None, at(1)), Verdict::Wait);
    assert_eq!(tab.refreshes(at(1)), [1]);
    tab.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(2));
    assert!(tab.refreshes(at(2)).is_empty());
    assert!(
        matches!(tab.refused(first, &epoch, SHOP, None, at(3)), Verdict::Replay(credentials) if &*credentials.token == "tok.2")
    );
}

#[test]
fn a_server_that_refuses_fresh_tokens_gets_no_more_of_them_and_the_others_do() {
    let mut tab = signed_in();
    let epoch = tab.epoch().clone();
    let refuse = |tab: &mut Tab, origin, time| {
        let last = generation(tab);
        tab.refused(last, &epoch, origin, None, at(time))
    };
    assert_eq!(refuse(&mut tab, API, 1), Verdict::Wait);
    assert_eq!(tab.refreshes(at(1)), [1]);
    tab.answered(1, ok(RESPONSE), at(2));
    assert_eq!(refuse(&mut tab, API, 3), Verdict::Final, "renewing hasn't helped");
    assert_eq!(refuse(&mut tab, SHOP, 4), Verdict::Wait, "it may help another server");
    assert_eq!(tab.refreshes(at(4)), [2]);
    tab.answered(2, ok(RESPONSE), at(5));
    assert_eq!(refuse(&mut tab, API, 6), Verdict::Final, "until that token has expired");
    assert_eq!(refuse(&mut tab, SHOP, 6), Verdict::Final);
    assert!(tab.refreshes(at(6)).is_empty());
    assert_eq!(refuse(&mut tab, API, 102), Verdict::Wait);
    assert_eq!(tab.refreshes(at(102)), [3]);
}

#[test]
fn what_passes_ends_no_session() {
    for answer in [
        status(500),
        status(403),
        status(429),
        Answer::Unreachable,
        ok("<html>"),
        ok("{}"),
        ok(r#"{"access_token":"a\nb"}"#),
    ] {
        let mut tab = signed_in();
        assert_eq!(tab.need(at(100)), Need::Wait);
        assert_eq!(tab.refreshes(at(100)), [1]);
        tab.answered(1, answer, at(100));
        let effects = tab.effects(at(100));
        let told = |effect: &Effect| matches!(effect, Effect::Settled(Err(_)));
        assert!(effects.iter().any(told), "{answer:?}");
        assert!(effects.contains(&Effect::Unlock(1)), "nobody else waits for it");
        assert_eq!(tab.status(), Status::SignedIn);
        assert!(matches!(tab.need(at(100)), Need::Failed(_)));
        assert_eq!(tab.need(at(101)), Need::Wait);
        assert_eq!(tab.refreshes(at(101)), [2]);
        tab.answered(2, answer, at(101));
        assert!(
            matches!(tab.need(at(102)), Need::Failed(_)),
            "the second wait is longer"
        );
        assert_eq!(tab.need(at(103)), Need::Wait);
    }
}

#[test]
fn retry_after_is_honoured_even_by_those_in_a_hurry() {
    let mut tab = signed_in();
    tab.need(at(100));
    tab.effects(at(100));
    let busy = Answer::Response {
        status: 503,
        body: "",
        retry_after: Some(30),
    };
    tab.answered(1, busy, at(100));
    tab.woken(at(110));
    assert!(matches!(tab.need(at(129)), Need::Failed(_)));
    assert_eq!(tab.need(at(130)), Need::Wait);
}

#[test]
fn a_server_that_asks_for_no_wait_gets_one_all_the_same() {
    let mut tab = signed_in();
    let busy = Answer::Response {
        status: 503,
        body: "",
        retry_after: Some(0),
    };
    for (ticket, time) in [(1, 100), (2, 101)] {
        assert_eq!(tab.need(at(time)), Need::Wait);
        tab.effects(at(time));
        tab.answered(ticket, busy, at(time));
        assert!(matches!(tab.need(at(time)), Need::Failed(_)));
    }
    assert!(matches!(tab.need(at(102)), Need::Failed(_)), "longer each time");
}

#[test]
fn that_the_user_is_known_now_is_told() {
    let mut tab = fresh();
    tab.sign_in(RESPONSE, None, at(0)).unwrap();
    tab.effects(at(0));
    for told in [true, false] {
        assert_eq!(tab.need(at(100)), Need::Wait);
        let ticket = tab.refreshes(at(100))[0];
        // {"sub":"ada"}
        let response = r#"{"access_token":"tok.2","expires_in":0,"id_token":"e30.eyJzdWIiOiJhZGEifQ.x"}"#;
        tab.answered(ticket, ok(response), at(100));
        assert_eq!(tab.effects(at(100)).contains(&Effect::Notify), told);
        assert_eq!(tab.user().map(|user| &**user), Some(r#"{"sub":"ada"}"#));
    }
}

#[test]
fn when_the_network_is_back_nobody_waits_any_longer() {
    let mut tab = signed_in();
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, Answer::Unreachable, at(100));
    assert!(matches!(tab.need(at(100)), Need::Failed(_)));
    tab.woken(at(100));
    assert_eq!(tab.need(at(100)), Need::Wait);
}

#[test]
fn a_live_token_serves_while_renewing_fails() {
    let mut tab = signed_in();
    tab.need(at(80));
    tab.effects(at(80));
    tab.answered(1, Answer::Unreachable, at(80));
    tab.effects(at(80));
    assert!(matches!(tab.need(at(80)), Need::Ready(_)));
    assert!(tab.refreshes(at(80)).is_empty());
}

#[test]
fn an_answer_that_does_not_come_is_waited_for_no_longer_and_still_taken() {
    let mut tab = signed_in();
    assert_eq!(tab.need(at(100)), Need::Wait);
    assert_eq!(tab.refreshes(at(100)), [1]);
    tab.wake(at(109));
    assert!(tab.effects(at(109)).contains(&Effect::WakeAfter(1_000)));
    tab.wake(at(110));
    let effects = tab.effects(at(110));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Settled(Err(_)))));
    assert!(matches!(tab.need(at(110)), Need::Failed(_)));
    tab.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(111));
    assert_eq!(token(tab.need(at(111))), "tok.2");
}
