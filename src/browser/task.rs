use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

/// Runs a future on its own. All futures go through one boxed type: each type of its own would cost the wasm build a kilobyte.
pub(super) fn spawn(future: impl Future<Output = ()> + 'static) {
    let boxed: Pin<Box<dyn Future<Output = ()>>> = Box::pin(future);
    spawn_local(boxed);
}
