//! Waiting until the browser has nothing better to do (W3C, "requestIdleCallback()").

use js_sys::Object;

use super::object::{call, set};
use super::promise::{awaited, deferred};

/// Waits until the page is idle, a second at most: some never are. Safari before 26.2 has no such thing: there it is idle at once.
pub(super) async fn idle() {
    let (ended, end) = deferred();
    let options = Object::new();
    set(&options, "timeout", &1_000.into());
    if call(&js_sys::global(), "requestIdleCallback", &end, &options).is_ok() {
        drop(awaited(&ended).await);
    }
}
