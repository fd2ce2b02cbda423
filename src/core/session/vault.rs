//! The refresh token, where pages keep it: what the database holds of it, and what may be done with that.

use super::interface::Secret;
use super::message::{name_member, number_member};
use crate::json::{JsonError, Reader, read_all, write};
use crate::mutant::{Mutant, on};

/// One transaction of the database: it reads the one record, hands it to [`Session::vault_read`](super::Session::vault_read), carries out
/// what that says, and reports to [`Session::vault_done`](super::Session::vault_done) when it has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultOp {
    pub(super) step: Step,
    pub(super) ticket: u64,
}

/// What a transaction writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultWrite {
    /// Nothing.
    Nothing,
    /// This, in place of what was there.
    Put(Secret),
    /// Nothing is to be left.
    Delete,
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// This page wants to use it.
    Claim,
    /// It is about to be sent.
    Mark,
    /// A sign-in brought one, or the server has replaced it.
    Commit,
    /// The user has signed out: it is to be revoked.
    Retire,
    /// It was.
    Clear,
}

/// What the database holds.
#[derive(Clone, Default)]
pub(super) struct Record {
    /// The sign-in that it belongs to, also after the sign-out.
    pub(super) epoch: String,
    /// Greater for newer ones.
    pub(super) generation: u64,
    /// The refresh token.
    pub(super) token: String,
    pub(super) phase: Phase,
    /// Who has claimed it.
    pub(super) by: u64,
    /// Which lock the sender had.
    pub(super) level: u64,
    /// When it was sent first, by the wall clock; 0 if it wasn't.
    pub(super) sent: u64,
    /// And last.
    pub(super) last: u64,
}

/// How far the use of a refresh token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// Nobody uses it.
    #[default]
    Idle,
    /// Somebody is about to. It hasn't been sent, so anybody else may.
    Claimed,
    /// It was sent, or nearly. Whether the server has replaced it is known when the answer comes.
    Sent,
    /// The session is over; it is to be revoked.
    Retired,
}

/// Who wants to use it.
pub(super) struct Claimant<'a> {
    pub(super) epoch: &'a str,
    pub(super) by: u64,
    /// Which lock it has.
    pub(super) level: u64,
    /// The server's grace in milliseconds.
    pub(super) grace: u64,
    /// After how many milliseconds an answer counts as lost.
    pub(super) limit: u64,
    /// Wall time.
    pub(super) now: u64,
}

/// Whether it may.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It may.
    Granted,
    /// Not as long as another page may still get the answer.
    Pending,
    /// There is none for this sign-in.
    Gone,
}

const PHASES: [(Phase, &str); 4] = [
    (Phase::Idle, "idle"),
    (Phase::Claimed, "claimed"),
    (Phase::Sent, "sent"),
    (Phase::Retired, "retired"),
];

impl Record {
    /// Reads what [`encode`](Self::encode) made. Anything else is no record.
    pub(super) fn decode(text: &str) -> Option<Self> {
        read_all(text, Self::read).ok()
    }

    pub(super) fn encode(&self) -> Secret {
        let mut out = String::from("{");
        let mut first = true;
        let phase = PHASES.iter().find(|(phase, _)| *phase == self.phase);
        for (name, text) in [
            ("epoch", &*self.epoch),
            ("token", &*self.token),
            ("phase", phase.map_or("", |(_, name)| *name)),
        ] {
            name_member(&mut out, &mut first, name);
            write::string(&mut out, text);
        }
        for (name, number) in [
            ("generation", self.generation),
            ("by", self.by),
            ("level", self.level),
            ("sent", self.sent),
            ("last", self.last),
        ] {
            number_member(&mut out, &mut first, name, number);
        }
        out.push('}');
        Secret(out.into())
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut record = Self::default();
        reader.members(&mut |name, value| {
            match name {
                "epoch" => record.epoch = value.text()?,
                "token" => record.token = value.text()?,
                "phase" => {
                    let name = value.string()?;
                    for (phase, other) in PHASES {
                        if *other == *name {
                            record.phase = phase;
                        }
                    }
                }
                "generation" => record.generation = value.integer()?,
                "by" => record.by = value.integer()?,
                "level" => record.level = value.integer()?,
                "sent" => record.sent = value.integer()?,
                "last" => record.last = value.integer()?,
                _ => value.pass()?,
            }
            Ok(())
        })?;
        Ok(record)
    }

    /// Whether this one may be claimed. What was claimed and not sent may be taken over: whoever had it finds out before it sends.
    pub(super) fn judge(&self, claimant: &Claimant<'_>) -> Verdict {
        if self.epoch != claimant.epoch || self.phase == Phase::Retired {
            return Verdict::Gone;
        }
        // Whoever has its lock now knows that the sender has gone, or has given up.
        let follows = claimant.level == self.level;
        // A clock that was set says little: the difference counts, either way.
        let tolerated =
            claimant.now.abs_diff(self.last) >= claimant.limit && claimant.now.abs_diff(self.sent) < claimant.grace;
        if self.sent == 0 || follows || tolerated || on(Mutant::SendSpent) {
            Verdict::Granted
        } else {
            Verdict::Pending
        }
    }

    pub(super) fn claim(&mut self, claimant: &Claimant<'_>) {
        self.phase = Phase::Claimed;
        self.by = claimant.by;
    }

    /// Notes that it is about to be sent; `false` if somebody else has claimed it meanwhile.
    pub(super) fn mark(&mut self, claimant: &Claimant<'_>) -> bool {
        let own = self.phase == Phase::Claimed && self.by == claimant.by && self.epoch == claimant.epoch;
        if own {
            self.phase = Phase::Sent;
            self.level = claimant.level;
            self.last = claimant.now;
            if self.sent == 0 {
                self.sent = claimant.now;
            }
        }
        own
    }
}
