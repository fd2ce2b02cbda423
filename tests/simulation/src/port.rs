//! A page's way to the storage: every call is noted, and may be the page's last.

use std::cell::RefCell;
use std::rc::Rc;

use crate::faults::Fault;
use crate::ops::Ops;
use crate::origin::Entry;
use crate::owners;
use crate::stored::{Role, Stored, author, is_claim, is_guest, is_journal, role};
use crate::world::World;

/// A page's way to the storage.
pub(crate) struct Port {
    world: Rc<RefCell<World>>,
    page: usize,
}

impl Port {
    pub(crate) fn new(world: &Rc<RefCell<World>>, page: usize) -> Self {
        Self {
            world: world.clone(),
            page,
        }
    }

    pub(crate) fn read(&self, key: &str) -> Option<String> {
        let world = &mut *self.world.borrow_mut();
        let process = self.call(world)?;
        let entry = world.origin.processes[process].cache.get(key)?.clone();
        world.note(|| format!("page {} reads {key}", self.page));
        world.pages[self.page].read(&entry);
        Some(entry.text.clone())
    }

    /// `None` if it is refused. The dead aren't told anything.
    pub(crate) fn write(&self, key: &str, text: &str) -> Option<()> {
        let world = &mut *self.world.borrow_mut();
        let Some(process) = self.call(world) else {
            return Some(());
        };
        let role = role(key);
        let mut entry = Entry::new(key, text);
        if role != Role::Other {
            match Stored::read(key, text) {
                Some(document) => {
                    world.describe(&mut entry, &document, self.page);
                    entry.document = Some(document);
                }
                None => world.fail(
                    "readable",
                    format!("page {} wrote {key}, which can't be read", self.page),
                ),
            }
        }
        entry.contents |= owners::named(text);
        if !world.origin.has_room(process, key, text) {
            world.counts.add(Fault::Refusals);
            world.pages[self.page].was_refused_a_claim |= is_claim(key);
            world.unclaim(key);
            world.note(|| format!("refused {key} of page {}", self.page));
            return None;
        }
        if is_journal(key) {
            if !world.written.insert(key.into()) {
                world.fail("write once", format!("{key} was written twice"));
            }
            if let Some(replica) = author(key) {
                world.note_replica(self.page, replica);
            }
            world.count_write(role, entry.contents);
        }
        world.note(|| {
            let ops: Vec<String> = entry.contents.iter().map(|op| op.to_string()).collect();
            format!("page {} stored {key} with [{}]", self.page, ops.join(" "))
        });
        world.claim(key);
        let entry = Rc::new(entry);
        world.tell(&entry);
        world.origin.set(process, self.page, entry, world.time);
        Some(())
    }

    pub(crate) fn erase(&self, key: &str) {
        let world = &mut *self.world.borrow_mut();
        let Some(process) = self.call(world) else { return };
        if world.pages[self.page].was_refused_a_claim
            && is_guest(key)
            && let Some(entry) = world.origin.processes[process].cache.get(key)
        {
            world.excused |= entry.contents;
        }
        if world.origin.remove(process, self.page, key, world.time) {
            world.note(|| format!("page {} removed {key}", self.page));
        }
    }

    pub(crate) fn list(&self) -> Vec<String> {
        let world = &mut *self.world.borrow_mut();
        let Some(process) = self.call(world) else {
            return Vec::new();
        };
        world.pages[self.page].has_looked = true;
        if world.origin.is_stale(process) {
            world.counts.add(Fault::StaleReads);
        }
        let keys = world.origin.processes[process].cache.keys();
        let mut keys: Vec<String> = keys.map(|key| key.to_string()).collect();
        world.lists += 1;
        let start = world.lists % keys.len().max(1);
        keys.rotate_left(start);
        keys
    }

    /// The process, if the page is alive still.
    fn call(&self, world: &mut World) -> Option<usize> {
        let facts = &mut world.pages[self.page];
        if facts.calls_left == Some(0) {
            facts.dead = true;
        }
        facts.calls_left = facts.calls_left.map(|left| left.saturating_sub(1));
        if facts.dead {
            return None;
        }
        let process = facts.process;
        let origin = &mut world.origin;
        if origin.processes[process].meddle > 0 && origin.is_stale(process) && !origin.is_emptied_next(process) {
            origin.processes[process].meddle -= 1;
            // Its event is lost.
            drop(origin.deliver(process));
            world.counts.add(Fault::InterruptedReads);
        }
        Some(process)
    }
}

impl World {
    /// Notes what an entry tells.
    fn tell(&mut self, entry: &Rc<Entry>) {
        let told = entry.document.as_ref();
        if told.is_some_and(|document| document.role != Role::Snapshot) {
            self.records.push(entry.clone());
            self.told |= entry.contents;
        }
    }

    fn count_write(&mut self, role: Role, contents: Ops) {
        match role {
            Role::Snapshot => self.counts.add(Fault::Snapshots),
            Role::Merged => self.counts.add(Fault::Merges),
            Role::Record if !contents.is_empty() && (contents - self.acknowledged).is_empty() => {
                self.counts.add(Fault::WrittenAgain);
            }
            _ => {}
        }
    }
}
