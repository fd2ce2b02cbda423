//! Several tabs of one session.

use super::*;

const HINT: &str = r#"{"epoch":"abc"}"#;

/// What one has said goes to the other.
fn tell(from: &mut Tab, to: &mut Tab, now: Now) {
    for text in from.said.drain(..) {
        to.heard(&text, now);
    }
}

/// Two tabs that are signed in with the same token.
fn two() -> (Tab, Tab) {
    let mut first = signed_in();
    let hint = hint_of(&first);
    let mut second = Tab::new(COOKIE, Some(&hint), 2);
    second.effects(at(0));
    tell(&mut second, &mut first, at(0));
    first.effects(at(0));
    tell(&mut first, &mut second, at(0));
    second.effects(at(0));
    assert_eq!(second.status(), Status::SignedIn);
    (first, second)
}

fn hint_of(tab: &Tab) -> String {
    format!(r#"{{"epoch":"{}"}}"#, tab.epoch())
}

#[test]
fn a_new_tab_gets_its_token_from_another() {
    let (first, mut second) = two();
    assert_eq!(token(second.need(at(1))), "tok.1");
    assert_eq!(second.user(), first.user());
    assert_eq!(second.need(at(100)), Need::Wait, "it has lived as long as in the first");
}

#[test]
fn a_token_that_one_has_fetched_is_for_all() {
    let (mut first, mut second) = two();
    assert_eq!(first.need(at(100)), Need::Wait);
    assert_eq!(first.refreshes(at(100)), [1]);
    second.free = false;
    assert_eq!(second.need(at(100)), Need::Wait);
    second.effects(at(100));
    first.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(101));
    first.effects(at(101));
    tell(&mut first, &mut second, at(101));
    let effects = second.effects(at(101));
    assert!(effects.contains(&Effect::Settled(Ok(()))));
    assert!(effects.contains(&Effect::Unlock(2)), "{effects:?}");
    assert_eq!(token(second.need(at(101))), "tok.2");
}

#[test]
fn who_has_heard_that_another_is_at_it_asks_before_it_sends() {
    let (mut first, mut second) = two();
    first.need(at(100));
    first.refreshes(at(100));
    tell(&mut first, &mut second, at(100));
    // It has another lock: its own is that of a page that does nothing.
    second.level = 1;
    assert_eq!(second.need(at(101)), Need::Wait);
    assert!(second.refreshes(at(101)).is_empty());
    tell(&mut second, &mut first, at(101));
    first.effects(at(101));
    tell(&mut first, &mut second, at(101));
    second.wake(at(102));
    assert!(second.refreshes(at(102)).is_empty(), "it relies on the other");
}

#[test]
fn whoever_takes_a_lower_lock_is_told_whatever_it_says() {
    let (mut first, mut second) = two();
    second.level = 1;
    first.need(at(100));
    first.refreshes(at(100));
    first.said.clear();
    first.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(100));
    first.effects(at(100));
    tell(&mut first, &mut second, at(100));
    second.effects(at(100));
    tell(&mut second, &mut first, at(100));
    assert_eq!(first.level, 1);
}

#[test]
fn who_has_waited_for_the_lock_asks_before_it_sends() {
    let (mut first, mut second) = two();
    second.free = false;
    assert_eq!(second.need(at(100)), Need::Wait);
    second.effects(at(100));
    second.locked(2, true, at(101));
    assert!(second.refreshes(at(101)).is_empty());
    first.need(at(100));
    first.effects(at(100));
    first.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(101));
    first.effects(at(101));
    tell(&mut first, &mut second, at(101));
    assert!(second.refreshes(at(102)).is_empty());
    assert_eq!(token(second.need(at(102))), "tok.2");
}

#[test]
fn a_holder_that_does_nothing_is_waited_for_so_long_and_then_passed_by() {
    let mut tab = signed_in();
    tab.free = false;
    assert_eq!(tab.need(at(100)), Need::Wait);
    assert!(tab.effects(at(100)).contains(&Effect::Lock { ticket: 1, level: 0 }));
    let working = format!(r#"{{"is":"working","epoch":"{}"}}"#, tab.epoch());
    tab.heard(&working, at(110));
    tab.wake(at(115));
    assert!(
        tab.effects(at(115)).contains(&Effect::WakeAfter(10_000)),
        "somebody has said that it is at it"
    );
    tab.wake(at(125));
    let effects = tab.effects(at(125));
    assert!(effects.contains(&Effect::Unlock(1)));
    assert!(
        effects.contains(&Effect::Lock { ticket: 2, level: 1 }),
        "one of all that wait goes on"
    );
    tab.locked(2, false, at(125));
    assert_eq!(tab.refreshes(at(125)), [2]);
    tab.locked(1, true, at(126));
    assert!(tab.effects(at(126)).contains(&Effect::Unlock(1)), "too late");
}

#[test]
fn a_tab_that_slept_with_the_lock_begins_again() {
    let mut tab = Tab::new(COOKIE, Some(HINT), 1);
    tab.effects(at(0));
    tab.wake(at(60));
    let effects = tab.effects(at(60));
    assert!(effects.contains(&Effect::Unlock(1)), "{effects:?}");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Refresh(_))));
    tab.wake(millis(60_100));
    assert_eq!(tab.refreshes(millis(60_100)), [2]);
}

