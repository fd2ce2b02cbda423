//! `BroadcastChannel` (HTML): what tabs say to each other.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::JsValue;

use super::object::{call, construct};
use crate::core::text::concat;

/// The line to the other tabs. What is said before it is open, or where there is none, nobody hears.
pub(super) struct Channel {
    name: String,
    open: RefCell<JsValue>,
}

impl Channel {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: concat(&[name, "/session"]),
            open: RefCell::new(JsValue::UNDEFINED),
        }
    }

    /// Begins to listen, unless it does.
    pub(super) fn open(&self, listener: &Function) {
        if self.open.borrow().is_undefined() {
            let channel = construct("BroadcastChannel", &self.name.as_str().into());
            drop(call(&channel, "addEventListener", &"message".into(), listener));
            self.open.replace(channel);
        }
    }

    pub(super) fn post(&self, text: &str) {
        drop(call(
            &self.open.borrow(),
            "postMessage",
            &text.into(),
            &JsValue::UNDEFINED,
        ));
    }

    /// A page that may lie in the back/forward cache must not be called: some browsers throw it away then.
    pub(super) fn close(&self) {
        let channel = self.open.replace(JsValue::UNDEFINED);
        drop(call(&channel, "close", &JsValue::UNDEFINED, &JsValue::UNDEFINED));
    }
}
