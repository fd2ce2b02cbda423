use js_sys::{Function, Promise, global};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::replace::{Replaced, replace};
use super::{get, object};

/// Waits for real.
pub(crate) async fn sleep(milliseconds: i32) {
    let window = web_sys::window().unwrap();
    let promise = Promise::new(&mut |resolve, _| {
        window
            .set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, milliseconds)
            .unwrap();
    });
    JsFuture::from(promise).await.unwrap();
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        sleep(5).await;
    }
    panic!("waited in vain");
}

/// Lets the wall clock say that so much more time has passed, until this is dropped.
pub(crate) fn pass(milliseconds: u32) -> Replaced {
    skip(&get(&global(), "Date"), milliseconds)
}

/// The same for the monotonic clock alone.
pub(crate) fn pass_monotonic(milliseconds: u32) -> Replaced {
    skip(&get(&global(), "performance"), milliseconds)
}

/// Timers that fire a hundred times sooner, by a monotonic clock that says so, and idle time that is waited for a hundredth as long, until
/// this is dropped.
pub(crate) struct FastTimers(#[expect(dead_code, reason = "held until it is dropped")] [Replaced; 3]);

impl FastTimers {
    pub(crate) fn start() -> Self {
        let performance = get(&global(), "performance");
        let faster = "const start = clock.now(), own = clock.now; return () => start + (own.call(clock) - start) * 100";
        let faster = call(&Function::new_with_args("clock", faster), &performance);
        Self([
            replace(&performance, "now", &faster),
            instead("setTimeout", "return (then, after) => own(then, after / 100)"),
            instead(
                "requestIdleCallback",
                "return (then, within) => own(then, { timeout: within.timeout / 100 })",
            ),
        ])
    }
}

/// Puts what `body` makes of the browser's function `own` in its place.
fn instead(name: &'static str, body: &str) -> Replaced {
    let own: Function = get(&global(), name).unchecked_into();
    replace(&global(), name, &call(&Function::new_with_args("own", body), &own))
}

fn skip(clock: &JsValue, milliseconds: u32) -> Replaced {
    let now: Function = get(clock, "now").unchecked_into();
    let later = Function::new_with_args("it", "return () => it.now.call(it.clock) + it.by");
    let it = object(&[
        ("now", now.into()),
        ("clock", clock.clone()),
        ("by", milliseconds.into()),
    ]);
    replace(clock, "now", &call(&later, &it))
}

fn call(function: &Function, argument: &JsValue) -> JsValue {
    function.call1(&JsValue::UNDEFINED, argument).unwrap()
}