#[test]
fn a_tab_whose_timers_are_always_late_renews_in_the_end() {
    let mut tab = Tab::new(COOKIE, Some(HINT), 1);
    tab.effects(at(0));
    tab.wake(at(60));
    assert!(tab.refreshes(at(60)).is_empty(), "it asks the others once more");
    tab.wake(at(120));
    assert_eq!(tab.refreshes(at(120)), [3]);
}

#[test]
fn a_lock_that_came_while_the_page_was_busy_is_not_used_before_the_others_are_asked() {
    let mut tab = signed_in();
    tab.free = false;
    assert_eq!(tab.need(at(100)), Need::Wait);
    tab.effects(at(100));
    tab.locked(1, false, at(130));
    assert!(tab.refreshes(at(130)).is_empty());
    tab.wake(at(131));
    assert_eq!(tab.refreshes(at(131)), [1]);
}

#[test]
fn who_takes_a_lock_that_others_have_left_is_told_so() {
    let (mut first, mut second) = two();
    first.level = 2;
    second.free = false;
    assert_eq!(second.need(at(100)), Need::Wait);
    assert!(second.effects(at(100)).contains(&Effect::Lock { ticket: 2, level: 0 }));
    tell(&mut second, &mut first, at(100));
    first.effects(at(100));
    tell(&mut first, &mut second, at(100));
    assert!(second.effects(at(100)).contains(&Effect::Lock { ticket: 3, level: 2 }));
}

#[test]
fn a_wait_that_the_server_wants_is_not_shortened_by_what_others_say() {
    let (mut first, mut second) = two();
    second.need(at(100));
    second.effects(at(100));
    second.answered(2, status(500), at(100));
    second.effects(at(100));
    first.backoff.follow(30_000, true, at(100));
    tell(&mut second, &mut first, at(100));
    first.woken(at(101));
    assert!(matches!(first.need(at(129)), Need::Failed(_)));
    assert_eq!(first.need(at(130)), Need::Wait);
}

#[test]
fn what_another_tab_had_to_wait_is_over_when_that_was_long_ago() {
    let (mut first, mut second) = two();
    first.need(at(100));
    first.effects(at(100));
    let asked = Answer::Response {
        status: 503,
        body: "",
        retry_after: Some(20),
    };
    first.answered(1, asked, at(100));
    first.effects(at(100));
    // Its process had stood still.
    tell(&mut first, &mut second, at(115));
    assert!(matches!(second.need(at(119)), Need::Failed(_)));
    assert_eq!(second.need(at(120)), Need::Wait);
}

#[test]
fn who_it_is_is_told_to_those_who_learn_it_from_another_tab() {
    let (mut first, mut second) = two();
    second.user = None;
    first.need(at(100));
    first.effects(at(100));
    first.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(100));
    first.effects(at(100));
    tell(&mut first, &mut second, at(100));
    assert!(second.effects(at(100)).contains(&Effect::Notify));
    assert_eq!(second.user(), first.user());
    first.said.clear();
    first.need(at(200));
    first.effects(at(200));
    first.answered(2, ok(&RESPONSE.replace("tok.1", "tok.3")), at(200));
    first.effects(at(200));
    tell(&mut first, &mut second, at(200));
    assert!(!second.effects(at(200)).contains(&Effect::Notify), "they know");
}

#[test]
fn a_refused_request_does_not_go_again_with_a_token_that_has_expired_meanwhile() {
    let mut tab = signed_in();
    let (epoch, sent) = (tab.epoch().clone(), generation(&tab));
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(100));
    tab.effects(at(100));
    assert_eq!(tab.refused(sent, &epoch, SHOP, None, at(250)), Verdict::Wait);
    assert_eq!(tab.refreshes(at(250)), [2]);
}

#[test]
fn after_a_lost_answer_it_is_tried_again_unasked() {
    let mut tab = signed_in();
    tab.need(at(80));
    tab.effects(at(80));
    tab.answered(1, Answer::Unreachable, at(80));
    assert!(tab.effects(at(80)).contains(&Effect::WakeAfter(1_000)));
    tab.wake(at(81));
    assert_eq!(tab.refreshes(at(81)), [2]);
    tab.answered(2, status(503), at(81));
    tab.effects(at(81));
    tab.wake(at(90));
    assert!(
        tab.refreshes(at(90)).is_empty(),
        "a server that answers has lost nothing"
    );
}

#[test]
fn a_page_that_slept_takes_the_answer_that_has_come_meanwhile() {
    let mut tab = signed_in();
    tab.need(at(100));
    tab.effects(at(100));
    tab.wake(at(160));
    assert!(
        !tab.effects(at(160))
            .iter()
            .any(|effect| matches!(effect, Effect::Settled(_)))
    );
    tab.answered(1, ok(&RESPONSE.replace("100", "600")), at(160));
    assert!(tab.effects(at(160)).contains(&Effect::Settled(Ok(()))));
    assert!(matches!(tab.need(at(639)), Need::Ready(_)));
    assert_eq!(tab.need(at(700)), Need::Wait, "it had waited for the page");
}

