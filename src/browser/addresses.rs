//! Addresses that the browser has parsed before. To have one parsed takes as long as all else that is done before a request leaves.

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::object::{get, own};
use crate::request::Address;

/// As many as an application uses again and again.
const KEPT: usize = 16;

/// An address, as text and as the browser has it.
#[derive(Clone)]
pub(super) struct Parsed {
    pub(super) address: Rc<Address>,
    pub(super) url: JsValue,
}

/// What texts were parsed to, while the document's base was the same.
pub(super) struct Addresses {
    /// Undefined in a worker, whose base never changes.
    document: JsValue,
    base: RefCell<JsValue>,
    known: RefCell<Vec<(JsValue, Parsed)>>,
}

impl Addresses {
    pub(super) fn new() -> Self {
        Self {
            document: get(&js_sys::global(), "document"),
            base: RefCell::default(),
            known: RefCell::default(),
        }
    }

    /// What this text was parsed to.
    pub(super) fn find(&self, text: &JsValue) -> Option<Parsed> {
        if !self.document.is_undefined() {
            // A script may have set another, or have gone on in the history.
            let base = own(&self.document, "baseURI");
            if *self.base.borrow() != base {
                self.known.take();
                self.base.replace(base);
            }
        }
        let known = self.known.borrow();
        let found = known.iter().find(|(other, _)| other == text);
        found.map(|(_, parsed)| parsed.clone())
    }

    /// Keeps what it was parsed to just now.
    pub(super) fn keep(&self, text: &JsValue, parsed: &Parsed) {
        let mut known = self.known.borrow_mut();
        if known.len() == KEPT {
            known.remove(0);
        }
        known.push((text.clone(), parsed.clone()));
    }
}
