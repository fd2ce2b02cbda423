use std::rc::Rc;

use super::driver::Driver;
use super::{clock, idle, task};

impl Driver {
    /// Compacts what is worth it, in idle time: see [`Store::compact_later`](crate::store::Store::compact_later).
    pub(super) fn compact_later(self: &Rc<Self>, at_once: bool) {
        let begun = self.client.borrow_mut().store.compact_later(at_once);
        let Some((round, mut wait)) = begun else { return };
        let driver = Rc::downgrade(self);
        task::spawn(async move {
            loop {
                // Even no time is a second to the timers of a tab that nobody looks at.
                if wait > 0 {
                    clock::sleep(wait).await;
                }
                idle::idle().await;
                let Some(driver) = driver.upgrade() else { return };
                let full = driver.full.get();
                match driver.change(|client| Ok(client.store.compact_in(round, full))) {
                    Ok(Some(next)) => wait = next,
                    _ => return,
                }
            }
        });
    }
}
