use std::rc::Rc;

use super::attempt::{ANSWER, Attempt, Sent, Step};
use super::backoff::Backoff;
use super::config::AuthConfig;
use super::guard::Guard;
use super::hint::Hint;
use super::interface::{Credentials, Effect, Need, Reason, Secret, Status, Verdict};
use super::keep::Fresh;
use super::leave::Leave;
use super::message::{About, Message};
use super::token::{self, Token, TokenResponse};
use crate::error::{Code, Error};
use crate::fingerprint;
use crate::mutant::{Mutant, on};
use crate::random::Random;
use crate::text::has_word;
use crate::time::Now;

/// The session's state machine: who is signed in. What one session leaves to the next is in `turn`, how a token is renewed in `renew`, what
/// tabs say to each other in `siblings`, what becomes of refresh tokens in `keep`, and what of them and the server at a sign-out in `leave`.
pub struct Session {
    pub(super) config: AuthConfig,
    pub(super) phase: Phase,
    /// The name of the present sign-in or sign-out. What began in another one has no effect on this one.
    pub(super) epoch: Rc<str>,
    pub(super) user: Option<Rc<str>>,
    pub(super) subject: Option<String>,
    /// The subject that there was last, for whoever wants to erase what it left here.
    pub(super) last_subject: Option<String>,
    /// The greatest that was heard of in this session.
    pub(super) generation: u64,
    /// The refresh under way.
    pub(super) attempt: Option<Attempt>,
    pub(super) tickets: u64,
    /// One whose answer didn't come in time.
    pub(super) overdue: Option<Sent>,
    /// Whether the last answer was lost: then the server may be further than this page.
    pub(super) lost: bool,
    /// What was interrupted when the page was left.
    pub(super) paused: Option<(Reason, Option<Rc<str>>)>,
    /// Which of the session's locks is taken: pages that hold the ones before do nothing.
    pub(super) level: u64,
    /// The lock of whoever has sent the refresh token, and may still get the answer.
    pub(super) senders: Option<u64>,
    /// Other tabs may have said something that this page hasn't heard.
    pub(super) behind: bool,
    pub(super) backoff: Backoff,
    pub(super) guard: Guard,
    /// The refresh token, if this page keeps it in its memory.
    pub(super) held: Option<String>,
    /// What the database is to take.
    pub(super) fresh: Option<Fresh>,
    pub(super) leave: Option<Leave>,
    /// The session that was left last.
    pub(super) leaving: Option<Rc<str>>,
    /// The server couldn't be told that it was left.
    pub(super) unconfirmed: bool,
    /// This page's name as a claimant.
    pub(super) claimant: u64,
    /// A few at most: a queue of its own kind would cost the wasm build half a kilobyte.
    pub(super) effects: Vec<Effect>,
    pub(super) random: Random,
}

/// Who is signed in.
pub(super) enum Phase {
    SignedOut,
    /// There was a session when the page was left; whether there still is isn't known yet.
    Restoring,
    SignedIn(Token),
    /// The server has ended it.
    Ended,
    /// What renews it can't be reached from here. Another tab may still have it.
    Lost,
}

impl Session {
    /// The session as storage remembers it. Without a hint nobody is signed in, and no request is made.
    #[must_use]
    pub fn new(config: AuthConfig, hint: Option<&str>, mut random: Random, now: Now) -> Self {
        let mut session = Self {
            config,
            phase: Phase::SignedOut,
            epoch: "".into(),
            user: None,
            subject: None,
            last_subject: None,
            generation: 0,
            attempt: None,
            tickets: 0,
            overdue: None,
            lost: false,
            paused: None,
            level: 0,
            senders: None,
            behind: false,
            backoff: Backoff::default(),
            guard: Guard::default(),
            held: None,
            fresh: None,
            leave: None,
            leaving: None,
            unconfirmed: false,
            // As JSON holds it.
            claimant: random.draw() >> 12,
            effects: Vec::new(),
            random,
        };
        if let Some(hint) = hint.and_then(Hint::decode) {
            session.epoch = hint.epoch.into();
            if hint.signed_out {
                session.tell_server();
            } else {
                session.restore(hint.subject, now);
            }
        }
        session
    }

