use std::rc::Rc;

use super::chunk::{Chunk, Layout};
use super::stored::{Kind, Stored};
use super::{Document, Journal, Limits, StorageFull};
use crate::json::write;
use crate::mutant::{self, Mutant};
use crate::state::{Replica, Scope, Slice};

/// So many entries are removed in one task.
const REMOVALS: usize = 64;
/// So many chunks are written before the entries that they contain go: a storage that is nearly full has no room for all.
const CHUNKS: usize = 16;

/// When compacting wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As soon as the page is idle again.
    Soon,
    /// Seconds later: Chromium accepts a write near the quota and drops it within seconds, so what was written is believed only when
    /// it has stayed.
    Later,
}

/// What is under way.
pub(super) struct Compaction {
    /// What had been read before anything was written.
    read: Vec<Rc<str>>,
    /// What is still to be written, the last first.
    jobs: Vec<Job>,
    written: Vec<Rc<str>>,
    /// What is to be removed, once that is known.
    contained: Option<Vec<Rc<str>>>,
    /// Up to where replicas are retired in the snapshots; in this page's state only when these have stayed, since others can follow no
    /// folding that isn't stored.
    horizon: Option<Replica>,
}

enum Job {
    /// Write a snapshot.
    Snapshot(Rc<str>, Chunk),
    /// Join all that was read to one record.
    Merge,
}

impl Journal {
    /// Does one step of compacting, if one is due, and says when the next is. A step reads, writes or removes about a chunk.
    ///
    /// First it reads what is stored. Then it writes: one record for many small ones, or, when enough has piled up beside them, new
    /// snapshots of all chunks that have changed. Later, if these have stayed, it removes what it had read in the beginning and they
    /// contain.
    pub fn compact(&mut self) -> Option<Pace> {
        if self
            .compaction
            .as_ref()
            .is_some_and(|compaction| !compaction.jobs.is_empty())
        {
            // What has vanished since it was read must not get into snapshots part by part.
            self.load();
        }
        let mut compaction = match self.compaction.take() {
            Some(compaction) => compaction,
            None => {
                let listed = self.list();
                if self.read(&listed, self.limits.chunk) {
                    return Some(Pace::Soon);
                }
                self.load();
                let compaction = self.plan()?;
                if self.is_untimely(&compaction) {
                    return Some(Pace::Later);
                }
                self.rounds = self.rounds.wrapping_add(1);
                compaction
            }
        };
        match compaction.jobs.pop() {
            None => {
                if mutant::on(Mutant::EarlyRemoval) && compaction.contained.is_none() {
                    self.load();
                    compaction.read = self.keys.joined().map(|stored| stored.key.clone()).collect();
                    let written = compaction.written.clone();
                    compaction.read.retain(|key| !written.contains(key));
                }
                if self.remove_contained(&mut compaction) {
                    self.compaction = Some(compaction);
                }
                // More may have come meanwhile.
                Some(Pace::Soon)
            }
            Some(Job::Snapshot(name, chunk)) if self.is_unsettled() => {
                compaction.jobs.push(Job::Snapshot(name, chunk));
                self.compaction = Some(compaction);
                Some(Pace::Later)
            }
            Some(job) => {
                let done = self.write(&job, &mut compaction);
                if done.is_err() {
                    // What was written so far contains something, too.
                    compaction.jobs.clear();
                    if compaction.written.is_empty() {
                        return None;
                    }
                }
                let pace = if compaction.jobs.is_empty() {
                    Pace::Later
                } else {
                    Pace::Soon
                };
                if mutant::on(Mutant::UnconfirmedRemoval) && pace == Pace::Later {
                    while self.remove_contained(&mut compaction) {}
                    return None;
                }
                self.compaction = Some(compaction);
                Some(pace)
            }
        }
    }

