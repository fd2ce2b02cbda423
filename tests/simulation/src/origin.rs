//! A model of `localStorage`: one main copy, and in each process a copy that lags behind.
//!
//! What a page writes is in the copy of its process at once, and reaches the main copy later, in order. There it may be refused after
//! all, as Chromium does near the quota: then it vanishes from the process' copy some seconds later. What other processes have written
//! reaches a process even later, with a storage event for its pages.

use std::cell::Cell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::ops::Ops;
use crate::slices::SLICES;
use crate::stored::Stored;

/// A version for each slice.
pub(crate) type Versions = [u8; SLICES.len()];

/// How long a write is on its way to the main copy at most, and how long the news that it was refused, in milliseconds.
const LATENCY: u64 = 4_000;

/// A stored entry.
pub(crate) struct Entry {
    pub(crate) key: Rc<str>,
    pub(crate) text: String,
    /// The operations that it contains.
    pub(crate) contents: Ops,
    /// The newest version of each slice that has written what it shows.
    pub(crate) versions: Versions,
    /// What it says, if it is one of the journal's.
    pub(crate) document: Option<Stored>,
    /// Operations that it says are long known, and that it doesn't contain: none, unless they were lost.
    pub(crate) silenced: Ops,
    /// When it reached the main copy, counted in writes; `u64::MAX` before.
    arrived: Cell<u64>,
}

/// Something that was done to the storage.
#[derive(Clone)]
pub(crate) enum Write {
    Set(Rc<Entry>),
    Remove(Rc<str>),
    /// With the number of writes so far.
    Clear(u64),
}

/// A write on its way.
struct Sent {
    at: u64,
    write: Write,
    /// The page that did it: it hears nothing of it.
    page: usize,
}

/// A write that other pages are to hear of.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) write: Write,
    pub(crate) page: usize,
    /// Whether another process did it, so that the copy here lacks it.
    foreign: bool,
}

/// A process' copy of the storage.
#[derive(Default)]
pub(crate) struct Process {
    pub(crate) cache: BTreeMap<Rc<str>, Rc<Entry>>,
    bytes: usize,
    outbox: VecDeque<Sent>,
    inbox: VecDeque<Notice>,
    /// What was refused in the main copy, and when.
    dropped: VecDeque<(u64, Rc<Entry>)>,
    /// So many writes are refused at once.
    pub(crate) refuse: u32,
    /// So many writes of others arrive between the calls of this process.
    pub(crate) meddle: u32,
}

/// The storage of one origin.
#[derive(Default)]
pub(crate) struct Origin {
    pub(crate) main: BTreeMap<Rc<str>, Rc<Entry>>,
    pub(crate) bytes: usize,
    pub(crate) processes: Vec<Process>,
    pub(crate) quota: Option<usize>,
    /// So many writes are refused after they were accepted.
    pub(crate) drop: u32,
    writes: u64,
}

/// What became of a write in the main copy.
pub(crate) enum Pumped {
    Nothing,
    Stored(Rc<Entry>),
    Dropped(Rc<Entry>),
    Removed(Rc<Entry>),
    Cleared,
}

impl Entry {
    pub(crate) fn new(key: &str, text: &str) -> Self {
        Self {
            key: key.into(),
            text: text.into(),
            contents: Ops::default(),
            versions: [0; SLICES.len()],
            silenced: Ops::default(),
            document: None,
            arrived: Cell::new(u64::MAX),
        }
    }

    fn size(&self) -> usize {
        self.key.len() + self.text.len()
    }
}

impl Origin {
    pub(crate) fn open_process(&mut self) {
        let cache = self.main.clone();
        self.processes.push(Process {
            bytes: self.bytes,
            cache,
            ..Process::default()
        });
    }

    /// Whether a process takes another entry; if not, its `setItem` throws.
    pub(crate) fn has_room(&mut self, process: usize, key: &str, text: &str) -> bool {
        let process = &mut self.processes[process];
        if process.refuse > 0 {
            process.refuse -= 1;
            return false;
        }
        let replaced = process.cache.get(key).map_or(0, |entry| entry.size());
        self.quota
            .is_none_or(|quota| process.bytes - replaced + key.len() + text.len() <= quota)
    }

