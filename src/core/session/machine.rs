use std::rc::Rc;

use super::hint::Hint;
use super::interface::{Answer, Credentials, Effect, Need, Outcome, Status, Verdict};
use super::token::{self, Token, TokenResponse};
use crate::error::{Code, Error};
use crate::fingerprint;
use crate::json::write;
use crate::random::Random;
use crate::text::has_word;
use crate::time::Now;

/// The session's state machine.
pub struct Session {
    phase: Phase,
    /// The name of the present sign-in or sign-out. What began in another one has no effect on this one.
    epoch: Rc<str>,
    /// What storage remembers.
    hint: Option<Hint>,
    user: Option<Rc<str>>,
    subject: Option<String>,
    /// The subject that there was last, for whoever wants to erase what it left here.
    last_subject: Option<String>,
    generation: u64,
    /// The refresh under way, by its number.
    refresh: Option<Refresh>,
    refreshes: u64,
    /// How many have failed in a row, and when the next may be tried.
    failures: u32,
    retry_at: Option<(Now, u64)>,
    /// A few at most: a queue of its own kind would cost the wasm build half a kilobyte.
    effects: Vec<Effect>,
    random: Random,
}

enum Phase {
    SignedOut,
    /// There was a session when the page was left; the server hasn't said yet whether there still is.
    Restoring,
    SignedIn(Token),
    /// The server has ended it.
    Ended,
}

struct Refresh {
    ticket: u64,
    after_refusal: bool,
}

/// The first wait after a failure, and the longest, in milliseconds.
const FIRST_RETRY: u64 = 1_000;
const LAST_RETRY: u64 = 60_000;

