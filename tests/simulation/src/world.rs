//! What all pages of a run share, and how they reach it: the storage, and what is known of who has seen what.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

use crate::faults::{Counts, Fault};
use crate::history::History;
use crate::op::Capture;
use crate::ops::Ops;
use crate::origin::{Entry, Origin, Pumped};
use crate::page::Replica;
use crate::slices::{KEYS, SLICES};
use crate::stored::{Role, Stored};

/// What must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// Which of the checks found it.
    pub(crate) check: &'static str,
    pub(crate) what: String,
}

/// What is known of a page from outside.
pub(crate) struct Facts {
    pub(crate) process: usize,
    /// The version of the application that it runs.
    pub(crate) version: u8,
    /// Its name, once it has written.
    pub(crate) replica: Option<Replica>,
    pub(crate) seen: Ops,
    /// Whether it couldn't claim what a guest has put. It is removed then: nobody else must get it.
    pub(crate) was_refused_a_claim: bool,
    /// Whether it has looked at the storage since it was asked something.
    pub(crate) has_looked: bool,
    /// What it has read, and not joined yet.
    pub(crate) read: Vec<Rc<Entry>>,
    /// The slices of which it has met a newer version: it leaves them alone.
    pub(crate) outdated: [bool; SLICES.len()],
    /// What was in the entries that it has read, whether it could join it or not.
    pub(crate) met: Ops,
    /// What others say is long known, whether this page has seen it or not.
    pub(crate) silenced: Ops,
    /// Up to where it has retired replicas, by slice and key, and what it had seen when that was noted last.
    pub(crate) retired: [[(Option<Replica>, Ops); KEYS]; SLICES.len()],
    /// What it did and hasn't acknowledged.
    pub(crate) unacknowledged: Ops,
    pub(crate) alive: bool,
    /// So many more calls of the storage, then it is dead.
    pub(crate) calls_left: Option<u8>,
    pub(crate) dead: bool,
}

/// Everything but the pages themselves.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) origin: Origin,
    pub(crate) history: History,
    pub(crate) pages: Vec<Facts>,
    /// Monotonic, in milliseconds.
    pub(crate) time: u64,
    /// Operations whose page was told that they are stored.
    pub(crate) acknowledged: Ops,
    /// Operations that the main copy has held.
    pub(crate) settled: Ops,
    /// Operations that may be gone: the storage was emptied, or it dropped them when nobody was left who had them.
    pub(crate) excused: Ops,
    /// The entries, by slice and key, of which something was lost that pages had seen, and that others have retired since. Whether such a
    /// page still shows it depends on who has folded what.
    pub(crate) doubtful: BTreeSet<(usize, usize)>,
    /// Whether anything that guests have put was ever claimed.
    pub(crate) has_claims: bool,
    /// Whether the storage has refused or dropped a claim of what a guest had put.
    pub(crate) has_lost_a_claim: bool,
    /// Who is signed in.
    pub(crate) subject: Option<usize>,
    /// Every record that was ever stored, and what they contain.
    pub(crate) records: Vec<Rc<Entry>>,
    pub(crate) told: Ops,
    /// Every key of the journal that was ever stored.
    pub(crate) written: HashSet<Rc<str>>,
    pub(crate) violation: Option<Violation>,
    pub(crate) counts: Counts,
    /// What happened, for a replay.
    pub(crate) log: Option<Vec<String>>,
    /// Replicas that were born, and how many since everybody knew all of them.
    pub(crate) replicas: BTreeSet<Replica>,
    pub(crate) births: usize,
    /// The youngest replica that was retired anywhere.
    pub(crate) horizon: Option<Replica>,
    /// Lists begin somewhere else each time: their order means nothing.
    pub(crate) lists: usize,
}

impl Facts {
    pub(crate) fn read(&mut self, entry: &Rc<Entry>) {
        if entry.document.is_some() {
            self.met |= entry.contents;
            self.read.push(entry.clone());
        }
    }
}

impl World {
    pub(crate) fn fail(&mut self, check: &'static str, what: String) {
        if self.violation.is_none() {
            self.violation = Some(Violation { check, what });
        }
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        if let Some(log) = &mut self.log
            && self.violation.is_none()
        {
            log.push(format!("{:7.2} {}", self.time as f64 / 1000.0, line()));
        }
    }

    /// Brings the next write of a process to the main copy.
    pub(crate) fn pump(&mut self, process: usize) -> bool {
        match self.origin.pump(process, self.time) {
            Pumped::Nothing => return false,
            Pumped::Stored(entry) => self.settled |= entry.contents,
            Pumped::Dropped(entry) => {
                self.counts.add(Fault::LateRefusals);
                self.note(|| format!("dropped {}", entry.key));
                self.unclaim(&entry.key);
                self.check_contained("late refusal", &entry);
                self.excuse_orphans(entry.contents);
            }
            Pumped::Removed(entry) => {
                self.counts.add(Fault::Removals);
                self.check_contained("removal", &entry);
            }
            Pumped::Cleared => {
                self.note(|| "the main copy is empty".into());
                self.excused |= self.settled;
                let retired = |op: &usize| {
                    self.history
                        .dot(*op)
                        .is_some_and(|dot| Some(dot.replica) <= self.horizon)
                };
                self.history.wiped |= self.settled.iter().filter(retired).collect();
            }
        }
        true
    }

