use std::rc::Rc;

use super::Client;
use crate::error::{Code, Error};
use crate::json::write;
use crate::mutant::{Mutant, on};
use crate::request::{Outgoing, Plan, TokenUse, encode, idempotency_key};
use crate::session::{Credentials, Need, Status, Verdict, changed};
use crate::store::Captured;
use crate::time::Now;

/// One request of a user from its plan to its answer: it remembers what was sent, so that the answer is judged by that.
pub struct Exchange {
    /// What the rules said.
    pub plan: Plan,
    /// The state that travels. A replay sends the same.
    pub outgoing: Outgoing,
    /// The value of `Idempotency-Key`; every repetition has the same.
    pub idempotency_key: Option<String>,
    /// The token that travels.
    pub credentials: Option<Credentials>,
    /// Whether it has been sent twice.
    pub replayed: bool,
    /// Whether it can be sent twice: a streamed body can't.
    pub repeatable: bool,
    /// Another method than the caller's, since the state is in the body.
    pub method: Option<&'static str>,
    /// The application's own word on whether the answer lets what was sent be consumed.
    pub accepted: Option<bool>,
    /// Whether the caller has given it an `Idempotency-Key`.
    pub keyed: bool,
    pub(super) tries: u64,
    pub(super) origin: Rc<str>,
    pub(super) epoch: Rc<str>,
    captured: Captured,
}

/// How a request begins.
pub enum Start {
    /// Send it.
    Send(Exchange),
    /// Wait until the session has settled, then call [`Client::start_after_wait`].
    Wait(Waiting),
}

/// A request that waits for a token.
pub struct Waiting {
    /// What the rules said.
    pub plan: Plan,
    origin: Rc<str>,
    /// The session that it was made in.
    epoch: Rc<str>,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// It is for the caller.
    Done,
    /// Send the request again; it now carries another token.
    Replay,
    /// Wait until the session has settled, then call [`Client::replay_after_wait`].
    Wait,
}

impl Client {
    /// Takes token and state for a request to `origin`, together, so that both are of one moment.
    ///
    /// # Errors
    /// [`Code::SignedOut`], [`Code::RefreshFailed`], [`Code::BadConfig`] for a token that the origin may not get, and what
    /// [`encode`] refuses.
    pub fn start(&mut self, plan: Plan, origin: &str, now: Now) -> Result<Start, Error> {
        if plan.token == TokenUse::None {
            return self.send(plan, origin.into(), None).map(Start::Send);
        }
        if !self.may_have_token(origin) {
            return Err(Error::new(
                Code::BadConfig,
                &[
                    "a rule would give the token to ",
                    origin,
                    "; name that origin in `auth.audience`, or set the rule's token to false",
                ],
            ));
        }
        match self.session.need(now) {
            // What can be sent only once goes out with a token that lasts.
            Need::Ready(credentials) if !(plan.streamed && self.session.is_renewing()) => {
                self.send(plan, origin.into(), Some(credentials)).map(Start::Send)
            }
            Need::Ready(_) | Need::Wait => Ok(Start::Wait(Waiting {
                plan,
                origin: origin.into(),
                epoch: self.session.epoch().clone(),
            })),
            Need::SignedOut => self.send(plan, origin.into(), None).map(Start::Send),
            Need::Failed(error) => Err(error),
        }
    }

    /// As [`start`](Self::start), once the session has settled: whatever token there is now is the one, if it is of the same session.
    ///
    /// # Errors
    /// As [`start`](Self::start), and [`Code::SessionChanged`].
    pub fn start_after_wait(&mut self, waiting: Waiting) -> Result<Exchange, Error> {
        let credentials = self.session.current();
        // Whoever has signed in meanwhile didn't ask for it, nor has who has signed out.
        if self.has_left(&waiting.epoch) && !on(Mutant::WaitersTakeAny) {
            return Err(changed());
        }
        self.send(waiting.plan, waiting.origin, credentials)
    }

