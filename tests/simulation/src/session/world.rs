//! The pages, and what passes between them, the browser and the servers, in time.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::rc::Rc;

use fastrand::Rng;
use holdall::session::{Answer, VaultOp, VaultWrite};
use holdall::time::Now;

use super::action::{Setup, Weather};
use super::browser::{Locks, Shared};
use super::checks::Sending;
use super::page::Page;
use super::requests::Request;
use super::server::{Refresh, Server};
use crate::world::Violation;

pub(crate) const SHOP: &str = "https://shop.example";
pub(crate) const API: &str = "https://api.example";

/// Everything.
pub(crate) struct World {
    pub(crate) setup: Setup,
    pub(crate) random: Rng,
    /// True time in milliseconds.
    pub(crate) time: u64,
    /// What the wall clock says more.
    pub(crate) clock: i64,
    /// When it was set last.
    pub(crate) clock_set: u64,
    queue: BinaryHeap<Reverse<(u64, u64, usize)>>,
    tasks: HashMap<u64, Task>,
    sequence: u64,
    pub(crate) pages: Vec<Page>,
    pub(crate) shared: Rc<Shared>,
    pub(crate) locks: Locks,
    pub(crate) vault: Option<String>,
    pub(super) vault_free: u64,
    /// When it was written last.
    pub(crate) vault_put: u64,
    /// When a page was told last that the session goes on.
    pub(crate) renewed: u64,
    pub(crate) cookie: Option<Refresh>,
    pub(crate) server: Server,
    pub(crate) weather: Weather,
    /// Which servers refuse every token.
    pub(crate) refusing: [bool; 2],
    /// Since when tokens may be refused that weren't before.
    pub(crate) refused_since: u64,
    /// Whether the next page that gets a lock, or sends, is frozen then.
    pub(crate) freeze_locked: bool,
    pub(crate) freeze_sent: bool,
    pub(crate) requests: Vec<Request>,
    pub(crate) sendings: Vec<Sending>,
    /// The family of each sign-in, by its epoch.
    pub(crate) families: HashMap<String, usize>,
    /// Families that the user has signed out of.
    pub(crate) left: Vec<usize>,
    pub(crate) violation: Option<Violation>,
    pub(crate) counts: super::Counts,
    pub(crate) log: Option<Vec<String>>,
}

/// What reaches a page.
pub(crate) enum Task {
    Stored,
    Message(String),
    Locked(u64, bool),
    Wake,
    VaultRead(VaultOp),
    VaultDone(VaultOp, bool),
    /// A refresh was answered, by the number of its sending.
    Answer(usize, Option<Reply>),
    SignOutAnswer(String, Option<u16>),
    /// A user's request was answered.
    Reply(usize, u16),
}

/// An answer of the authorization server.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) retry_after: Option<u64>,
    /// The cookie that comes with it.
    pub(crate) cookie: Option<Refresh>,
}

impl World {
    pub(crate) fn new(setup: Setup, log: bool) -> Self {
        Self {
            setup,
            random: Rng::with_seed(setup.seed),
            time: 1_000,
            clock: 1_700_000_000_000,
            clock_set: 0,
            queue: BinaryHeap::new(),
            tasks: HashMap::new(),
            sequence: 0,
            pages: Vec::new(),
            shared: Rc::default(),
            locks: Locks::default(),
            vault: None,
            vault_free: 0,
            vault_put: 0,
            renewed: 0,
            cookie: None,
            server: Server::new(setup),
            weather: Weather::Fair,
            refusing: [false; 2],
            refused_since: 0,
            freeze_locked: false,
            freeze_sent: false,
            requests: Vec::new(),
            sendings: Vec::new(),
            families: HashMap::new(),
            left: Vec::new(),
            violation: None,
            counts: super::Counts::default(),
            log: log.then(Vec::new),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            wall: (self.time as i64 + self.clock) as u64,
            monotonic: self.time,
        }
    }

    pub(crate) fn fail(&mut self, check: &'static str, what: String) {
        if self.violation.is_none() {
            self.violation = Some(Violation { check, what });
        }
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let time = self.time;
        if let Some(log) = &mut self.log
            && self.violation.is_none()
        {
            log.push(format!("{:>9.3} {}", time as f64 / 1_000.0, line()));
        }
    }