    /// What is worth doing, if anything. Everything that is stored has been read.
    fn plan(&self) -> Option<Compaction> {
        let Limits { records, chunk, .. } = self.limits;
        let mut removable: Vec<&Stored> = Vec::new();
        for stored in self.keys.joined() {
            // What a newer version has written stays: this page doesn't hold all that it says.
            if !stored.touches.iter().any(|(name, _)| self.is_outdated(name)) {
                removable.push(stored);
            }
        }
        let mut clean = 0;
        let mut jobs = Vec::new();
        for (name, slice) in &self.state.slices {
            if !self.is_outdated(name) {
                let layout = Layout::new(name, slice, &removable, &self.limits);
                clean += layout.clean;
                jobs.extend(layout.dirty.iter().map(|chunk| Job::Snapshot(name.clone(), *chunk)));
            }
        }
        let (mut read, mut bytes) = (Vec::new(), 0);
        let (mut small, mut small_bytes, mut smalls) = (Vec::new(), 0, 0);
        for stored in removable {
            bytes += stored.bytes;
            read.push(stored.key.clone());
            if stored.kind != Kind::Snapshot && stored.bytes < chunk / 8 {
                smalls += 1;
                // As many as make one chunk: the rest has its turn.
                if small_bytes < chunk {
                    small_bytes += stored.bytes;
                    small.push(stored.key.clone());
                }
            }
        }
        let beside = bytes.saturating_sub(clean);
        let much = beside >= (clean / 2).max(chunk / 2);
        // With changes that found no room, joining records is what makes some.
        let stuck = self.has_unwritten() && small.len() > 1;
        if !much && smalls < records && !stuck {
            return None;
        }
        let mut horizon = None;
        let unsettled = self.is_unsettled() && smalls >= records;
        if (much || bytes < chunk / 4 * 3) && !stuck && !unsettled {
            horizon = self.retirable();
            // The next round goes on where this one ends: the first chunks may have changed again by then.
            let begun = self.rounds.wrapping_mul(CHUNKS) % jobs.len().max(1);
            jobs.rotate_left(begun);
            jobs.truncate(CHUNKS);
        } else {
            (read, jobs) = (small, vec![Job::Merge]);
        }
        (!jobs.is_empty()).then_some(Compaction {
            read,
            jobs,
            written: Vec::new(),
            contained: None,
            horizon,
        })
    }

    /// Whether to wait with it.
    fn is_untimely(&mut self, compaction: &Compaction) -> bool {
        if let Some(Job::Merge) = compaction.jobs.first() {
            return false;
        }
        // Another tab may end in the midst of it, so this is believed some of the time. That differs from tab to tab.
        self.is_unsettled() || self.is_crowded() && !self.random.draw().is_multiple_of(4)
    }

    /// Whether a record that touches several parts may yet be dropped, so that a chunk would be left that has half of it. Where one such
    /// record follows the other, this isn't waited for without end.
    fn is_unsettled(&self) -> bool {
        let now = self.now.monotonic;
        let (mut entries, mut young) = (0, false);
        for stored in self.keys.joined() {
            entries += 1;
            let recent = now < stored.seen + self.limits.confirm;
            young |= stored.kind == Kind::Record && stored.is_compound() && recent;
        }
        young && entries < self.limits.records * 8
    }

    /// Whether another tab seems to be at it: it has written a snapshot, and not yet removed the one before.
    fn is_crowded(&self) -> bool {
        let snapshots = || self.keys.joined().filter(|stored| stored.kind == Kind::Snapshot);
        snapshots().any(|one| {
            snapshots().any(|other| {
                one.key < other.key && one.touches.iter().any(|(name, parts)| other.touched(name) & parts != 0)
            })
        })
    }

