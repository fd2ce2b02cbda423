use std::rc::Rc;

use super::driver::{Driver, with};
use super::{clock, idle, seed, task};
use crate::journal::Pace;

/// Writes and removals of many tabs settle in this time, so that one of them compacts what all have written.
const COMPACT_AFTER: u64 = 2_000;
/// Chromium drops what it has accepted near the quota within a few seconds.
const CONFIRM_AFTER: u64 = 10_000;
/// Timers for longer than 24 days go off at once.
const LONGEST_WAIT: u64 = 24 * 60 * 60 * 1_000;
/// How long after a failure to store it is tried again, should nothing else be written meanwhile.
const STORE_AGAIN_AFTER: u64 = 5_000;

/// What the driver does later: try again, compact, look for what has expired.
impl Driver {
    pub(super) fn store_again_later(self: &Rc<Self>) {
        self.later(STORE_AGAIN_AFTER, |driver, _| {
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

    /// Compacts what is worth it; at once if the storage is full, since that makes room, or if much has piled up.
    pub(super) fn compact_later(self: &Rc<Self>, at_once: bool) {
        if self.compacting.replace(true) {
            self.compact_again.set(true);
            return;
        }
        let driver = Rc::downgrade(self);
        // Tabs that have heard the same shouldn't start at the same moment.
        let mut wait = if at_once {
            0
        } else {
            COMPACT_AFTER + seed::seed() % COMPACT_AFTER
        };
        task::spawn(async move {
            loop {
                // Even no time is a second to the timers of a tab that nobody looks at.
                if wait > 0 {
                    clock::sleep(wait).await;
                }
                idle::idle().await;
                let Some(driver) = driver.upgrade().filter(|driver| !driver.closed.get()) else {
                    return;
                };
                if wait > 0 {
                    // All that is stored has its turn yet.
                    driver.compact_again.set(false);
                }
                let pace = driver.change(|client| Ok(client.store.compact())).ok().flatten();
                wait = match pace {
                    Some(Pace::Soon) => 0,
                    Some(Pace::Later) => CONFIRM_AFTER,
                    None if driver.compact_again.take() => COMPACT_AFTER,
                    None => return driver.compacting.set(false),
                };
            }
        });
    }

    /// Looks again when the next entry expires.
    pub(super) fn expire_later(self: &Rc<Self>) {
        let Some(left) = self.read(|client| client.store.next_expiry()) else {
            return;
        };
        let wait = left.min(LONGEST_WAIT);
        if self.now() + wait < self.expires.get() {
            self.expires.set(self.now() + wait);
            self.later(wait, |driver, _| {
                driver.expires.set(u64::MAX);
                // A change of nothing, but at another time.
                drop(driver.change(|_| Ok(())));
            });
        }
    }

    /// Wall time in milliseconds since 1970.
    pub(super) fn now(&self) -> u64 {
        clock::now().wall
    }

    /// Does something after that time, and tells it how many wake-ups had been asked for until now.
    pub(super) fn later(self: &Rc<Self>, milliseconds: u64, then: fn(&Rc<Self>, u64)) {
        let (driver, wakes) = (Rc::downgrade(self), self.wakes.get());
        task::spawn(async move {
            clock::sleep(milliseconds).await;
            with(&driver, |driver| then(driver, wakes));
        });
    }
}
