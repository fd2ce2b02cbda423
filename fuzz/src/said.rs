//! What a session says, for its siblings and its database: they take what holds of it for granted.

use holdall::session::{Effect, Secret, Session};
use serde_json::Value;

use crate::fields::text;

/// Takes what the session wants, and checks that others can read it.
pub(crate) fn effects(session: &mut Session) -> Vec<Effect> {
    let mut effects = Vec::new();
    while let Some(effect) = session.poll() {
        if let Effect::Post(message) = &effect {
            readable(message);
        }
        effects.push(effect);
    }
    effects
}

/// What it says to the other tabs.
pub(crate) fn posts(session: &mut Session) -> Vec<Secret> {
    let posts = effects(session).into_iter().filter_map(|effect| match effect {
        Effect::Post(message) => Some(message),
        _ => None,
    });
    posts.collect()
}

/// Every number in it must be one that is read: else all of it would be taken for damage.
pub(crate) fn readable(secret: &Secret) {
    let value: Value = serde_json::from_str(&text(secret.0.as_bytes())).unwrap();
    for (name, member) in value.as_object().unwrap() {
        let fits = member.as_u64().is_some_and(|number| number <= 1 << 53);
        assert!(fits || !member.is_number(), "nobody reads this `{name}`");
    }
}
