//! A run: the actions of a schedule, carried out on pages, with a look at what they show after each.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use crate::action::Action;
use crate::faults::Fault;
use crate::op::Capture;
use crate::ops::Ops;
use crate::origin::{Entry, Notice, Write};
use crate::owners::SUBJECTS;
use crate::page::{Noted, Now, Page, Setup};
use crate::port::Port;
use crate::slices::SLICES;
use crate::stored;
use crate::world::{Facts, World};

/// So many processes there are.
pub(crate) const PROCESSES: usize = 3;
/// So many pages are open at a time at most.
const MAX_PAGES: usize = 6;
/// So many steps of compacting a page takes in a row at most.
const MAX_STEPS: usize = 20;
/// After so long, in milliseconds, a page looks at the storage before it writes.
const HALF_A_MINUTE: u64 = 30_000;
/// The user's clock at the start, in milliseconds since 1970.
const EPOCH: u64 = 1_800_000_000_000;

/// A run under way.
pub(crate) struct Run {
    pub(crate) world: Rc<RefCell<World>>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) setup: Setup,
    /// How far the user's clock was set forwards or back, in milliseconds.
    clock: i64,
}

/// An open page.
pub(crate) struct Tab {
    /// Its number, of all that there were.
    pub(crate) id: usize,
    pub(crate) page: Page,
    pub(crate) frozen: bool,
    /// It was frozen when the storage was emptied, so it can't know.
    pub(crate) ignorant: bool,
    /// Who is signed in, as far as it knows, and what it has put for them.
    pub(crate) subject: Option<usize>,
    pub(crate) members: Ops,
    /// What was captured, and how many replicas had been born by then.
    pub(crate) noted: Vec<(Noted, Vec<Capture>, usize)>,
    /// What it had seen when it was looked at last.
    pub(crate) checked: Option<Ops>,
}

impl Run {
    pub(crate) fn new(setup: Setup, log: bool) -> Self {
        let mut world = World {
            log: log.then(Vec::new),
            ..World::default()
        };
        (0..PROCESSES).for_each(|_| world.origin.open_process());
        Self {
            world: Rc::new(RefCell::new(world)),
            tabs: Vec::new(),
            setup,
            clock: 0,
        }
    }

