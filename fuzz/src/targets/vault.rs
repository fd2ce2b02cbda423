//! The record of the database that holds the refresh token.

use holdall::random::Random;
use holdall::session::{Answer, AuthConfig, Effect, Keeper, Session, VaultWrite};
use holdall::time::Now;
use serde_json::Value;

use crate::fields::text;
use crate::said;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"epoch":"0123456789abcdef","token":"r1","phase":"idle","generation":1790000000000,"by":0,"level":0,"sent":0,"last":0}"#,
        r#"{"epoch":"0123456789abcdef","token":"r1","phase":"claimed","generation":1,"by":12345,"level":1,"sent":0,"last":0}"#,
        r#"{"epoch":"0123456789abcdef","token":"r1","phase":"sent","generation":1,"by":12345,"level":1,"sent":1789999999000,"last":1789999999000}"#,
        r#"{"epoch":"ffff","token":"r\"é","phase":"retired","generation":9007199254740992}"#,
        "",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

/// A page restores the session, and another signs out, over what is there.
pub(crate) fn run(input: &[u8]) {
    let record = text(input);
    for signs_out in [false, true] {
        let config = AuthConfig {
            keeper: Keeper::Vault,
            client_id: "shop".into(),
            grace: 30_000,
            ..AuthConfig::default()
        };
        let mut now = Now {
            wall: 1_790_000_000_000,
            monotonic: 5_000,
        };
        let mut session = Session::new(config, Some(r#"{"epoch":"0123456789abcdef"}"#), Random::new(3), now);
        let mut stored = Some(record.to_string()).filter(|record| !record.is_empty());
        session.wake(now);
        if signs_out {
            session.sign_out(now);
        }
        for _ in 0..30 {
            now = Now {
                wall: now.wall + 50,
                monotonic: now.monotonic + 50,
            };
            for effect in said::effects(&mut session) {
                match effect {
                    Effect::Lock { ticket, .. } => session.locked(ticket, false, now),
                    Effect::Vault(op) => {
                        match session.vault_read(&op, stored.as_deref(), now) {
                            VaultWrite::Put(text) => {
                                said::readable(&text);
                                stored = Some(text.0.to_string());
                            }
                            VaultWrite::Delete => stored = None,
                            VaultWrite::Nothing => {}
                        }
                        session.vault_done(&op, true, now);
                    }
                    Effect::Refresh(refresh) => {
                        let body = r#"{"access_token":"abc","expires_in":300,"refresh_token":"r2"}"#;
                        let body = body.replace("r2", &format!("r2-{}", refresh.ticket));
                        let answer = Answer::Response {
                            status: 200,
                            body: &body,
                            retry_after: None,
                        };
                        session.answered(refresh.ticket, answer, now);
                    }
                    Effect::SignOut(epoch, body) => {
                        assert!(signs_out);
                        assert!(body.is_none_or(|body| body.0.is_ascii()), "a form");
                        session.sign_out_answered(
                            &epoch,
                            Answer::Response {
                                status: 200,
                                body: "",
                                retry_after: None,
                            },
                        );
                    }
                    _ => session.wake(now),
                }
            }
        }
        // What was renewed is kept: the next page can renew it again.
        if session.current().is_some() {
            let kept: Value = serde_json::from_str(&stored.unwrap()).unwrap();
            assert!(kept["token"].as_str().unwrap().starts_with("r2-"), "it is the newest");
            assert_eq!(kept["phase"], "idle");
        }
    }
}
