//! The one file that reads the browser's clocks.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

use super::object::call;
use super::promise::{awaited, deferred};
use crate::core::text::integer;
use crate::time::Now;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds (W3C, "High Resolution Time"). By a binding of its own, since every change asks for it.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic() -> f64;
}

/// The present moment, by both clocks.
#[expect(clippy::disallowed_methods, reason = "here is where the clocks are read")]
pub(super) fn now() -> Now {
    Now {
        wall: js_sys::Date::now() as u64,
        monotonic: monotonic() as u64,
    }
}

/// Waits.
pub(super) async fn sleep(milliseconds: u64) {
    drop(awaited(&after(milliseconds)).await);
}

/// A promise that is fulfilled after that time.
pub(super) fn after(milliseconds: u64) -> Promise {
    let (ended, end) = deferred();
    let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
    // Without a timer there is nothing to wait for: the promise then never ends, and holds nothing.
    drop(call(&js_sys::global(), "setTimeout", &end, &milliseconds.into()));
    ended
}

/// How long a server asks to wait (RFC 9110 §10.2.3), in milliseconds: it says seconds or a date.
pub(super) fn until(retry_after: &str) -> Option<u64> {
    if let Some(seconds) = integer(retry_after, 10) {
        return Some(seconds.saturating_mul(1_000));
    }
    // Other things are dates to browsers, too: "-1" is one of the year 2001.
    if !retry_after.ends_with("GMT") {
        return None;
    }
    let date = js_sys::Date::parse(retry_after);
    date.is_finite().then(|| (date as u64).saturating_sub(now().wall))
}
