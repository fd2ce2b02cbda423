//! What becomes of a session at the server, and of the refresh token, when the user signs out.

use std::rc::Rc;

use super::config::Keeper;
use super::interface::{Answer, Effect};
use super::keep::form;
use super::machine::Session;
use super::vault::{self, Record, VaultOp, VaultWrite};
use crate::error::{Code, Error};

/// A sign-out that the server is to be told of.
pub(super) struct Leave {
    ticket: u64,
    /// The session that is over, if it was this page's.
    left: Option<Rc<str>>,
    /// The epoch that has followed it. By now it may be another.
    tombstone: Rc<str>,
    /// What is to be revoked.
    token: Option<String>,
}

impl Session {
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
            Keeper::Vault => {
                self.tickets += 1;
                self.leave = Some(Leave {
                    ticket: self.tickets,
                    left: self.leaving.clone(),
                    tombstone: self.epoch.clone(),
                    token: None,
                });
                self.transact(vault::Step::Retire, self.tickets);
            }
            Keeper::Memory | Keeper::Source => {
                let held = self.held.clone();
                self.revoke(self.epoch.clone(), held.as_deref());
            }
        }
    }

    /// Marks what is kept of the session that is over: nobody may use it, and it stays until the server has confirmed.
    pub(super) fn retire(&mut self, op: &VaultOp, record: Option<Record>) -> VaultWrite {
        let Some(leave) = self.leave.as_ref().filter(|leave| leave.ticket == op.ticket) else {
            return VaultWrite::Nothing;
        };
        let record = match &leave.left {
            Some(left) => self.newest(left, record),
            None => record,
        };
        let over = |record: &Record| match &leave.left {
            _ if record.phase == vault::Phase::Retired => true,
            Some(left) => **left == *record.epoch,
            // Signed out in a page that has gone. Somebody may have signed in since.
            None => *leave.tombstone == *self.epoch,
        };
        let Some(mut record) = record.filter(over) else {
            // A sign-in that isn't stored is revoked all the same.
            if let (Some(leave), Some(fresh)) = (&mut self.leave, &self.fresh)
                && leave.left.as_ref() == Some(&fresh.epoch)
            {
                leave.token.clone_from(&fresh.token);
            }
            return VaultWrite::Nothing;
        };
        if self.config.sign_out.is_empty() {
            return VaultWrite::Delete;
        }
        record.phase = vault::Phase::Retired;
        if let Some(leave) = &mut self.leave {
            leave.token = Some(record.token.clone());
        }
        self.put(&record)
    }

    pub(super) fn retired(&mut self, op: &VaultOp, stored: bool) {
        let Some(leave) = self.leave.as_mut().filter(|leave| leave.ticket == op.ticket) else {
            return;
        };
        let (tombstone, token) = (leave.tombstone.clone(), leave.token.take());
        if stored || token.is_some() {
            self.revoke(tombstone, token.as_deref());
        } else {
            self.told_nobody();
        }
    }

    /// Has the refresh token revoked (RFC 7009), if there is one, and somebody to do it. It stays for another try.
    fn revoke(&mut self, tombstone: Rc<str>, token: Option<&str>) {
        match token {
            Some(token) if !self.config.sign_out.is_empty() => {
                let body = form(&self.config, "token", token);
                self.effects.push(Effect::SignOut(tombstone, Some(body)));
            }
            _ => self.confirm(tombstone),
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
}

/// Why a sign-out isn't known to have ended the session at the server.
#[must_use]
pub fn unconfirmed() -> Error {
    Error::new(
        Code::SignOutUnconfirmed,
        &["signed out here; the server will be told later, at the latest when the page is opened next"],
    )
}
