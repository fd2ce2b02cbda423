use std::rc::Rc;

use super::token::Token;
use crate::time::Now;

/// The servers that refuse fresh tokens: for them nothing is renewed until those would have expired.
#[derive(Default)]
pub(super) struct Guard(Vec<Blocked>);

struct Blocked {
    origin: Rc<str>,
    since: Now,
    /// Milliseconds.
    wait: u64,
}

impl Guard {
    /// Whether renewing helps with a token that this server has refused.
    pub(super) fn allows(&mut self, token: &Token, origin: &str, now: Now) -> bool {
        self.0.retain(|blocked| now.since(blocked.since) < blocked.wait);
        if self.0.iter().any(|blocked| *blocked.origin == *origin) {
            return false;
        }
        let wait = token.fresh_for(now);
        let again = token.refused_by.as_deref() == Some(origin);
        if again && wait > 0 {
            self.0.push(Blocked {
                origin: origin.into(),
                since: now,
                wait,
            });
            return false;
        }
        true
    }
}
