use std::rc::Rc;

use super::chunk::{Chunk, MAX_RANK, rank, weight};
use super::plan::{Compaction, Job, Merge};
use super::retire::retire;
use super::stored::{Kind, Stored};
use super::{Document, Journal, StorageFull};
use crate::json::write;
use crate::list::retain;
use crate::mutant::{self, Mutant};
use crate::sort::sort_and_dedup;
use crate::state::{Scope, Slice};
use crate::text::compare;

/// So many entries are removed in one task.
const REMOVALS: usize = 64;
/// So many bits of a snapshot's rank are random, and the half of all.
const RANDOM: u32 = 32;

/// When compacting wants to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As soon as the page is idle again.
    Soon,
    /// Seconds later: Chromium accepts a write near the quota and drops it within seconds, so what was written is believed only when
    /// it has stayed.
    Later,
}

impl Journal {
    /// Does one step of compacting, if one is due, and says when the next is. A step reads, writes or removes about a chunk.
    ///
    /// First it reads what is stored. Then it writes: one record for many small ones, or, when enough has piled up beside them, new
    /// snapshots of all chunks that have changed. Later, if these have stayed, it removes what it had read in the beginning and they
    /// contain.
    pub fn compact(&mut self) -> Option<Pace> {
        // Also what has vanished since it was read: that must not get into snapshots part by part.
        let looks = self
            .compaction
            .as_ref()
            .is_none_or(|compaction| matches!(compaction.jobs.last(), Some(Job::Snapshot(..))));
        if looks && self.load_some(self.limits.chunk) {
            return Some(Pace::Soon);
        }
        let Some(mut compaction) = self.compaction.take() else {
            if let Some(compaction) = self.take_over() {
                let pace = if self.now.monotonic < compaction.stays_from {
                    Pace::Later
                } else {
                    Pace::Soon
                };
                self.compaction = Some(compaction);
                return Some(pace);
            }
            if self.read_ahead() {
                return Some(Pace::Soon);
            }
            let compaction = self.plan()?;
            if self.is_untimely(&compaction) {
                return Some(Pace::Later);
            }
            self.rounds = self.rounds.wrapping_add(1);
            self.compaction = Some(compaction);
            return Some(Pace::Soon);
        };
        let Some(job) = compaction.jobs.pop() else {
            // Somebody else may be in a hurry.
            if self.now.monotonic < compaction.stays_from {
                self.compaction = Some(compaction);
                return Some(Pace::Later);
            }
            if mutant::on(Mutant::EarlyRemoval) && compaction.contained.is_none() {
                self.load();
                compaction.read = self.keys.joined().map(|stored| stored.key.clone()).collect();
            }
            if self.remove_contained(&mut compaction) {
                self.compaction = Some(compaction);
            }
            // More may have come meanwhile.
            return Some(Pace::Soon);
        };
        if matches!(job, Job::Snapshot(..)) && self.is_unsettled() {
            // Another round has them: meanwhile records can be joined.
            compaction.jobs.clear();
            self.compaction = Some(compaction).filter(|compaction| !compaction.written.is_empty());
            return Some(Pace::Later);
        }
        if self.work(job, &mut compaction).is_err() {
            // What was written so far contains something, too.
            compaction.jobs.clear();
            if compaction.written.is_empty() {
                return None;
            }
        }
        if !compaction.jobs.is_empty() {
            self.compaction = Some(compaction);
            return Some(Pace::Soon);
        }
        if mutant::on(Mutant::UnconfirmedRemoval) {
            while self.remove_contained(&mut compaction) {}
            return None;
        }
        self.compaction = Some(compaction);
        Some(Pace::Later)
    }

    /// Reads a task's worth of the snapshots that nobody has asked for: planning looks at everything. Gives whether there was any.
    fn read_ahead(&self) -> bool {
        let mut left = self.limits.chunk;
        for (_, slice) in &self.state.slices {
            left = slice.read(left);
        }
        left < self.limits.chunk
    }

    /// Does a task's worth of a job. What is left of it is put back.
    fn work(&mut self, job: Job, compaction: &mut Compaction) -> Result<(), StorageFull> {
        match job {
            Job::Merge(merge) => self.merge(merge, compaction),
            // What isn't stored yet must not become visible in parts, one chunk before the other.
            Job::Snapshot(..) if self.has_unwritten() => Err(StorageFull),
            // A newer version has written it since this was planned.
            Job::Snapshot(name, _) if self.is_outdated(&name) => Ok(()),
            Job::Snapshot(name, dirty) => {
                let parts = dirty.chunk.parts();
                let (announced, has_stayed) = self.announced_in(&name, parts);
                let mut slice = self.slice(&name).map_or_else(Slice::default, |slice| slice.only(parts));
                if mutant::on(Mutant::SharedContext) {
                    let all = self.slice(&name).cloned().unwrap_or_default();
                    for (_, part) in slice.parts_mut() {
                        all.parts()
                            .iter()
                            .for_each(|(_, other)| part.context.join(&other.context));
                    }
                }
                if has_stayed {
                    retire(&mut slice, u64::MAX, announced);
                }
                let key = self.snapshot_key(&name, dirty.chunk);
                let document = Document {
                    horizon: announced.max(compaction.horizon),
                    slices: vec![(name, slice)],
                    ..Document::default()
                };
                self.write(key, Kind::Snapshot, document, compaction)
            }
        }
    }