    pub(crate) fn set(&mut self, process: usize, page: usize, entry: Rc<Entry>, at: u64) {
        let process = &mut self.processes[process];
        process.insert(entry.clone());
        process.outbox.push_back(Sent {
            at,
            write: Write::Set(entry),
            page,
        });
    }

    pub(crate) fn remove(&mut self, process: usize, page: usize, key: &str, at: u64) -> bool {
        let process = &mut self.processes[process];
        let Some(entry) = process.take(key) else {
            return false;
        };
        process.outbox.push_back(Sent {
            at,
            write: Write::Remove(entry.key.clone()),
            page,
        });
        true
    }

    /// Empties the storage. The writer is no page of ours, so `page` is nobody's number.
    pub(crate) fn clear(&mut self, process: usize, page: usize, at: u64) {
        let process = &mut self.processes[process];
        process.cache.clear();
        process.bytes = 0;
        process.outbox.push_back(Sent {
            at,
            write: Write::Clear(u64::MAX),
            page,
        });
    }

    /// Brings the next write of a process to the main copy.
    pub(crate) fn pump(&mut self, process: usize, now: u64) -> Pumped {
        let Some(Sent { at, mut write, page }) = self.processes[process].outbox.pop_front() else {
            return Pumped::Nothing;
        };
        self.writes += 1;
        let pumped = match &mut write {
            Write::Set(entry) => {
                let replaced = self.main.get(&entry.key).map_or(0, |entry| entry.size());
                let full = self
                    .quota
                    .is_some_and(|quota| self.bytes - replaced + entry.size() > quota);
                if full || self.drop > 0 {
                    self.drop = self.drop.saturating_sub(1);
                    let entry = entry.clone();
                    let at = now.min(at + LATENCY);
                    self.processes[process].dropped.push_back((at, entry.clone()));
                    return Pumped::Dropped(entry);
                }
                self.bytes = self.bytes - replaced + entry.size();
                entry.arrived.set(self.writes);
                self.main.insert(entry.key.clone(), entry.clone());
                Pumped::Stored(entry.clone())
            }
            Write::Remove(key) => match self.main.remove(key) {
                Some(entry) => {
                    self.bytes -= entry.size();
                    Pumped::Removed(entry)
                }
                None => Pumped::Nothing,
            },
            Write::Clear(at) => {
                *at = self.writes;
                self.main.clear();
                self.bytes = 0;
                Pumped::Cleared
            }
        };
        for (other, target) in self.processes.iter_mut().enumerate() {
            target.inbox.push_back(Notice {
                write: write.clone(),
                page,
                foreign: other != process,
            });
        }
        pumped
    }

    /// Lets the next write of others arrive in a process.
    pub(crate) fn deliver(&mut self, process: usize) -> Option<Notice> {
        let process = &mut self.processes[process];
        let notice = process.inbox.pop_front()?;
        if notice.foreign {
            match &notice.write {
                Write::Set(entry) => process.insert(entry.clone()),
                Write::Remove(key) => drop(process.take(key)),
                Write::Clear(at) => {
                    let gone = |entry: &Rc<Entry>| entry.arrived.get() < *at;
                    let keys: Vec<_> = process
                        .cache
                        .values()
                        .filter(|e| gone(e))
                        .map(|e| e.key.clone())
                        .collect();
                    keys.iter().for_each(|key| drop(process.take(key)));
                }
            }
        }
        Some(notice)
    }

    /// A process with a write that is to be pumped by now at the latest.
    pub(crate) fn due(&self, now: u64) -> Option<usize> {
        let due = |process: &Process| process.outbox.front().is_some_and(|sent| sent.at + LATENCY <= now);
        self.processes.iter().position(due)
    }

    /// Lets refusals show that must by now.
    pub(crate) fn show_due(&mut self, now: u64) {
        for process in &mut self.processes {
            while process.dropped.front().is_some_and(|(at, _)| at + LATENCY <= now) {
                process.forget_dropped();
            }
        }
    }

