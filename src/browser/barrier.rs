//! `AbortController` (DOM): what ends the requests of a session that is over.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::{JsCast, JsValue};

use super::object::{call, construct, get, pair};

/// Stands between the requests of one session and the next.
#[derive(Default)]
pub(super) struct Barrier(RefCell<Option<Controller>>);

struct Controller {
    controller: JsValue,
    signal: JsValue,
}

impl Barrier {
    /// Aborted when the present session is over.
    pub(super) fn signal(&self) -> JsValue {
        let mut present = self.0.borrow_mut();
        let Controller { signal, .. } = present.get_or_insert_with(|| {
            let controller = construct("AbortController", &JsValue::UNDEFINED);
            let signal = get(&controller, "signal");
            Controller { controller, signal }
        });
        signal.clone()
    }

    /// As [`signal`](Self::signal), or when the caller's is.
    pub(super) fn signal_with(&self, own: Option<&JsValue>) -> JsValue {
        let signal = self.signal();
        let Some(own) = own else { return signal };
        let constructor = get(&js_sys::global(), "AbortSignal");
        let both = pair(own, &signal);
        // Safari before 17.4 can't join them; then the caller's comes first, and what is answered too late is dropped.
        call(&constructor, "any", &both, &JsValue::UNDEFINED).unwrap_or_else(|_| own.clone())
    }

    /// Aborts what is under way.
    pub(super) fn fall(&self) {
        if let Some(Controller { controller, .. }) = self.0.take() {
            let abort: Function = get(&controller, "abort").unchecked_into();
            drop(abort.call0(&controller));
        }
    }
}
