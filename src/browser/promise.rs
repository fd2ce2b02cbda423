//! Promises (ECMAScript §27.2): waiting for them, and making them. It takes less wasm than the futures of js-sys, and no task where none is
//! needed.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};

#[cfg(feature = "js")]
use super::task::spawn;

/// What a promise has settled with, once it has.
pub(crate) type Settled = Rc<Cell<Option<Result<JsValue, JsValue>>>>;

/// A future of what a promise is to be fulfilled with, or to reject with. Boxed before it is wrapped: a wrapper for each type would cost
/// a kilobyte of wasm each.
#[cfg(feature = "js")]
pub(crate) type Settling = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

/// Waits for a promise.
pub(super) fn awaited(promise: &Promise) -> Awaited {
    let awaited = Awaited::default();
    let waker = awaited.waker.clone();
    let wake = move || {
        if let Some(waker) = waker.take() {
            waker.wake();
        }
        JsValue::UNDEFINED
    };
    let _ = when(promise, &awaited.settled, Box::new(wake));
    awaited
}

/// A future of what a promise settles with.
#[derive(Default)]
pub(super) struct Awaited {
    settled: Settled,
    waker: Rc<Cell<Option<Waker>>>,
}

impl Future for Awaited {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.settled.take() {
            Some(settled) => Poll::Ready(settled),
            None => {
                self.waker.set(Some(context.waker().clone()));
                Poll::Pending
            }
        }
    }
}

/// Runs a future when a promise has settled and `settled` says with what. If the future waited for the promise itself it would be a task,
/// with a turn of the browser's before and after.
#[cfg(feature = "js")]
pub(crate) fn then(promise: &Promise, settled: &Settled, mut future: Settling) -> Promise {
    let run = move || match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => fulfilment(result),
        Poll::Pending => promised(future).into(),
    };
    when(promise, settled, Box::new(run))
}

/// Runs a future as a promise.
#[cfg(feature = "js")]
pub(crate) fn promised(future: Settling) -> Promise {
    let (promise, fulfil) = deferred();
    spawn(async move {
        drop(fulfil.call1(&JsValue::UNDEFINED, &fulfilment(future.await)));
    });
    promise
}

/// A promise, and the function that fulfils it. The one closure for all: each costs the wasm build a kilobyte.
pub(super) fn deferred() -> (Promise, Function) {
    let mut fulfil: Function = JsValue::UNDEFINED.unchecked_into();
    let promise = Promise::new(&mut |resolve, _| fulfil = resolve);
    (promise, fulfil)
}

/// What a promise is fulfilled with to end so.
#[cfg(feature = "js")]
fn fulfilment(result: Result<JsValue, JsValue>) -> JsValue {
    result.unwrap_or_else(|error| Promise::reject(&error).into())
}

/// Calls `next` when a promise has settled; the promise that this gives is fulfilled with what that gives.
fn when(promise: &Promise, settled: &Settled, next: Box<dyn FnOnce() -> JsValue>) -> Promise {
    let shared = Rc::new(Cell::new(None));
    let on = |fulfilled: bool| {
        let (shared, settled) = (shared.clone(), settled.clone());
        // Of the type that others have, too: each costs the wasm build its own glue.
        Closure::<dyn Fn(JsValue, JsValue) -> JsValue>::new(move |value, _| {
            // Whichever is called drops both.
            let Some((next, _both)) = shared.take() else {
                return JsValue::UNDEFINED;
            };
            settled.set(Some(if fulfilled { Ok(value) } else { Err(value) }));
            let next: Box<dyn FnOnce() -> JsValue> = next;
            next()
        })
    };
    let both = [on(true), on(false)];
    let promise: &Thenable = promise.unchecked_ref();
    let next_promise = promise.then(both[0].as_js_value(), both[1].as_js_value());
    shared.set(Some((next, both)));
    next_promise
}

#[wasm_bindgen]
extern "C" {
    /// js-sys asks for functions that give nothing.
    type Thenable;

    #[wasm_bindgen(method)]
    fn then(this: &Thenable, fulfilled: &JsValue, rejected: &JsValue) -> Promise;
}
