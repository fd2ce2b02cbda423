//! The way to a new access token: the lock, a moment for the other tabs, the refresh token, one request, its answer.

use std::rc::Rc;

use super::attempt::{ANSWER, Attempt, Sent, Step};
use super::config::Keeper;
use super::interface::{Answer, Effect, Outcome, Reason, Refresh};
use super::keep::form;
use super::machine::{Phase, Session};
use super::message::About;
use super::token::{self, TokenResponse};
use super::vault;
use crate::error::{Code, Error};
use crate::fingerprint;
use crate::json::read_all;
use crate::mutant::{Mutant, on};
use crate::time::Now;

/// So many tabs may keep their locks, and do nothing, before locks are done without.
const LAST_LEVEL: u64 = 8;

impl Session {
    /// Whether renewing may be tried now.
    pub(super) fn may_try(&self, now: Now) -> bool {
        self.backoff.left(now) == 0 || on(Mutant::NoBackoff)
    }

    /// Begins to renew.
    pub(super) fn begin(&mut self, reason: Reason, origin: Option<Rc<str>>, now: Now) {
        self.tickets += 1;
        let memory = self.config.keeper == Keeper::Memory;
        let step = if memory { Step::Asking } else { Step::Locking };
        let senders = self.senders.take();
        let level = senders.unwrap_or(self.level);
        let mut attempt = Attempt::new(self.tickets, level, reason, origin, step, now);
        attempt.probes = senders.is_some();
        self.attempt = Some(attempt);
        if memory && self.held.is_some() {
            return self.send(now);
        }
        self.say(About::Ask, now);
        if memory {
            self.wake(now);
        } else if on(Mutant::NoLock) {
            self.locked(self.tickets, false, now);
        } else {
            self.effects.push(Effect::Lock {
                ticket: self.tickets,
                level,
            });
            self.wake(now);
        }
    }

    /// The lock asked for by [`Effect::Lock`] is had; `waited`: another had it before.
    pub fn locked(&mut self, ticket: u64, waited: bool, now: Now) {
        let waits = |attempt: &&mut Attempt| attempt.ticket == ticket && attempt.step == Step::Locking;
        let Some(attempt) = self.attempt.as_mut().filter(waits) else {
            self.effects.push(Effect::Unlock(ticket));
            return;
        };
        if attempt.level < self.level && !attempt.probes {
            // The others take another by now.
            return self.restart(now);
        }
        let again = attempt.lock(waited, now);
        let relies = attempt.step == Step::Relying;
        let unsure = self.behind || attempt.reason == Reason::Restore;
        let asks = again || relies || unsure && attempt.late < 2;
        if again {
            self.say(About::Ask, now);
        }
        if asks && !on(Mutant::NoAsk) {
            self.wake(now);
        } else {
            self.proceed(now);
        }
    }

    /// The time asked for by [`Effect::WakeAfter`] has come, or any other.
    pub fn wake(&mut self, now: Now) {
        let Some(attempt) = &mut self.attempt else {
            if self.paused.is_some() {
                return;
            }
            // A server that has replaced what renews the session mustn't be left alone with that.
            let lost = self.lost && matches!(self.phase, Phase::SignedIn(_));
            if lost || matches!(self.phase, Phase::Restoring) {
                match self.backoff.left(now) {
                    0 if lost => self.begin(Reason::Expired, None, now),
                    0 => self.begin(Reason::Restore, None, now),
                    // Timers may be early.
                    left => self.effects.push(Effect::WakeAfter(left)),
                }
            }
            return;
        };
        match (attempt.step, attempt.left(now)) {
            (_, left) if left > 0 => self.effects.push(Effect::WakeAfter(left)),
            // A lock is never stolen: whoever has this one does nothing, so from now on another is taken.
            (Step::Locking, _) if attempt.probes => self.restart(now),
            (Step::Locking, _) if self.level < LAST_LEVEL => {
                self.level += 1;
                self.restart(now);
            }
            // It isn't the others that keep it from getting one.
            (Step::Locking, _) => {
                let ticket = attempt.ticket;
                self.effects.push(Effect::Unlock(ticket));
                attempt.lock(false, now);
                self.proceed(now);
            }
            (Step::Asking | Step::Relying, _) => self.proceed(now),
            (Step::Claiming | Step::Marking | Step::Ending, _) => {
                self.fail(
                    Code::RefreshFailed,
                    "the browser's database doesn't answer; try again later",
                    None,
                    now,
                );
            }
            (Step::Sent, _) if attempt.has_slept(now) => {
                attempt.enter(Step::Sent, now);
                self.wake(now);
            }
            (Step::Sent, _) => {
                self.overdue = Some(attempt.sent());
                self.lost = true;
                self.fail(
                    Code::RefreshFailed,
                    "the refresh endpoint doesn't answer; try again later",
                    None,
                    now,
                );
            }
            (Step::Committing, _) if self.fresh.is_some() && attempt.once_more(now) => {
                let ticket = attempt.ticket;
                self.transact(vault::Step::Commit, ticket);
                self.wake(now);
            }
            (Step::Committing, _) => self.committed(now),
        }
    }

