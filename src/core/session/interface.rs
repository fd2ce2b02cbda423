//! What the session is told, and what it answers.

use std::rc::Rc;

use super::vault::VaultOp;
use crate::error::Error;

/// What users see of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not known yet: there was a session, and the server is being asked.
    Restoring,
    /// Nobody is signed in.
    SignedOut,
    /// Somebody is.
    SignedIn,
    /// Somebody was, until the server refused to renew it.
    Ended,
}

/// What the environment is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask for a lock of this session, whose place in line is the number, and report by [`Session::locked`](super::Session::locked) with
    /// the ticket. Where there are no locks, it is had at once.
    Lock {
        /// Whose.
        ticket: u64,
        /// Which of the session's locks: those before it are held by pages that do nothing.
        level: u64,
    },
    /// Release what was asked for with this ticket, had or not.
    Unlock(u64),
    /// Tell the other tabs.
    Post(Secret),
    /// Change what the database keeps.
    Vault(VaultOp),
    /// Ask for a new access token, and report by [`Session::answered`](super::Session::answered).
    Refresh(Refresh),
    /// Tell the server that the session is over, and report by [`Session::sign_out_answered`](super::Session::sign_out_answered) with
    /// this epoch. The body is what to send, if anything.
    SignOut(Rc<str>, Option<Secret>),
    /// Store the hint, whatever is there.
    Hint(String),
    /// Store the hint in place of one of the same epoch: whose it is has become known.
    Amend(String),
    /// Remove the hint, if it is still of this epoch.
    Forget(Rc<str>),
    /// Tell whoever watches that another tab has begun or ended a session.
    Changed,
    /// Tell whoever watches the status.
    Notify,
    /// Abort every request that carries a token: it is of a session that is over.
    Abort,
    /// Wake all that wait for a token.
    Settled(Result<(), Error>),
    /// Wake all that wait for the server to confirm a sign-out.
    SignedOut(Result<(), Error>),
    /// Call [`Session::wake`](super::Session::wake) after so many milliseconds.
    WakeAfter(u64),
    /// Tell whoever watches how a refresh ended.
    Refreshed(Outcome),
}

/// A request for a new access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    /// What to report it by.
    pub ticket: u64,
    /// Why it is made.
    pub reason: Reason,
    /// The body of the request (`application/x-www-form-urlencoded`), if it needs one.
    pub body: Option<Secret>,
}

/// Why a new access token is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The page was opened anew.
    Restore,
    /// The token there is has expired, or soon will have.
    Expired,
    /// A server has refused it.
    Refused,
}

/// A text that holds a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Rc<str>);

/// How a refresh ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// There is a new access token.
    Renewed,
    /// The server has ended the session.
    Ended,
    /// Neither; it will be tried again.
    Failed,
}

/// What a request needs, answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// Send this.
    Ready(Credentials),
    /// Wait for [`Effect::Settled`], then take what [`Session::current`](super::Session::current) has.
    Wait,
    /// Nobody is signed in.
    SignedOut,
    /// Renewing has just failed, and isn't tried again yet.
    Failed(Error),
}

/// An access token, with what tells whether it is still the one.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The token.
    pub token: Rc<str>,
    /// Greater for newer tokens.
    pub generation: u64,
}

/// What becomes of a request that was answered with 401.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Send it again with these.
    Replay(Credentials),
    /// Wait for a renewal, then send it again with what [`Session::current`](super::Session::current) has, if that is newer.
    Wait,
    /// Give the 401 to the caller.
    Final,
}

/// How a request of the library's own was answered.
#[derive(Clone, Copy)]
pub enum Answer<'a> {
    /// With a response.
    Response {
        /// Its status.
        status: u16,
        /// Its text; empty if it couldn't be read.
        body: &'a str,
        /// `Retry-After` in seconds, if it says so.
        retry_after: Option<u64>,
    },
    /// Not at all.
    Unreachable,
}

/// Without the body, which holds a token.
impl core::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Response { status, .. } => f.debug_tuple("Response").field(status).finish(),
            Self::Unreachable => f.write_str("Unreachable"),
        }
    }
}

impl core::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Status {
    /// Its name, as users see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restoring => "restoring",
            Self::SignedOut => "signed-out",
            Self::SignedIn => "signed-in",
            Self::Ended => "ended",
        }
    }
}

impl Reason {
    /// Its name, as users see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restore => "restore",
            Self::Expired => "expired",
            Self::Refused => "refused",
        }
    }
}

impl Outcome {
    /// Its name, as users see it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }
}
