//! Refresh tokens that pages keep.

use super::*;

pub(super) const VAULT: &str = r#"{"token":"/t","clientId":"the app","refreshToken":"indexeddb","revoke":"/revoke"}"#;
const GRACE: &str = r#"{"token":"/t","clientId":"x","refreshToken":"indexeddb","grace":60}"#;
const MEMORY: &str = r#"{"token":"/t","clientId":"x"}"#;

pub(super) fn response(number: u32) -> String {
    format!(r#"{{"access_token":"tok.{number}","expires_in":100,"refresh_token":"ref/{number}"}}"#)
}

pub(super) fn keeps(config: &str) -> Tab {
    let mut tab = Tab::new(config, None, 1);
    tab.sign_in(&response(1), Some(r#"{"sub":"ada"}"#), at(0)).unwrap();
    tab.effects(at(0));
    tab
}

/// Another tab of the same browser.
fn beside(tab: &Tab, config: &str, now: Now) -> Tab {
    let hint = format!(r#"{{"epoch":"{}"}}"#, tab.epoch());
    let mut other = Tab::new(config, None, 2);
    other.vault = tab.vault.clone();
    other.hint_changed(Some(&hint), now);
    other
}

/// The bodies of the refreshes that it sends.
pub(super) fn sent(tab: &mut Tab, now: Now) -> Vec<String> {
    let body = |effect| match effect {
        Effect::Refresh(refresh) => refresh.body.map(|body| body.0.to_string()),
        _ => None,
    };
    tab.effects(now).into_iter().filter_map(body).collect()
}

fn failed(tab: &mut Tab, now: Now) -> Option<&'static str> {
    tab.effects(now).into_iter().find_map(|effect| match effect {
        Effect::Settled(Err(error)) => Some(error.code.as_str()),
        _ => None,
    })
}

fn invalid_grant() -> Answer<'static> {
    Answer::Response {
        status: 400,
        body: r#"{"error":"invalid_grant"}"#,
        retry_after: None,
    }
}

#[test]
fn each_refresh_token_is_sent_once_and_replaced_by_the_next() {
    for config in [VAULT, MEMORY] {
        let mut tab = keeps(config);
        for (number, time) in [(1, 100), (2, 200), (3, 300)] {
            assert_eq!(tab.need(at(time)), Need::Wait);
            let bodies = sent(&mut tab, at(time));
            let [body] = &bodies[..] else { panic!("{bodies:?}") };
            assert!(
                body.starts_with(&format!(
                    "grant_type=refresh_token&refresh_token=ref%2F{number}&client_id="
                )),
                "{body}"
            );
            let ticket = tab.tickets;
            tab.answered(ticket, ok(&response(number + 1)), at(time));
            tab.effects(at(time));
            assert!(tab.attempt.is_none(), "the lock is free again");
        }
    }
}

#[test]
fn a_server_that_sends_no_new_refresh_token_means_the_old_one() {
    let mut tab = keeps(VAULT);
    for time in [100, 200] {
        tab.need(at(time));
        assert!(sent(&mut tab, at(time))[0].contains("ref%2F1"));
        let ticket = tab.tickets;
        tab.answered(ticket, ok(r#"{"access_token":"x","expires_in":100}"#), at(time));
        tab.effects(at(time));
    }
}

#[test]
fn only_an_invalid_grant_ends_it() {
    for answer in [
        status(400),
        status(401),
        status(500),
        Answer::Response {
            status: 401,
            body: r#"{"error":"invalid_client"}"#,
            retry_after: None,
        },
    ] {
        let mut tab = keeps(VAULT);
        tab.need(at(100));
        tab.effects(at(100));
        tab.answered(1, answer, at(100));
        assert_eq!(tab.status(), Status::SignedIn, "{answer:?}");
    }
    let mut tab = keeps(VAULT);
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, invalid_grant(), at(100));
    tab.effects(at(100));
    assert_eq!(tab.status(), Status::Ended);
    assert_eq!(*tab.vault.borrow(), None);
}

#[test]
fn a_refused_refresh_token_that_another_tab_has_replaced_ends_nothing() {
    let mut tab = keeps(VAULT);
    tab.need(at(100));
    tab.effects(at(100));
    let newer = tab
        .vault
        .borrow()
        .as_ref()
        .unwrap()
        .replace("\"generation\":1000000", "\"generation\":1000001");
    *tab.vault.borrow_mut() = Some(newer);
    tab.answered(1, invalid_grant(), at(100));
    assert_eq!(failed(&mut tab, at(100)), Some("refresh-pending"));
    assert_eq!(tab.status(), Status::SignedIn);
    assert!(tab.vault.borrow().is_some());
}

#[test]
fn what_was_only_claimed_may_be_taken_over_and_the_sleeper_notices() {
    let mut first = keeps(VAULT);
    // It claims, and falls asleep.
    first.need(at(100));
    let mut ops = Vec::new();
    while let Some(effect) = first.poll() {
        match effect {
            Effect::Lock { ticket, .. } => first.locked(ticket, false, at(100)),
            Effect::Vault(op) => ops.push(op),
            _ => {}
        }
    }
    let text = first.vault.borrow().clone();
    let VaultWrite::Put(claimed) = first.vault_read(&ops[0], text.as_deref(), at(100)) else {
        panic!("it may")
    };
    *first.vault.borrow_mut() = Some(claimed.0.to_string());
    // Another has waited long enough.
    let mut second = beside(&first, VAULT, at(100));
    second.level = 1;
    second.effects(at(100));
    second.wake(at(101));
    assert_eq!(sent(&mut second, at(101)).len(), 1);
    // It wakes up.
    first.vault_done(&ops[0], true, at(101));
    assert!(sent(&mut first, at(101)).is_empty(), "it isn't its any more");
}

#[test]
fn what_was_sent_by_one_that_lives_is_not_sent_again() {
    let mut first = keeps(VAULT);
    first.need(at(100));
    assert_eq!(sent(&mut first, at(100)).len(), 1);
    let mut second = beside(&first, VAULT, at(120));
    second.level = 1;
    second.effects(at(120));
    second.wake(at(121));
    assert_eq!(failed(&mut second, at(121)), Some("refresh-pending"));
    assert_eq!(second.status(), Status::Restoring, "it will be tried again");
}

#[test]
fn what_was_sent_by_one_that_has_gone_is_tried_once_more() {
    let mut first = keeps(VAULT);
    first.need(at(100));
    assert_eq!(sent(&mut first, at(100)).len(), 1);
    let mut second = beside(&first, VAULT, at(100));
    drop(first);
    // It gets the same lock.
    second.effects(at(100));
    second.wake(at(101));
    assert_eq!(sent(&mut second, at(101)).len(), 1);
}

#[test]
fn who_looks_whether_the_sender_has_gone_goes_on_while_others_may_not_send() {
    let mut first = keeps(VAULT);
    first.need(at(100));
    assert_eq!(sent(&mut first, at(100)).len(), 1);
    // Two others have long taken another lock than the sender, and may not send.
    let [mut second, third] = [120, 130].map(|time| {
        let mut tab = beside(&first, VAULT, at(time));
        tab.level = 1;
        tab.effects(at(time));
        tab.wake(at(time + 1));
        assert_eq!(failed(&mut tab, at(time + 1)), Some("refresh-pending"));
        tab
    });
    drop(first);
    // Then one of them tries for the lock of the sender, and has it.
    second.wake(at(130));
    second.effects(at(130));
    for text in &third.said {
        second.heard(text, at(131));
    }
    second.wake(at(132));
    assert_eq!(sent(&mut second, at(132)).len(), 1);
}

#[test]
fn a_refresh_token_that_the_database_refuses_is_stored_later() {
    let stored = |tab: &Tab| tab.vault.borrow().clone().unwrap_or_default();
    let mut tab = keeps(VAULT);
    tab.need(at(100));
    tab.effects(at(100));
    tab.broken = 1;
    tab.answered(1, ok(&response(2)), at(100));
    let effects = tab.effects(at(100));
    assert!(effects.contains(&Effect::Settled(Ok(()))), "nobody waits for that");
    assert!(
        !effects.contains(&Effect::Unlock(1)),
        "nobody else may send the one before"
    );
    tab.wake(at(105));
    assert!(tab.effects(at(105)).contains(&Effect::Unlock(1)));
    assert!(stored(&tab).contains("ref/2"));
    // Then twice: it goes on with what it has.
    tab.need(at(200));
    assert!(sent(&mut tab, at(200))[0].contains("ref%2F2"));
    tab.broken = 2;
    tab.answered(2, ok(&response(3)), at(200));
    tab.effects(at(200));
    for second in [205, 210] {
        tab.wake(at(second));
        tab.effects(at(second));
    }
    assert!(stored(&tab).contains("ref/2"));
    tab.need(at(300));
    assert!(sent(&mut tab, at(300))[0].contains("ref%2F3"));
    assert!(stored(&tab).contains("ref/3"));
}

#[test]
fn a_sign_in_that_the_database_refuses_is_stored_when_it_renews() {
    let mut tab = Tab::new(VAULT, None, 1);
    tab.broken = 1;
    tab.sign_in(&response(1), None, at(0)).unwrap();
    tab.effects(at(0));
    assert_eq!(*tab.vault.borrow(), None);
    tab.need(at(100));
    assert!(sent(&mut tab, at(100))[0].contains("ref%2F1"));
}

#[test]
fn a_server_with_grace_is_asked_again_within_it() {
    for (time, expected) in [(105, 0), (111, 1), (161, 0)] {
        let mut first = keeps(GRACE);
        first.need(at(100));
        assert_eq!(sent(&mut first, at(100)).len(), 1);
        let mut second = beside(&first, GRACE, at(time - 1));
        second.level = 1;
        second.effects(at(time - 1));
        second.wake(at(time));
        assert_eq!(sent(&mut second, at(time)).len(), expected, "{time}");
    }
}

#[test]
fn without_its_refresh_token_a_session_is_lost() {
    let tab = keeps(VAULT);
    let mut other = beside(&tab, VAULT, at(0));
    *other.vault.borrow_mut() = None;
    other.effects(at(0));
    other.wake(at(1));
    assert!(
        !other
            .effects(at(1))
            .iter()
            .any(|effect| matches!(effect, Effect::Forget(_)))
    );
    assert_eq!(other.status(), Status::Ended);
    assert_eq!(other.need(at(1)), Need::SignedOut);
}

#[test]
fn who_comes_while_the_next_refresh_token_is_stored_is_served() {
    let mut tab = keeps(VAULT);
    tab.need(at(100));
    tab.effects(at(100));
    // It had waited for the page, for longer than it lives.
    tab.answered(1, ok(&response(2)), at(300));
    assert_eq!(tab.need(at(300)), Need::Wait);
    assert!(sent(&mut tab, at(300))[0].contains("ref%2F2"), "with the new one");
    tab.answered(2, ok(&response(3)), at(300));
    assert!(tab.effects(at(300)).contains(&Effect::Settled(Ok(()))));
}

#[test]
fn a_server_whose_tokens_are_always_old_is_asked_once_a_need() {
    let mut tab = keeps(VAULT);
    for ticket in 1..4 {
        assert_eq!(tab.need(at(100)), Need::Wait);
        assert_eq!(sent(&mut tab, at(100)).len(), 1);
        let old = response(2).replace("100", "0");
        tab.answered(ticket, ok(&old), at(100));
        let effects = tab.effects(at(100));
        assert!(
            effects.contains(&Effect::Settled(Ok(()))),
            "whoever has waited takes what there is"
        );
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Refresh(_))));
        assert!(tab.attempt.is_none());
    }
}