    /// The endpoint, or the other library, has answered, or nobody has.
    pub fn answered(&mut self, ticket: u64, answer: Answer<'_>, now: Now) {
        let current = self
            .attempt
            .as_ref()
            .filter(|attempt| attempt.ticket == ticket && attempt.step == Step::Sent);
        let in_time = current.is_some();
        let sent = match current {
            Some(attempt) => Some(attempt.sent()),
            None => self.overdue.take_if(|sent| sent.ticket == ticket),
        };
        // After a sign-in or sign-out nobody waits for it any more, and what it brought belongs to another session. What came late may
        // have been overtaken.
        let Some(sent) = sent.filter(|sent| in_time || sent.generation == self.generation) else {
            return;
        };
        self.lost = matches!(answer, Answer::Unreachable);
        match answer {
            Answer::Response {
                status: 200..=299,
                body,
                ..
            } => match TokenResponse::parse(body) {
                Some(response) => self.renewed(&response, sent, in_time, now),
                None => self.fail(
                    Code::BadTokenResponse,
                    "the refresh endpoint sent no token response (RFC 6749, 5.1)",
                    None,
                    now,
                ),
            },
            // Only what a late answer brings is of use: another attempt may be under way.
            _ if !in_time => {}
            // What is old news may be wrong by now: it is asked once more.
            _ if self.ends(answer) && now.monotonic.saturating_sub(sent.at.monotonic) <= ANSWER => {
                match (self.config.keeper, &mut self.attempt) {
                    (Keeper::Vault, Some(attempt)) => {
                        attempt.enter(Step::Ending, now);
                        let ticket = attempt.ticket;
                        self.transact(vault::Step::Clear, ticket);
                        self.wake(now);
                    }
                    _ => self.ended(),
                }
            }
            Answer::Response { retry_after, .. } => {
                self.fail(
                    Code::RefreshFailed,
                    "the refresh endpoint has an error; try again later",
                    retry_after,
                    now,
                );
            }
            Answer::Unreachable => self.fail(
                Code::RefreshFailed,
                "the refresh endpoint can't be reached; try again later",
                None,
                now,
            ),
        }
    }

    /// Sends the request, which is never aborted: a server that has replaced the refresh token would have told nobody.
    pub(super) fn send(&mut self, now: Now) {
        let Some(attempt) = &mut self.attempt else { return };
        attempt.enter(Step::Sent, now);
        attempt.generation = self.generation;
        attempt.at = now;
        let token = match self.config.keeper {
            Keeper::Server | Keeper::Source => None,
            Keeper::Memory => self.held.as_deref(),
            Keeper::Vault => Some(&*attempt.token),
        };
        let refresh = Refresh {
            ticket: attempt.ticket,
            reason: attempt.reason,
            body: token.map(|token| form(&self.config, "refresh_token", token)),
        };
        attempt.token = String::new();
        self.say(About::Working, now);
        self.effects.push(Effect::Refresh(refresh));
        self.wake(now);
    }

    /// It hasn't worked. That says nothing about the session: it is tried again, later each time.
    pub(super) fn fail(&mut self, code: Code, message: &str, retry_after: Option<u64>, now: Now) {
        self.backoff.fail(retry_after, now);
        // That this page may not send says nothing to others: one of them may have the lock of whoever has sent.
        if code != Code::RefreshPending {
            self.say_failed(now);
        }
        self.give_up(Error::new(code, &[message]), now);
        self.effects.push(Effect::Refreshed(Outcome::Failed));
    }

    /// Lets those who wait go.
    pub(super) fn give_up(&mut self, error: Error, now: Now) {
        if !on(Mutant::KeepLock) {
            self.release();
        }
        self.attempt = None;
        if !on(Mutant::ForgetWaiters) {
            self.effects.push(Effect::Settled(Err(error)));
        }
        self.wake(now);
    }

