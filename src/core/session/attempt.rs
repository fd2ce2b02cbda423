use std::rc::Rc;

use super::interface::Reason;
use super::vault::Verdict;
use crate::mutant::{Mutant, on};
use crate::time::Now;

/// One way to a new access token, from the need to the answer.
pub(super) struct Attempt {
    /// Its number on this page.
    pub(super) ticket: u64,
    pub(super) reason: Reason,
    /// The server that has refused the token there was.
    pub(super) origin: Option<Rc<str>>,
    pub(super) step: Step,
    /// Which lock it takes.
    pub(super) level: u64,
    /// Whether that is another than the session's: the sender's of a refresh token, to see whether that one has gone.
    pub(super) probes: bool,
    /// When this step began, and when all of them, by the monotonic clock: what other tabs wait for mustn't depend on a clock that is set.
    since: u64,
    begun: u64,
    /// When it got the lock.
    locked: u64,
    /// How many before it were too late, one after the other.
    pub(super) late: u64,
    /// Whether somebody has said, while it waited for the lock, that they are at it.
    relies: bool,
    /// Whether somebody waits for a token who has come since this step began.
    pub(super) wanted: bool,
    /// What the database says of its wish to send the refresh token.
    pub(super) verdict: Option<Verdict>,
    /// Whether the database was asked for the second time to take the next refresh token.
    again: bool,
    /// The refresh token that it may send.
    pub(super) token: String,
    /// That one's generation.
    pub(super) base: u64,
    /// The generation of the access token that there was when it was sent.
    pub(super) generation: u64,
    /// When it was sent.
    pub(super) at: Now,
}

/// A request that was sent, and what its answer is judged by.
pub(super) struct Sent {
    pub(super) ticket: u64,
    pub(super) origin: Option<Rc<str>>,
    pub(super) base: u64,
    pub(super) generation: u64,
    pub(super) at: Now,
}

/// Where an attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// It waits for the lock.
    Locking,
    /// It has the lock, and gives the other tabs a moment to say that they have done it.
    Asking,
    /// Another tab, which alone can, is at it.
    Relying,
    /// It claims the refresh token.
    Claiming,
    /// It notes that it is about to send it.
    Marking,
    /// It waits for the answer.
    Sent,
    /// It has the answer, and stores the next refresh token.
    Committing,
    /// It was refused, and looks whether that was about the newest refresh token.
    Ending,
}

/// How long a server may take to answer, in milliseconds.
pub(super) const ANSWER: u64 = 10_000;
/// How long the other tabs may take to answer.
const ASK: u64 = 100;
/// How long the database may take.
const VAULT: u64 = 5_000;
/// How long a tab waits for another that has the lock and says nothing: longer than that may rightly take.
const LOCK: u64 = 15_000;
/// Timers are late, but not so late.
const NAP: u64 = 2_000;
/// After how long with the lock it is too late to send: others have given up waiting, and may have sent.
const LATE: u64 = 5_000;

impl Attempt {
    pub(super) fn new(ticket: u64, level: u64, reason: Reason, origin: Option<Rc<str>>, step: Step, now: Now) -> Self {
        Self {
            ticket,
            reason,
            origin,
            step,
            level,
            probes: false,
            since: now.monotonic,
            begun: now.monotonic,
            locked: now.monotonic,
            relies: false,
            late: 0,
            wanted: false,
            verdict: None,
            again: false,
            token: String::new(),
            base: 0,
            generation: 0,
            at: now,
        }
    }

    pub(super) fn sent(&self) -> Sent {
        Sent {
            ticket: self.ticket,
            origin: self.origin.clone(),
            base: self.base,
            generation: self.generation,
            at: self.at,
        }
    }

    pub(super) fn enter(&mut self, step: Step, now: Now) {
        self.step = step;
        self.since = now.monotonic;
        self.wanted = false;
    }

    /// It has the lock, for which it may have `waited`. Gives whether it has to ask again: whoever had the lock may have said something just
    /// now, or, if this page was too busy to notice, long ago.
    pub(super) fn lock(&mut self, waited: bool, now: Now) -> bool {
        let again = waited || now.monotonic.saturating_sub(self.begun) > ASK;
        // Somebody with another lock, as it seems.
        let relies = self.relies && !waited;
        self.step = if relies { Step::Relying } else { Step::Asking };
        self.locked = now.monotonic;
        self.since = if again || relies { now.monotonic } else { self.begun };
        again
    }

    /// Somebody says that they are at it: the wait for them begins anew.
    pub(super) fn wait_on(&mut self, now: Now) {
        match self.step {
            Step::Locking => {
                self.since = now.monotonic;
                self.relies = true;
            }
            Step::Asking => self.enter(Step::Relying, now),
            _ => {}
        }
    }

    /// Begins this step again, unless it has done so already; gives whether it does.
    pub(super) fn once_more(&mut self, now: Now) -> bool {
        self.since = now.monotonic;
        !core::mem::replace(&mut self.again, true)
    }

    /// Milliseconds until this step has taken too long.
    pub(super) fn left(&self, now: Now) -> u64 {
        let limit = match self.step {
            Step::Locking if on(Mutant::EndlessLock) => u64::MAX,
            Step::Sent if on(Mutant::NoAnswerLimit) => u64::MAX,
            Step::Locking => LOCK,
            Step::Asking => ASK,
            Step::Relying | Step::Sent => ANSWER,
            Step::Claiming | Step::Marking | Step::Committing | Step::Ending => VAULT,
        };
        limit.saturating_sub(now.monotonic.saturating_sub(self.since))
    }

    /// Whether so much more has passed than its step may take that the page must have slept: what it waits for may be here already.
    pub(super) fn has_slept(&self, now: Now) -> bool {
        now.monotonic.saturating_sub(self.since) >= ANSWER + NAP
    }

    /// Whether it has slept with the lock.
    pub(super) fn is_late(&self, now: Now) -> bool {
        now.monotonic.saturating_sub(self.locked) >= LATE && !on(Mutant::LateSend)
    }

    /// Whether the request may have left.
    pub(super) fn is_sent(&self) -> bool {
        matches!(self.step, Step::Sent | Step::Committing | Step::Ending)
    }
}
