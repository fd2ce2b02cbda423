use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;

use super::object::{call, get, pair};
use super::promise::{awaited, deferred};
use super::{Failure, clock};
use crate::error::Error;

/// Those who wait for something that ends alike for all of them.
#[derive(Default)]
pub(super) struct Waiters(RefCell<Vec<(Function, Outcome)>>);

/// One who waits.
pub(super) struct Waiter {
    woken: Promise,
    outcome: Outcome,
}

type Outcome = Rc<RefCell<Result<(), Error>>>;

impl Waiters {
    /// Somebody more, woken by the next [`wake`](Self::wake).
    pub(super) fn add(&self) -> Waiter {
        let outcome = Outcome::new(RefCell::new(Ok(())));
        let (woken, wake) = deferred();
        self.0.borrow_mut().push((wake, outcome.clone()));
        Waiter { woken, outcome }
    }

    /// Wakes all that wait.
    pub(super) fn wake(&self, result: &Result<(), Error>) {
        for (resolve, outcome) in self.0.take() {
            *outcome.borrow_mut() = result.clone();
            drop(resolve.call0(&JsValue::UNDEFINED));
        }
    }
}

impl Waiter {
    /// One who waits for nothing but time.
    pub(super) fn timed(milliseconds: u64) -> Self {
        Self::of(clock::after(milliseconds))
    }

    /// One who waits for a promise.
    pub(super) fn of(woken: Promise) -> Self {
        let outcome = Outcome::new(RefCell::new(Ok(())));
        Self { woken, outcome }
    }

    /// Waits until it is woken, or until the caller's signal ends this wait; what is waited for goes on for the others. Gives what the
    /// promise is fulfilled with.
    pub(super) async fn until(self, signal: Option<&JsValue>) -> Result<JsValue, Failure> {
        let (mut woken, mut listener) = (self.woken, None);
        if let Some(signal) = signal {
            let (aborted, abort) = deferred();
            drop(call(signal, "addEventListener", &"abort".into(), &abort));
            if is_aborted(signal) {
                drop(abort.call0(&JsValue::UNDEFINED));
            }
            listener = Some((signal, abort));
            woken = Promise::race(&pair(&woken, &aborted));
        }
        let value = awaited(&woken).await;
        // A signal may live as long as the page, and be waited with many times.
        if let Some((signal, abort)) = listener {
            drop(call(signal, "removeEventListener", &"abort".into(), &abort));
        }
        if let Some(reason) = signal.and_then(reason) {
            return Err(Failure::Browser(reason));
        }
        self.outcome.replace(Ok(()))?;
        Ok(value?)
    }
}

pub(super) fn is_aborted(signal: &JsValue) -> bool {
    get(signal, "aborted").is_truthy()
}

fn reason(signal: &JsValue) -> Option<JsValue> {
    is_aborted(signal).then(|| get(signal, "reason"))
}