    pub(crate) fn later(&mut self, page: usize, after: u64, task: Task) {
        self.sequence += 1;
        self.queue.push(Reverse((self.time + after, self.sequence, page)));
        self.tasks.insert(self.sequence, task);
    }

    /// Lets time pass.
    pub(crate) fn advance(&mut self, milliseconds: u64) {
        let end = self.time + milliseconds;
        while let Some(&Reverse((time, sequence, page))) = self.queue.peek() {
            if time > end || self.violation.is_some() {
                break;
            }
            self.queue.pop();
            self.time = self.time.max(time);
            if let Some(task) = self.tasks.remove(&sequence) {
                self.reach(page, task);
            }
        }
        self.time = end;
    }

    fn reach(&mut self, page: usize, task: Task) {
        // The browser takes the cookie, whatever has become of the page.
        if let Task::Answer(
            _,
            Some(Reply {
                cookie: Some(cookie), ..
            }),
        ) = &task
        {
            self.take_cookie(*cookie);
        }
        let it = &mut self.pages[page];
        if !it.alive {
        } else if it.frozen || it.hidden {
            // A page in the back/forward cache has left the channel.
            if !(it.hidden && matches!(task, Task::Message(_))) {
                it.backlog.push(task);
            }
        } else {
            self.deal_with(page, task);
        }
    }

    pub(super) fn deal_with(&mut self, page: usize, task: Task) {
        if self.violation.is_some() {
            return;
        }
        match task {
            Task::Stored => self.with(page, |client, now| {
                client.hint_stored_elsewhere(Some("shop/session"), now);
            }),
            Task::Message(text) => self.with(page, |client, now| {
                client.look_for_hint(now);
                client.session.heard(&text, now);
            }),
            Task::Locked(ticket, waited) => {
                self.note(|| format!("page {page} has the lock of attempt {ticket}"));
                self.with(page, |client, now| client.locked(ticket, waited, now));
                if std::mem::take(&mut self.freeze_locked) {
                    self.freeze(page);
                }
            }
            Task::Wake => self.with(page, |client, now| client.wake(now)),
            Task::VaultRead(op) => {
                let text = self.vault.clone();
                let broken = self.random.u8(0..100) == 0;
                let time = self.time;
                let write = self.with(page, |client, now| client.vault_read(&op, text.as_deref(), now));
                if broken && let Some(sending) = self.sendings.iter_mut().rfind(|it| it.page == page) {
                    // Once is mended.
                    sending.lost |= sending.refused.is_some();
                    sending.refused = Some(time);
                }
                match write {
                    _ if broken => {}
                    VaultWrite::Nothing => {}
                    VaultWrite::Put(text) => {
                        self.vault = Some(text.0.to_string());
                        self.vault_put = self.time;
                    }
                    VaultWrite::Delete => self.vault = None,
                }
                let after = self.random.u64(0..10);
                self.later(page, after, Task::VaultDone(op, !broken));
            }
            Task::VaultDone(op, stored) => self.with(page, |client, now| client.vault_done(&op, stored, now)),
            Task::Answer(sending, reply) => {
                let late = self.time - self.sendings[sending].at >= 10_000;
                self.sendings[sending].delivered = true;
                self.sendings[sending].in_time = !late;
                if reply.as_ref().is_some_and(|reply| reply.status == 200) {
                    self.renewed = self.time;
                }
                let ticket = self.sendings[sending].ticket;
                self.note(|| {
                    format!(
                        "page {page} gets the answer to attempt {ticket}: {:?}",
                        reply.as_ref().map(|it| it.status)
                    )
                });
                self.with(page, |client, now| {
                    let answer = match &reply {
                        None => Answer::Unreachable,
                        Some(Reply {
                            status,
                            body,
                            retry_after,
                            ..
                        }) => Answer::Response {
                            status: *status,
                            body,
                            retry_after: *retry_after,
                        },
                    };
                    client.answered(ticket, answer, now);
                });
            }
            Task::SignOutAnswer(epoch, status) => self.with(page, |client, _| {
                let answer = status.map_or(Answer::Unreachable, |status| Answer::Response {
                    status,
                    body: "",
                    retry_after: None,
                });
                client.session.sign_out_answered(&epoch, answer);
            }),
            Task::Reply(request, status) => self.replied(request, status),
        }
    }
}
