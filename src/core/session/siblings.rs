//! What the tabs of one session say to each other. A page that has slept says, and hears, it late.

use std::rc::Rc;

use super::attempt::Attempt;
use super::config::Keeper;
use super::interface::{Effect, Reason};
use super::machine::{Phase, Session, secret};
use super::message::{About, Message};
use super::token::{self, Token};
use crate::error::{Code, Error};
use crate::fingerprint;
use crate::mutant::{Mutant, on};
use crate::time::Now;

impl Session {
    /// Another tab has said something.
    pub fn heard(&mut self, text: &str, now: Now) {
        let Some(message) = Message::decode(text).filter(|message| *message.epoch == *self.epoch) else {
            return;
        };
        if message.level > self.level {
            self.level = message.level;
            if self.attempt.as_ref().is_some_and(|attempt| !attempt.is_sent()) {
                self.restart(now);
            }
        } else if message.level < self.level {
            self.say(About::Level, now);
        }
        match message.about {
            About::Token => self.take(&message, now),
            About::Ask => self.asked(&message, now),
            About::Level => {}
            About::Working => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.wait_on(now);
                    self.wake(now);
                } else {
                    // It may have another lock.
                    self.behind = true;
                }
            }
            About::Failed => {
                self.follow_wait(&message, now);
                if self.attempt.as_ref().is_none_or(|attempt| !attempt.is_sent()) {
                    let error = Error::new(
                        Code::RefreshFailed,
                        &["another tab couldn't renew the access token; try again later"],
                    );
                    self.give_up(error, now);
                }
            }
            About::Out => self.follow_sign_out(message.next.as_str().into()),
        }
    }

    /// The page is left. It may come back from the back/forward cache, and mustn't hold what others wait for meanwhile.
    pub fn hidden(&mut self) {
        let Some(attempt) = &self.attempt else { return };
        if attempt.is_sent() {
            self.effects.push(Effect::Unlock(attempt.ticket));
        } else {
            self.paused = Some((attempt.reason, attempt.origin.clone()));
            self.release();
        }
    }

    /// The page, the machine or the network is back. What others said meanwhile may not have been heard.
    pub fn woken(&mut self, now: Now) {
        self.behind = true;
        self.backoff.hurry();
        if core::mem::take(&mut self.unconfirmed) && matches!(self.phase, Phase::SignedOut) {
            self.tell_server();
        }
        match (self.paused.take(), &self.attempt) {
            (Some((reason, origin)), None) => self.begin(reason, origin, now),
            // Whatever it had found out may be long past.
            (_, Some(attempt)) if !attempt.is_sent() => self.restart(now),
            _ => self.wake(now),
        }
    }

    /// Gives the other tabs the access token.
    pub(super) fn hand_over(&mut self, now: Now) {
        let Phase::SignedIn(token) = &self.phase else { return };
        if on(Mutant::NoHandOver) {
            return;
        }
        let message = Message {
            token: String::from(&*token.text),
            lifetime: token.lifetime,
            spent: token.age(now),
            origin: token.refused_by.as_deref().map(str::to_owned),
            user: self.user.as_deref().map(str::to_owned),
            wait: self.backoff.left(now),
            asked: u64::from(self.backoff.is_asked(now)),
            ..self.message(About::Token, now)
        };
        self.post(&message);
    }

    /// A message without what it is about.
    pub(super) fn message(&self, about: About, now: Now) -> Message {
        let generation = match &self.phase {
            // Any that lives is newer than one whose end is near, whatever the clock said when they came.
            Phase::SignedIn(token) if !token.is_ageing(now) => token.generation,
            _ => 0,
        };
        let origin = self.attempt.as_ref().and_then(|attempt| attempt.origin.as_deref());
        Message {
            about,
            epoch: String::from(&*self.epoch),
            generation,
            level: self.level,
            origin: origin.map(str::to_owned),
            at: now.wall,
            ..Message::default()
        }
    }

    /// Says that something is so, and no more.
    pub(super) fn say(&mut self, about: About, now: Now) {
        let message = self.message(about, now);
        self.post(&message);
    }

    pub(super) fn post(&mut self, message: &Message) {
        self.effects.push(Effect::Post(secret(message.encode())));
    }

    pub(super) fn say_failed(&mut self, now: Now) {
        let message = Message {
            wait: self.backoff.left(now),
            asked: u64::from(self.backoff.is_asked(now)),
            ..self.message(About::Failed, now)
        };
        self.post(&message);
    }

    /// Waits as another tab does, which may have said so long ago.
    fn follow_wait(&mut self, message: &Message, now: Now) {
        let left = message.wait.saturating_sub(now.wall.saturating_sub(message.at));
        self.backoff.follow(left, message.asked > 0, now);
    }

    /// Another tab has a token.
    fn take(&mut self, message: &Message, now: Now) {
        let (mine, ends) = match &self.phase {
            Phase::SignedOut | Phase::Ended => return,
            Phase::Restoring | Phase::Lost => (0, true),
            Phase::SignedIn(token) => (token.generation, token.is_ageing(now)),
        };
        // It may have waited for this page to wake.
        let spent = message.spent.saturating_add(now.wall.saturating_sub(message.at));
        let mut token = Token::new(&message.token, message.generation, message.lifetime, spent, now);
        let better = token.generation > mine || ends && (mine == 0 || !token.is_ageing(now));
        if !token::is_sendable(&token.text) || token.is_expired(now) || !better {
            return;
        }
        token.refused_by = message.origin.as_deref().map(Rc::from);
        self.generation = self.generation.max(token.generation);
        let mut tells = !matches!(self.phase, Phase::SignedIn(_));
        if let Some(user) = message
            .user
            .as_deref()
            .filter(|user| self.user.as_deref() != Some(user))
        {
            self.subject = token::subject(user).map(|sub| fingerprint(&[&sub]));
            self.user = Some(user.into());
            tells = true;
        }
        self.phase = Phase::SignedIn(token);
        self.follow_wait(message, now);
        self.lost = false;
        self.behind = false;
        self.paused = None;
        if self.attempt.as_ref().is_some_and(|attempt| !attempt.is_sent()) {
            self.release();
        }
        if tells {
            self.effects.push(Effect::Notify);
        }
        self.settle();
    }

    /// Another tab asks for a newer token than it has.
    fn asked(&mut self, message: &Message, now: Now) {
        if let Phase::SignedIn(token) = &self.phase
            && token.generation > message.generation
            && !token.is_expired(now)
        {
            return self.hand_over(now);
        }
        if self.attempt.as_ref().is_some_and(Attempt::is_sent) {
            return self.say(About::Working, now);
        }
        // Nobody else can.
        if self.config.keeper == Keeper::Memory && self.held.is_some() {
            if self.attempt.is_none() && self.may_try(now) {
                let origin = message.origin.as_deref().map(Rc::from);
                let reason = if origin.is_some() {
                    Reason::Refused
                } else {
                    Reason::Expired
                };
                self.begin(reason, origin, now);
            } else {
                self.say_failed(now);
            }
        }
    }
}
