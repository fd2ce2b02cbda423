//! Numbers at the edge of what is read.

use super::kept::{VAULT, keeps, response, sent};
use super::*;

/// The greatest that JSON's readers take as it is.
const GREATEST: u64 = 1 << 53;

#[test]
fn a_token_that_lives_for_ever_is_for_all_tabs() {
    for lifetime in ["9223372036854775807", "9007199254740993"] {
        let mut first = fresh();
        let response = format!(r#"{{"access_token":"tok.1","expires_in":{lifetime}}}"#);
        first.sign_in(&response, None, at(0)).unwrap();
        let hint = hint_in(&first.effects(at(0))).unwrap();
        let mut second = Tab::new(COOKIE, Some(&hint), 2);
        for text in first.said.drain(..) {
            second.heard(&text, at(0));
        }
        assert_eq!(token(second.need(at(0))), "tok.1");
    }
}

#[test]
fn a_generation_that_leaves_no_room_above_it_stops_nobody() {
    let mut tab = signed_in();
    let message = format!(
        r#"{{"is":"token","epoch":"{}","token":"tok.9","lifetime":100000,"generation":{GREATEST},"at":1000000}}"#,
        tab.epoch()
    );
    let hint = format!(r#"{{"epoch":"{}"}}"#, tab.epoch());
    let mut other = Tab::new(COOKIE, Some(&hint), 2);
    for tab in [&mut tab, &mut other] {
        tab.heard(&message, at(0));
        assert_eq!(token(tab.need(at(0))), "tok.9");
        tab.effects(at(0));
    }
    tab.said.clear();
    tab.need(at(100));
    tab.effects(at(100));
    tab.answered(1, ok(&RESPONSE.replace("tok.1", "tok.2")), at(100));
    tab.effects(at(100));
    for text in tab.said.drain(..) {
        other.heard(&text, at(100));
    }
    assert_eq!(token(other.need(at(100))), "tok.2");
}

#[test]
fn nor_does_that_of_a_refresh_token() {
    let mut tab = keeps(VAULT);
    let kept = tab.vault.take().unwrap();
    let own = format!(r#""generation":{}"#, generation(&tab));
    let damaged = kept.replace(&own, &format!(r#""generation":{GREATEST}"#));
    assert_ne!(damaged, kept);
    *tab.vault.borrow_mut() = Some(damaged);
    for (number, time) in [(1, 100), (2, 200), (3, 300)] {
        tab.need(at(time));
        let bodies = sent(&mut tab, at(time));
        assert!(bodies[0].contains(&format!("ref%2F{number}")), "{bodies:?}");
        let ticket = tab.tickets;
        tab.answered(ticket, ok(&response(number + 1)), at(time));
        tab.effects(at(time));
    }
}
