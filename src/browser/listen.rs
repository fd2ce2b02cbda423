use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::closure::Closure;
use web_sys::StorageEvent;

use super::driver::{Driver, with};
use super::object::{call, get, text};
use crate::store::Place;

/// What the page listens to: other tabs' writes, and its own return from the back/forward cache or a freeze.
pub(super) struct Listening(Closure<dyn Fn(StorageEvent)>);

/// A frozen page is resumed (W3C, "Page Lifecycle"): that one is told to the document, and doesn't bubble.
const EVENTS: [&str; 3] = ["storage", "pageshow", "resume"];

impl Listening {
    /// Starts to listen.
    pub(super) fn new(driver: &Rc<Driver>) -> Self {
        let driver = Rc::downgrade(driver);
        let heard: Box<dyn Fn(StorageEvent)> = Box::new(move |event| with(&driver, |driver| driver.heard(&event)));
        let this = Self(Closure::wrap(heard));
        this.each("addEventListener");
        this
    }

    /// Stops.
    pub(super) fn stop(&self) {
        self.each("removeEventListener");
    }

    fn each(&self, method: &str) {
        for name in EVENTS {
            let global = js_sys::global();
            let document = get(&global, "document");
            let target = if name == "resume" { &document } else { &*global };
            drop(call(target, method, &name.into(), self.0.as_ref()));
        }
    }
}

/// The closure goes with this: the browser must not call it afterwards, should nobody have closed the client.
impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Driver {
    /// One listener for both events: each of its own would cost the wasm build half a kilobyte.
    fn heard(self: &Rc<Self>, event: &StorageEvent) {
        let kind = text(event, "type");
        if kind == "resume" || kind == "pageshow" && get(event, "persisted").is_truthy() {
            self.shown();
        } else if let (true, Some(area)) = (kind == "storage", event.storage_area()) {
            self.stored_elsewhere(&area, event);
        }
    }

    fn stored_elsewhere(self: &Rc<Self>, area: &web_sys::Storage, event: &StorageEvent) {
        let local = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        let place = match local {
            Some(local) if Object::is(&local, area) => Place::Local,
            _ => Place::Session,
        };
        let key = get(event, "key").as_string();
        // What others store may be large, and would be copied.
        if self.read(|client| key.as_ref().is_some_and(|key| !client.store.concerns(key))) {
            return;
        }
        let value = get(event, "newValue").as_string();
        // A closed client takes nothing more.
        drop(self.change(|client| {
            client.store.stored_elsewhere(place, key.as_deref(), value.as_deref());
            if place == Place::Local {
                client.hint_stored_elsewhere(key.as_deref());
            }
            Ok(())
        }));
    }

    /// A page that comes back from the back/forward cache, or was frozen, has heard nothing meanwhile: neither writes nor a sign-out.
    fn shown(self: &Rc<Self>) {
        drop(self.change(|client| {
            client.look_for_hint();
            // Before anything is read: it may be another's.
            client.follow_session();
            Ok(())
        }));
        self.load_more();
    }

    /// What is stored may be much: it is read in tasks of a few milliseconds.
    fn load_more(self: &Rc<Self>) {
        if self.change(|client| Ok(client.store.load_some())).unwrap_or_default() {
            self.later(0, Self::load_more);
        }
    }
}
