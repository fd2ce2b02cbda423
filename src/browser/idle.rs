//! Waiting until the browser has nothing better to do (W3C, "requestIdleCallback()").

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::object::call;
use super::task::deferred;

/// Waits until the page is idle. Safari before 26.2 has no such thing: there it is idle at once.
pub(super) async fn idle() {
    let (ended, end) = deferred();
    if call(&js_sys::global(), "requestIdleCallback", &end, &JsValue::UNDEFINED).is_ok() {
        drop(JsFuture::from(ended).await);
    }
}
