use std::rc::{Rc, Weak};

use js_sys::Object;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{StorageEvent, Window};

use super::driver::{Driver, with};
use crate::store::Place;

/// What the page listens to: other tabs' writes, and its own return from the back/forward cache.
pub(super) struct Listening {
    stored: Closure<dyn Fn(StorageEvent)>,
    shown: Closure<dyn Fn(JsValue)>,
}

impl Listening {
    /// Starts to listen.
    pub(super) fn new(driver: &Weak<Driver>) -> Self {
        let (of_stored, of_shown) = (driver.clone(), driver.clone());
        let stored: Box<dyn Fn(StorageEvent)> =
            Box::new(move |event| with(&of_stored, |driver| driver.stored_elsewhere(&event)));
        let shown: Box<dyn Fn(JsValue)> = Box::new(move |_| with(&of_shown, Driver::shown));
        let this = Self {
            stored: Closure::wrap(stored),
            shown: Closure::wrap(shown),
        };
        for (window, (name, listener)) in web_sys::window()
            .iter()
            .flat_map(|window| this.all().map(|pair| (window, pair)))
        {
            drop(window.add_event_listener_with_callback(name, listener));
        }
        this
    }

    /// Stops.
    pub(super) fn stop(&self) {
        for (window, (name, listener)) in web_sys::window()
            .iter()
            .flat_map(|window| self.all().map(|pair| (window, pair)))
        {
            drop(window.remove_event_listener_with_callback(name, listener));
        }
    }

    fn all(&self) -> [(&'static str, &js_sys::Function); 2] {
        [
            ("storage", self.stored.as_ref().unchecked_ref()),
            ("pageshow", self.shown.as_ref().unchecked_ref()),
        ]
    }
}

impl Driver {
    fn stored_elsewhere(self: &Rc<Self>, event: &StorageEvent) {
        let is = |storage: fn(&Window) -> Result<Option<web_sys::Storage>, JsValue>| {
            let storage = web_sys::window().and_then(|window| storage(&window).ok().flatten());
            matches!((storage, event.storage_area()), (Some(a), Some(b)) if Object::is(&a, &b))
        };
        let place = if is(Window::local_storage) {
            Place::Local
        } else if is(Window::session_storage) {
            Place::Session
        } else {
            return;
        };
        let (key, value) = (event.key(), event.new_value());
        // A closed client takes nothing more.
        drop(self.change(|client| {
            client.store.stored_elsewhere(place, key.as_deref(), value.as_deref());
            if place == Place::Local {
                client.hint_stored_elsewhere(key.as_deref());
            }
            Ok(())
        }));
    }

    /// A page that comes back from the back/forward cache has heard nothing meanwhile: neither writes nor a sign-out.
    fn shown(self: &Rc<Self>) {
        drop(self.change(|client| {
            client.hint_stored_elsewhere(None);
            client.store.load();
            Ok(())
        }));
    }
}
