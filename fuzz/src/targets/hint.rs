//! The session's hint, which any script of the origin can write.

use holdall::random::Random;
use holdall::session::{AuthConfig, Effect, Hint, Session, Status};
use holdall::time::Now;

use crate::fields::text;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    [
        r#"{"epoch":"0123456789abcdef","subject":"fedcba9876543210"}"#,
        r#"{"epoch":"0123456789abcdef","subject":"a/b"}"#,
        r#"{"epoch":"0123456789abcdef","signedOut":true}"#,
        r#"{"epoch":"é\"\\","subject":null,"signedOut":false,"later":[{}]}"#,
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .into()
}

pub(crate) fn run(input: &[u8]) {
    let text = text(input);
    let hint = Hint::decode(&text);
    if let Some(hint) = &hint {
        assert_eq!(Hint::decode(&hint.encode()).as_ref(), Some(hint));
        assert!(!hint.epoch.is_empty());
        let subject = hint.subject.as_deref().unwrap_or_default();
        assert!(!subject.contains('/'), "it would be another's storage key");
    }
    let now = Now {
        wall: 1_790_000_000_000,
        monotonic: 5_000,
    };
    let mut session = Session::new(AuthConfig::default(), Some(&text), Random::new(7), now);
    let expected = match &hint {
        Some(hint) if !hint.signed_out => Status::Restoring,
        _ => Status::SignedOut,
    };
    assert_eq!(session.status(), expected);
    while let Some(effect) = session.poll() {
        let asks = matches!(
            effect,
            Effect::Refresh(_) | Effect::Lock { .. } | Effect::SignOut(..) | Effect::Vault(_)
        );
        assert!(hint.is_some() || !asks, "a guest causes no requests");
    }
    // The same one again is no news; any other is another's session.
    session.hint_changed(Some(&text), now);
    assert!(hint.is_none() || session.status() == expected);
    session.hint_changed(None, now);
    session.sign_out(now);
    assert_eq!(session.status(), Status::SignedOut);
}