    pub(crate) fn world(&self) -> RefMut<'_, World> {
        self.world.borrow_mut()
    }

    pub(crate) fn now(&self) -> Now {
        let monotonic = self.world().time;
        Now {
            wall: (EPOCH + monotonic).saturating_add_signed(self.clock),
            monotonic,
        }
    }

    /// Carries out one action.
    pub(crate) fn step(&mut self, action: &Action) {
        let mut action = action.clone();
        self.world().counts.steps += 1;
        self.world().advance(100);
        let at = action.page().map(|page| {
            if self.tabs.is_empty() {
                self.open(0, 1);
            }
            let at = usize::from(*page) % self.tabs.len();
            // That is how the trace names it.
            *page = self.tabs[at].id as u8;
            at
        });
        self.world().note(|| format!("# {action}"));
        match at {
            Some(at) => self.act(at, &action),
            None => self.happen(&action),
        }
        self.look();
    }

    /// What isn't done by a page.
    fn happen(&mut self, action: &Action) {
        let process = |number: u8| usize::from(number) % PROCESSES;
        match action {
            Action::Open {
                process: number,
                version,
            } if self.tabs.len() < MAX_PAGES => self.open(process(*number), *version),
            Action::Visit {
                process: number,
                version,
                task,
            } => {
                self.open(process(*number), *version);
                let at = self.tabs.len() - 1;
                self.task(at, task);
                self.close(at);
            }
            Action::Pump { process: number, count } => {
                let mut world = self.world();
                for _ in 0..*count {
                    world.pump(process(*number));
                }
            }
            Action::Deliver {
                process: number,
                count,
                lost,
            } => self.deliver(process(*number), *count, *lost),
            Action::Wait { milliseconds } => self.world().advance(u64::from(*milliseconds)),
            Action::SetClock { seconds } => {
                self.clock += i64::from(*seconds) * 1_000;
                self.world().counts.add(Fault::ClockJumps);
            }
            Action::Fill { slack } => {
                let mut world = self.world();
                world.origin.quota = Some(world.origin.bytes + usize::from(*slack));
            }
            Action::Free => self.world().origin.quota = None,
            Action::Refuse { process: number, count } => {
                self.world().origin.processes[process(*number)].refuse += u32::from(*count);
            }
            Action::Drop { count } => self.world().origin.drop += u32::from(*count),
            Action::Meddle { process: number, count } => {
                self.world().origin.processes[process(*number)].meddle += u32::from(*count);
            }
            Action::Wipe { process: number } => {
                let mut world = self.world();
                let time = world.time;
                world.counts.add(Fault::Wipes);
                world.origin.clear(process(*number), usize::MAX, time);
            }
            Action::Litter { process: number, later } => {
                let mut world = self.world();
                let time = world.time;
                world.counts.add(Fault::Litter);
                let key = stored::foreign_key(time);
                let text = if *later { stored::LATER } else { "{" };
                let process = process(*number);
                world
                    .origin
                    .set(process, usize::MAX, Rc::new(Entry::new(&key, text)), time);
            }
            _ => {}
        }
    }

    fn act(&mut self, at: usize, action: &Action) {
        if let Action::Crash { after, .. } = action {
            let id = self.tabs[at].id;
            self.world().pages[id].calls_left = Some(*after);
            return;
        }
        if let Action::Freeze { .. } = action {
            if !self.tabs[at].frozen {
                self.world().counts.add(Fault::Freezes);
            }
            self.tabs[at].frozen = true;
            return;
        }
        self.thaw(at);
        match action {
            Action::Close { .. } => self.close(at),
            Action::Do { task, .. } => self.task(at, task),
            Action::Capture { slice, .. } => {
                let slice = usize::from(*slice);
                let seen = self.seen(at);
                let memory = self.tabs[at].page.memory(slice);
                let captures = self.world().history.capture(slice, &seen, &memory);
                let noted = self.tabs[at].page.capture(slice);
                let births = self.world().replicas.len();
                self.tabs[at].noted.push((noted, captures, births));
            }
            Action::Consume { .. } => self.consume(at),
            Action::Resume { .. } => {
                self.ask(at, Page::load);
                self.flush(at);
            }
            Action::Flush { .. } => drop(self.flush(at)),
            Action::SignIn { subject, .. } => {
                self.sign_in(at, subject.map(|subject| usize::from(subject) % SUBJECTS.len()))
            }
            Action::Follow { .. } => self.follow(at),
            Action::Join { .. } => self.join(at),
            Action::Compact { wait, .. } => self.compact(at, *wait),
            _ => {}
        }
    }

    pub(crate) fn open(&mut self, process: usize, version: u8) {
        let id = self.world().pages.len();
        self.world().note(|| format!("page {id} opens in process {process}"));
        self.world().counts.pages += 1;
        self.world().pages.push(Facts {
            process,
            version,
            was_refused_a_claim: false,
            has_looked: false,
            read: Vec::new(),
            replica: None,
            seen: Ops::default(),
            outdated: [false; SLICES.len()],
            silenced: Ops::default(),
            retired: Default::default(),
            met: Ops::default(),
            unacknowledged: Ops::default(),
            alive: true,
            calls_left: None,
            dead: false,
        });
        let setup = Setup {
            seed: self.setup.seed.wrapping_mul(1_000) + id as u64,
            version,
            subject: self.world().subject,
            ..self.setup
        };
        let page = Page::open(Port::new(&self.world, id), setup, self.now());
        self.tabs.push(Tab {
            id,
            page,
            frozen: false,
            ignorant: false,
            subject: setup.subject,
            members: Ops::default(),
            noted: Vec::new(),
            checked: None,
        });
        self.take_in(self.tabs.len() - 1);
    }

    pub(crate) fn close(&mut self, at: usize) {
        self.flush(at);
        let id = self.tabs.remove(at).id;
        self.world().bury(id);
    }

    pub(crate) fn thaw(&mut self, at: usize) {
        if std::mem::take(&mut self.tabs[at].frozen) {
            self.ask(at, Page::load);
            self.flush(at);
        }
    }

    pub(crate) fn compact(&mut self, at: usize, wait: bool) {
        // Between the steps of a patient page others may do something; those of one that waits come in a row.
        for step in 0..if wait { MAX_STEPS } else { 1 } {
            let Some(due) = self.tabs[at].page.compacts_at() else {
                return;
            };
            let left = due.saturating_sub(self.world().time);
            match left {
                0 => {}
                _ if wait && step == 0 => self.world().advance(left),
                _ => return,
            }
            self.ask(at, Page::compact);
            let horizon = self.tabs[at].page.horizon();
            self.world().note_horizon(horizon);
            self.flush(at);
            if wait {
                self.world().advance(50);
            }
        }
    }

    /// Lets writes of others arrive in a process, and its pages hear of them; but for those in the mask.
    pub(crate) fn deliver(&mut self, process: usize, count: u8, lost: u8) {
        self.world().origin.show_dropped(process);
        for nth in 0..count {
            let Some(notice) = self.world().origin.deliver(process) else {
                return;
            };
            let lost = lost >> (nth % 8) & 1 == 1;
            for at in 0..self.tabs.len() {
                self.hear(at, process, &notice, lost);
            }
        }
    }

    fn hear(&mut self, at: usize, process: usize, notice: &Notice, lost: bool) {
        let id = self.tabs[at].id;
        if self.world().pages[id].process != process || notice.page == id {
            return;
        }
        let is_wipe = matches!(notice.write, Write::Clear(_));
        if self.tabs[at].frozen || lost && !is_wipe {
            self.tabs[at].ignorant |= is_wipe;
            self.world().counts.add(Fault::LostEvents);
            return;
        }
        match &notice.write {
            Write::Set(entry) => {
                self.world().note(|| format!("page {id} hears {}", entry.key));
                if stored::is_joined_from_event(&entry.key) {
                    self.world().pages[id].read(entry);
                }
                self.ask(at, |page| page.receive(Some(&entry.key), Some(&entry.text)));
            }
            Write::Remove(key) => self.ask(at, |page| page.receive(Some(key), None)),
            Write::Clear(_) => {
                self.world().forget(id);
                self.tabs[at].members = Ops::default();
                self.ask(at, |page| page.receive(None, None));
            }
        }
        self.flush(at);
    }

    /// Pages that fall behind must not be taken for dead: a quarter of the replicas that are named is born in half a minute at most, and
    /// none of them while a page can't store what it has done before.
    pub(crate) fn pace_births(&mut self) {
        if self.world().births + 1 < (self.setup.replicas / 4).max(2) {
            return;
        }
        {
            let mut world = self.world();
            world.births = 0;
            world.note(|| "# half a minute passes, so that pages aren't born too fast".into());
            world.advance(HALF_A_MINUTE);
        }
        for process in 0..PROCESSES {
            self.deliver(process, u8::MAX, 0b1010_1010);
        }
        for at in 0..self.tabs.len() {
            let id = self.tabs[at].id;
            if self.world().has_to_store(id) {
                self.world().make_room();
                self.thaw(at);
                self.catch_up(at);
            }
        }
    }
}
