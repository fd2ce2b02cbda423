use std::rc::Rc;

use super::{Captured, Store};
use crate::state::Entry;
use crate::time::Now;

/// Entries that show for a while only (`ttl`).
impl Store {
    /// What time it is. Whatever follows is done, and shown, as of now.
    pub fn tick(&mut self, now: Now) {
        self.journals.iter_mut().for_each(|journal| journal.tick(now));
        let before = core::mem::replace(&mut self.now, now).wall;
        let now = now.wall;
        // A clock that was set back lets what had expired show again.
        if now >= self.next_expiry || now < before {
            self.next_expiry = u64::MAX;
            for slice in 0..self.slices.len() {
                let keys = self.expiring(slice, before);
                self.note(slice, keys);
            }
        }
    }

    /// In how many milliseconds the next entry expires, if any does.
    #[must_use]
    pub fn next_expiry(&self) -> Option<u64> {
        (self.next_expiry < u64::MAX).then(|| self.next_expiry.saturating_sub(self.now.wall))
    }

    /// The keys that show now and didn't before, or the other way round.
    fn expiring(&mut self, slice: usize, before: u64) -> Vec<Rc<str>> {
        let Some(ttl) = self.slices.get(slice).and_then(|slice| slice.ttl) else {
            return Vec::new();
        };
        let (mut keys, mut next) = (Vec::new(), u64::MAX);
        if let Some(state) = self.state(slice) {
            for (key, entry) in state.entries() {
                let end = entry.changed_at().saturating_add(ttl);
                if entry.is_present() && end > self.now.wall {
                    next = next.min(end);
                }
                if entry.is_present() && (end > self.now.wall) != (end > before) {
                    keys.push(key.clone());
                }
            }
        }
        self.next_expiry = self.next_expiry.min(next);
        keys
    }

    /// Notes when what has changed will expire.
    pub(super) fn note_expiry(&mut self, changed: &[(usize, Vec<Rc<str>>)]) {
        for (slice, keys) in changed {
            let Some(ttl) = self.slices.get(*slice).and_then(|slice| slice.ttl) else {
                continue;
            };
            for key in keys {
                if let Some(entry) = self.get(*slice, key) {
                    self.next_expiry = self.next_expiry.min(entry.changed_at().saturating_add(ttl));
                }
            }
        }
    }

    pub(super) fn is_expired(&self, slice: usize, entry: &Entry) -> bool {
        let ttl = self.slices.get(slice).and_then(|slice| slice.ttl);
        ttl.is_some_and(|ttl| entry.changed_at().saturating_add(ttl) <= self.now.wall)
    }

    /// Removes what has expired by this page's clock and by what others have stored since: a clock that was set forward for a while must
    /// not destroy anything.
    pub(super) fn drop_expired(&mut self) {
        for slice in 0..self.slices.len() {
            let Some(definition) = self.slices.get(slice) else {
                continue;
            };
            let Some(ttl) = definition.ttl else { continue };
            let Some(journal) = self.journal(slice) else { continue };
            let newest = journal.newest().min(self.now.wall);
            let Some(state) = self.state(slice) else { continue };
            let mut gone = Vec::new();
            for (key, entry) in state.entries() {
                if entry.changed_at().saturating_add(ttl) <= newest {
                    gone.extend(state.capture(key));
                }
            }
            if !gone.is_empty() && self.writable(slice).is_ok() {
                self.consume(&Captured(vec![(slice, gone)]));
            }
        }
    }
}
