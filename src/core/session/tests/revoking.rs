//! What becomes of refresh tokens that pages keep when the user signs out.

use super::kept::{VAULT, keeps, response, sent};
use super::*;

#[test]
fn a_sign_out_revokes_what_is_kept_and_goes_on_at_the_next_visit() {
    let mut tab = keeps(VAULT);
    tab.sign_out(at(1));
    let effects = tab.effects(at(1));
    let revoked = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::SignOut(_, Some(body)) => Some(body.0.to_string()),
            _ => None,
        })
    };
    assert_eq!(
        revoked(&effects).unwrap(),
        "token_type_hint=refresh_token&token=ref%2F1&client_id=the%20app"
    );
    let hint = hint_in(&effects).unwrap();
    let epoch = tab.epoch().clone();
    tab.sign_out_answered(&epoch, Answer::Unreachable);
    let mut next = Tab::new(VAULT, Some(&hint), 3);
    next.vault = tab.vault.clone();
    assert!(revoked(&next.effects(at(2))).is_some());
    next.sign_out_answered(&epoch, status(200));
    assert!(next.effects(at(2)).contains(&Effect::Forget(epoch)));
    assert_eq!(*next.vault.borrow(), None);
}

#[test]
fn a_sign_out_revokes_what_is_kept_when_the_network_is_back() {
    for keeper in [VAULT, r#"{"token":"/t","clientId":"x","revoke":"/revoke"}"#] {
        let mut tab = keeps(keeper);
        tab.sign_out(at(1));
        let epoch = tab.epoch().clone();
        let revokes = |effect: &Effect| matches!(effect, Effect::SignOut(_, Some(body)) if body.0.contains("ref%2F1"));
        for second in 1..3 {
            assert!(tab.effects(at(second)).iter().any(revokes));
            tab.sign_out_answered(&epoch, Answer::Unreachable);
            tab.woken(at(second));
        }
        tab.sign_out_answered(&epoch, status(200));
        tab.effects(at(3));
        tab.woken(at(4));
        assert!(!tab.effects(at(4)).iter().any(revokes));
        assert_eq!(*tab.vault.borrow(), None);
    }
}

#[test]
fn a_sign_out_takes_nothing_from_whoever_signs_in_then() {
    let mut tab = keeps(VAULT);
    tab.sign_out(at(1));
    let epoch = tab.epoch().clone();
    tab.effects(at(1));
    tab.sign_in(&response(7), Some(r#"{"sub":"eve"}"#), at(2)).unwrap();
    tab.effects(at(2));
    tab.sign_out_answered(&epoch, status(200));
    tab.effects(at(3));
    assert!(tab.vault.borrow().as_ref().unwrap().contains("ref/7"));

    let mut tab = keeps(r#"{"token":"/t","clientId":"x","revoke":"/revoke"}"#);
    tab.sign_out(at(1));
    let epoch = tab.epoch().clone();
    tab.sign_in(&response(7), None, at(2)).unwrap();
    tab.effects(at(2));
    tab.sign_out_answered(&epoch, status(200));
    tab.need(at(200));
    assert!(sent(&mut tab, at(200))[0].contains("ref%2F7"));
}

#[test]
fn a_page_that_slept_since_before_the_sign_in_retires_nothing_of_it() {
    let mut tab = keeps(VAULT);
    let mut late = Tab::new(VAULT, Some(r#"{"epoch":"old","signedOut":true}"#), 4);
    late.vault = tab.vault.clone();
    let hint = format!(r#"{{"epoch":"{}"}}"#, tab.epoch());
    late.hint_changed(Some(&hint), at(1));
    late.effects(at(1));
    assert!(tab.vault.borrow().as_ref().unwrap().contains("idle"));
    tab.need(at(100));
    assert_eq!(sent(&mut tab, at(100)).len(), 1);
}

#[test]
fn what_comes_just_before_a_sign_out_is_revoked() {
    let mut tab = keeps(VAULT);
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, ok(&response(2)), at(100));
    // Before the database has it.
    tab.sign_out(at(100));
    let revoked = tab.effects(at(100)).into_iter().find_map(|effect| match effect {
        Effect::SignOut(_, Some(body)) => Some(body.0.to_string()),
        _ => None,
    });
    assert!(revoked.is_some_and(|body| body.contains("ref%2F2")));
}

#[test]
fn who_signs_in_before_the_database_has_answered_stays_signed_in() {
    let mut tab = keeps(VAULT);
    tab.sign_out(at(1));
    let tombstone = tab.epoch().clone();
    tab.sign_in(&response(7), Some(r#"{"sub":"eve"}"#), at(1)).unwrap();
    let epoch = tab.epoch().clone();
    let revokes = |effect: &Effect| matches!(effect, Effect::SignOut(of, Some(body)) if *of == tombstone && body.0.contains("ref%2F1"));
    assert!(tab.effects(at(1)).iter().any(revokes));
    tab.sign_out_answered(&tombstone, status(200));
    let effects = tab.effects(at(2));
    assert!(effects.contains(&Effect::Forget(tombstone)));
    assert!(!effects.contains(&Effect::Forget(epoch)));
    assert!(tab.vault.borrow().as_ref().unwrap().contains("ref/7"));
}

/// Another tab has signed out while this one had its answer: what that has brought mustn't stay.
#[test]
fn what_is_stored_after_a_sign_out_elsewhere_goes_with_it() {
    let mut tab = keeps(VAULT);
    let mut other = keeps(VAULT);
    other.vault = tab.vault.clone();
    other.session.epoch = tab.epoch().clone();
    tab.need(at(100));
    assert_eq!(sent(&mut tab, at(100)).len(), 1);
    tab.answered(1, ok(&response(2)), at(100));
    other.sign_out(at(100));
    let epoch = other.epoch().clone();
    other.effects(at(100));
    tab.effects(at(100));
    other.sign_out_answered(&epoch, status(200));
    other.effects(at(101));
    assert_eq!(*tab.vault.borrow(), None);
}

/// Neither one that the database has refused, nor one that it hasn't been given yet.
#[test]
fn a_sign_in_that_is_not_stored_is_revoked_all_the_same() {
    for broken in [1, 0] {
        let mut tab = Tab::new(VAULT, None, 1);
        tab.broken = broken;
        tab.sign_in(&response(1), None, at(0)).unwrap();
        if broken > 0 {
            tab.effects(at(0));
        }
        tab.sign_out(at(1));
        let revokes = |effect: &Effect| matches!(effect, Effect::SignOut(_, Some(body)) if body.0.contains("ref%2F1"));
        for second in 1..3 {
            assert!(tab.effects(at(second)).iter().any(revokes));
            let epoch = tab.epoch().clone();
            tab.sign_out_answered(&epoch, Answer::Unreachable);
            tab.woken(at(second));
        }
        assert_eq!(*tab.vault.borrow(), None);
    }
}
