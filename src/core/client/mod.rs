//! The whole client as one pure thing: configuration, state, session and rules, and the way of one request through them.

mod again;
mod config;
mod exchange;

pub use again::{NO_ANSWER, may_pass};
pub use config::Config;
pub use exchange::{Exchange, Reply, Start, Waiting};

use std::rc::Rc;

use crate::error::{Code, Error};
use crate::journal::{Limits, Storage, StorageFull};
use crate::mutant::{Mutant, on};
use crate::number::Numbers;
use crate::random::Random;
use crate::request::{Plan, RuleConfig, Rules, SliceInfo, Target};
use crate::session::{Answer, Hint, Session, VaultOp, VaultWrite};
use crate::store::{Setting, Store};
use crate::text::concat;
use crate::time::Now;

/// What the client needs of its environment, once.
pub struct Environment {
    /// What outlives the page: `localStorage`. The session's hint is kept there, too.
    pub local: Rc<dyn Storage>,
    /// What ends with the tab: `sessionStorage`.
    pub session: Rc<dyn Storage>,
    /// How numbers are read and written.
    pub numbers: Numbers,
    /// 64 random bits.
    pub seed: u64,
    /// What time it is.
    pub now: Now,
    /// The page's own origin.
    pub page_origin: String,
    /// The addresses of the refresh and sign-out endpoints, as origin and path. Rules never apply to them.
    pub own_endpoints: Vec<String>,
    /// Whether the page is a secure context (W3C Secure Contexts), as pages on loopback are.
    pub secure: bool,
}

/// State, session and rules of one application.
pub struct Client {
    /// The slices.
    pub store: Store,
    /// Who is signed in.
    pub session: Session,
    rules: Rules,
    audience: Vec<String>,
    hints: Rc<dyn Storage>,
    hint_key: String,
    /// A hint that the storage hasn't taken.
    unstored_hint: Option<String>,
    /// Whether there can be a session at all.
    authenticates: bool,
    page_origin: String,
    own_endpoints: Vec<String>,
    /// The sign-in whose state is shown.
    shown_epoch: Rc<str>,
    numbers: Numbers,
    random: Random,
    /// Origins that have refused the method QUERY.
    without_query: Vec<Rc<str>>,
}

impl Client {
    /// A client of what is stored under the configuration's name, which [`Store::load`] or [`Store::load_some`] then reads.
    ///
    /// # Errors
    /// [`Code::BadConfig`], [`Code::BadRule`], [`Code::UnknownSlice`], [`Code::NotEncodable`], [`Code::InsecureContext`]
    pub fn new(config: &Config, environment: Environment) -> Result<Self, Error> {
        let Environment {
            local,
            session,
            numbers,
            seed,
            now,
            page_origin,
            own_endpoints,
            secure,
        } = environment;
        if config.auth.is_some() && !secure {
            return Err(Error::new(
                Code::InsecureContext,
                &["`auth` needs HTTPS or loopback: serve the page from there"],
            ));
        }
        let mut random = Random::new(seed);
        let hints = local.clone();
        let hint_key = concat(&[&*config.name, "/session"]);
        let hint = if config.auth.is_some() {
            hints.get(&hint_key)
        } else {
            None
        };
        let auth = config.auth.clone().unwrap_or_default();
        let audience = auth.audience.clone();
        let remembered = Session::new(auth, hint.as_deref(), Random::new(random.draw()), now);
        let setting = Setting {
            local,
            session,
            numbers,
            limits: Limits::default(),
            seed: random.draw(),
            now,
            owner: remembered.owner().map(str::to_owned),
        };
        let store = Store::new(&config.name, &config.slices, setting)?;
        let rules = compile(&config.rules, &store)?;
        Ok(Self {
            shown_epoch: remembered.epoch().clone(),
            store,
            session: remembered,
            rules,
            audience,
            hints,
            hint_key,
            unstored_hint: None,
            authenticates: config.auth.is_some(),
            page_origin,
            own_endpoints,
            numbers,
            random,
            without_query: Vec::new(),
        })
    }

    /// Puts other rules in place of those that there are, for requests from now on.
    ///
    /// # Errors
    /// [`Code::BadRule`], [`Code::UnknownSlice`], [`Code::NotEncodable`]; then those that there are stay.
    pub fn set_rules(&mut self, rules: &[RuleConfig]) -> Result<(), Error> {
        self.rules = compile(rules, &self.store)?;
        Ok(())
    }

    /// What the rules say of a request; `None` if it is to go out untouched.
    #[must_use]
    pub fn plan(&self, method: &str, origin: &str, path: &str) -> Option<Plan> {
        let address = concat(&[origin, path]);
        if self.own_endpoints.contains(&address) {
            return None;
        }
        self.rules.plan(&Target {
            method,
            origin,
            path,
            page_origin: &self.page_origin,
        })
    }

    /// Shows the state of whoever is signed in now.
    pub fn follow_session(&mut self) {
        if !self.store.has_users() {
            return;
        }
        let owner = self.session.owner();
        let again = owner.is_some() && owner == self.store.owner() && *self.shown_epoch != **self.session.epoch();
        let owner = owner.map(str::to_owned);
        self.shown_epoch = self.session.epoch().clone();
        // Between two sign-ins of the same user, what is stored may have been erased.
        if again {
            self.store.reopen();
        } else {
            self.store.set_owner(owner);
        }
    }