    /// Ends the attempt, if there is one, so that another tab may make its own.
    pub(super) fn release(&mut self) {
        if let Some(attempt) = self.attempt.take() {
            self.effects.push(Effect::Unlock(attempt.ticket));
        }
    }

    /// The next refresh token is stored. Who has come since, for a token that was old when it came, is served now. Not so if nobody has: a
    /// server whose tokens are always old would be asked again and again.
    pub(super) fn committed(&mut self, now: Now) {
        let wanted = self.attempt.as_ref().is_some_and(|attempt| attempt.wanted);
        self.release();
        if wanted && self.is_expired(now) {
            self.begin(Reason::Expired, None, now);
        } else {
            self.settle();
        }
    }

    /// Begins once more, behind whoever has made use of the time.
    pub(super) fn restart(&mut self, now: Now) {
        if let Some(Attempt {
            ticket, reason, origin, ..
        }) = self.attempt.take()
        {
            self.effects.push(Effect::Unlock(ticket));
            self.begin(reason, origin, now);
        }
    }

    /// The same, because it has slept with the lock, or its timers always come as late, as they do in a tab that nobody looks at. Who was late
    /// twice has asked twice.
    pub(super) fn restart_late(&mut self, now: Now) {
        let late = self.attempt.as_ref().map_or(0, |attempt| attempt.late);
        self.restart(now);
        if let Some(attempt) = &mut self.attempt {
            attempt.late = late + 1;
        }
    }

    /// Nobody else has a newer token: get one.
    fn proceed(&mut self, now: Now) {
        let Some(attempt) = &mut self.attempt else { return };
        match self.config.keeper {
            Keeper::Server | Keeper::Source if attempt.is_late(now) => self.restart_late(now),
            Keeper::Server | Keeper::Source => self.send(now),
            Keeper::Vault => {
                attempt.enter(Step::Claiming, now);
                let ticket = attempt.ticket;
                self.transact(vault::Step::Claim, ticket);
                self.wake(now);
            }
            Keeper::Memory if matches!(self.phase, Phase::Restoring) => {
                self.release();
                self.end(Phase::Lost);
            }
            Keeper::Memory => self.fail(
                Code::RefreshPending,
                "the tab in which the user signed in doesn't answer; try again",
                None,
                now,
            ),
        }
    }

    fn renewed(&mut self, response: &TokenResponse, sent: Sent, in_time: bool, now: Now) {
        let subject = response
            .user()
            .and_then(|user| token::subject(&user))
            .map(|sub| fingerprint(&[&sub]));
        let took = now.since(sent.at);
        let other = self.subject.is_some() && subject.is_some() && self.subject != subject;
        if other && !on(Mutant::KeepEpoch) {
            self.new_epoch();
            self.clear(Phase::SignedOut);
            self.drop_requests();
            self.effects.push(Effect::Changed);
            self.accept(response, None, None, took, now);
        } else {
            self.accept(response, None, Some(sent), took, now);
            let commits = self.config.keeper == Keeper::Vault;
            if !in_time && self.is_expired(now) {
                // Who waits for another goes on waiting.
                return self.wake(now);
            }
            match &mut self.attempt {
                Some(attempt) if in_time && commits => {
                    attempt.enter(Step::Committing, now);
                    self.wake(now);
                }
                // One that came late may find another under way.
                Some(attempt) if !in_time && attempt.is_sent() => {}
                _ => self.release(),
            }
        }
        self.settle();
        self.effects.push(Effect::Refreshed(Outcome::Renewed));
    }

    fn is_expired(&self, now: Now) -> bool {
        matches!(&self.phase, Phase::SignedIn(token) if token.is_expired(now))
    }

    /// Whether an answer says that the session is over.
    fn ends(&self, answer: Answer<'_>) -> bool {
        let Answer::Response { status, body, .. } = answer else {
            return on(Mutant::AnyFailureEnds);
        };
        let refused = matches!(status, 400 | 401);
        match self.config.keeper {
            _ if on(Mutant::AnyFailureEnds) => true,
            Keeper::Server | Keeper::Source => refused,
            // RFC 6749 §5.2. Whatever else is wrong is wrong with the request, or with the client.
            Keeper::Memory | Keeper::Vault => refused && error(body).as_deref() == Some("invalid_grant"),
        }
    }
}

/// The `error` of an answer.
fn error(body: &str) -> Option<String> {
    read_all(body, |reader| {
        let mut error = String::new();
        reader.members(&mut |name, value| {
            if name == "error" {
                error = value.text()?;
            } else {
                value.pass()?;
            }
            Ok(())
        })?;
        Ok(error)
    })
    .ok()
}