    /// Whether an entry holds something of a slice that is newer than the page knows.
    pub(crate) fn is_newer(&self, page: usize, entry: &Entry, slice: usize) -> bool {
        entry.versions[slice] > SLICES[slice].version(self.pages[page].version)
    }

    /// Notes that an entry has told a page of a newer version: it takes nothing in any more of those slices.
    pub(crate) fn warn(&mut self, page: usize, entry: &Entry) {
        for slice in 0..SLICES.len() {
            if self.is_newer(page, entry, slice) && !std::mem::replace(&mut self.pages[page].outdated[slice], true) {
                self.counts.add(Fault::NewerVersions);
            }
        }
    }

    /// Notes that a page has read an entry, and joined what it can of it. `horizon` is up to where it has retired replicas.
    pub(crate) fn take_in(&mut self, page: usize, entry: &Entry, horizon: Option<Replica>) {
        let facts = &mut self.pages[page];
        let mut readable = entry.contents;
        if !self.origin.processes[facts.process].cache.contains_key(&*entry.key) {
            // It has gone before it was joined: what was lost with it only counts as known, since it is retired.
            let is_old = |op: &usize| self.history.dot(*op).is_some_and(|dot| Some(dot.replica) <= horizon);
            let lost: Ops = (readable & self.excused).iter().filter(is_old).collect();
            facts.silenced |= lost - facts.seen;
            readable = readable - lost;
        }
        for (slice, outdated) in facts.outdated.iter().enumerate() {
            if *outdated {
                readable = readable - self.history.of_slice(slice);
            }
        }
        facts.seen |= readable;
        facts.silenced |= entry.silenced;
        let doubtful = facts.seen & facts.silenced & self.excused;
        for op in doubtful.iter() {
            self.doubtful
                .insert((self.history.ops[op].slice, self.history.ops[op].key));
        }
    }

    /// Notes up to where a page has retired replicas in what it knows of a key, and what has gone with that, if nothing of these is left.
    pub(crate) fn note_retired(&mut self, page: usize, slice: usize, key: usize, horizon: Replica, is_left: bool) {
        let seen = self.visible(page) & self.history.of_key[slice][key];
        let facts = &mut self.pages[page];
        let before = std::mem::replace(&mut facts.retired[slice][key], (Some(horizon), seen));
        if before == (Some(horizon), seen) {
            return;
        }
        if before.0 < Some(horizon) {
            // Should it meet one of these yet, then from somebody who hasn't heard that they are retired.
            let is_old = |op: &usize| self.history.dot(*op).is_some_and(|dot| dot.replica <= horizon);
            let old: Ops = self.history.of_key[slice][key].iter().filter(is_old).collect();
            facts.silenced |= old - facts.seen;
        }
        if is_left || self.history.is_full() {
            return;
        }
        let gone = self.history.gone_with_others(slice, key, &seen, horizon);
        if !gone.is_empty() {
            // As if it had removed them itself, and told nobody.
            let removal = Capture {
                slice,
                key,
                covers: gone,
                dead: Ops::default(),
                floors: Vec::new(),
            };
            let op = self.history.add_removal(&removal, page);
            self.pages[page].seen.insert(op);
            self.note(|| format!("page {page} has forgotten what others knew to be superseded, which is [{op}]"));
        }
    }

    /// What a page must show: what it has seen, but for what was lost, and others have counted as known since.
    pub(crate) fn visible(&self, page: usize) -> Ops {
        let facts = &self.pages[page];
        facts.seen - (facts.silenced & self.excused)
    }

    /// Notes that replicas were retired.
    pub(crate) fn note_horizon(&mut self, horizon: Option<Replica>) {
        if horizon > self.horizon {
            self.counts.add(Fault::Retirements);
            self.horizon = horizon;
        }
    }

    /// Notes whose record a page writes.
    pub(crate) fn note_replica(&mut self, page: usize, replica: Replica) {
        if self.replicas.insert(replica) {
            self.births += 1;
            if self.pages[page].replica.replace(replica).is_some() {
                self.counts.add(Fault::Renewals);
            }
        }
    }

