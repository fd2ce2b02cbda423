use std::rc::Rc;

use js_sys::{Array, Object, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::browser::{Event, Failure, Watcher, set, set_text};
use crate::error::Error;
use crate::store::Unchecked;

#[wasm_bindgen]
extern "C" {
    /// Whoever opens a client, as JavaScript: makes its errors, and hears of its changes and events.
    #[derive(Clone)]
    pub type Host;

    #[wasm_bindgen(method)]
    fn error(this: &Host, code: &str, message: &str) -> JsValue;

    // A listener that throws has been reported by the facade: it must not stop the client.
    #[wasm_bindgen(method, catch)]
    fn changed(this: &Host, slice: usize, keys: &Array, moved: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Host, slice: usize, key: &str, json: &str, version: u32) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn source(this: &Host, reason: &str, signal: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn select(this: &Host, function: usize, slice: usize) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn accepts(this: &Host, function: usize, response: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method)]
    fn hears(this: &Host, name: &str) -> bool;

    #[wasm_bindgen(method, catch)]
    fn event(this: &Host, name: &str, detail: &JsValue) -> Result<(), JsValue>;
}

impl Host {
    /// What is thrown for an error.
    pub(super) fn refuse(&self, error: &Error) -> JsValue {
        self.error(error.code.as_str(), &error.message)
    }

    /// What a promise is rejected with.
    pub(super) fn reject(&self, failure: Failure) -> JsValue {
        match failure {
            Failure::Own(error) => self.refuse(&error),
            Failure::Browser(value) => value,
        }
    }
}

impl Watcher for Host {
    fn changed(&self, slice: usize, keys: &[Rc<str>], moved: bool) {
        drop(Self::changed(self, slice, &array(keys), moved));
    }

    fn read(&self, unchecked: &Unchecked) -> Option<String> {
        let Unchecked {
            slice,
            key,
            json,
            version,
        } = unchecked;
        Self::read(self, *slice, key, json, *version).unwrap_or_default()
    }

    fn source(&self, reason: &str, signal: &JsValue) -> JsValue {
        // The facade makes a rejection of whatever the library throws.
        Self::source(self, reason, signal).unwrap_or_default()
    }

    fn select(&self, function: usize, slice: usize) -> Result<Option<String>, JsValue> {
        Self::select(self, function, slice)
    }

    fn accepts(&self, function: usize, response: &JsValue) -> Promise {
        Self::accepts(self, function, response).unwrap_or_else(|error| Promise::reject(&error))
    }

    fn hears_requests(&self) -> bool {
        self.hears("request")
    }

    fn event(&self, event: Event) {
        let detail = Object::new();
        let name = match &event {
            Event::Request(request) => {
                set_text(&detail, "method", &request.method);
                set_text(&detail, "url", &request.url);
                let slices = serde_wasm_bindgen::to_value(&request.slices).unwrap_or_default();
                set(&detail, "slices", &slices);
                set(&detail, "bytes", &request.bytes.into());
                set(&detail, "token", &request.token.into());
                set(&detail, "status", &request.status.into());
                set(&detail, "replayed", &request.replayed.into());
                set(&detail, "milliseconds", &request.milliseconds.into());
                "request"
            }
            Event::Refresh { outcome, milliseconds } => {
                set_text(&detail, "outcome", outcome.as_str());
                set(&detail, "milliseconds", &(*milliseconds as u32).into());
                "refresh"
            }
            Event::Session(status) => {
                set_text(&detail, "status", status.as_str());
                "session"
            }
            Event::SessionChanged => "session-changed",
            Event::StorageFull => "storage-full",
            Event::Corrupt(key) => {
                set_text(&detail, "key", key);
                "corrupt"
            }
            Event::NewerVersion(key) => {
                set_text(&detail, "key", key);
                "newer-version"
            }
        };
        drop(Self::event(self, name, &detail));
    }
}

/// An array of keys.
pub(super) fn array(keys: &[Rc<str>]) -> Array {
    let array = Array::new();
    for key in keys {
        array.push(&JsValue::from_str(key));
    }
    array
}
