use crate::time::Now;

/// How long renewing isn't tried again after it has failed: longer each time, or as the server says.
#[derive(Default)]
pub(super) struct Backoff {
    /// How often it has failed in a row.
    failures: u32,
    own: Wait,
    /// What the server has asked for.
    asked: Wait,
}

/// Since when, and for how many milliseconds.
#[derive(Default, Clone, Copy)]
struct Wait(Now, u64);

/// The first wait after a failure, and the longest, in milliseconds.
const FIRST: u64 = 1_000;
const LAST: u64 = 60_000;
/// What a server may ask for at most.
const LONGEST: u64 = 60 * 60 * 1_000;

impl Backoff {
    /// One more failure; the server may have said after how many seconds to come back.
    pub(super) fn fail(&mut self, retry_after: Option<u64>, now: Now) {
        let own = FIRST.checked_shl(self.failures.min(16)).unwrap_or(LAST).min(LAST);
        self.failures = self.failures.saturating_add(1);
        // "At once" is what every failure would say then.
        match retry_after.filter(|seconds| *seconds > 0) {
            Some(seconds) => self.follow(seconds.saturating_mul(1_000), true, now),
            None => self.follow(own, false, now),
        }
    }

    /// Another tab says how long to wait, and whether it is the server that wants it.
    pub(super) fn follow(&mut self, wait: u64, asked: bool, now: Now) {
        let which = if asked { &mut self.asked } else { &mut self.own };
        if wait > which.left(now) {
            *which = Wait(now, wait.min(LONGEST));
        }
    }

    /// The milliseconds that are left of the wait.
    pub(super) fn left(&self, now: Now) -> u64 {
        self.own.left(now).max(self.asked.left(now))
    }

    /// Whether it is the server that asked for it.
    pub(super) fn is_asked(&self, now: Now) -> bool {
        self.asked.left(now) > 0
    }

    /// The network is back, or the page is: what failed for want of it may be tried at once. A server's word still holds.
    pub(super) fn hurry(&mut self) {
        self.own = Wait::default();
    }
}

impl Wait {
    fn left(self, now: Now) -> u64 {
        self.1.saturating_sub(now.since(self.0))
    }
}
