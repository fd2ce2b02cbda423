use std::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
#[cfg(feature = "js")]
use wasm_bindgen_futures::future_to_promise;
use wasm_bindgen_futures::spawn_local;

/// Runs a future on its own. All futures go through one boxed type: each type of its own would cost the wasm build a kilobyte.
pub(super) fn spawn(future: impl Future<Output = ()> + 'static) {
    let boxed: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    spawn_local(boxed);
}

/// Runs a future as a promise.
#[cfg(feature = "js")]
pub(crate) fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    let boxed: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(future);
    future_to_promise(boxed)
}

/// A promise, and the function that fulfils it. The one closure for all: each costs the wasm build a kilobyte.
pub(super) fn deferred() -> (Promise, Function) {
    let mut fulfil: Function = JsValue::UNDEFINED.unchecked_into();
    let promise = Promise::new(&mut |resolve, _| fulfil = resolve);
    (promise, fulfil)
}