    /// Lets refusals show that aren't due yet.
    pub(crate) fn show_dropped(&mut self, process: usize) {
        self.processes[process].forget_dropped();
    }

    /// Whether the process doesn't know the latest.
    pub(crate) fn is_stale(&self, process: usize) -> bool {
        self.processes[process].inbox.iter().any(|notice| notice.foreign)
    }

    /// Whether the next that a process hears is that the storage was emptied.
    pub(crate) fn is_emptied_next(&self, process: usize) -> bool {
        let next = self.processes[process].inbox.front();
        next.is_some_and(|notice| matches!(notice.write, Write::Clear(_)))
    }

    /// Whether writes are under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.processes
            .iter()
            .any(|process| !process.outbox.is_empty() || !process.inbox.is_empty() || !process.dropped.is_empty())
    }

    /// All stored entries, in the main copy or on their way there.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let sent = self.processes.iter().flat_map(|process| &process.outbox);
        let sets = sent.filter_map(|sent| match &sent.write {
            Write::Set(entry) => Some(entry),
            _ => None,
        });
        sets.chain(self.main.values()).map(|entry| &**entry)
    }

    /// All operations that some stored entry contains.
    pub(crate) fn contents(&self) -> Ops {
        self.entries().fold(Ops::default(), |all, entry| all | entry.contents)
    }
}

impl Process {
    fn insert(&mut self, entry: Rc<Entry>) {
        self.bytes += entry.size();
        if let Some(replaced) = self.cache.insert(entry.key.clone(), entry) {
            self.bytes -= replaced.size();
        }
    }

    fn take(&mut self, key: &str) -> Option<Rc<Entry>> {
        let entry = self.cache.remove(key)?;
        self.bytes -= entry.size();
        Some(entry)
    }

    fn forget_dropped(&mut self) {
        if let Some((_, entry)) = self.dropped.pop_front() {
            // It may have been removed, or written once more, since.
            if self
                .cache
                .get(&entry.key)
                .is_some_and(|stored| Rc::ptr_eq(stored, &entry))
            {
                self.take(&entry.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, text: &str) -> Rc<Entry> {
        Rc::new(Entry::new(key, text))
    }

    fn two_processes() -> Origin {
        let mut origin = Origin::default();
        origin.open_process();
        origin.open_process();
        origin
    }

    #[test]
    fn a_write_arrives_elsewhere_later() {
        let mut origin = two_processes();
        origin.set(0, 0, entry("a", "1"), 0);
        assert!(origin.processes[0].cache.contains_key("a") && origin.main.is_empty());
        assert!(matches!(origin.pump(0, 0), Pumped::Stored(_)));
        assert!(origin.processes[1].cache.is_empty() && origin.is_stale(1));
        assert!(origin.deliver(1).is_some());
        assert!(origin.processes[1].cache.contains_key("a") && !origin.is_stale(1));
    }

    #[test]
    fn what_is_refused_late_vanishes_where_it_was_accepted() {
        let mut origin = two_processes();
        origin.quota = Some(3);
        assert!(origin.has_room(0, "a", "12") && !origin.has_room(0, "a", "123"));
        origin.set(0, 0, entry("a", "12"), 0);
        origin.set(1, 1, entry("b", "12"), 0);
        assert!(matches!(origin.pump(0, 0), Pumped::Stored(_)));
        assert!(matches!(origin.pump(1, 0), Pumped::Dropped(_)));
        assert!(origin.processes[1].cache.contains_key("b"));
        origin.show_due(LATENCY);
        assert!(!origin.processes[1].cache.contains_key("b"));
    }

    #[test]
    fn emptying_spares_what_is_written_after_it() {
        let mut origin = two_processes();
        origin.set(1, 1, entry("a", "1"), 0);
        origin.pump(1, 0);
        origin.set(1, 1, entry("b", "1"), 0);
        origin.clear(0, 9, 0);
        origin.pump(0, 0);
        origin.pump(1, 0);
        while origin.deliver(1).is_some() {}
        assert_eq!(
            origin.processes[1].cache.keys().map(|k| &**k).collect::<Vec<_>>(),
            ["b"]
        );
        assert_eq!(origin.main.len(), 1);
    }
}