    /// Judges the answer to a request. `challenge` is its `WWW-Authenticate`, if the browser shows it.
    pub fn judge(&mut self, exchange: &mut Exchange, status: u16, challenge: Option<&str>, now: Now) -> Reply {
        let accepted = exchange.accepted.unwrap_or(matches!(status, 200..=299));
        if accepted && *exchange.epoch == **self.session.epoch() {
            self.store.consume(&exchange.captured);
        }
        if self.resends_query(exchange, status) {
            return Reply::Replay;
        }
        let Some(sent) = exchange
            .credentials
            .as_ref()
            .filter(|_| status == 401 && !exchange.replayed)
        else {
            return Reply::Done;
        };
        match self
            .session
            .refused(sent.generation, &exchange.epoch, &exchange.origin, challenge, now)
        {
            // The session has learned of it all the same: the next request fares better.
            _ if !exchange.repeatable => Reply::Done,
            Verdict::Final => Reply::Done,
            Verdict::Wait => Reply::Wait,
            Verdict::Replay(credentials) => {
                exchange.replay_with(credentials);
                Reply::Replay
            }
        }
    }

    /// Whether a refused request is to be sent again, now that the session has settled: with a newer token of the same sign-in.
    pub fn replay_after_wait(&mut self, exchange: &mut Exchange) -> bool {
        let Some(credentials) = self.session.current() else {
            return false;
        };
        let newer = exchange
            .credentials
            .as_ref()
            .is_some_and(|sent| credentials.generation > sent.generation);
        let other = *exchange.epoch != **self.session.epoch() && !on(Mutant::OtherEpochReplay);
        if !newer || other {
            return false;
        }
        exchange.replay_with(credentials);
        true
    }

    /// Whether a request carried the token of a session that is over, but for one that the server ended: its answer isn't for anybody here.
    #[must_use]
    pub fn is_over(&self, exchange: &Exchange) -> bool {
        exchange.credentials.is_some() && !on(Mutant::OtherEpochReplay) && self.has_left(&exchange.epoch)
    }

    /// Whether somebody has signed in or out since that epoch. That the server has ended the session is neither.
    #[must_use]
    pub fn has_left(&self, epoch: &str) -> bool {
        *epoch != **self.session.epoch() && self.session.status() != Status::Ended
    }

    fn send(&mut self, mut plan: Plan, origin: Rc<str>, credentials: Option<Credentials>) -> Result<Exchange, Error> {
        if plan.token == TokenUse::Required && credentials.is_none() {
            return Err(Error::new(
                Code::SignedOut,
                &["this request needs a token: sign in first"],
            ));
        }
        // A transaction may still be undone, and then what was sent and consumed has never been.
        if self.store.in_transaction() && !plan.sends.is_empty() {
            return Err(Error::new(
                Code::NestedTransaction,
                &["this request carries state, so send it after the transaction"],
            ));
        }
        self.make_selected_canonical(&mut plan)?;
        let outgoing = encode(&plan, |slice| self.store.whole(slice))?;
        let captured = self.store.capture(&plan.consume);
        let has_key = plan.idempotency.unwrap_or(!captured.is_empty());
        let idempotency_key = has_key.then(|| {
            let mut what = captured.text();
            if captured.is_empty() {
                write::integer(&mut what, self.random.draw());
            }
            idempotency_key(&plan.key, self.session.subject(), &what)
        });
        let epoch = self.session.epoch().clone();
        Ok(Exchange {
            plan,
            outgoing,
            idempotency_key,
            credentials,
            replayed: false,
            repeatable: true,
            method: None,
            accepted: None,
            keyed: false,
            tries: 0,
            origin,
            epoch,
            captured,
        })
    }
}

impl Exchange {
    /// Whether the application is to be asked of the answer: only where something would be consumed.
    #[must_use]
    pub fn asks(&self) -> Option<usize> {
        self.plan.consume_if.filter(|_| !self.captured.is_empty())
    }

    /// Whether an answer of that status has nothing to say to [`Client::judge`], so that it is for the caller as it is.
    #[must_use]
    pub fn is_done(&self, status: u16) -> bool {
        matches!(status, 200..=299) && self.captured.is_empty()
    }

    /// Whether the request must not follow a redirect: the browser would carry its header or body to wherever that leads.
    #[must_use]
    pub fn forbids_redirects(&self) -> bool {
        let carries = self.outgoing.state_header.is_some() || !self.outgoing.body_members.is_empty();
        carries && !self.plan.follow_redirects
    }

    fn replay_with(&mut self, credentials: Credentials) {
        self.credentials = Some(credentials);
        self.replayed = true;
    }
}