    fn write(&mut self, job: &Job, compaction: &mut Compaction) -> Result<(), StorageFull> {
        let mut document = Document {
            clock: self.state.clock,
            horizon: None,
            slices: Vec::new(),
        };
        let key = match job {
            Job::Merge => {
                for key in &compaction.read {
                    let text = self.storage.get(key).unwrap_or_default();
                    // What has gone meanwhile is contained in what somebody else has written.
                    let record = Document::decode(&text, self.numbers).unwrap_or_default();
                    document.horizon = document.horizon.max(record.horizon);
                    for (name, slice) in &record.slices {
                        document.slice(name).join(slice, Scope::Listed);
                    }
                }
                let mut key = self.key(&["m/"]);
                write::hex(&mut key, self.random.draw());
                self.write_entry(key, Kind::Merged, &document)?
            }
            // What isn't stored yet must not become visible in parts, one chunk before the other.
            Job::Snapshot(..) if self.has_unwritten() => return Err(StorageFull),
            Job::Snapshot(name, chunk) => {
                let mut slice = self
                    .slice(name)
                    .map_or_else(Slice::default, |slice| slice.only(chunk.parts()));
                if mutant::on(Mutant::SharedContext) {
                    let all = self.slice(name).cloned().unwrap_or_default();
                    for (_, part) in slice.parts_mut() {
                        all.parts()
                            .iter()
                            .for_each(|(_, other)| part.context.join(&other.context));
                    }
                }
                retire(&mut slice, u64::MAX, compaction.horizon);
                document.slices.push((name.clone(), slice));
                let key = self.snapshot_key(name, *chunk);
                self.write_entry(key, Kind::Snapshot, &document)?
            }
        };
        self.note_contained(&key, &document);
        compaction.written.push(key);
        Ok(())
    }

    fn snapshot_key(&mut self, name: &str, chunk: Chunk) -> String {
        let mut key = self.key(&["s/", name, "/"]);
        write::integer(&mut key, u64::from(chunk.of));
        key.push('-');
        write::integer(&mut key, u64::from(chunk.index));
        key.push('/');
        write::hex(&mut key, self.random.draw());
        key
    }

    /// Removes some of what had been read and is contained in what was written and has stayed. Gives whether there is more.
    fn remove_contained(&mut self, compaction: &mut Compaction) -> bool {
        let mut contained = match compaction.contained.take() {
            Some(contained) => contained,
            None => self.contained(compaction),
        };
        for key in contained.drain(contained.len().saturating_sub(REMOVALS)..) {
            self.storage.remove(&key);
            self.keys.remove(&key);
        }
        let more = !contained.is_empty();
        compaction.contained = Some(contained);
        more
    }

    /// What had been read and is contained in what was written and has stayed.
    fn contained(&mut self, compaction: &Compaction) -> Vec<Rc<str>> {
        let stayed = self.stayed(&compaction.written);
        self.retire_in(&stayed, compaction.horizon);
        let mut contained = Vec::new();
        for key in &compaction.read {
            let Some(stored) = self.keys.get_mut(key) else { continue };
            let mut left = 0;
            for (name, touched) in &mut stored.touches {
                for other in &stayed {
                    let held = other.touched(name);
                    let partly = mutant::on(Mutant::PartialCover) && *touched & held != 0;
                    *touched &= if partly { 0 } else { !held };
                }
                left |= *touched;
            }
            if left == 0 {
                contained.push(key.clone());
            }
        }
        contained
    }

    /// Those of the keys that are still stored.
    fn stayed(&self, keys: &[Rc<str>]) -> Vec<Stored> {
        let listed = self.list();
        let mut stayed = Vec::new();
        for key in keys {
            if listed.iter().any(|other| **other == **key) {
                stayed.extend(self.keys.get(key).cloned());
            }
        }
        stayed
    }

    /// Somebody has read the snapshots that this page has just written, and speaks in their terms.
    pub(super) fn follow_own_retirement(&mut self, horizon: Option<Replica>) {
        let Some(compaction) = self
            .compaction
            .as_ref()
            .filter(|compaction| compaction.horizon >= horizon)
        else {
            return;
        };
        let horizon = compaction.horizon;
        // One that was dropped nobody can follow.
        let written = self.stayed(&compaction.written);
        self.retire_in(&written, horizon);
    }

    /// Retires replicas in all that these snapshots speak of.
    fn retire_in(&mut self, snapshots: &[Stored], horizon: Option<Replica>) {
        for stored in snapshots {
            for (name, touched) in &stored.touches {
                retire(self.state.slice(name), *touched, horizon);
            }
        }
    }
}

/// Retires replicas in some parts, given as bits.
fn retire(slice: &mut Slice, parts: u64, horizon: Option<Replica>) {
    let Some(horizon) = horizon else { return };
    for (number, part) in slice.parts_mut() {
        if parts >> *number & 1 == 1 {
            part.retire(horizon);
        }
    }
}
