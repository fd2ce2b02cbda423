//! Web Locks (W3C): one tab at a time.

use std::rc::Rc;

use js_sys::{Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};

use super::clock;
use super::driver::Driver;
use super::object::{call, construct, get, set};
use super::promise::deferred;
use crate::core::text::concat;
use crate::json::write;

/// A lock that was asked for.
pub(super) struct Lock {
    ticket: u64,
    name: String,
    /// Another had it when it was asked for.
    waited: bool,
    /// It is had for as long as this is pending.
    had: Promise,
    release: Function,
    /// An `AbortController` for the wait.
    wait: JsValue,
}

impl Driver {
    /// Asks for a lock. The session's epoch is in its name, so that whoever still has one of a former session is in nobody's way.
    pub(super) fn lock(self: &Rc<Self>, ticket: u64, level: u64) {
        let epoch = self.epoch();
        let mut name = concat(&[&self.name, "/session/", &epoch, "/"]);
        write::integer(&mut name, level);
        let (had, release) = deferred();
        let lock = Lock {
            ticket,
            name,
            waited: false,
            had,
            release,
            wait: construct("AbortController", &JsValue::UNDEFINED),
        };
        // First only if it is free: so it is known whether it was.
        let options = Object::new();
        set(&options, "ifAvailable", &JsValue::TRUE);
        let asked = self.request(&lock, &options);
        self.locks.borrow_mut().push(lock);
        // Safari before 15.4 has no locks.
        if asked.is_err() {
            self.had(ticket);
        }
    }

    /// What the browser says to a wish for a lock: it is had for as long as the promise that this gives is pending.
    pub(super) fn lock_answered(self: &Rc<Self>, ticket: u64, had: &JsValue) -> JsValue {
        let mut locks = self.locks.borrow_mut();
        // Nobody wants it any more.
        let Some(lock) = locks.iter_mut().find(|lock| lock.ticket == ticket) else {
            return JsValue::UNDEFINED;
        };
        if had.is_null() {
            lock.waited = true;
            let options = Object::new();
            set(&options, "signal", &get(&lock.wait, "signal"));
            drop(self.request(lock, &options));
            return JsValue::UNDEFINED;
        }
        let promise = lock.had.clone();
        drop(locks);
        self.had(ticket);
        promise.into()
    }

    /// Releases a lock, or ends the wait for it.
    pub(super) fn unlock(&self, ticket: u64) {
        let mut locks = self.locks.borrow_mut();
        let Some(at) = locks.iter().position(|lock| lock.ticket == ticket) else {
            return;
        };
        let lock = locks.remove(at);
        drop(locks);
        drop(lock.release.call0(&JsValue::UNDEFINED));
        drop(call(&lock.wait, "abort", &JsValue::UNDEFINED, &JsValue::UNDEFINED));
    }

    /// Releases all of them.
    pub(super) fn unlock_all(&self) {
        let tickets: Vec<u64> = self.locks.borrow().iter().map(|lock| lock.ticket).collect();
        for ticket in tickets {
            self.unlock(ticket);
        }
    }

    fn had(self: &Rc<Self>, ticket: u64) {
        let waited = self
            .locks
            .borrow()
            .iter()
            .any(|lock| lock.ticket == ticket && lock.waited);
        drop(self.change(|client| {
            client.locked(ticket, waited, clock::now());
            Ok(())
        }));
    }

    fn request(&self, lock: &Lock, options: &Object) -> Result<(), JsValue> {
        let locks = get(&get(&js_sys::global(), "navigator"), "locks");
        let request: Function = get(&locks, "request").unchecked_into();
        let callback = self.listener().bind1(&JsValue::UNDEFINED, &(lock.ticket as f64).into());
        let asked = request.call3(&locks, &lock.name.as_str().into(), options, &callback)?;
        // It rejects when the wait is ended, and nobody wants it any more; or where the browser refuses locks, to a sandboxed frame: then
        // it goes without.
        drop(call(&asked, "catch", &callback, &JsValue::UNDEFINED));
        Ok(())
    }
}