#[test]
fn a_failure_is_everybodys() {
    let (mut first, mut second) = two();
    first.need(at(100));
    first.effects(at(100));
    second.free = false;
    assert_eq!(second.need(at(100)), Need::Wait);
    second.effects(at(100));
    first.answered(1, status(503), at(101));
    first.effects(at(101));
    tell(&mut first, &mut second, at(101));
    let effects = second.effects(at(101));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Settled(Err(_)))));
    assert!(
        matches!(second.need(at(101)), Need::Failed(_)),
        "nor does it try at once"
    );
    assert_eq!(second.need(at(102)), Need::Wait);
}

#[test]
fn a_token_that_has_waited_for_a_sleeper_has_aged() {
    let (mut first, mut second) = two();
    first.need(at(100));
    first.effects(at(100));
    first.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(100));
    first.effects(at(100));
    tell(&mut first, &mut second, at(201));
    assert_eq!(second.need(at(201)), Need::Wait);
}

#[test]
fn messages_of_another_session_or_of_nobody_say_nothing() {
    let mut tab = signed_in();
    let epoch = tab.epoch().clone();
    for text in [
        r#"{"is":"token","epoch":"other","token":"evil","generation":9007199254740992}"#.to_owned(),
        format!(r#"{{"is":"token","epoch":"{epoch}","token":"e\r\nvil","generation":9007199254740992}}"#),
        format!(r#"{{"is":"spam","epoch":"{epoch}","token":"evil","generation":9007199254740992}}"#),
        format!(r#"{{"is":"token","epoch":"{epoch}","token":"old","generation":1}}"#),
        "[]".to_owned(),
        String::new(),
    ] {
        tab.heard(&text, at(1));
        assert_eq!(token(tab.need(at(1))), "tok.1", "{text}");
        assert_eq!(tab.effects(at(1)), []);
    }
}

#[test]
fn other_tabs_are_followed() {
    let mut tab = fresh();
    tab.hint_changed(Some(HINT), at(0));
    assert_eq!(tab.status(), Status::Restoring);
    tab.effects(at(0));
    tab.wake(at(1));
    assert_eq!(tab.refreshes(at(1)), [1]);
    tab.answered(1, ok(RESPONSE), at(1));
    tab.effects(at(1));
    tab.hint_changed(Some(HINT), at(1));
    assert_eq!(tab.effects(at(1)), []);
    tab.hint_changed(Some(r#"{"epoch":"def","signedOut":true}"#), at(1));
    assert_eq!(tab.status(), Status::SignedOut);
    assert_eq!(
        important(tab.effects(at(1))),
        [
            Effect::Changed,
            Effect::Abort,
            Effect::Settled(Err(changed())),
            Effect::Notify
        ]
    );
    tab.hint_changed(None, at(1));
    assert_eq!(tab.status(), Status::SignedOut);
}

#[test]
fn a_sign_out_is_told_before_the_storage_tells_it() {
    let (mut first, mut second) = two();
    first.sign_out(at(1));
    first.effects(at(1));
    tell(&mut first, &mut second, at(1));
    assert_eq!(second.status(), Status::SignedOut);
    assert_eq!(second.epoch(), first.epoch());
    assert!(second.effects(at(1)).contains(&Effect::Abort));
}

#[test]
fn a_page_that_is_left_holds_nothing_back_and_goes_on_when_it_returns() {
    let mut tab = Tab::new(COOKIE, Some(HINT), 1);
    tab.effects(at(0));
    tab.hidden();
    assert_eq!(tab.effects(at(0)), [Effect::Unlock(1)]);
    tab.woken(at(60));
    tab.effects(at(60));
    tab.wake(at(61));
    assert_eq!(tab.refreshes(at(61)), [2]);
    tab.hidden();
    assert_eq!(
        tab.effects(at(61)),
        [Effect::Unlock(2)],
        "what was sent is still waited for"
    );
    tab.answered(2, ok(RESPONSE), at(62));
    assert_eq!(tab.status(), Status::SignedIn);
}

#[test]
fn no_message_holds_what_renews_a_session() {
    let mut tab = Tab::new(r#"{"token":"/t","clientId":"x","refreshToken":"indexeddb"}"#, None, 1);
    let response = r#"{"access_token":"tok.1","expires_in":100,"refresh_token":"secret-1"}"#;
    tab.sign_in(response, None, at(0)).unwrap();
    tab.effects(at(0));
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, ok(&response.replace('1', "2")), at(100));
    tab.effects(at(100));
    tab.sign_out(at(101));
    tab.effects(at(101));
    assert!(tab.said.len() >= 5, "{:?}", tab.said);
    assert!(tab.said.iter().all(|said| !said.contains("secret")), "{:?}", tab.said);
}
