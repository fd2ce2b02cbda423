//! From one session to the next: what other tabs do, and what becomes of whatever is under way.

use std::rc::Rc;

use super::backoff::Backoff;
use super::guard::Guard;
use super::hint::Hint;
use super::interface::{Effect, Reason};
use super::keep::form;
use super::machine::{Phase, Session};
use crate::error::{Code, Error};
use crate::json::write;
use crate::mutant::{Mutant, on};
use crate::time::Now;

impl Session {
    /// The stored hint may have changed.
    pub fn hint_changed(&mut self, text: Option<&str>, now: Now) {
        match text.and_then(Hint::decode) {
            Some(hint) if *self.epoch == *hint.epoch => {}
            Some(hint) if !hint.signed_out => {
                self.take_epoch(hint.epoch.into());
                self.clear(Phase::SignedOut);
                self.drop_requests();
                self.effects.push(Effect::Changed);
                self.restore(hint.subject, now);
                self.effects.push(Effect::Notify);
            }
            // Signed out there. That tab tells the server.
            Some(hint) => self.follow_sign_out(hint.epoch.into()),
            None if matches!(self.phase, Phase::SignedOut | Phase::Ended) => {}
            None => {
                self.new_epoch();
                self.effects.push(Effect::Changed);
                self.forget(Phase::SignedOut);
            }
        }
    }

    /// Another tab has signed out.
    pub(super) fn follow_sign_out(&mut self, epoch: Rc<str>) {
        self.take_epoch(epoch);
        let held = self.held.take();
        self.effects.push(Effect::Changed);
        self.forget(Phase::SignedOut);
        // It couldn't know the refresh token.
        if let Some(token) = held.filter(|_| !self.config.sign_out.is_empty()) {
            let body = form(&self.config, "token", &token);
            self.effects.push(Effect::SignOut(self.epoch.clone(), Some(body)));
        }
    }

    pub(super) fn restore(&mut self, subject: Option<String>, now: Now) {
        self.subject = subject;
        self.phase = Phase::Restoring;
        self.begin(Reason::Restore, None, now);
    }

    /// Ends what there was, in memory, for everybody.
    pub(super) fn forget(&mut self, phase: Phase) {
        self.clear(phase);
        self.drop_requests();
        self.effects.push(Effect::Notify);
    }

    /// Ends it without ending the requests of those who had it: it is still theirs, or nobody's.
    pub(super) fn end(&mut self, phase: Phase) {
        self.clear(phase);
        self.settle();
        self.effects.push(Effect::Notify);
    }

    pub(super) fn clear(&mut self, phase: Phase) {
        self.phase = phase;
        self.user = None;
        self.last_subject = self.subject.take().or(self.last_subject.take());
        self.backoff = Backoff::default();
        self.guard = Guard::default();
        self.held = None;
        self.lost = false;
        self.paused = None;
        self.generation = 0;
    }

    /// What waits or is under way for a session that is over mustn't go on in another.
    pub(super) fn drop_requests(&mut self) {
        if !on(Mutant::NoAbort) && !on(Mutant::OtherEpochReplay) {
            self.effects.push(Effect::Abort);
        }
        let result = if on(Mutant::WaitersTakeAny) {
            Ok(())
        } else {
            Err(changed())
        };
        self.effects.push(Effect::Settled(result));
    }

    pub(super) fn new_epoch(&mut self) {
        let mut epoch = String::new();
        write::hex(&mut epoch, self.random.draw());
        self.take_epoch(epoch.into());
    }

    fn take_epoch(&mut self, epoch: Rc<str>) {
        self.epoch = epoch;
        if !on(Mutant::LateAnswer) {
            self.release();
            self.overdue = None;
        }
        self.level = 0;
        self.senders = None;
    }
}

/// Why a request wasn't sent, or was given up.
#[must_use]
pub fn changed() -> Error {
    Error::new(
        Code::SessionChanged,
        &[
            "somebody signed in or out meanwhile, so this request was given up; whether it took effect is unknown. \
             Send it again if it is still wanted",
        ],
    )
}