    /// Joins a task's worth of small records, and writes the large one when it is as large as a chunk: what it takes is what it says in the
    /// end, however many there were.
    fn merge(&mut self, mut merge: Merge, compaction: &mut Compaction) -> Result<(), StorageFull> {
        let mut left = self.limits.chunk / 4;
        while left > 0
            && let Some(key) = merge.rest.pop()
        {
            // What has gone meanwhile is looked into when the storage is listed again.
            let Some(record) = self.stored(&key) else { continue };
            merge.document.horizon = merge.document.horizon.max(record.horizon);
            for (name, slice) in &record.slices {
                merge.document.slice(name).join(slice, Scope::Listed);
            }
            left = left.saturating_sub(self.keys.get(&key).map_or(0, |stored| stored.bytes));
            merge.joined.push(key);
        }
        let mut bytes = 0;
        for (_, slice) in &merge.document.slices {
            bytes += weight(slice);
        }
        if bytes < self.limits.chunk && !merge.rest.is_empty() {
            compaction.jobs.push(Job::Merge(merge));
            return Ok(());
        }
        let rest = core::mem::take(&mut merge.rest);
        if !rest.is_empty() {
            let next = Merge {
                rest,
                ..Merge::default()
            };
            compaction.jobs.push(Job::Merge(next));
        }
        // One record is as large already.
        if merge.joined.len() > 1 {
            let mut key = self.key(&["m/"]);
            write::hex(&mut key, self.random.draw());
            self.write(key, Kind::Merged, merge.document, compaction)?;
            compaction.read.append(&mut merge.joined);
        }
        Ok(())
    }

    fn write(
        &mut self,
        key: String,
        kind: Kind,
        mut document: Document,
        compaction: &mut Compaction,
    ) -> Result<(), StorageFull> {
        document.clock = self.state.clock;
        let key = self.write_entry(key, kind, &document)?;
        self.note_contained(&key, &document);
        compaction.written.push(key);
        compaction.stays_from = self.now.monotonic + self.limits.confirm;
        Ok(())
    }

    /// What an entry says, unless it has gone.
    fn stored(&self, key: &str) -> Option<Document> {
        Document::decode(&self.storage.get(key)?, self.numbers).ok()
    }

    fn snapshot_key(&mut self, name: &str, chunk: Chunk) -> String {
        let mut above = 0;
        for stored in self.keys.joined() {
            if stored.kind == Kind::Snapshot && rank(stored) < MAX_RANK {
                above = above.max(rank(stored));
            }
        }
        let rank = ((above >> RANDOM) + 1) << RANDOM | self.random.draw() >> RANDOM;
        let mut key = self.key(&["s/", name, "/"]);
        write::integer(&mut key, u64::from(chunk.of));
        key.push('-');
        write::integer(&mut key, u64::from(chunk.index));
        key.push('/');
        write::hex(&mut key, rank);
        key
    }

    /// Removes some of what had been read and is contained in what was written and has stayed. Gives whether there is more.
    fn remove_contained(&mut self, compaction: &mut Compaction) -> bool {
        let mut contained = match compaction.contained.take() {
            Some(contained) => contained,
            None => self.contained(compaction),
        };
        let mut removed = contained.split_off(contained.len().saturating_sub(REMOVALS));
        for key in &removed {
            self.storage.remove(key);
            self.keys.remove(key);
        }
        sort_and_dedup(&mut removed);
        retain(&mut self.kept, |kept| {
            removed.binary_search_by(|key| compare(key, &kept.key)).is_err()
        });
        let more = !contained.is_empty();
        compaction.contained = Some(contained);
        more
    }

    /// What had been read and is contained in what was written and has stayed.
    fn contained(&mut self, compaction: &Compaction) -> Vec<Rc<str>> {
        let stayed = self.stayed(&compaction.written);
        if compaction.together && stayed.len() < compaction.written.len() {
            return Vec::new();
        }
        for snapshot in &stayed {
            if snapshot.kind == Kind::Snapshot {
                for (name, touched) in &snapshot.touches {
                    retire(self.state.slice(name), *touched, snapshot.horizon);
                }
            }
        }
        let mut all_held: Vec<(&Rc<str>, u64)> = Vec::new();
        for (name, touched) in stayed.iter().flat_map(|stored| &stored.touches) {
            match all_held.iter_mut().find(|(other, _)| *other == name) {
                Some((_, held)) => *held |= touched,
                None => all_held.push((name, *touched)),
            }
        }
        let mut contained = Vec::new();
        for key in &compaction.read {
            let Some(stored) = self.keys.get_mut(key) else { continue };
            if stored.kind != Kind::Record && compaction.written.contains(key) {
                continue;
            }
            let mut left = 0;
            for (name, touched) in &mut stored.touches {
                let held = all_held
                    .iter()
                    .find(|(other, _)| *other == name)
                    .map_or(0, |(_, held)| *held);
                let partly = mutant::on(Mutant::PartialCover) && *touched & held != 0;
                *touched &= if partly { 0 } else { !held };
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
            if listed.binary_search_by(|other| compare(other, key)).is_ok() {
                stayed.extend(self.keys.get(key).cloned());
            }
        }
        stayed
    }
}
