use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use super::clock;
use super::driver::Driver;
use super::object::{get, text};
use crate::client::Client;
use crate::store::Place;

/// What the page listens to: other tabs' writes, and its own going and coming back. One function for all, and for what locks and other
/// tabs say: each of its own would cost the wasm build half a kilobyte.
pub(super) struct Listening(Closure<dyn Fn(JsValue, JsValue) -> JsValue>);

/// A frozen page is resumed (W3C, "Page Lifecycle"): that one is told to the document, and doesn't bubble. So is what is seen of it.
const EVENTS: [&str; 6] = [
    "storage",
    "pageshow",
    "pagehide",
    "online",
    "resume",
    "visibilitychange",
];

impl Listening {
    /// Starts to listen.
    pub(super) fn new(driver: &Rc<Driver>) -> Self {
        let driver = Rc::downgrade(driver);
        let heard: Box<dyn Fn(JsValue, JsValue) -> JsValue> = Box::new(move |first, second| {
            let driver = driver.upgrade().filter(|driver| !driver.closed.get());
            driver.map_or(JsValue::UNDEFINED, |driver| driver.heard(&first, &second))
        });
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
            let target = match name {
                "resume" | "visibilitychange" => &document,
                _ => &*global,
            };
            let change: Function = get(target, method).unchecked_into();
            // Before all others, who mustn't find what another user has left. Chromium calls those of a window in their order, but
            // resumes the document before it shows the page.
            drop(change.call3(target, &name.into(), self.function(), &JsValue::TRUE));
        }
    }

    pub(super) fn function(&self) -> &Function {
        self.0.as_ref().unchecked_ref()
    }
}

/// The closure goes with this: the browser must not call it afterwards, should nobody have closed the client.
impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Driver {
    fn heard(self: &Rc<Self>, first: &JsValue, second: &JsValue) -> JsValue {
        // While this page stores something: a script has made an event of its own write.
        if self.client.try_borrow_mut().is_err() {
            return JsValue::UNDEFINED;
        }
        if let Some(ticket) = first.as_f64() {
            return self.lock_answered(ticket as u64, second);
        }
        let event = first;
        match &*text(event, "type") {
            "storage" => self.stored_elsewhere(event),
            "message" => self.told(&text(event, "data")),
            "pagehide" => {
                self.flush_at_last();
                self.session_of(|client| client.session.hidden());
                self.channel.close();
            }
            "resume" => self.shown(),
            "pageshow" if get(event, "persisted").is_truthy() => self.shown(),
            "online" => self.back(),
            "visibilitychange" if text(&get(&js_sys::global(), "document"), "visibilityState") == "visible" => {
                self.back();
            }
            _ => {}
        }
        JsValue::UNDEFINED
    }

    fn told(self: &Rc<Self>, message: &str) {
        self.session_of(|client| {
            // Of another session, perhaps, that this page hasn't heard of.
            client.look_for_hint(clock::now());
            client.session.heard(message, clock::now());
        });
    }

    /// The page can be seen again, or the network can.
    fn back(self: &Rc<Self>) {
        self.session_of(|client| {
            client.look_for_hint(clock::now());
            client.session.woken(clock::now());
        });
    }

    /// Tells the session something. A closed client takes nothing more.
    fn session_of(self: &Rc<Self>, tell: impl FnOnce(&mut Client)) {
        drop(self.change(|client| {
            tell(client);
            Ok(())
        }));
    }

    fn stored_elsewhere(self: &Rc<Self>, event: &JsValue) {
        let area = get(event, "storageArea");
        // An event that a script has made.
        if !area.is_object() {
            return;
        }
        let place = match area == get(&js_sys::global(), "localStorage") {
            true => Place::Local,
            false => Place::Session,
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
                client.hint_stored_elsewhere(key.as_deref(), clock::now());
            }
            Ok(())
        }));
    }

    /// A page that comes back from the back/forward cache, or was frozen, has heard nothing meanwhile: neither writes nor a sign-out.
    fn shown(self: &Rc<Self>) {
        self.open_channel();
        self.session_of(|client| {
            client.look_for_hint(clock::now());
            // Before anything is read: it may be another's.
            client.follow_session();
            client.session.woken(clock::now());
        });
        self.load_more();
    }

    /// What is stored may be much: it is read in tasks of a few milliseconds.
    fn load_more(self: &Rc<Self>) {
        if self.change(|client| Ok(client.store.load_some())).unwrap_or_default() {
            self.later(0, 0, |driver, _| driver.load_more());
        }
    }
}
