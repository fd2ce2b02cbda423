use std::rc::Rc;

use super::driver::{Driver, with};
use super::{clock, task};

/// Timers for longer than 24 days go off at once.
const LONGEST_WAIT: u64 = 24 * 60 * 60 * 1_000;
/// How long after a failure to store it is tried again, should nothing else be written meanwhile.
const STORE_AGAIN_AFTER: u64 = 5_000;

/// What the driver does later: try again, look for what has expired.
impl Driver {
    pub(super) fn store_again_later(self: &Rc<Self>) {
        self.later(STORE_AGAIN_AFTER, 0, |driver, _| {
            if driver.full.get() {
                driver.with_store(|_| ());
                if driver.client.borrow_mut().flush().is_ok() {
                    driver.full.set(false);
                } else {
                    driver.store_again_later();
                }
            }
        });
    }

    /// Looks again when the next entry expires.
    pub(super) fn expire_later(self: &Rc<Self>) {
        let Some(left) = self.read(|client| client.store.next_expiry()) else {
            return;
        };
        let wait = left.min(LONGEST_WAIT);
        // Timers go by the monotonic clock, and the other may be set meanwhile.
        let at = clock::now().monotonic + wait;
        if at < self.expires.get() {
            self.expires.set(at);
            self.later(wait, at, |driver, at| {
                // Else another comes before.
                if at == driver.expires.get() {
                    driver.expires.set(u64::MAX);
                    // A change of nothing, but at another time.
                    drop(driver.change(|_| Ok(())));
                }
            });
        }
    }

    /// Does something after that time, and tells it which one this is: a later one may take its place.
    pub(super) fn later(self: &Rc<Self>, milliseconds: u64, which: u64, then: fn(&Rc<Self>, u64)) {
        let driver = Rc::downgrade(self);
        task::spawn(async move {
            clock::sleep(milliseconds).await;
            with(&driver, |driver| then(driver, which));
        });
    }
}
