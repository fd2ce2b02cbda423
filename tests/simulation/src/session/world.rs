//! The pages, and what passes between them, the browser and the servers, in time.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::rc::Rc;

use fastrand::Rng;
use holdall::client::{Client, Config, Environment};
use holdall::journal::MemoryStorage;
use holdall::number::NATIVE;
use holdall::session::{Answer, Effect, VaultOp, VaultWrite};
use holdall::time::Now;

use super::action::{Keeper, Setup, Weather};
use super::browser::{Hints, Locks, Shared, Wish};
use super::checks::Sending;
use super::requests::Request;
use super::server::{Refresh, Renewal, Server, in_form};
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
    vault_free: u64,
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

pub(crate) struct Page {
    pub(crate) client: RefCell<Client>,
    pub(crate) alive: bool,
    pub(crate) frozen: bool,
    pub(crate) hidden: bool,
    /// Since when it has been neither.
    pub(crate) awake: u64,
    /// What has reached it while it was frozen.
    backlog: Vec<Task>,
    /// Since when it has had its token, and which.
    pub(crate) token: Option<(String, u64)>,
    /// When it was frozen, and left, last.
    pub(crate) slept: u64,
    pub(crate) left: u64,
    /// Its status and epoch, as they were seen last.
    pub(crate) seen: (&'static str, String),
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

    pub(crate) fn open(&mut self) {
        let way = match self.setup.keeper {
            Keeper::Cookie => r#""refresh":"/refresh","signOut":"/sign-out""#.to_owned(),
            Keeper::Source => r#""source":true"#.to_owned(),
            keeper => format!(
                r#""token":"/token","clientId":"x","revoke":"/revoke","refreshToken":"{}","grace":{}"#,
                if keeper == Keeper::Vault { "indexeddb" } else { "memory" },
                if self.setup.grace { 30 } else { 0 },
            ),
        };
        let config = format!(
            r#"{{"name":"shop","auth":{{{way},"audience":["{API}"]}},
            "rules":[{{"match":"/*","token":true}},{{"match":"{API}/*","token":true}}]}}"#
        );
        let environment = Environment {
            local: Rc::new(Hints {
                page: self.pages.len(),
                shared: self.shared.clone(),
            }),
            session: Rc::<MemoryStorage>::default(),
            numbers: NATIVE,
            seed: self.random.u64(..),
            now: self.now(),
            page_origin: SHOP.into(),
            own_endpoints: Vec::new(),
            secure: true,
        };
        let client = Client::new(&Config::from_json(&config).unwrap(), environment).unwrap();
        self.pages.push(Page {
            client: RefCell::new(client),
            alive: true,
            frozen: false,
            hidden: false,
            awake: self.time,
            backlog: Vec::new(),
            token: None,
            slept: 0,
            left: 0,
            seen: ("signed-out", String::new()),
        });
        self.react(self.pages.len() - 1);
    }

    /// Lets a page's client do something, and carries out what follows.
    pub(crate) fn with<R>(&mut self, page: usize, act: impl FnOnce(&mut Client, Now) -> R) -> R {
        let now = self.now();
        let result = act(&mut self.pages[page].client.borrow_mut(), now);
        self.react(page);
        result
    }

    pub(crate) fn is_awake(&self, page: usize) -> bool {
        let page = &self.pages[page];
        page.alive && !page.frozen && !page.hidden
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

    /// A page goes on. One that was merely busy isn't told that time has passed.
    pub(crate) fn thaw(&mut self, page: usize, told: bool) {
        self.pages[page].awake = self.time;
        if told {
            self.with(page, |client, now| {
                client.look_for_hint(now);
                client.session.woken(now);
            });
        }
        for task in std::mem::take(&mut self.pages[page].backlog) {
            self.deal_with(page, task);
        }
    }

    pub(crate) fn freeze(&mut self, page: usize) {
        let time = self.time;
        if self.is_awake(page) {
            self.note(|| format!("page {page} is frozen"));
            self.counts.freezes += 1;
            self.pages[page].frozen = true;
            self.pages[page].slept = time;
        }
    }

    pub(crate) fn close(&mut self, page: usize) {
        self.pages[page].alive = false;
        for wish in self.locks.of(page) {
            self.unlock(wish);
        }
        for request in &mut self.requests {
            if request.page == page {
                request.end();
            }
        }
    }

    fn deal_with(&mut self, page: usize, task: Task) {
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
                let write = self.with(page, |client, now| client.session.vault_read(&op, text.as_deref(), now));
                if broken && let Some(sending) = self.sendings.iter_mut().rfind(|it| it.page == page) {
                    sending.lost = true;
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

    /// Carries out what a page's session wants.
    fn react(&mut self, page: usize) {
        let mut woken = Vec::new();
        loop {
            let effect = self.pages[page].client.borrow_mut().session.poll();
            let Some(effect) = effect else { break };
            self.carry_out(page, effect, &mut woken);
        }
        for writer in self.shared.take_changes() {
            for other in 0..self.pages.len() {
                if other != writer && self.pages[other].alive {
                    let after = self.random.u64(0..30);
                    self.later(other, after, Task::Stored);
                }
            }
        }
        self.look(page);
        for request in woken {
            self.go_on(request);
        }
    }

    fn carry_out(&mut self, page: usize, effect: Effect, woken: &mut Vec<(usize, bool)>) {
        match effect {
            Effect::Lock { ticket, level } => {
                let name = format!("{}/{level}", self.pages[page].client.borrow().session.epoch());
                let wish = Wish { page, ticket };
                if self.locks.request(name, wish) {
                    let after = self.random.u64(0..4);
                    self.later(page, after, Task::Locked(ticket, false));
                }
            }
            Effect::Unlock(ticket) => self.unlock(Wish { page, ticket }),
            Effect::Post(text) => {
                for other in 0..self.pages.len() {
                    if other != page && self.pages[other].alive {
                        // In order: each line has its own speed.
                        let after = 1 + ((page * 7 + other * 3 + self.setup.seed as usize) % 19) as u64;
                        self.later(other, after, Task::Message(text.0.to_string()));
                    }
                }
            }
            Effect::Vault(op) => {
                // One transaction after the other.
                self.vault_free = self.vault_free.max(self.time) + self.random.u64(1..10);
                self.later(page, self.vault_free - self.time, Task::VaultRead(op));
            }
            Effect::Refresh(refresh) => self.send_refresh(page, &refresh),
            Effect::SignOut(epoch, body) => self.send_sign_out(page, &epoch, body.map(|body| body.0.to_string())),
            Effect::Hint(hint) => self.pages[page].client.borrow_mut().remember(hint),
            Effect::Amend(hint) => self.pages[page].client.borrow_mut().amend_hint(hint),
            Effect::Forget(epoch) => self.forget_hint(page, &epoch),
            Effect::Abort => self.abort(page),
            Effect::Settled(result) => woken.extend(self.waiting(page).into_iter().map(|it| (it, result.is_ok()))),
            Effect::WakeAfter(milliseconds) if milliseconds < 1 << 40 => {
                let late = self.random.u64(0..20);
                self.later(page, milliseconds + late, Task::Wake);
            }
            _ => {}
        }
    }

    pub(crate) fn unlock(&mut self, wish: Wish) {
        if let Some(next) = self.locks.release(wish) {
            let after = self.random.u64(0..4);
            self.later(next.page, after, Task::Locked(next.ticket, true));
        }
    }

    /// What the authorization server makes of a refresh token. `None`: nothing reaches it.
    pub(crate) fn renew(&mut self, sending: usize, token: Option<Refresh>) -> Option<Reply> {
        let reply = |status, body: &str| Reply {
            status,
            body: body.into(),
            retry_after: None,
            cookie: None,
        };
        match self.weather {
            Weather::Failing => return Some(reply(503, "")),
            Weather::Limiting => {
                return Some(Reply {
                    retry_after: Some(20),
                    ..reply(429, "")
                });
            }
            Weather::Offline => return None,
            _ => {}
        }
        let Some(token) = token else {
            return Some(reply(401, ""));
        };
        self.check_spent(sending, token);
        self.counts.refreshes += 1;
        // Another library keeps its own, and never sends it twice.
        let token = match self.setup.keeper {
            Keeper::Source => Refresh {
                generation: self.server.families[token.family].generation,
                ..token
            },
            _ => token,
        };
        match self.server.refresh(token, self.time) {
            Renewal::Granted { body, next, spent } => {
                self.counts.spent += u64::from(spent);
                Some(Reply {
                    cookie: Some(next),
                    ..reply(200, &body)
                })
            }
            Renewal::Refused => Some(reply(400, r#"{"error":"invalid_grant"}"#)),
        }
    }

    /// A browser has one cookie; an answer for a former sign-in that comes late doesn't bring that back, or the server would have to be asked.
    fn take_cookie(&mut self, cookie: Refresh) {
        let newer = |old: Refresh| old.family == cookie.family && old.generation < cookie.generation;
        if self.cookie.is_some_and(newer) {
            self.cookie = Some(cookie);
        }
    }

    fn send_sign_out(&mut self, page: usize, epoch: &str, body: Option<String>) {
        let token = match self.setup.keeper {
            Keeper::Cookie => self.cookie,
            _ => body.as_deref().and_then(in_form),
        };
        let status = match self.weather {
            Weather::Failing => Some(503),
            Weather::Limiting => Some(429),
            Weather::Offline => None,
            weather => {
                if let Some(token) = token {
                    self.server.revoke(token.family);
                    self.cookie.take_if(|_| self.setup.keeper == Keeper::Cookie);
                }
                (!matches!(weather, Weather::Losing | Weather::Silent)).then_some(204)
            }
        };
        self.note(|| format!("page {page} signs out of {token:?}: {status:?}"));
        let after = self.random.u64(5..200);
        self.later(page, after, Task::SignOutAnswer(epoch.into(), status));
    }
}
