use super::*;
use crate::random::Random;
use crate::time::Now;

const RESPONSE: &str = r#"{"access_token":"tok.1","token_type":"bearer","expires_in":100}"#;

fn at(seconds: u64) -> Now {
    Now {
        wall: 1_000_000 + seconds * 1_000,
        monotonic: seconds * 1_000,
    }
}

fn fresh() -> Session {
    Session::new(None, Random::new(1))
}

fn signed_in() -> Session {
    let mut session = fresh();
    session.sign_in(RESPONSE, Some(r#"{"sub":"ada"}"#), at(0)).unwrap();
    effects(&mut session);
    session
}

fn effects(session: &mut Session) -> Vec<Effect> {
    core::iter::from_fn(|| session.poll()).collect()
}

fn refreshes(session: &mut Session) -> Vec<u64> {
    let ticket = |effect| {
        if let Effect::Refresh(ticket) = effect {
            Some(ticket)
        } else {
            None
        }
    };
    effects(session).into_iter().filter_map(ticket).collect()
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

#[test]
fn guests_ask_nobody() {
    let mut session = fresh();
    assert_eq!(session.need(at(0)), Need::SignedOut);
    assert_eq!(effects(&mut session), []);
}

#[test]
fn one_refresh_serves_everybody_who_needs_it() {
    let mut session = signed_in();
    assert_eq!(token(session.need(at(79))), "tok.1");
    assert!(refreshes(&mut session).is_empty());
    for _ in 0..20 {
        assert_eq!(session.need(at(100)), Need::Wait);
    }
    assert_eq!(refreshes(&mut session), [1]);
    session.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(101));
    assert!(effects(&mut session).contains(&Effect::Settled(Ok(()))));
    assert_eq!(&*session.current().unwrap().token, "tok.2");
    assert_eq!(token(session.need(at(102))), "tok.2");
    assert!(refreshes(&mut session).is_empty());
}

#[test]
fn an_ageing_token_is_used_while_its_successor_comes() {
    let mut session = signed_in();
    assert_eq!(token(session.need(at(80))), "tok.1");
    assert_eq!(token(session.need(at(81))), "tok.1");
    assert_eq!(refreshes(&mut session), [1]);
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
fn expiry_comes_from_the_answer_or_else_from_the_token() {
    // {"iat":5000,"exp":5010}
    let jwt = "e30.eyJpYXQiOjUwMDAsImV4cCI6NTAxMH0.x";
    for (response, seconds) in [
        (r#"{"access_token":"a","expires_in":"10"}"#.to_owned(), 10),
        (r#"{"access_token":"a","expires_in":10.9}"#.to_owned(), 10),
        (format!(r#"{{"access_token":"{jwt}"}}"#), 10),
        (format!(r#"{{"access_token":"{jwt}","expires_in":20}}"#), 20),
    ] {
        let mut session = fresh();
        session.sign_in(&response, None, at(0)).unwrap();
        assert!(matches!(session.need(at(seconds - 1)), Need::Ready(_)), "{response}");
        assert_eq!(session.need(at(seconds)), Need::Wait, "{response}");
    }
    let mut session = fresh();
    session.sign_in(r#"{"access_token":"opaque"}"#, None, at(0)).unwrap();
    assert!(matches!(session.need(at(1_000_000)), Need::Ready(_)));
}

#[test]
fn a_refused_token_is_judged_by_what_was_sent() {
    let mut session = signed_in();
    let epoch = session.epoch().clone();
    assert_eq!(
        session.refused(1, &epoch, Some("Bearer error=\"insufficient_scope\""), at(1)),
        Verdict::Final
    );
    assert_eq!(session.refused(1, "another", None, at(1)), Verdict::Final);
    assert_eq!(
        session.refused(1, &epoch, Some("Bearer error=\"invalid_token\""), at(1)),
        Verdict::Wait
    );
    assert_eq!(session.refused(1, &epoch, None, at(1)), Verdict::Wait);
    assert_eq!(refreshes(&mut session), [1]);
    session.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(2));
    assert!(refreshes(&mut session).is_empty());
    assert!(
        matches!(session.refused(1, &epoch, None, at(3)), Verdict::Replay(credentials) if &*credentials.token == "tok.2")
    );
    // The new one is refused as well: renewing doesn't help, until it has run out.
    assert_eq!(session.refused(2, &epoch, None, at(3)), Verdict::Final);
    assert_eq!(session.refused(2, &epoch, None, at(103)), Verdict::Wait);
    assert_eq!(refreshes(&mut session), [2]);
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
        let mut session = signed_in();
        assert_eq!(session.need(at(100)), Need::Wait);
        session.answered(1, answer, at(100));
        let effects = effects(&mut session);
        assert!(
            effects.iter().any(|effect| matches!(effect, Effect::Settled(Err(_)))),
            "{answer:?}"
        );
        assert_eq!(session.status(), Status::SignedIn);
        assert!(matches!(session.need(at(100)), Need::Failed(_)));
        assert_eq!(session.need(at(101)), Need::Wait);
        session.answered(2, answer, at(101));
        assert!(
            matches!(session.need(at(102)), Need::Failed(_)),
            "the second wait is longer"
        );
        assert_eq!(session.need(at(103)), Need::Wait);
    }
}

#[test]
fn retry_after_is_honoured() {
    let mut session = signed_in();
    session.need(at(100));
    session.answered(
        1,
        Answer::Response {
            status: 503,
            body: "",
            retry_after: Some(30),
        },
        at(100),
    );
    assert!(matches!(session.need(at(129)), Need::Failed(_)));
    assert_eq!(session.need(at(130)), Need::Wait);
}

#[test]
fn a_live_token_serves_while_renewing_fails() {
    let mut session = signed_in();
    session.need(at(80));
    session.answered(1, Answer::Unreachable, at(80));
    effects(&mut session);
    assert!(matches!(session.need(at(80)), Need::Ready(_)));
    assert!(refreshes(&mut session).is_empty());
}

#[test]
fn the_server_ends_it() {
    let mut session = signed_in();
    session.need(at(100));
    effects(&mut session);
    session.answered(1, status(401), at(100));
    assert_eq!(session.status(), Status::Ended);
    assert!(effects(&mut session).contains(&Effect::Hint(None)));
    assert_eq!(session.need(at(100)), Need::SignedOut);
    assert_eq!(session.user(), None);
}

#[test]
fn a_reload_restores() {
    let mut session = fresh();
    session.sign_in(RESPONSE, None, at(0)).unwrap();
    let hint = effects(&mut session)
        .into_iter()
        .find_map(|effect| if let Effect::Hint(hint) = effect { hint } else { None });
    let mut session = Session::new(hint.as_deref(), Random::new(2));
    assert_eq!(session.status(), Status::Restoring);
    assert_eq!(session.need(at(0)), Need::Wait);
    assert_eq!(refreshes(&mut session), [1]);
    // The server can't be reached: it is tried again, and the user isn't taken for a guest.
    session.answered(1, Answer::Unreachable, at(0));
    assert_eq!(session.status(), Status::Restoring);
    assert!(effects(&mut session).contains(&Effect::WakeAfter(1_000)));
    session.wake(Now {
        wall: 1_000_400,
        monotonic: 400,
    });
    assert_eq!(effects(&mut session), [Effect::WakeAfter(600)], "the timer was early");
    session.wake(at(1));
    assert_eq!(refreshes(&mut session), [2]);
    // {"sub":"ada"}
    session.answered(
        2,
        ok(r#"{"access_token":"a","id_token":"e30.eyJzdWIiOiJhZGEifQ.x"}"#),
        at(1),
    );
    assert_eq!(session.status(), Status::SignedIn);
    assert_eq!(session.user().map(|user| &**user), Some(r#"{"sub":"ada"}"#));
}

#[test]
fn sign_out_is_final_whatever_comes_late() {
    let mut session = signed_in();
    session.need(at(100));
    effects(&mut session);
    session.sign_out();
    let out = effects(&mut session);
    let Some(Effect::Hint(Some(tombstone))) = out.first() else {
        panic!("{out:?}")
    };
    session.answered(1, ok(RESPONSE), at(101));
    assert_eq!(session.status(), Status::SignedOut);
    assert_eq!(session.need(at(101)), Need::SignedOut);
    // Nobody answers; the next page tells the server before anything else, and renews nothing.
    let epoch = session.epoch().clone();
    assert_eq!(
        session
            .sign_out_answered(&epoch, Answer::Unreachable)
            .unwrap_err()
            .code
            .as_str(),
        "sign-out-unconfirmed"
    );
    let mut next = Session::new(Some(tombstone), Random::new(3));
    assert_eq!(effects(&mut next), [Effect::SignOut(epoch.clone())]);
    assert_eq!(next.status(), Status::SignedOut);
    next.sign_out_answered(&epoch, status(204)).unwrap();
    assert_eq!(effects(&mut next), [Effect::Hint(None)]);
}

#[test]
fn a_confirmed_sign_out_does_not_end_the_next_sign_in() {
    let mut session = signed_in();
    session.sign_out();
    let epoch = session.epoch().clone();
    session.sign_in(RESPONSE, None, at(1)).unwrap();
    effects(&mut session);
    session.sign_out_answered(&epoch, status(204)).unwrap();
    assert_eq!(effects(&mut session), []);
    assert_eq!(session.status(), Status::SignedIn);
}

#[test]
fn other_tabs_are_followed() {
    let mut session = fresh();
    session.hint_changed(Some(r#"{"epoch":"abc"}"#));
    assert_eq!(session.status(), Status::Restoring);
    assert_eq!(refreshes(&mut session), [1]);
    session.answered(1, ok(RESPONSE), at(0));
    effects(&mut session);
    session.hint_changed(Some(r#"{"epoch":"abc"}"#));
    assert_eq!(effects(&mut session), []);
    session.hint_changed(Some(r#"{"epoch":"def","signedOut":true}"#));
    assert_eq!(session.status(), Status::SignedOut);
    assert!(
        !effects(&mut session)
            .iter()
            .any(|effect| matches!(effect, Effect::SignOut(_) | Effect::Hint(_)))
    );
    session.hint_changed(None);
    assert_eq!(session.status(), Status::SignedOut);
}

#[test]
fn another_subject_is_another_session() {
    let mut session = signed_in();
    let epoch = session.epoch().clone();
    session.need(at(100));
    // {"sub":"eve"}
    session.answered(
        1,
        ok(r#"{"access_token":"a","id_token":"e30.eyJzdWIiOiJldmUifQ.x"}"#),
        at(100),
    );
    assert_ne!(*session.epoch(), epoch);
    assert_eq!(session.user().map(|user| &**user), Some(r#"{"sub":"eve"}"#));
    assert_eq!(session.refused(1, &epoch, None, at(100)), Verdict::Final);
}

#[test]
fn no_token_is_ever_shown() {
    let mut session = signed_in();
    let shown = format!("{:?} {:?}", session.need(at(0)), session.current());
    assert!(!shown.contains("tok.1"), "{shown}");
    let error = fresh()
        .sign_in(r#"{"access_token":{"secret":1}}"#, None, at(0))
        .unwrap_err();
    assert!(!format!("{error:?}").contains("secret"));
}

#[test]
fn a_token_of_unknown_lifetime_is_renewed_again_and_again() {
    let opaque = |token: &str| format!(r#"{{"access_token":"{token}"}}"#);
    let mut session = fresh();
    session.sign_in(&opaque("a"), None, at(0)).unwrap();
    let epoch = session.epoch().clone();
    for (ticket, time) in [(1, 3_600), (2, 7_200), (3, 10_800)] {
        assert_eq!(session.refused(ticket, &epoch, None, at(time)), Verdict::Wait);
        session.answered(ticket, ok(&opaque("b")), at(time));
        assert_eq!(
            session.refused(ticket + 1, &epoch, None, at(time + 1)),
            Verdict::Final,
            "it is fresh"
        );
    }
}

#[test]
fn those_who_wait_go_on_waiting_when_another_tab_signs_in() {
    let mut session = signed_in();
    assert_eq!(session.need(at(100)), Need::Wait);
    effects(&mut session);
    session.hint_changed(Some(r#"{"epoch":"abc"}"#));
    assert!(
        !effects(&mut session)
            .iter()
            .any(|effect| matches!(effect, Effect::Settled(_)))
    );
    session.answered(2, ok(RESPONSE), at(100));
    assert!(effects(&mut session).contains(&Effect::Settled(Ok(()))));
    assert!(session.current().is_some());
}

#[test]
fn an_answer_does_not_show_its_token() {
    assert_eq!(
        format!("{:?} {:?}", ok(RESPONSE), Answer::Unreachable),
        "Response(200) Unreachable"
    );
}
