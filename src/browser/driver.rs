use std::cell::{Cell, OnceCell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::addresses::Addresses;
use super::barrier::Barrier;
use super::channel::Channel;
use super::listen::Listening;
use super::lock::Lock;
use super::object::{get, text};
use super::own_requests;
use super::wait::Waiters;
use super::{Event, clock, numbers, seed, storage, task};
use crate::client::{Client, Config, Environment};
use crate::error::{Code, Error};
use crate::session::AuthConfig;
use crate::store::{News, Store, Unchecked};

/// Feeds the core with what happens in the browser, and carries out what it decides.
///
/// It holds the one `RefCell` around the core. Nothing is borrowed across an await, nor while somebody is called who may call back.
pub struct Driver {
    pub(super) client: RefCell<Client>,
    pub(super) watcher: Box<dyn Watcher>,
    pub(super) auth: Option<AuthConfig>,
    /// The `fetch` that was there when the client was opened, whoever puts another in its place.
    pub(super) fetch: Function,
    pub(super) addresses: Addresses,
    pub(super) settled: Waiters,
    pub(super) signed_out: Waiters,
    /// The prefix of everything that the browser keeps under a name.
    pub(super) name: String,
    pub(super) locks: RefCell<Vec<Lock>>,
    pub(super) channel: Channel,
    /// Aborts the requests of the present session.
    pub(super) barrier: Barrier,
    listening: OnceCell<Listening>,
    flushing: Cell<bool>,
    /// The last attempt to store failed.
    pub(super) full: Cell<bool>,
    /// When the page looks next for what has expired, by the monotonic clock.
    pub(super) expires: Cell<u64>,
    /// How often the session has asked to be woken.
    pub(super) wakes: Cell<u64>,
    pub(super) closed: Cell<bool>,
    /// Milliseconds that the last refresh took.
    pub(super) refresh_took: Cell<u64>,
}

/// Whoever shows the state. It may call the client from inside these.
pub trait Watcher {
    /// Keys of a slice have changed, here or in another tab. `moved`: other keys are present, or in another order; but for those that have
    /// come last.
    fn changed(&self, slice: usize, keys: &[Rc<str>], moved: bool);

    /// What the application makes of an entry that it didn't write itself: the JSON to show, or `None` to refuse it.
    /// Asked only of slices that are configured with `check`.
    fn read(&self, unchecked: &Unchecked) -> Option<String> {
        Some(unchecked.json.clone())
    }

    /// What a function of the application's makes of a slice for a request: JSON, or nothing to send.
    ///
    /// # Errors
    /// What it throws.
    fn select(&self, _function: usize, _slice: usize) -> Result<Option<String>, JsValue> {
        Ok(None)
    }

    /// Whether a function of the application's lets an answer consume what was sent: a promise of a boolean, that never rejects.
    fn accepts(&self, _function: usize, _response: &JsValue) -> Promise {
        Promise::resolve(&JsValue::TRUE)
    }

    /// Whether anybody wants to know of requests: to tell of one costs as much as all else that is done when it has been answered.
    fn hears_requests(&self) -> bool {
        true
    }

    /// Something has happened.
    fn event(&self, event: Event);

    /// Asks another library for a token response as JSON (`undefined`: nobody is signed in), where the session is configured so. The
    /// `AbortSignal` says that it isn't wanted any more.
    fn source(&self, _reason: &str, _signal: &JsValue) -> JsValue {
        JsValue::UNDEFINED
    }
}

impl Driver {
    /// Opens a client on this page's storage.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn open(config: &Config, watcher: Box<dyn Watcher>) -> Result<Rc<Self>, Error> {
        let driver = Self::new(config, watcher)?;
        while driver.load_some() {}
        Ok(driver)
    }

    /// The same, but it is to be used only when [`load_some`](Self::load_some) says that there is no more.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn new(config: &Config, watcher: Box<dyn Watcher>) -> Result<Rc<Self>, Error> {
        let mut own_endpoints = Vec::new();
        if let Some(auth) = &config.auth {
            for address in [&auth.refresh, &auth.sign_out] {
                if !address.is_empty() {
                    own_endpoints.extend(own_requests::origin_and_path(address));
                }
            }
        }
        let environment = Environment {
            local: storage::local(),
            session: storage::session(),
            numbers: numbers::BROWSER,
            seed: seed::seed(),
            now: clock::now(),
            page_origin: text(&get(&js_sys::global(), "location"), "origin"),
            own_endpoints,
            secure: get(&js_sys::global(), "isSecureContext").is_truthy(),
        };
        let client = Client::new(config, environment)?;
        Ok(Rc::new(Self {
            client: RefCell::new(client),
            watcher,
            auth: config.auth.clone(),
            fetch: get(&js_sys::global(), "fetch").unchecked_into(),
            addresses: Addresses::new(),
            settled: Waiters::default(),
            signed_out: Waiters::default(),
            name: config.name.clone(),
            locks: RefCell::default(),
            channel: Channel::new(&config.name),
            barrier: Barrier::default(),
            listening: OnceCell::new(),
            flushing: Cell::new(false),
            full: Cell::new(false),
            expires: Cell::new(u64::MAX),
            wakes: Cell::new(0),
            closed: Cell::new(false),
            refresh_took: Cell::new(0),
        }))
    }

    /// Reads what is stored, one task's worth. Gives whether there is more.
    pub fn load_some(self: &Rc<Self>) -> bool {
        let more = self.with_store(Store::load_some);
        self.check();
        if more {
            return true;
        }
        drop(self.listening.set(Listening::new(self)));
        self.open_channel();
        {
            // Once more, now that other tabs are heard: nothing falls between.
            let mut client = self.client.borrow_mut();
            client.look_for_hint(clock::now());
            client.follow_session();
            client.store.load();
        }
        self.check();
        // Whoever opens it can't hear events yet, so they come a microtask later.
        let opened = Rc::downgrade(self);
        task::spawn(async move { with(&opened, |driver| driver.react()) });
        self.compact_later(self.read(|client| client.store.is_overdue()));
        false
    }

    /// Asks the core without changing anything.
    pub fn read<R>(&self, ask: impl FnOnce(&Client) -> R) -> R {
        ask(&self.client.borrow())
    }

    /// Asks for what is shown now: what has expired isn't.
    pub fn view<R>(&self, ask: impl FnOnce(&Client) -> R) -> R {
        let mut client = self.client.borrow_mut();
        if client.store.next_expiry().is_some() {
            client.store.tick(clock::now());
        }
        ask(&client)
    }

    /// Changes something, and carries out what follows from it: listeners have been called when this returns.
    ///
    /// # Errors
    /// [`Code::Closed`], and those of the change.
    pub fn change<R>(self: &Rc<Self>, change: impl FnOnce(&mut Client) -> Result<R, Error>) -> Result<R, Error> {
        self.check_open()?;
        // What is read now is looked at before it is changed.
        self.with_store(Store::look_at_checked);
        self.check();
        let result = change(&mut self.client.borrow_mut());
        self.react();
        result
    }

    /// Stores what has changed, and releases everything that the browser holds of this.
    pub fn close(&self) {
        if !self.closed.replace(true) {
            if let Some(listening) = self.listening.get() {
                listening.stop();
            }
            self.channel.close();
            self.unlock_all();
            // What can't be stored now was reported when it failed first.
            self.flush_at_last();
            let closed = Err(Error::new(Code::Closed, &["this client was closed; open it again"]));
            self.settled.wake(&closed);
            self.signed_out.wake(&closed);
        }
    }

    /// Stores what has changed, though compacting could need the room: this page may have no other time.
    pub(super) fn flush_at_last(&self) {
        let _ = self.client.borrow_mut().flush_at_last();
    }

    /// Begins to hear what other tabs say, unless it does.
    pub(super) fn open_channel(&self) {
        if self.auth.is_some() {
            self.channel.open(&self.listener());
        }
    }

    /// What the browser calls.
    pub(super) fn listener(&self) -> Function {
        self.listening.get().map_or_else(
            || JsValue::UNDEFINED.unchecked_into(),
            |listening| listening.function().clone(),
        )
    }

    /// The present session's.
    pub(super) fn epoch(&self) -> Rc<str> {
        self.read(|client| client.session.epoch().clone())
    }

    pub(super) fn tell(&self, event: Event) {
        if !self.closed.get() {
            self.watcher.event(event);
        }
    }

    /// Carries out what the core wants, until it wants nothing more.
    pub(super) fn react(self: &Rc<Self>) {
        while !self.closed.get() {
            let news = {
                let mut client = self.client.borrow_mut();
                // A transaction shows, and is stored, as a whole.
                if client.store.in_transaction() {
                    return;
                }
                client.follow_session();
                client.store.take_news()
            };
            self.check();
            let acted = self.act();
            let News {
                keys,
                moved,
                damaged,
                newer,
            } = news;
            if keys.is_empty() && damaged.is_empty() && newer.is_empty() && !acted {
                break;
            }
            for (slice, keys) in keys {
                self.watcher.changed(slice, &keys, moved);
            }
            for key in damaged {
                self.tell(Event::Corrupt(String::from(&*key)));
            }
            for key in newer {
                self.tell(Event::NewerVersion(String::from(&*key)));
            }
        }
        self.flush_later();
        self.expire_later();
    }

    /// Carries out what the session wants; gives whether it wanted anything. One after the other: what follows from the first, as from a
    /// listener that asks for a token, comes after the others.
    fn act(self: &Rc<Self>) -> bool {
        let mut acted = false;
        loop {
            let effect = self.client.borrow_mut().session.poll();
            let Some(effect) = effect else { return acted };
            self.carry_out(effect);
            acted = true;
        }
    }

    /// Does something with the store as of now.
    pub(super) fn with_store<R>(&self, then: impl FnOnce(&mut Store) -> R) -> R {
        let store = &mut self.client.borrow_mut().store;
        store.tick(clock::now());
        then(store)
    }

    /// Has the application look at what was read.
    fn check(&self) {
        let unchecked = self.client.borrow_mut().store.take_unchecked();
        for entry in unchecked {
            // Asked without anything borrowed: it may call the client.
            let shown = self.watcher.read(&entry);
            self.client.borrow_mut().store.check(&entry, shown.as_deref());
        }
    }

    /// Stores at the end of the microtask, once for everything that was changed in it.
    fn flush_later(self: &Rc<Self>) {
        let waiting = self.read(Client::has_unwritten);
        if waiting && !self.closed.get() && !self.flushing.replace(true) {
            let driver = Rc::downgrade(self);
            task::spawn(async move { with(&driver, Self::flush) });
        }
    }

    fn flush(self: &Rc<Self>) {
        self.flushing.set(false);
        self.with_store(|_| ());
        let stored = self.client.borrow_mut().flush().is_ok();
        // Where the storage stays full, it has its pauses.
        self.compact_later(!stored && !self.full.get());
        if stored {
            self.full.set(false);
        } else if !self.full.replace(true) {
            self.tell(Event::StorageFull);
            self.store_again_later();
        }
    }

    fn check_open(&self) -> Result<(), Error> {
        if self.closed.get() {
            return Err(Error::new(Code::Closed, &["this client was closed; open it again"]));
        }
        Ok(())
    }
}

/// Goes on with a client that may have been closed or dropped meanwhile.
pub(super) fn with(driver: &Weak<Driver>, then: impl FnOnce(&Rc<Driver>)) {
    if let Some(driver) = driver.upgrade().filter(|driver| !driver.closed.get()) {
        then(&driver);
    }
}
