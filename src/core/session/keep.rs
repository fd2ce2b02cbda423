//! What becomes of refresh tokens that pages keep.

use std::rc::Rc;

use super::attempt::{ANSWER, Sent, Step};
use super::config::{AuthConfig, Keeper};
use super::interface::{Answer, Effect, Outcome, Secret};
use super::machine::{Phase, Session, secret};
use super::token::TokenResponse;
use super::vault::{self, Claimant, Record, VaultOp, VaultWrite, Verdict};
use crate::error::{Code, Error};
use crate::mutant::{Mutant, on};
use crate::request::percent;
use crate::text::concat;
use crate::time::Now;

/// A refresh token that takes the place of another.
pub(super) struct Commit {
    ticket: u64,
    /// Whose it is: also of one who signs out just now, so that this one is revoked.
    epoch: Rc<str>,
    /// The generation of the one that it replaces.
    base: u64,
    /// The same one still serves where the server sent none.
    token: Option<String>,
}

impl Session {
    /// A transaction has read this. Gives what it is to write.
    pub fn vault_read(&mut self, op: &VaultOp, text: Option<&str>, now: Now) -> VaultWrite {
        let record = text.and_then(Record::decode);
        match op.step {
            vault::Step::Store => match &self.to_store {
                Some(record) if *record.epoch == *self.epoch => VaultWrite::Put(record.encode()),
                _ => VaultWrite::Nothing,
            },
            vault::Step::Claim | vault::Step::Mark => self.claim(op, record, now),
            vault::Step::Commit => self.commit(op, record),
            vault::Step::Clear => self.clear_vault(op, record.as_ref()),
            vault::Step::Retire => self.retire(record),
        }
    }

