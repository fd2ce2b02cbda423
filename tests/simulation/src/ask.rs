//! How a page is asked for something, and what it has learnt by then.

use crate::ops::Ops;
use crate::page::Page;
use crate::run::{Run, Tab};
use crate::slices::SLICES;

impl Run {
    /// Asks something of a page, after telling it what time it is; and notes what it has taken in meanwhile.
    pub(crate) fn ask<R>(&mut self, at: usize, ask: impl FnOnce(&mut Page) -> R) -> R {
        let answer = self.tell(at, ask);
        self.take_in(at);
        answer
    }

    /// Asks for a change. What was read before is taken in only if the page looks at the storage for it: otherwise the change alone may
    /// be why what was read says nothing new.
    pub(crate) fn ask_change<R>(&mut self, at: usize, ask: impl FnOnce(&mut Page) -> R) -> R {
        let id = self.tabs[at].id;
        self.world().pages[id].has_looked = false;
        let answer = self.tell(at, ask);
        if self.world().pages[id].has_looked {
            self.take_in(at);
        }
        answer
    }

    fn tell<R>(&mut self, at: usize, ask: impl FnOnce(&mut Page) -> R) -> R {
        let now = self.now();
        let id = self.tabs[at].id;
        self.world().pages[id].was_refused_a_claim = false;
        let page = &mut self.tabs[at].page;
        page.tick(now);
        let answer = ask(page);
        page.hear();
        answer
    }

    /// Notes what a page has joined of what it has read: it may read for a while first.
    pub(crate) fn take_in(&mut self, at: usize) {
        let Tab { id, page, .. } = &self.tabs[at];
        let mut world = self.world();
        let mut read = std::mem::take(&mut world.pages[*id].read);
        for entry in &read {
            if page.is_warned_by(&entry.key) {
                world.warn(*id, entry);
            }
        }
        read.retain(|entry| {
            let Some(document) = &entry.document else { return false };
            let outdated = world.pages[*id].outdated;
            let has_joined = (0..SLICES.len())
                .all(|slice| outdated[slice] || !world.is_newer(*id, entry, slice) && page.has_joined(document, slice));
            if has_joined {
                world.take_in(*id, entry, page.horizon());
            }
            !has_joined
        });
        world.pages[*id].read = read;
        for (slice, spec) in SLICES.iter().enumerate() {
            for (key, name) in spec.keys.iter().enumerate() {
                if let Some((horizon, is_left)) = page.retired(slice, name) {
                    world.note_retired(*id, slice, key, horizon, is_left);
                }
            }
        }
    }

    pub(crate) fn seen(&self, at: usize) -> Ops {
        self.world().visible(self.tabs[at].id)
    }
}