#[test]
fn a_sender_that_has_gone_with_another_lock_is_found_out() {
    let mut first = keeps(VAULT);
    first.level = 1;
    first.need(at(100));
    assert_eq!(sent(&mut first, at(100)).len(), 1);
    let mut second = beside(&first, VAULT, at(120));
    drop(first);
    second.effects(at(120));
    second.wake(at(121));
    assert_eq!(failed(&mut second, at(121)), Some("refresh-pending"));
    second.wake(at(122));
    second.effects(at(122));
    second.wake(at(123));
    assert_eq!(sent(&mut second, at(123)).len(), 1, "it has got the sender's lock");
}

#[test]
fn what_one_page_has_in_its_memory_serves_all() {
    let mut first = keeps(MEMORY);
    let mut second = beside(&first, MEMORY, at(0));
    second.effects(at(0));
    let exchange = |first: &mut Tab, second: &mut Tab, now| {
        for _ in 0..3 {
            second.effects(now);
            for text in std::mem::take(&mut second.said) {
                first.heard(&text, now);
            }
            let bodies = sent(first, now);
            for text in std::mem::take(&mut first.said) {
                second.heard(&text, now);
            }
            if !bodies.is_empty() {
                let ticket = first.tickets;
                first.answered(ticket, ok(&response(2)), now);
            }
        }
    };
    exchange(&mut first, &mut second, at(0));
    assert_eq!(token(second.need(at(0))), "tok.1");
    assert_eq!(second.need(at(100)), Need::Wait);
    exchange(&mut first, &mut second, at(100));
    assert_eq!(token(second.need(at(100))), "tok.2");
    // It is closed.
    assert_eq!(second.need(at(200)), Need::Wait);
    second.effects(at(200));
    second.wake(at(201));
    assert_eq!(failed(&mut second, at(201)), Some("refresh-pending"));
    let mut third = beside(&second, MEMORY, at(300));
    third.effects(at(300));
    third.wake(at(301));
    assert_eq!(third.status(), Status::Ended, "a reload has nothing to go on with");
}

#[test]
fn another_library_is_asked_and_may_say_that_nobody_is_signed_in() {
    let mut tab = Tab::new(r#"{"source":true}"#, None, 1);
    tab.sign_in(RESPONSE, None, at(0)).unwrap();
    tab.effects(at(0));
    tab.need(at(100));
    assert_eq!(tab.refreshes(at(100)), [1]);
    tab.answered(1, status(401), at(100));
    assert_eq!(tab.status(), Status::Ended);
    tab.sign_in(RESPONSE, None, at(200)).unwrap();
    tab.sign_out(at(201));
    assert!(
        tab.effects(at(201)).contains(&Effect::SignedOut(Ok(()))),
        "that is its own business"
    );
}
