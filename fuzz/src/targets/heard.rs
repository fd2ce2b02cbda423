//! What other tabs say.

use holdall::random::Random;
use holdall::session::{AuthConfig, Keeper, Session, Status};
use holdall::time::Now;

use crate::fields::{join, texts};
use crate::said;

const EPOCH: &str = "0123456789abcdef";
const NOW: Now = Now {
    wall: 1_790_000_000_000,
    monotonic: 5_000,
};

/// The messages that three tabs have heard of each other.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let said = [
        r#"{"is":"token","epoch":"0123456789abcdef","token":"abc","user":"{\"sub\":\"ada\"}","generation":1790000000001,"lifetime":300000,"spent":10,"at":1790000000000,"wait":0,"asked":0}"#,
        r#"{"is":"ask","epoch":"0123456789abcdef","origin":"https://api.example","generation":0,"level":1,"at":1790000000000}"#,
        r#"{"is":"working","epoch":"0123456789abcdef","generation":0,"level":2}"#,
        r#"{"is":"failed","epoch":"0123456789abcdef","wait":60000,"asked":1,"at":1790000000000}"#,
        r#"{"is":"out","epoch":"0123456789abcdef","next":"ffff"}"#,
        r#"{"is":"level","epoch":"0123456789abcdef","level":7}"#,
    ];
    let other = said[0].replace(EPOCH, "ffff");
    let mut seeds: Vec<Vec<u8>> = said.iter().map(|message| join(&[message])).collect();
    seeds.push(join(&[&other]));
    seeds.push(join(&said[..3]));
    seeds.push(join(&[said[1], said[3], said[0]]));
    seeds
}

pub(crate) fn run(input: &[u8]) {
    for keeper in [Keeper::Server, Keeper::Memory, Keeper::Vault] {
        let mut tabs = [tab(keeper, 1), tab(keeper, 2)];
        let messages: [_; 3] = texts(input);
        for message in &messages {
            let before = tabs[0].current();
            tabs[0].heard(message, NOW);
            // An escape may stand for any of it.
            let may_be_ours = message.contains(EPOCH) || message.contains('\\');
            assert!(
                may_be_ours || tabs[0].current() == before,
                "it speaks of another session"
            );
            let epoch = tabs[0].epoch().clone();
            assert!(
                tabs[0]
                    .current()
                    .is_none_or(|it| it.token.bytes().all(|byte| byte.is_ascii_graphic())),
                "it becomes a header"
            );
            assert!(tabs[0].status() != Status::SignedIn || *epoch == *EPOCH);
            talk(&mut tabs);
        }
        let later = Now {
            wall: NOW.wall + 3_600_000,
            monotonic: NOW.monotonic + 3_600_000,
        };
        for tab in &mut tabs {
            tab.need(later);
            tab.wake(later);
        }
        talk(&mut tabs);
        // Whoever renews has a token that the other takes, whatever they were told.
        let [one, other] = &mut tabs;
        if one
            .sign_in(r#"{"access_token":"new","expires_in":60}"#, None, later)
            .is_ok()
        {
            let hint = format!(r#"{{"epoch":"{}"}}"#, one.epoch());
            other.hint_changed(Some(&hint), later);
            said::effects(one);
            said::effects(other);
            other.heard(&format!(r#"{{"is":"ask","epoch":"{}"}}"#, one.epoch()), later);
        }
    }
}

fn tab(keeper: Keeper, seed: u64) -> Session {
    let config = AuthConfig {
        keeper,
        ..AuthConfig::default()
    };
    let hint = format!(r#"{{"epoch":"{EPOCH}"}}"#);
    Session::new(config, Some(&hint), Random::new(seed), NOW)
}

/// What they say to each other comes to an end.
fn talk(tabs: &mut [Session; 2]) {
    for _ in 0..20 {
        let [one, other] = tabs;
        let (of_one, of_other) = (said::posts(one), said::posts(other));
        of_one.iter().for_each(|message| other.heard(&message.0, NOW));
        of_other.iter().for_each(|message| one.heard(&message.0, NOW));
        if of_one.is_empty() && of_other.is_empty() {
            return;
        }
    }
    panic!("they never stop");
}
