use crate::time::Now;

/// How long renewing isn't tried again after it has failed: longer each time, or as the server says.
#[derive(Default)]
pub(super) struct Backoff {
    /// How often it has failed in a row.
    failures: u32,
    /// Since when it waits, and for how many milliseconds.
    waiting: Option<(Now, u64)>,
    /// Whether it is the server that asked for it.
    firm: bool,
}

/// The first wait after a failure, and the longest, in milliseconds.
const FIRST: u64 = 1_000;
const LAST: u64 = 60_000;
/// What a server may ask for at most.
const LONGEST: u64 = 60 * 60 * 1_000;

impl Backoff {
    /// One more failure; the server may have said after how many seconds to come back.
    pub(super) fn fail(&mut self, retry_after: Option<u64>, now: Now) {
        let own = FIRST.checked_shl(self.failures.min(16)).unwrap_or(LAST).min(LAST);
        let wait = retry_after.map_or(own, |seconds| seconds.saturating_mul(1_000).min(LONGEST));
        self.follow(wait, retry_after.is_some(), now);
    }

    /// Another tab has failed, and says how long to wait.
    pub(super) fn follow(&mut self, wait: u64, firm: bool, now: Now) {
        self.failures = self.failures.saturating_add(1);
        self.waiting = Some((now, wait.min(LONGEST)));
        self.firm = firm;
    }

    /// The milliseconds that are left of the wait.
    pub(super) fn left(&self, now: Now) -> u64 {
        self.waiting
            .map_or(0, |(since, wait)| wait.saturating_sub(now.since(since)))
    }

    /// Whether it is the server that asked for the wait.
    pub(super) fn is_firm(&self) -> bool {
        self.firm
    }

    /// The network is back, or the page is: what failed for want of it may be tried at once. A server's word still holds.
    pub(super) fn hurry(&mut self) {
        if !self.firm {
            self.waiting = None;
        }
    }
}
