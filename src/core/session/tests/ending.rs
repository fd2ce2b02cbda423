//! What begins and ends a session, and what must not outlive it.

use super::*;

#[test]
fn the_server_ends_it() {
    let mut tab = signed_in();
    let epoch = tab.epoch().clone();
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, status(401), at(100));
    assert_eq!(tab.status(), Status::Ended);
    assert!(tab.effects(at(100)).contains(&Effect::Forget(epoch)));
    assert_eq!(tab.need(at(100)), Need::SignedOut);
    assert_eq!(tab.user(), None);
}

#[test]
fn a_reload_restores() {
    let mut tab = fresh();
    tab.sign_in(RESPONSE, None, at(0)).unwrap();
    let hint = hint_in(&tab.effects(at(0)));
    let mut tab = Tab::new(COOKIE, hint.as_deref(), 2);
    assert_eq!(tab.status(), Status::Restoring);
    assert_eq!(tab.need(at(0)), Need::Wait);
    assert!(tab.refreshes(at(0)).is_empty(), "the other tabs are asked first");
    tab.wake(millis(100));
    assert_eq!(tab.refreshes(millis(100)), [1]);
    // The server can't be reached: it is tried again, and the user isn't taken for a guest.
    tab.answered(1, Answer::Unreachable, millis(100));
    assert_eq!(tab.status(), Status::Restoring);
    assert!(tab.effects(millis(100)).contains(&Effect::WakeAfter(1_000)));
    tab.wake(millis(400));
    assert_eq!(
        tab.effects(millis(400)),
        [Effect::WakeAfter(700)],
        "the timer was early"
    );
    tab.wake(millis(1_100));
    tab.effects(millis(1_100));
    tab.wake(millis(1_200));
    assert_eq!(tab.refreshes(millis(1_200)), [2]);
    // {"sub":"ada"}
    let answer = r#"{"access_token":"a","id_token":"e30.eyJzdWIiOiJhZGEifQ.x"}"#;
    tab.answered(2, ok(answer), at(2));
    assert_eq!(tab.status(), Status::SignedIn);
    assert_eq!(tab.user().map(|user| &**user), Some(r#"{"sub":"ada"}"#));
    let effects = tab.effects(at(2));
    assert_eq!(hint_in(&effects), None, "somebody may have signed out meanwhile");
    let amended = |effect: &Effect| matches!(effect, Effect::Amend(hint) if hint.contains("subject"));
    assert!(effects.iter().any(amended), "if not, it is known now whose it is");
}

#[test]
fn sign_out_is_final_whatever_comes_late() {
    let mut tab = signed_in();
    tab.need(at(100));
    tab.effects(at(100));
    tab.sign_out(at(100));
    let out = tab.effects(at(100));
    let tombstone = hint_in(&out).unwrap();
    assert!(out.contains(&Effect::Abort));
    tab.answered(1, ok(RESPONSE), at(101));
    assert_eq!(tab.status(), Status::SignedOut);
    assert_eq!(tab.need(at(101)), Need::SignedOut);
    // Nobody answers; the next page tells the server before anything else, and renews nothing.
    let epoch = tab.epoch().clone();
    tab.sign_out_answered(&epoch, Answer::Unreachable);
    let effects = tab.effects(at(101));
    let [Effect::SignedOut(Err(error))] = &effects[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(error.code.as_str(), "sign-out-unconfirmed");
    let mut next = Tab::new(COOKIE, Some(&tombstone), 3);
    assert_eq!(next.effects(at(0)), [Effect::SignOut(epoch.clone(), None)]);
    assert_eq!(next.status(), Status::SignedOut);
    next.sign_out_answered(&epoch, status(204));
    assert_eq!(next.effects(at(0)), [Effect::Forget(epoch), Effect::SignedOut(Ok(()))]);
}

#[test]
fn a_server_that_could_not_be_told_is_told_when_the_network_is_back() {
    let mut tab = signed_in();
    tab.sign_out(at(100));
    tab.woken(at(100));
    let epoch = tab.epoch().clone();
    let told = |effects: &[Effect]| effects.contains(&Effect::SignOut(epoch.clone(), None));
    assert!(told(&tab.effects(at(100))));
    tab.woken(at(101));
    assert!(!told(&tab.effects(at(101))), "it may yet answer");
    for second in 102..104 {
        tab.sign_out_answered(&epoch, Answer::Unreachable);
        tab.woken(at(second));
        assert!(told(&tab.effects(at(second))), "again and again");
    }
    tab.sign_out_answered(&epoch, status(204));
    tab.woken(at(105));
    assert!(!told(&tab.effects(at(105))));

    tab.sign_out_answered(&epoch, Answer::Unreachable);
    tab.sign_in(RESPONSE, None, at(106)).unwrap();
    tab.sign_out_answered(&epoch, Answer::Unreachable);
    tab.woken(at(107));
    let ends = |effect: &Effect| matches!(effect, Effect::SignOut(..));
    assert!(!tab.effects(at(107)).iter().any(ends), "that would end this session");
}

#[test]
fn a_confirmed_sign_out_does_not_end_the_next_sign_in() {
    let mut tab = signed_in();
    tab.sign_out(at(0));
    let epoch = tab.epoch().clone();
    tab.sign_in(RESPONSE, None, at(1)).unwrap();
    tab.effects(at(1));
    tab.sign_out_answered(&epoch, status(204));
    assert!(tab.effects(at(1)).contains(&Effect::Forget(epoch)), "its own alone");
    assert_eq!(tab.status(), Status::SignedIn);
}

#[test]
fn another_subject_is_another_session() {
    let mut tab = signed_in();
    let (epoch, sent) = (tab.epoch().clone(), generation(&tab));
    tab.need(at(100));
    tab.effects(at(100));
    // {"sub":"eve"}
    tab.answered(
        1,
        ok(r#"{"access_token":"a","id_token":"e30.eyJzdWIiOiJldmUifQ.x"}"#),
        at(100),
    );
    assert_ne!(*tab.epoch(), epoch);
    assert_eq!(tab.user().map(|user| &**user), Some(r#"{"sub":"eve"}"#));
    assert_eq!(tab.refused(sent, &epoch, SHOP, None, at(100)), Verdict::Final);
    let effects = tab.effects(at(100));
    assert!(effects.contains(&Effect::Abort) && effects.contains(&Effect::Changed));
    let told = effects.iter().find(|effect| matches!(effect, Effect::Settled(_)));
    assert_eq!(told, Some(&Effect::Settled(Err(changed()))), "it isn't theirs");
}

#[test]
fn no_token_is_ever_shown() {
    let mut tab = signed_in();
    let mut shown = format!("{:?} {:?}", tab.need(at(100)), tab.current());
    while let Some(effect) = tab.poll() {
        shown += &format!("{effect:?}");
    }
    let error = fresh()
        .sign_in(r#"{"access_token":{"secret":1}}"#, None, at(0))
        .unwrap_err();
    shown += &format!("{error:?}");
    assert!(!shown.contains("tok.1") && !shown.contains("secret"), "{shown}");
}

#[test]
fn a_token_of_unknown_lifetime_is_renewed_again_and_again() {
    let opaque = |token: &str| format!(r#"{{"access_token":"{token}"}}"#);
    let mut tab = fresh();
    tab.sign_in(&opaque("a"), None, at(0)).unwrap();
    let epoch = tab.epoch().clone();
    for (ticket, time) in [(1, 3_600), (2, 7_200), (3, 10_800)] {
        let sent = generation(&tab);
        assert_eq!(tab.refused(sent, &epoch, SHOP, None, at(time)), Verdict::Wait);
        tab.effects(at(time));
        tab.answered(ticket, ok(&opaque("b")), at(time));
        let sent = generation(&tab);
        assert_eq!(
            tab.refused(sent, &epoch, SHOP, None, at(time + 1)),
            Verdict::Final,
            "it is fresh"
        );
    }
}

#[test]
fn those_who_wait_are_not_served_by_the_next_session() {
    let mut tab = signed_in();
    assert_eq!(tab.need(at(100)), Need::Wait);
    tab.effects(at(100));
    tab.hint_changed(Some(r#"{"epoch":"abc"}"#), at(100));
    let effects = tab.effects(at(100));
    assert!(effects.contains(&Effect::Settled(Err(changed()))), "{effects:?}");
    assert!(effects.contains(&Effect::Abort));
}

#[test]
fn an_answer_does_not_show_its_token() {
    assert_eq!(
        format!("{:?} {:?}", ok(RESPONSE), Answer::Unreachable),
        "Response(200) Unreachable"
    );
}

#[test]
fn each_way_to_renew_says_what_it_needs() {
    let keeper = |config: &str| {
        crate::json::read_all(config, AuthConfig::read)
            .map(|config| config.keeper)
            .ok()
    };
    for (config, expected) in [
        (COOKIE, Some(Keeper::Server)),
        (r#"{"token":"/t","clientId":"x"}"#, Some(Keeper::Memory)),
        (
            r#"{"token":"/t","clientId":"x","refreshToken":"memory"}"#,
            Some(Keeper::Memory),
        ),
        (
            r#"{"refreshToken":"indexeddb","token":"/t","clientId":"x"}"#,
            Some(Keeper::Vault),
        ),
        (r#"{"source":true}"#, Some(Keeper::Source)),
        (r#"{"refresh":"/r"}"#, None),
        (r#"{"token":"/t"}"#, None),
        (r#"{"token":"/t","clientId":"x","refreshToken":"localStorage"}"#, None),
        (r#"{"source":true,"refresh":"/r","signOut":"/s"}"#, None),
        ("{}", None),
    ] {
        assert_eq!(keeper(config), expected, "{config}");
    }
}
