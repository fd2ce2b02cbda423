//! The one file that reads the browser's clocks.

use wasm_bindgen_futures::JsFuture;
use web_sys::{Performance, Window};

use super::task::deferred;
use crate::time::Now;

/// The present moment, by both clocks.
#[expect(clippy::disallowed_methods, reason = "here is where the clocks are read")]
pub(super) fn now() -> Now {
    let monotonic = web_sys::window()
        .as_ref()
        .and_then(Window::performance)
        .as_ref()
        .map_or(0.0, Performance::now);
    Now {
        wall: js_sys::Date::now() as u64,
        monotonic: monotonic as u64,
    }
}

/// Waits.
pub(super) async fn sleep(milliseconds: u64) {
    let (ended, end) = deferred();
    if let Some(window) = web_sys::window() {
        let milliseconds = i32::try_from(milliseconds).unwrap_or(i32::MAX);
        // Without a timer there is nothing to wait for: the promise then never ends, and holds nothing.
        drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(&end, milliseconds));
    }
    drop(JsFuture::from(ended).await);
}