    /// Notes what a document contains that a page writes.
    pub(crate) fn describe(&mut self, entry: &mut Entry, document: &Stored, page: usize) {
        self.note_horizon(document.horizon().max(document.announced));
        let facts = &self.pages[page];
        // What was lost before it was joined, and is retired since, is in nothing that is written now.
        let known = (facts.seen | facts.met) - (facts.silenced & self.excused);
        entry.contents = self.history.contained(document, &known, Some(&self.told));
        let stored = self.origin.contents();
        for other in &self.records {
            // Many are joined to one, and what has vanished is written again.
            let is_joined = document.role == Role::Merged || !(other.contents - stored).is_empty();
            let may_tell = is_joined && !(other.contents - entry.contents).is_empty();
            if may_tell && other.document.as_ref().is_some_and(|other| document.includes(other)) {
                entry.contents |= other.contents & known;
            }
        }
        entry.versions = std::array::from_fn(|slice| document.version(slice));
        if let Some(horizon) = document.retired() {
            entry.silenced = self.history.up_to(horizon, document) - entry.contents;
            // Should it meet one of these yet, then from somebody who hasn't heard that they are.
            let facts = &mut self.pages[page];
            facts.silenced |= entry.silenced - facts.seen;
        }
    }

    /// Lets time pass. Nothing is under way for longer than the storage's latency.
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        self.time += milliseconds;
        while let Some(process) = self.origin.due(self.time) {
            self.pump(process);
        }
        self.origin.show_due(self.time);
    }

    /// Whether a page has done something that isn't stored, or not any more.
    pub(crate) fn has_to_store(&self, page: usize) -> bool {
        let unstored = self.pages[page].unacknowledged;
        !unstored.is_empty() || !self.missing(self.own(page) - self.excused).is_empty()
    }

    /// Lets everything be stored again.
    pub(crate) fn make_room(&mut self) {
        self.origin.quota = None;
        self.origin.drop = 0;
        for process in &mut self.origin.processes {
            process.refuse = 0;
        }
    }

    /// Notes that a page is gone, and with it what only it had.
    pub(crate) fn bury(&mut self, page: usize) {
        self.pages[page].alive = false;
        let own = self.own(page);
        self.excuse_orphans(own);
    }

    /// What a page did, as far as it was told that it is stored.
    pub(crate) fn own(&self, page: usize) -> Ops {
        let own = |op: &usize| self.history.ops[*op].page == page;
        self.acknowledged.iter().filter(own).collect()
    }

    /// What must be stored somewhere: at the end all that was acknowledged, and at every moment what the main copy has held.
    pub(crate) fn durable(&self) -> Ops {
        (self.acknowledged | self.settled) - self.excused
    }

    /// Those of the operations that no stored entry contains.
    pub(crate) fn missing(&self, ops: Ops) -> Ops {
        let stored = self.origin.contents();
        let missing = ops - stored;
        if missing.is_empty() {
            return missing;
        }
        // What others did may leave nothing of an operation, and whoever knows of it needn't have seen the operation itself.
        let contains = |entry: &Entry, op: &Ops| {
            let document = entry.document.as_ref();
            document.is_some_and(|document| !self.history.contained(document, op, None).is_empty())
        };
        let is_contained = |op: &Ops| self.origin.entries().any(|entry| contains(entry, op));
        // Where something folded is concerned that can't be told, but whether it makes a difference.
        let is_old = |op: usize| self.history.dot(op).is_none_or(|dot| Some(dot.replica) <= self.horizon);
        let is_folded = |at: usize| {
            let op = &self.history.ops[at];
            is_old(at) || op.covers.iter().any(is_old) || op.floors.iter().any(|floor| is_old(floor.last))
        };
        let makes_none = |op: &Ops| self.history.same(&stored, &(stored | *op));
        missing
            .iter()
            .filter(|&at| {
                let op: Ops = [at].into_iter().collect();
                !(is_contained(&op) || self.history.ops[at].slice < SLICES.len() && is_folded(at) && makes_none(&op))
            })
            .collect()
    }

    fn check_contained(&mut self, check: &'static str, gone: &Entry) {
        let lost = self.missing((gone.contents & self.settled) - self.excused);
        if let Some(op) = lost.iter().next() {
            let what = format!("{} was all that held {}", gone.key, self.history.name(op));
            self.fail(check, what);
        }
    }

    pub(crate) fn excuse_orphans(&mut self, ops: Ops) {
        let orphan = |op: &usize| {
            let op = &self.history.ops[*op];
            !op.is_kept || !self.pages[op.page].alive
        };
        let homeless = ops - self.settled - self.origin.contents();
        let orphans: Ops = homeless.iter().filter(orphan).collect();
        self.excused |= orphans;
    }

    /// Notes that a page has heard that the storage was emptied.
    pub(crate) fn forget(&mut self, page: usize) {
        let own = self.own(page);
        self.excused |= own - self.settled;
        self.pages[page].seen = Ops::default();
        self.pages[page].silenced = Ops::default();
        self.pages[page].retired = Default::default();
        self.pages[page].met = Ops::default();
        self.pages[page].read = Vec::new();
        self.pages[page].outdated = [false; SLICES.len()];
        self.pages[page].unacknowledged = Ops::default();
    }
}