    /// Signs out, and gives the subject to [erase](Store::erase_subject), if that is wanted and one is known. It is to be erased once the
    /// hint is stored: other tabs are to leave first, for what they wrote afterwards would stay.
    ///
    /// # Errors
    /// [`Code::NestedTransaction`]
    pub fn sign_out(&mut self, erase: bool, now: Now) -> Result<Option<String>, Error> {
        if erase && self.store.in_transaction() {
            return Err(Error::new(
                Code::NestedTransaction,
                &["a transaction is under way; sign out after it"],
            ));
        }
        let subject = self.session.last_subject().map(str::to_owned);
        self.session.sign_out(now);
        Ok(subject.filter(|_| erase))
    }

    /// Stores the session's hint. What can't be stored is stored with the next [`flush`](Self::flush) that can.
    pub fn remember(&mut self, hint: String) {
        let stored = self.store_hint(&hint);
        // Whatever is stored now no longer holds: should a sign-out not be stored, no page may restore what it ended.
        if !stored {
            self.hints.remove(&self.hint_key);
        }
        self.unstored_hint = Some(hint).filter(|_| !stored);
    }

    /// Stores the hint in place of one of the present session, which stays if there is no room for this one.
    pub fn amend_hint(&mut self, hint: String) {
        let stored = self.hints.get(&self.hint_key).and_then(|text| Hint::decode(&text));
        if stored.is_some_and(|stored| *stored.epoch == **self.session.epoch()) {
            self.store_hint(&hint);
        }
    }

    fn store_hint(&mut self, hint: &str) -> bool {
        let store = || self.hints.set(&self.hint_key, hint).is_ok();
        store() || self.store.give_room() && store()
    }

    /// Removes the hint, if it is still of that sign-in or sign-out: another tab may have stored a newer one.
    pub fn forget_hint(&mut self, epoch: &str) {
        let of_epoch = |text: &String| Hint::decode(text).is_none_or(|hint| hint.epoch == epoch);
        self.unstored_hint.take_if(|text| of_epoch(text));
        if self.hints.get(&self.hint_key).as_ref().is_some_and(of_epoch) || on(Mutant::BlindForget) {
            self.hints.remove(&self.hint_key);
        }
    }

    /// Whether something waits to be stored.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        self.unstored_hint.is_some() || self.store.has_unwritten()
    }

    /// Stores what waits for it.
    ///
    /// # Errors
    /// [`StorageFull`] if any storage took nothing; what it didn't take is tried again with the next call.
    pub fn flush(&mut self) -> Result<(), StorageFull> {
        if let Some(hint) = self.unstored_hint.take() {
            self.remember(hint);
        }
        self.store.flush()?;
        if self.unstored_hint.is_some() {
            Err(StorageFull)
        } else {
            Ok(())
        }
    }

    /// The same, though compacting could need the room that is left.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub fn flush_at_last(&mut self) -> Result<(), StorageFull> {
        self.store.use_all_room();
        self.flush()
    }

    /// Another tab has changed an entry of the storage where hints are kept; `None` if it emptied it.
    pub fn hint_stored_elsewhere(&mut self, key: Option<&str>, now: Now) {
        if key.is_none_or(|key| key == self.hint_key) {
            // What that tab did is newer than what waits here.
            self.unstored_hint = None;
            self.look_for_hint(now);
            // Somebody may have signed in and out before this page looked.
            if self.session.owner().is_none() {
                self.store.leave_claimed();
            }
        }
    }

    /// Other tabs may have changed the hint while this page heard nothing.
    pub fn look_for_hint(&mut self, now: Now) {
        if self.authenticates && self.unstored_hint.is_none() {
            let hint = self.hints.get(&self.hint_key);
            self.session.hint_changed(hint.as_deref(), now);
        }
    }

    /// A lock is had: see [`Session::locked`]. Somebody may have signed in or out meanwhile, and the word of it be on its way; so with the others
    /// below.
    pub fn locked(&mut self, ticket: u64, waited: bool, now: Now) {
        self.look_for_hint(now);
        self.session.locked(ticket, waited, now);
    }

    /// Time has passed: see [`Session::wake`].
    pub fn wake(&mut self, now: Now) {
        self.look_for_hint(now);
        self.session.wake(now);
    }

    /// A transaction of the database has read this: see [`Session::vault_read`].
    pub fn vault_read(&mut self, op: &VaultOp, text: Option<&str>, now: Now) -> VaultWrite {
        self.look_for_hint(now);
        self.session.vault_read(op, text, now)
    }

    /// A transaction of the database has ended: see [`Session::vault_done`].
    pub fn vault_done(&mut self, op: &VaultOp, stored: bool, now: Now) {
        self.look_for_hint(now);
        self.session.vault_done(op, stored, now);
    }

    /// The refresh endpoint has answered: see [`Session::answered`].
    pub fn answered(&mut self, ticket: u64, answer: Answer<'_>, now: Now) {
        self.look_for_hint(now);
        self.session.answered(ticket, answer, now);
    }

    fn may_have_token(&self, origin: &str) -> bool {
        origin == self.page_origin || self.audience.iter().any(|other| other == origin)
    }
}

fn compile(rules: &[RuleConfig], store: &Store) -> Result<Rules, Error> {
    let mut slices = Vec::new();
    for (name, kind) in store.slices() {
        slices.push(SliceInfo { name, kind });
    }
    Ok(Rules::compile(rules, &slices)?)
}

#[cfg(test)]
mod tests;
