//! `WWW-Authenticate` of a refusal, and when renewing the token is thought to help.

use holdall::random::Random;
use holdall::session::{AuthConfig, Session, Verdict};
use holdall::time::Now;

use crate::fields::{join, texts};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"Bearer error="invalid_token""#,
        r#"Bearer realm="shop", error="insufficient_scope", scope="admin""#,
        "Basic",
    ]
    .iter()
    .map(|challenge| join(&[challenge, "https://api.example", "1790000000000"]))
    .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [challenge, origin, generation] = texts(input);
    let now = Now {
        wall: 1_790_000_000_000,
        monotonic: 5_000,
    };
    let mut session = Session::new(AuthConfig::default(), None, Random::new(3), now);
    let generation = generation.parse().unwrap_or(u64::MAX);
    let epoch = session.epoch().clone();
    assert_eq!(
        session.refused(generation, &epoch, &origin, Some(&challenge), now),
        Verdict::Final,
        "nobody is signed in"
    );
    session
        .sign_in(r#"{"access_token":"abc","expires_in":300}"#, None, now)
        .unwrap();
    assert_eq!(
        session.refused(generation, &epoch, &origin, Some(&challenge), now),
        Verdict::Final,
        "another session"
    );
    let (epoch, own) = (session.epoch().clone(), session.current().unwrap().generation);
    let verdict = session.refused(generation, &epoch, &origin, Some(&challenge), now);
    if challenge.contains("insufficient_scope") {
        assert_eq!(verdict, Verdict::Final, "no token helps");
        assert!(!session.is_renewing());
    } else if generation < own {
        assert!(matches!(verdict, Verdict::Replay(_)), "there is a newer one");
    } else {
        assert_eq!(verdict, Verdict::Wait);
        assert!(session.is_renewing());
    }
}
