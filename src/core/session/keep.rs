//! What becomes of refresh tokens that pages keep.

use std::rc::Rc;

use super::attempt::{ANSWER, Sent, Step};
use super::config::{AuthConfig, Keeper};
use super::interface::{Effect, Outcome, Secret};
use super::machine::{Phase, Session, secret};
use super::token::TokenResponse;
use super::vault::{self, Claimant, Record, VaultOp, VaultWrite, Verdict};
use crate::error::Code;
use crate::mutant::{Mutant, on};
use crate::request::percent;
use crate::text::concat;
use crate::time::Now;

/// The newest refresh token, until the database has taken it: the one that it replaces may be spent.
pub(super) struct Fresh {
    /// The attempt that brought it; 0 for a sign-in.
    ticket: u64,
    /// Whose it is: also of one who signs out just now, so that this one is revoked.
    pub(super) epoch: Rc<str>,
    /// The generation of the one that it replaces; a sign-in's replaces none.
    base: Option<u64>,
    generation: u64,
    /// The same one still serves where the server sent none.
    pub(super) token: Option<String>,
    /// Whether a transaction writes it, which may fail yet.
    given: bool,
}

impl Session {
    /// A transaction has read this. Gives what it is to write.
    pub fn vault_read(&mut self, op: &VaultOp, text: Option<&str>, now: Now) -> VaultWrite {
        let record = text.and_then(Record::decode);
        match op.step {
            vault::Step::Commit => self.commit(op, record),
            vault::Step::Claim | vault::Step::Mark => self.claim(op, record, now),
            vault::Step::Clear => self.clear_vault(op, record.as_ref()),
            vault::Step::Retire => self.retire(op, record),
        }
    }

    /// A transaction has ended: what it wrote is stored, or nothing is.
    pub fn vault_done(&mut self, op: &VaultOp, stored: bool, now: Now) {
        if stored {
            self.fresh.take_if(|fresh| fresh.given);
        } else if let Some(fresh) = &mut self.fresh {
            fresh.given = false;
        }
        let Some(attempt) = self.attempt.as_mut().filter(|attempt| attempt.ticket == op.ticket) else {
            if op.step == vault::Step::Retire {
                self.retired(op, stored);
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
            (Step::Committing, _) if stored => self.committed(now),
            // It is tried once more, when this has taken too long.
            (Step::Committing, _) => {}
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
                // A sign-in without one can't be renewed.
                if sent.is_none() && response.refresh_token.is_none() {
                    return;
                }
                let ticket = sent.as_ref().map_or(0, |sent| sent.ticket);
                let base = sent.map(|sent| sent.base);
                self.fresh = Some(Fresh {
                    ticket,
                    epoch: self.epoch.clone(),
                    base,
                    generation: self.generation.max(base.map_or(0, |base| base + 1)),
                    token: response.refresh_token.clone(),
                    given: false,
                });
                self.transact(vault::Step::Commit, ticket);
            }
        }
    }

    pub(super) fn transact(&mut self, step: vault::Step, ticket: u64) {
        self.effects.push(Effect::Vault(VaultOp { step, ticket }));
    }

    fn claim(&mut self, op: &VaultOp, record: Option<Record>, now: Now) -> VaultWrite {
        let record = match op.step {
            vault::Step::Claim => self.newest(&self.epoch, record),
            _ => record,
        };
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
        self.put(&record)
    }

    fn commit(&mut self, op: &VaultOp, record: Option<Record>) -> VaultWrite {
        // A sign-in that is over by now isn't stored.
        let due = |fresh: &&Fresh| fresh.ticket == op.ticket && (fresh.base.is_some() || *fresh.epoch == *self.epoch);
        let Some(fresh) = self.fresh.as_ref().filter(due) else {
            return VaultWrite::Nothing;
        };
        match self.newest(&fresh.epoch, record) {
            Some(record) if record.generation == fresh.generation => self.put(&record),
            // Whoever was faster has the newer one.
            _ => VaultWrite::Nothing,
        }
    }

    /// What the database holds of a session, or would if it had taken what it was to take.
    pub(super) fn newest(&self, epoch: &str, record: Option<Record>) -> Option<Record> {
        let own = |record: &&Record| *record.epoch == *epoch;
        let base = record.as_ref().filter(own).map(|record| record.generation);
        let fresh = self
            .fresh
            .as_ref()
            .filter(|fresh| *fresh.epoch == *epoch && fresh.base == base);
        // What another page has signed in with since stays.
        let Some(fresh) = fresh.filter(|_| base.is_some() || *epoch == *self.epoch) else {
            return record;
        };
        let mut newest = record.unwrap_or_default();
        newest.epoch = epoch.into();
        newest.generation = fresh.generation;
        if let Some(token) = &fresh.token {
            newest.token.clone_from(token);
        }
        // Where another tab has signed out, it goes with what it replaces.
        if base.is_none() || newest.phase != vault::Phase::Retired {
            (newest.phase, newest.sent) = (vault::Phase::Idle, 0);
        }
        Some(newest)
    }

    pub(super) fn put(&mut self, record: &Record) -> VaultWrite {
        if let Some(fresh) = &mut self.fresh {
            fresh.given = *fresh.epoch == *record.epoch && fresh.generation == record.generation;
        }
        VaultWrite::Put(record.encode())
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
