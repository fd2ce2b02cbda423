//! The one file that reads the browser's clocks.

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::object::{call, get};
use super::task::deferred;
use crate::time::Now;

/// The present moment, by both clocks.
#[expect(clippy::disallowed_methods, reason = "here is where the clocks are read")]
pub(super) fn now() -> Now {
    let monotonic = call(
        &get(&js_sys::global(), "performance"),
        "now",
        &JsValue::UNDEFINED,
        &JsValue::UNDEFINED,
    );
    Now {
        wall: js_sys::Date::now() as u64,
        monotonic: monotonic.ok().and_then(|now| now.as_f64()).unwrap_or_default() as u64,
    }
}

/// Waits.
pub(super) async fn sleep(milliseconds: u64) {
    let (ended, end) = deferred();
    let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
    // Without a timer there is nothing to wait for: the promise then never ends, and holds nothing.
    drop(call(&js_sys::global(), "setTimeout", &end, &milliseconds.into()));
    drop(JsFuture::from(ended).await);
}