    /// What to do next, if anything. Ask until nothing is left.
    pub fn poll(&mut self) -> Option<Effect> {
        (!self.effects.is_empty()).then(|| self.effects.remove(0))
    }

    /// What users see.
    #[must_use]
    pub fn status(&self) -> Status {
        match self.phase {
            Phase::SignedOut => Status::SignedOut,
            Phase::Restoring => Status::Restoring,
            Phase::SignedIn(_) => Status::SignedIn,
            Phase::Ended | Phase::Lost => Status::Ended,
        }
    }

    /// The user's claims as JSON, if they are known.
    #[must_use]
    pub fn user(&self) -> Option<&Rc<str>> {
        self.user.as_ref()
    }

    /// The name of the present sign-in or sign-out.
    #[must_use]
    pub fn epoch(&self) -> &Rc<str> {
        &self.epoch
    }

    /// The fingerprint of the user's subject; empty if it isn't known.
    #[must_use]
    pub fn subject(&self) -> &str {
        self.subject.as_deref().unwrap_or_default()
    }

    /// The fingerprint of the subject whose state is to be shown: of whoever is signed in, or was when the page was left.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        match self.phase {
            Phase::Restoring | Phase::SignedIn(_) => self.subject.as_deref(),
            Phase::SignedOut | Phase::Ended | Phase::Lost => None,
        }
    }

    /// The subject that there is, or was last while this page has been open.
    #[must_use]
    pub fn last_subject(&self) -> Option<&str> {
        self.subject.as_deref().or(self.last_subject.as_deref())
    }

    /// Somebody has signed in. `response` is the token endpoint's answer; `user` describes who it is, if no ID token does.
    ///
    /// # Errors
    /// [`Code::BadTokenResponse`]; the session is then what it was.
    pub fn sign_in(&mut self, response: &str, user: Option<&str>, now: Now) -> Result<(), Error> {
        let response = TokenResponse::parse(response).ok_or_else(|| {
            Error::new(
                Code::BadTokenResponse,
                &["give signIn a token response (RFC 6749, 5.1) of type Bearer, as JSON"],
            )
        })?;
        self.new_epoch();
        self.clear(Phase::SignedOut);
        self.drop_requests();
        self.accept(&response, user, None, 0, now);
        self.settle();
        Ok(())
    }

    /// The user wants to leave: nothing of the session is used from here on, whatever the server says.
    pub fn sign_out(&mut self, now: Now) {
        let left = self.epoch.clone();
        self.new_epoch();
        let hint = Hint {
            epoch: String::from(&*self.epoch),
            subject: None,
            signed_out: true,
        };
        if on(Mutant::NoTombstone) {
            self.effects.push(Effect::Forget(left.clone()));
        } else {
            self.effects.push(Effect::Hint(hint.encode()));
        }
        let message = Message {
            epoch: String::from(&*left),
            next: String::from(&*self.epoch),
            ..self.message(About::Out, now)
        };
        self.post(&message);
        self.leaving = Some(left);
        let held = self.held.take();
        self.forget(Phase::SignedOut);
        self.held = held;
        self.tell_server();
    }

    /// A request, or somebody else, needs an access token.
    pub fn need(&mut self, now: Now) -> Need {
        let (credentials, expired, ageing) = match &self.phase {
            Phase::SignedOut | Phase::Ended | Phase::Lost => return Need::SignedOut,
            Phase::Restoring => (None, true, true),
            Phase::SignedIn(token) => (Some(token.credentials()), token.is_expired(now), token.is_ageing(now)),
        };
        if ageing && self.attempt.is_none() && self.may_try(now) {
            self.begin(Reason::Expired, None, now);
        }
        match credentials {
            Some(credentials) if !expired => Need::Ready(credentials),
            _ if self.is_awaited() => Need::Wait,
            _ => Need::Failed(Error::new(
                Code::RefreshFailed,
                &["the access token couldn't be renewed; try again later"],
            )),
        }
    }

    /// Whether the access token is being renewed, and somebody more waits for it now.
    fn is_awaited(&mut self) -> bool {
        let attempt = self.attempt.as_mut();
        attempt.map(|attempt| attempt.wanted = true).is_some()
    }

    /// Whether the access token is being renewed.
    #[must_use]
    pub fn is_renewing(&self) -> bool {
        self.attempt.is_some()
    }

    /// The access token there is, whatever its age: one that was just fetched serves those that waited for it.
    #[must_use]
    pub fn current(&self) -> Option<Credentials> {
        match &self.phase {
            Phase::SignedIn(token) => Some(token.credentials()),
            _ => None,
        }
    }

    /// A request to `origin` with the token of this generation and epoch was answered with 401; `challenge` is its `WWW-Authenticate`.
    pub fn refused(
        &mut self,
        generation: u64,
        epoch: &str,
        origin: &str,
        challenge: Option<&str>,
        now: Now,
    ) -> Verdict {
        let Phase::SignedIn(token) = &self.phase else {
            return Verdict::Final;
        };
        // RFC 6750 §3.1: a new token of the same scope wouldn't help.
        let other = *self.epoch != *epoch && !on(Mutant::OtherEpochReplay);
        if other || challenge.is_some_and(|text| has_word(text, "insufficient_scope")) {
            return Verdict::Final;
        }
        let newer = token.generation > generation;
        if newer && !token.is_expired(now) {
            return Verdict::Replay(token.credentials());
        }
        if self
            .attempt
            .as_ref()
            .is_some_and(|attempt| attempt.step != Step::Committing)
        {
            return Verdict::Wait;
        }
        let helps = newer || self.guard.allows(token, origin, now) || on(Mutant::NoGuard);
        if !helps || self.attempt.is_some() || !self.may_try(now) {
            return Verdict::Final;
        }
        if newer {
            self.begin(Reason::Expired, None, now);
        } else {
            self.begin(Reason::Refused, Some(origin.into()), now);
        }
        Verdict::Wait
    }

    /// Takes a token that the server has given, in so many milliseconds: to a sign-in, or to what was `sent`. The other tabs get it, too.
    pub(super) fn accept(
        &mut self,
        response: &TokenResponse,
        user: Option<&str>,
        sent: Option<Sent>,
        took: u64,
        now: Now,
    ) {
        let knew = self.subject.is_some();
        // What signIn was told of the user holds until somebody else signs in.
        let user = user
            .map(str::to_owned)
            .or_else(|| if self.user.is_none() { response.user() } else { None });
        let learned = user.is_some();
        if let Some(user) = user {
            self.subject = token::subject(&user).map(|sub| fingerprint(&[&sub]));
            self.user = Some(user.into());
        }
        // Near the wall clock, so that it grows from page to page, too.
        self.generation = (self.generation + 1).max(now.wall);
        // What came late may have waited for this page to wake, for how long nobody knows.
        let spent = if took > ANSWER { took } else { 0 };
        let mut token = Token::new(&response.access_token, self.generation, response.lifetime(), spent, now);
        token.refused_by = sent.as_ref().and_then(|sent| sent.origin.clone());
        let was_signed_in = matches!(self.phase, Phase::SignedIn(_));
        let hint = Hint {
            epoch: String::from(&*self.epoch),
            subject: self.subject.clone(),
            signed_out: false,
        };
        // One that is there already isn't simply written again: another tab may have signed out meanwhile.
        if matches!(self.phase, Phase::SignedOut) {
            self.effects.push(Effect::Hint(hint.encode()));
        } else if self.subject.is_some() && !knew {
            self.effects.push(Effect::Amend(hint.encode()));
        }
        self.phase = Phase::SignedIn(token);
        self.paused = None;
        self.keep(response, sent);
        self.backoff = Backoff::default();
        self.hand_over(now);
        if !was_signed_in || learned {
            self.effects.push(Effect::Notify);
        }
    }

    /// Wakes all that wait: there is a token, or nobody is signed in.
    pub(super) fn settle(&mut self) {
        self.effects.push(Effect::Settled(Ok(())));
    }
}

/// The texts that a secret is made of.
pub(super) fn secret(text: String) -> Secret {
    Secret(text.into())
}