impl Session {
    /// The session as storage remembers it. Without a hint nobody is signed in, and no request is made.
    #[must_use]
    pub fn new(hint: Option<&str>, random: Random) -> Self {
        let mut session = Self {
            phase: Phase::SignedOut,
            epoch: "".into(),
            hint: hint.and_then(Hint::decode),
            user: None,
            subject: None,
            last_subject: None,
            generation: 0,
            refresh: None,
            refreshes: 0,
            failures: 0,
            retry_at: None,
            effects: Vec::new(),
            random,
        };
        if let Some(hint) = session.hint.clone() {
            session.epoch = hint.epoch.into();
            if hint.signed_out {
                session.effects.push(Effect::SignOut(session.epoch.clone()));
            } else {
                session.restore(hint.subject);
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
            Phase::Ended => Status::Ended,
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
            Phase::SignedOut | Phase::Ended => None,
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
        self.user = None;
        self.subject = None;
        self.accept(response, user, false, now);
        Ok(())
    }

    /// The user wants to leave: nothing of the session is used from here on, whatever the server says.
    pub fn sign_out(&mut self) {
        self.new_epoch();
        let hint = Hint {
            epoch: String::from(&*self.epoch),
            subject: None,
            signed_out: true,
        };
        self.remember(Some(&hint));
        self.forget(Phase::SignedOut);
        self.effects.push(Effect::SignOut(self.epoch.clone()));
    }

    /// The sign-out endpoint has answered.
    ///
    /// # Errors
    /// [`Code::SignOutUnconfirmed`] if the server may still hold the session; the next page that opens tells it again.
    pub fn sign_out_answered(&mut self, epoch: &str, answer: Answer<'_>) -> Result<(), Error> {
        match answer {
            // It knows of no such session: as good as ended.
            Answer::Response {
                status: 200..=299 | 400 | 401,
                ..
            } => {
                if *self.epoch == *epoch && !matches!(self.phase, Phase::SignedIn(_) | Phase::Restoring) {
                    self.remember(None);
                }
                Ok(())
            }
            _ => Err(Error::new(
                Code::SignOutUnconfirmed,
                &["signed out here; the server will be told when the page is opened next"],
            )),
        }
    }

    /// A request, or somebody else, needs an access token.
    pub fn need(&mut self, now: Now) -> Need {
        let (credentials, expired, ageing) = match &self.phase {
            Phase::SignedOut | Phase::Ended => return Need::SignedOut,
            Phase::Restoring => (None, true, true),
            Phase::SignedIn(token) => (Some(token.credentials()), token.is_expired(now), token.is_ageing(now)),
        };
        if ageing && self.refresh.is_none() && !self.is_backing_off(now) {
            self.start_refresh(false);
        }
        match credentials {
            Some(credentials) if !expired => Need::Ready(credentials),
            _ if self.refresh.is_some() => Need::Wait,
            _ => Need::Failed(unreachable_now()),
        }
    }

    /// The access token there is, whatever its age: one that was just fetched serves those that waited for it.
    #[must_use]
    pub fn current(&self) -> Option<Credentials> {
        match &self.phase {
            Phase::SignedIn(token) => Some(token.credentials()),
            _ => None,
        }
    }

    /// A request with the token of this generation and epoch was answered with 401; `challenge` is its `WWW-Authenticate`.
    pub fn refused(&mut self, generation: u64, epoch: &str, challenge: Option<&str>, now: Now) -> Verdict {
        let Phase::SignedIn(token) = &self.phase else {
            return Verdict::Final;
        };
        // RFC 6750 §3.1: a new token of the same scope wouldn't help.
        if *self.epoch != *epoch || challenge.is_some_and(|text| has_word(text, "insufficient_scope")) {
            return Verdict::Final;
        }
        if token.generation > generation {
            return Verdict::Replay(token.credentials());
        }
        if self.refresh.is_some() {
            return Verdict::Wait;
        }
        if token.is_futile(now) || self.is_backing_off(now) {
            return Verdict::Final;
        }
        self.start_refresh(true);
        Verdict::Wait
    }

    /// The refresh endpoint has answered, or nobody has.
    pub fn answered(&mut self, ticket: u64, answer: Answer<'_>, now: Now) {
        // After a sign-in or sign-out nobody waits for it any more, and what it brought belongs to another session.
        let Some(refresh) = self.refresh.take_if(|refresh| refresh.ticket == ticket) else {
            return;
        };
        match answer {
            Answer::Response {
                status: 200..=299,
                body,
                ..
            } => match TokenResponse::parse(body) {
                Some(response) => {
                    let subject = response
                        .user()
                        .and_then(|user| token::subject(&user))
                        .map(|sub| fingerprint(&[&sub]));
                    if self.subject.is_some() && subject.is_some() && self.subject != subject {
                        self.new_epoch();
                        self.user = None;
                    }
                    self.accept(response, None, refresh.after_refusal, now);
                    self.effects.push(Effect::Refreshed(Outcome::Renewed));
                }
                None => self.fail(
                    Code::BadTokenResponse,
                    "the refresh endpoint sent no token response (RFC 6749, 5.1)",
                    None,
                    now,
                ),
            },
            Answer::Response { status: 400 | 401, .. } => {
                self.new_epoch();
                self.forget(Phase::Ended);
                self.remember(None);
                self.effects.push(Effect::Refreshed(Outcome::Ended));
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

    /// The time asked for by [`Effect::WakeAfter`] has come.
    pub fn wake(&mut self, now: Now) {
        if !matches!(self.phase, Phase::Restoring) {
            return;
        }
        match self.retry_at {
            // Timers may be early.
            Some((since, wait)) if now.since(since) < wait => {
                self.effects.push(Effect::WakeAfter(wait - now.since(since)));
            }
            _ => drop(self.need(now)),
        }
    }

    /// Another tab has changed the stored hint.
    pub fn hint_changed(&mut self, text: Option<&str>) {
        let hint = text.and_then(Hint::decode);
        self.hint.clone_from(&hint);
        match hint {
            Some(hint) if *self.epoch == *hint.epoch => {}
            Some(hint) if !hint.signed_out => {
                // Those who wait for a token go on waiting, for that session's.
                self.epoch = hint.epoch.into();
                self.clear(Phase::SignedOut);
                self.restore(hint.subject);
                self.effects.push(Effect::Notify);
            }
            // Signed out there. That tab tells the server.
            hint => {
                if let Some(hint) = hint {
                    self.epoch = hint.epoch.into();
                } else if matches!(self.phase, Phase::SignedOut | Phase::Ended) {
                    return;
                } else {
                    self.new_epoch();
                }
                self.forget(Phase::SignedOut);
            }
        }
    }

    fn restore(&mut self, subject: Option<String>) {
        self.subject = subject;
        self.phase = Phase::Restoring;
        self.start_refresh(false);
    }

    fn start_refresh(&mut self, after_refusal: bool) {
        self.refreshes += 1;
        self.refresh = Some(Refresh {
            ticket: self.refreshes,
            after_refusal,
        });
        self.effects.push(Effect::Refresh(self.refreshes));
    }

    fn accept(&mut self, response: TokenResponse, user: Option<&str>, after_refusal: bool, now: Now) {
        // What signIn was told of the user holds until somebody else signs in.
        let user = user
            .map(str::to_owned)
            .or_else(|| if self.user.is_none() { response.user() } else { None });
        if let Some(user) = user {
            self.subject = token::subject(&user).map(|sub| fingerprint(&[&sub]));
            self.user = Some(user.into());
        }
        let was_signed_in = matches!(self.phase, Phase::SignedIn(_))
            && self.hint.as_ref().is_some_and(|hint| *hint.epoch == *self.epoch);
        self.generation += 1;
        self.phase = Phase::SignedIn(Token::new(response, self.generation, after_refusal, now));
        self.failures = 0;
        self.retry_at = None;
        let hint = Hint {
            epoch: String::from(&*self.epoch),
            subject: self.subject.clone(),
            signed_out: false,
        };
        self.remember(Some(&hint));
        if !was_signed_in {
            self.effects.push(Effect::Notify);
        }
        self.effects.push(Effect::Settled(Ok(())));
    }

    /// Stores the hint, unless it is what was stored last.
    fn remember(&mut self, hint: Option<&Hint>) {
        if self.hint.as_ref() != hint {
            self.hint = hint.cloned();
            self.effects.push(Effect::Hint(hint.map(Hint::encode)));
        }
    }

    /// Ends what there was, in memory, for everybody.
    fn forget(&mut self, phase: Phase) {
        self.clear(phase);
        self.effects.push(Effect::Notify);
        self.effects.push(Effect::Settled(Ok(())));
    }

    fn clear(&mut self, phase: Phase) {
        self.phase = phase;
        self.user = None;
        self.last_subject = self.subject.take().or(self.last_subject.take());
        self.refresh = None;
        self.failures = 0;
        self.retry_at = None;
    }

    /// A failure that says nothing about the session: it is tried again, later each time.
    fn fail(&mut self, code: Code, message: &str, retry_after: Option<u64>, now: Now) {
        let backoff = FIRST_RETRY
            .checked_shl(self.failures.min(16))
            .unwrap_or(LAST_RETRY)
            .min(LAST_RETRY);
        let wait = retry_after.map_or(backoff, |seconds| seconds.saturating_mul(1_000));
        self.failures += 1;
        self.retry_at = Some((now, wait));
        self.effects.push(Effect::WakeAfter(wait));
        self.effects.push(Effect::Settled(Err(Error::new(code, &[message]))));
        self.effects.push(Effect::Refreshed(Outcome::Failed));
    }

    fn is_backing_off(&self, now: Now) -> bool {
        self.retry_at.is_some_and(|(since, wait)| now.since(since) < wait)
    }

    fn new_epoch(&mut self) {
        let mut epoch = String::new();
        write::hex(&mut epoch, self.random.draw());
        self.epoch = epoch.into();
        self.refresh = None;
    }
}

impl Token {
    fn credentials(&self) -> Credentials {
        Credentials {
            token: self.text.clone(),
            generation: self.generation,
        }
    }
}

fn unreachable_now() -> Error {
    Error::new(
        Code::RefreshFailed,
        &["the access token couldn't be renewed; try again later"],
    )
}
