//! How every run ends: an idle phase in which all pages compact, then all is well again, and everything must be there.

use crate::run::{PROCESSES, Run};
use crate::stored::{Role, role};

/// So often each page may compact until all are done. One that finds another at it waits, three times out of four.
const MAX_ROUNDS: usize = 80;
/// Into so many chunks the slices may be split, with some room for what nobody can remove, and so many bytes they may take.
const MAX_CHUNKS: usize = 16;
const MAX_BYTES: usize = 10_000;
/// The newest version of the application.
const NEWEST: u8 = 2;
/// In the idle phase each page compacts so often.
const IDLE_ROUNDS: usize = 6;

impl Run {
    /// Ends the run.
    pub(crate) fn finish(&mut self, random: &mut fastrand::Rng) {
        self.idle(random);
        self.heal();
        self.settle();
        self.check_end("end");
        self.come_to_rest(random);
        self.check_end("end, compacted");
        self.check_bounds();
    }

    /// A page is opened, and another when those of an older version have gone: they store once more what they think is gone.
    fn come_to_rest(&mut self, random: &mut fastrand::Rng) {
        self.open(0, NEWEST);
        self.compact_all(random);
        for at in (0..self.tabs.len()).rev() {
            let id = self.tabs[at].id;
            if self.world().pages[id].version < NEWEST {
                self.close(at);
            }
        }
        self.open(0, NEWEST);
        self.compact_all(random);
    }

    /// All compact, one now and one then, until none finds anything to do.
    fn compact_all(&mut self, random: &mut fastrand::Rng) {
        let mut done = 0;
        let mut order: Vec<usize> = (0..self.tabs.len()).collect();
        for _ in 0..MAX_ROUNDS {
            random.shuffle(&mut order);
            for &at in &order {
                let before = self.world().counts.written();
                self.compact(at, true);
                self.settle();
                let idle = self.world().counts.written() == before;
                done = if idle && self.tabs[at].page.compacts_at().is_none() {
                    done + 1
                } else {
                    0
                };
                if done > 2 * order.len() {
                    return;
                }
            }
        }
        self.world().fail("rest", "the pages never stop compacting".into());
    }

    /// Nobody changes anything; everybody compacts, among all the faults that there are.
    fn idle(&mut self, random: &mut fastrand::Rng) {
        self.world().note(|| "# idle".into());
        for _ in 0..IDLE_ROUNDS * 3 {
            if !self.tabs.is_empty() {
                let at = random.usize(..self.tabs.len());
                if !self.tabs[at].frozen {
                    self.compact(at, random.bool());
                }
            }
            let process = random.usize(..PROCESSES);
            if random.bool() {
                self.world().pump(process);
            }
            self.deliver(random.usize(..PROCESSES), random.u8(..4), 0);
            let milliseconds = random.u64(..3_000);
            self.world().advance(milliseconds);
            self.look();
        }
    }

    /// No more faults.
    fn heal(&mut self) {
        {
            let mut world = self.world();
            world.note(|| "# all is well again".into());
            world.make_room();
            world.origin.processes.iter_mut().for_each(|process| process.meddle = 0);
            world.pages.iter_mut().for_each(|page| page.calls_left = None);
        }
        (0..self.tabs.len()).for_each(|at| self.thaw(at));
    }

    /// Everything that is under way arrives, and everybody looks.
    fn settle(&mut self) {
        let mut quiet = 0;
        for _ in 0..12 {
            self.world().births = 0;
            self.world().advance(20_000);
            (0..PROCESSES).for_each(|process| self.deliver(process, u8::MAX, 0));
            for at in 0..self.tabs.len() {
                self.catch_up(at);
            }
            self.look();
            quiet = if self.world().origin.is_busy() { 0 } else { quiet + 1 };
            if quiet == 2 {
                return;
            }
        }
        self.world().fail("rest", "the pages never stop writing".into());
    }

    /// A fresh page, all others, and the oracle agree on what is stored, and nothing is missing.
    fn check_end(&mut self, check: &'static str) {
        let stored = self.world().origin.contents();
        let excused = {
            let mut world = self.world();
            if let Some(op) = world.missing(world.durable()).iter().next() {
                let name = world.history.name(op);
                world.fail("lost", name);
            }
            world.excused
        };
        for at in 0..self.tabs.len() {
            if !self.tabs[at].ignorant {
                let kept = self.seen(at) & excused;
                self.compare(at, &(stored | kept), check);
            }
        }
        self.world().subject = None;
        let at = self.open_afresh();
        self.compare(at, &stored, check);
        self.close_fresh(at);
        self.check_members();
    }

    /// Opens a page in a process of its own, which knows what the main copy holds; gives its place.
    pub(crate) fn open_afresh(&mut self) -> usize {
        self.world().origin.open_process();
        let process = self.world().origin.processes.len() - 1;
        self.open(process, NEWEST);
        self.tabs.len() - 1
    }

    /// Ends it as if it had never been, with all that it wrote.
    pub(crate) fn close_fresh(&mut self, at: usize) {
        let id = self.tabs[at].id;
        self.tabs.truncate(at);
        let mut world = self.world();
        world.counts.pages -= 1;
        world.origin.processes.truncate(PROCESSES);
        world.bury(id);
    }

    /// What is stored at rest is little, whatever has happened: a few records, and a snapshot of each chunk.
    fn check_bounds(&mut self) {
        let mut world = self.world();
        // Pages of an older version can't compact what a newer one has written.
        let can_compact = |id: usize| !world.pages[id].outdated.contains(&true);
        if !self.tabs.iter().any(|tab| can_compact(tab.id)) {
            return;
        }
        let (mut keys, mut bytes) = (0, 0);
        for entry in world.origin.main.values() {
            if role(&entry.key) != Role::Other {
                keys += 1;
                bytes += entry.key.len() + entry.text.len();
            }
        }
        if keys > self.setup.records + MAX_CHUNKS || bytes > MAX_BYTES {
            world.fail("bounded", format!("{keys} keys of {bytes} bytes are left at rest"));
        }
    }
}
