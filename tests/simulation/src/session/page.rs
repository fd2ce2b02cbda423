//! A page: opened, frozen, gone on with, and closed.

use std::cell::RefCell;
use std::rc::Rc;

use holdall::client::{Client, Config, Environment};
use holdall::journal::MemoryStorage;
use holdall::number::NATIVE;
use holdall::time::Now;

use super::action::Keeper;
use super::browser::Hints;
use super::world::{API, SHOP, Task, World};

pub(crate) struct Page {
    pub(crate) client: RefCell<Client>,
    pub(crate) alive: bool,
    pub(crate) frozen: bool,
    pub(crate) hidden: bool,
    /// Since when it has been neither.
    pub(crate) awake: u64,
    /// What has reached it while it was frozen.
    pub(super) backlog: Vec<Task>,
    /// Since when it has had its token, and which.
    pub(crate) token: Option<(String, u64)>,
    /// When it was frozen, and left, last.
    pub(crate) slept: u64,
    pub(crate) left: u64,
    /// Its status and epoch, as they were seen last.
    pub(crate) seen: (&'static str, String),
}

impl World {
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
}