    /// A transaction has ended: what it wrote is stored, or nothing is.
    pub fn vault_done(&mut self, op: &VaultOp, stored: bool, now: Now) {
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.ticket == op.ticket) else {
            if op.step == vault::Step::Retire {
                self.retired(stored);
            }
            return;
        };
        let expected = match op.step {
            vault::Step::Claim => Step::Claiming,
            vault::Step::Mark => Step::Marking,
            vault::Step::Commit => Step::Committing,
            _ => Step::Ending,
        };
        if attempt.step != expected {
            return;
        }
        match (expected, attempt.verdict.take()) {
            (Step::Committing, _) => self.committed(now),
            (Step::Ending, Some(Verdict::Gone)) => self.ended(),
            (Step::Claiming | Step::Marking, _) if !stored => {
                self.fail(Code::RefreshFailed, "the browser's database has an error", None, now);
            }
            (Step::Claiming | Step::Marking, Some(Verdict::Granted)) if attempt.is_late(now) => self.restart_late(now),
            (Step::Claiming, Some(Verdict::Granted)) => {
                attempt.enter(Step::Marking, now);
                self.transact(vault::Step::Mark, op.ticket);
            }
            (Step::Marking, Some(Verdict::Granted)) => self.send(now),
            (Step::Claiming, Some(Verdict::Gone)) => {
                self.release();
                self.end(Phase::Lost);
            }
            _ => self.fail(
                Code::RefreshPending,
                "another tab may still get the answer to its refresh; try again",
                None,
                now,
            ),
        }
    }

    /// The sign-out endpoint has answered.
    pub fn sign_out_answered(&mut self, epoch: &str, answer: Answer<'_>) {
        let confirmed = match answer {
            Answer::Response { status, .. } => match self.config.keeper {
                // It knows of no such session: as good as ended.
                Keeper::Server => matches!(status, 200..=299 | 400 | 401),
                _ => matches!(status, 200..=299 | 400),
            },
            Answer::Unreachable => false,
        };
        if confirmed {
            if self.config.keeper == Keeper::Vault {
                self.transact(vault::Step::Clear, 0);
            }
            self.confirm(epoch.into());
        } else {
            self.told_nobody();
        }
    }

    /// Ends the session where it is kept.
    pub(super) fn tell_server(&mut self) {
        match self.config.keeper {
            Keeper::Server => self.effects.push(Effect::SignOut(self.epoch.clone(), None)),
            Keeper::Vault => self.transact(vault::Step::Retire, 0),
            Keeper::Memory | Keeper::Source => self.revoke(),
        }
    }

    /// Keeps the refresh token of an answer.
    pub(super) fn keep(&mut self, response: &TokenResponse, sent: Option<Sent>) {
        match self.config.keeper {
            Keeper::Server | Keeper::Source => {}
            Keeper::Memory => {
                if let Some(token) = &response.refresh_token {
                    self.held = Some(token.clone());
                }
            }
            Keeper::Vault => {
                if let Some(Sent { ticket, base, .. }) = sent {
                    self.to_commit = Some(Commit {
                        ticket,
                        epoch: self.epoch.clone(),
                        base,
                        token: response.refresh_token.clone(),
                    });
                    self.transact(vault::Step::Commit, ticket);
                } else if let Some(token) = &response.refresh_token {
                    self.to_store = Some(Record {
                        epoch: String::from(&*self.epoch),
                        generation: self.generation,
                        token: token.clone(),
                        ..Record::default()
                    });
                    self.transact(vault::Step::Store, 0);
                }
            }
        }
    }

    pub(super) fn transact(&mut self, step: vault::Step, ticket: u64) {
        self.effects.push(Effect::Vault(VaultOp { step, ticket }));
    }

    fn claim(&mut self, op: &VaultOp, record: Option<Record>, now: Now) -> VaultWrite {
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.ticket == op.ticket) else {
            return VaultWrite::Nothing;
        };
        let Some(mut record) = record else {
            attempt.verdict = Some(Verdict::Gone);
            return VaultWrite::Nothing;
        };
        let claimant = Claimant {
            epoch: &self.epoch,
            by: self.claimant,
            level: attempt.level,
            grace: self.config.grace,
            limit: ANSWER,
            now: now.wall,
        };
        let verdict = if op.step == vault::Step::Claim {
            record.judge(&claimant)
        } else if record.mark(&claimant) || on(Mutant::NoClaim) {
            attempt.base = record.generation;
            attempt.token.clone_from(&record.token);
            Verdict::Granted
        } else {
            Verdict::Pending
        };
        let granted = verdict == Verdict::Granted;
        if verdict == Verdict::Pending && record.sent > 0 {
            self.senders = Some(record.level);
        }
        attempt.verdict = Some(verdict);
        if !granted || attempt.is_late(now) {
            return VaultWrite::Nothing;
        }
        if op.step == vault::Step::Claim {
            record.claim(&claimant);
        }
        VaultWrite::Put(record.encode())
    }

    fn commit(&mut self, op: &VaultOp, record: Option<Record>) -> VaultWrite {
        let commit = self.to_commit.take_if(|commit| commit.ticket == op.ticket);
        match (commit, record) {
            // Whoever was faster has the newer one.
            (Some(commit), Some(record)) if *record.epoch == *commit.epoch && record.generation == commit.base => {
                let next = Record {
                    generation: self.generation.max(commit.base + 1),
                    token: commit.token.unwrap_or(record.token),
                    epoch: record.epoch,
                    ..Record::default()
                };
                VaultWrite::Put(next.encode())
            }
            _ => VaultWrite::Nothing,
        }
    }

    /// Removes what the server has refused, or revoked; unless there is a newer one.
    fn clear_vault(&mut self, op: &VaultOp, record: Option<&Record>) -> VaultWrite {
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.ticket == op.ticket) else {
            let retired = record.is_some_and(|record| record.phase == vault::Phase::Retired);
            return if retired {
                VaultWrite::Delete
            } else {
                VaultWrite::Nothing
            };
        };
        let newest = record.is_none_or(|record| record.generation == attempt.base);
        let own = record.is_some_and(|record| *record.epoch == *self.epoch);
        if newest {
            attempt.verdict = Some(Verdict::Gone);
        }
        if newest && own {
            VaultWrite::Delete
        } else {
            VaultWrite::Nothing
        }
    }

    fn retire(&mut self, record: Option<Record>) -> VaultWrite {
        // Somebody else may have signed in meanwhile.
        let over = |record: &Record| match &self.leaving {
            _ if record.phase == vault::Phase::Retired => true,
            Some(left) => **left == *record.epoch,
            // Signed out in a page that has gone.
            None => matches!(self.phase, Phase::SignedOut),
        };
        let Some(mut record) = record.filter(over) else {
            return VaultWrite::Nothing;
        };
        if self.config.sign_out.is_empty() {
            return VaultWrite::Delete;
        }
        self.to_revoke = Some(record.token.clone());
        record.phase = vault::Phase::Retired;
        VaultWrite::Put(record.encode())
    }

    fn retired(&mut self, stored: bool) {
        self.held = self.to_revoke.take();
        if stored || self.held.is_some() {
            self.revoke();
        } else {
            self.told_nobody();
        }
    }

    /// Has the refresh token revoked (RFC 7009), if there is one, and somebody to do it. It stays for another try.
    fn revoke(&mut self) {
        match &self.held {
            Some(token) if !self.config.sign_out.is_empty() => {
                let body = form(&self.config, "token", token);
                self.effects.push(Effect::SignOut(self.epoch.clone(), Some(body)));
            }
            _ => self.confirm(self.epoch.clone()),
        }
    }

    fn told_nobody(&mut self) {
        self.unconfirmed = true;
        self.effects.push(Effect::SignedOut(Err(unconfirmed())));
    }

    fn confirm(&mut self, epoch: Rc<str>) {
        self.effects.push(Effect::Forget(epoch));
        self.effects.push(Effect::SignedOut(Ok(())));
    }

    /// The server has ended the session.
    pub(super) fn ended(&mut self) {
        let over = self.epoch.clone();
        self.new_epoch();
        self.effects.push(Effect::Forget(over));
        self.end(Phase::Ended);
        self.effects.push(Effect::Refreshed(Outcome::Ended));
    }
}

/// The body of a request to the token endpoint, or to that for revoking.
pub(super) fn form(config: &AuthConfig, name: &str, token: &str) -> Secret {
    let grant = if name == "token" {
        "token_type_hint=refresh_token&"
    } else {
        "grant_type=refresh_token&"
    };
    let mut body = concat(&[grant, name, "="]);
    percent::encode(&mut body, token);
    body.push_str("&client_id=");
    percent::encode(&mut body, &config.client_id);
    secret(body)
}

/// Why a sign-out isn't known to have ended the session at the server.
#[must_use]
pub fn unconfirmed() -> Error {
    Error::new(
        Code::SignOutUnconfirmed,
        &["signed out here; the server will be told later, at the latest when the page is opened next"],
    )
}
