//! Token responses, and the claims of ID and access tokens in them.

use holdall::random::Random;
use holdall::session::{Answer, AuthConfig, Credentials, Effect, Keeper, Need, Session, Status};
use holdall::time::Now;

use crate::fields::{join, texts};
use crate::said;

const NOW: Now = Now {
    wall: 1_790_000_000_000,
    monotonic: 5_000,
};

/// The payloads: `{"sub":"ada","exp":1790000300,"iat":1790000000}`, `{"sub":{}}`
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let claims = "eyJzdWIiOiJhZGEiLCJleHAiOjE3OTAwMDAzMDAsImlhdCI6MTc5MDAwMDAwMH0";
    [
        format!(r#"{{"access_token":"e30.{claims}.c2ln","token_type":"Bearer","id_token":"e30.{claims}."}}"#),
        r#"{"access_token":"abc","expires_in":300,"refresh_token":"r1","scope":"a b"}"#.to_owned(),
        r#"{"access_token":"abc","token_type":"bearer","expires_in":"3600"}"#.to_owned(),
        r#"{"access_token":"abc","expires_in":9223372036854775807,"id_token":"e30.eyJzdWIiOnt9fQ.x"}"#.to_owned(),
        r#"{"access_token":"a b","expires_in":1.5}"#.to_owned(),
        r#"{"error":"invalid_grant"}"#.to_owned(),
    ]
    .iter()
    .map(|response| join(&[response, r#"{"sub":"ada"}"#, "200", "5"]))
    .collect()
}

pub(crate) fn run(input: &[u8]) {
    let [response, user, status, retry_after] = texts(input);
    let user = Some(&*user).filter(|user| !user.is_empty());
    for keeper in [Keeper::Server, Keeper::Memory, Keeper::Vault] {
        let mut session = tab(keeper, None);
        let signed_in = session.sign_in(&response, user, NOW).is_ok();
        assert_eq!(signed_in, session.status() == Status::SignedIn);
        check(&mut session, signed_in);

        let hint = format!(r#"{{"epoch":"{}"}}"#, session.epoch());
        let mut sibling = tab(keeper, Some(&hint));
        said::effects(&mut sibling);
        let credentials = session.current();
        if signed_in {
            sibling.heard(&format!(r#"{{"is":"working","epoch":"{}"}}"#, session.epoch()), NOW);
            session.heard(&format!(r#"{{"is":"ask","epoch":"{}"}}"#, session.epoch()), NOW);
            for message in said::posts(&mut session) {
                sibling.heard(&message.0, NOW);
            }
            let alive = matches!(session.need(NOW), Need::Ready(_));
            assert!(
                !alive || token(sibling.current()) == token(credentials),
                "the other tabs have it, too"
            );
        }

        // The same in answer to a refresh.
        let mut session = tab(keeper, Some(r#"{"epoch":"0123456789abcdef"}"#));
        let answer = Answer::Response {
            status: status.parse().unwrap_or(200),
            body: &response,
            retry_after: retry_after.parse().ok(),
        };
        for ticket in 1..4 {
            session.locked(ticket, false, NOW);
            let later = Now {
                wall: NOW.wall + 500,
                monotonic: NOW.monotonic + 500,
            };
            session.wake(later);
            session.answered(ticket, answer, later);
        }
        let signed_in = session.status() == Status::SignedIn;
        check(&mut session, signed_in);
    }
}

fn tab(keeper: Keeper, hint: Option<&str>) -> Session {
    let config = AuthConfig {
        keeper,
        client_id: "shop".into(),
        ..AuthConfig::default()
    };
    Session::new(config, hint, Random::new(3), NOW)
}

fn token(credentials: Option<Credentials>) -> Option<String> {
    credentials.map(|credentials| credentials.token.to_string())
}

/// What is sent as a token can be sent, and what is kept of the user and of the subject can be kept.
fn check(session: &mut Session, signed_in: bool) {
    assert_eq!(session.current().is_some(), signed_in);
    if let Some(credentials) = session.current() {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
        assert!(
            !credentials.token.is_empty() && credentials.token.bytes().all(fits),
            "it becomes a header"
        );
    }
    assert!(
        session.subject().bytes().all(|byte| byte.is_ascii_hexdigit()),
        "it becomes part of keys"
    );
    for effect in said::effects(session) {
        if let Effect::Hint(hint) | Effect::Amend(hint) = effect {
            assert!(
                holdall::session::Hint::decode(&hint).is_some(),
                "the next page reads it"
            );
        }
    }
}
